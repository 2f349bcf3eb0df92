"""Imports from other systems: look at what would come of a file, import it, and read the reports."""

from datetime import datetime
from typing import Any, Final

from django.http import HttpResponse
from ninja import Router, Status
from pydantic import Field

from rightaway.api.access import Request, missing, require_any_role
from rightaway.api.answers import Account, Out, Page, PageFilter, page
from rightaway.api.requests import Asked, Word
from rightaway.domain import import_reports
from rightaway.domain.errors import Invalid, TooLarge
from rightaway.domain.imports import Mode, Outcome
from rightaway.intake import fields as of
from rightaway.intake.limits import IMPORT_BYTES, YAML_BYTES
from rightaway.intake.schema import FileModel
from rightaway.intake.texts import quoted
from rightaway.queries import imports as ask
from rightaway.services import imports

router = Router()

PARTS: Final = ("file", "mapping")
ROOM: Final = 64 * 1024  # for what a form has around its parts
_BINARY: Final = {"type": "string", "format": "binary"}
_UPLOAD: Final = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": _BINARY | {"description": "the export, CSV or JSON"},
                        "mapping": _BINARY | {"description": "a mapping file; left out with `shipped`"},
                    },
                }
            }
        },
    }
}


class ImportQuery(FileModel):
    """
    How to import.

    Args:
        dry_run: Only say what would become of the rows; nothing is written. It is so unless you say otherwise.
        shipped: Key of a shipped mapping, instead of the part `mapping`.
        mode: `each` row for itself, or `all` of them or none.
        updates: Change here what differs from the last import, where nobody edited it since.
        service: What rows belong to that name no service.
    """

    dry_run: of.Flag = True
    shipped: Word = ""
    mode: Mode = Mode.EACH
    updates: of.Flag = False
    service: Word = ""


class ProblemOut(Out):
    code: str
    message: str
    hint: str
    column: str
    value: str


class ChangedOut(Out):
    """`kept` fields were edited here since the last import, and stay."""

    field: str
    before: Any
    after: Any
    kept: bool


class ImportRowOut(Out):
    """What became of one row, or would; `source` has the cells of a refused one."""

    place: int
    key: str
    outcome: Outcome
    number: str
    title: str
    service: str
    problems: list[ProblemOut]
    notes: list[str]
    changed: list[ChangedOut]
    source: dict[str, Any]


class ReportOut(Out):
    """The report; `number` is null after a dry run."""

    number: str | None
    is_dry_run: bool
    mapping: str
    counts: dict[str, int]
    rows: list[ImportRowOut]


class RunRow(Out):
    number: str
    kind: str
    system: str
    mapping_name: str
    file_name: str
    file_digest: str
    mode: str
    is_updating: bool
    service: str
    started_at: datetime
    finished_at: datetime | None
    counts: dict[str, int]


class RunOut(RunRow):
    started_by: Account
    mapping: str


class MappingOut(Out):
    key: str
    name: str
    records: str
    system: str
    format: str


class RunFilter(PageFilter):
    kind: Word = ""


class RowFilter(PageFilter):
    outcome: Word = ""


class ShippedMapping(MappingOut):
    source: str = Field(description="The mapping file, with its comments.")


@router.get("/import-mappings", response=list[MappingOut])
def list_mappings(request: Request) -> Any:
    """List the mappings that come with the product."""
    require_any_role(request.auth)
    return [_mapping(one) for one in ask.mappings()]


@router.get("/import-mappings/{key}", response=ShippedMapping)
def show_mapping(request: Request, key: str) -> Any:
    """Show one shipped mapping, to begin one of your own with."""
    require_any_role(request.auth)
    found = ask.mapping(key)
    if found is None:
        raise missing(f"mapping {key:.40}")
    return _mapping(found) | {"source": found.source}


def _mapping(one: ask.Shipped) -> dict[str, Any]:
    mapping = one.mapping
    return {
        "key": one.key,
        "name": mapping.name,
        "records": mapping.records,
        "system": mapping.system,
        "format": mapping.format,
    }


@router.post("/imports", response={200: ReportOut, 201: ReportOut}, openapi_extra=_UPLOAD)
def send(request: Request, asked: Asked[ImportQuery]) -> Any:
    """
    Say what would become of every row of a file; with `dry_run=false`, import it.

    What is open elsewhere comes in as registered, whatever was agreed there; what is over, as history. Refused rows
    stop the others only with `mode=all`.
    """
    sent = _sent(request, asked)
    if asked.dry_run:
        found = imports.check(actor=request.auth, sent=sent)
        return Status(200, _report(None, found.mapping.name, found.counts, found.rows))
    row = imports.run(actor=request.auth, sent=sent)
    return Status(201, _report(row.number, row.mapping_name, row.counts, ask.report(row)))


def _report(number: str | None, mapping: str, counts: dict[str, int], rows: Any) -> dict[str, Any]:
    return {
        "number": number,
        "is_dry_run": number is None,
        "mapping": mapping,
        "counts": counts,
        "rows": list(rows),
    }


def _sent(request: Request, asked: ImportQuery) -> imports.Sent:
    parts = _parts(request)
    if asked.shipped and "mapping" in parts:
        raise Invalid("import.mapping", "Two mappings are given.", at="shipped", hint="Keep one of them.")
    shipped = ask.mapping(asked.shipped) if asked.shipped else None
    if asked.shipped and shipped is None:
        keys = ", ".join(one.key for one in ask.mappings())
        raise Invalid(
            "import.mapping", f"No mapping {quoted(asked.shipped)} is shipped.", at="shipped", hint=keys
        )
    if shipped is None and "mapping" not in parts:
        hint = "Send the part `mapping`, or name a shipped one."
        raise Invalid("field.missing", "A mapping is needed.", at="mapping", hint=hint)
    name, file = parts["file"]
    return imports.Sent(
        file=file,
        mapping=shipped.source.encode() if shipped else parts["mapping"][1],
        file_name=name,
        mode=asked.mode,
        updates=asked.updates,
        service=asked.service,
    )


def _parts(request: Request) -> dict[str, tuple[str, bytes]]:
    """Read the parts; what is larger than both may be together is refused before it is read."""
    if request.content_type != "multipart/form-data":
        message = "An import is sent as multipart/form-data."
        raise Invalid("http.media_type", message, hint="Send the parts file and mapping.", at="Content-Type")
    if int(request.headers.get("Content-Length") or 0) > IMPORT_BYTES + YAML_BYTES + ROOM:
        raise TooLarge("input.too_large", "More is sent than is read here.", hint="Split the file.")
    unknown = sorted({*request.FILES, *request.POST} - set(PARTS))
    if unknown:
        message = f"There is no part {quoted(unknown[0])}."
        raise Invalid("field.unknown", message, at=unknown[0], hint=f"The parts are: {', '.join(PARTS)}.")
    files = {name: request.FILES.getlist(name)[-1] for name in request.FILES}
    found = {name: (str(one.name), one.read()) for name, one in files.items()}
    if "file" not in found:
        raise Invalid(
            "field.missing", "The part file is needed.", at="file", hint="Send the export as a file."
        )
    return found


@router.get("/imports", response=Page[RunRow])
def list_runs(request: Request, asked: Asked[RunFilter]) -> dict[str, Any]:
    """List the imports that the caller ran, newest first."""
    return page(ask.runs(request.auth.user_id or 0, kind=asked.kind), asked, "-id", RunRow)


@router.get("/imports/{import_run}", response=RunOut)
def show(request: Request, import_run: str) -> Any:
    """Show one import of the caller, with the mapping it was made with."""
    return _run(request, import_run)


@router.get("/imports/{import_run}/rows", response=Page[ImportRowOut])
def list_rows(request: Request, import_run: str, asked: Asked[RowFilter]) -> dict[str, Any]:
    """List what became of the rows, in the order of the file."""
    return page(ask.rows(_run(request, import_run), outcome=asked.outcome), asked, "id")


@router.get("/imports/{import_run}/report.csv")
def report(request: Request, import_run: str) -> HttpResponse:
    """Give the report as CSV, one line for each problem."""
    text = "".join(import_reports.report(ask.report(_run(request, import_run))))
    return _file(text.encode(), f"{import_run}-report.csv", "text/csv; charset=utf-8")


@router.get("/imports/{import_run}/refused")
def refused(request: Request, import_run: str) -> HttpResponse:
    """Give the refused rows as they were, in the format of the file, to be mended and imported again."""
    data, name, media_type = ask.mending(_run(request, import_run))
    return _file(data, name, media_type)


def _file(data: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(data, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def _run(request: Request, number: str) -> Any:
    found = ask.run(request.auth.user_id or 0, number)
    if found is None:
        raise missing(f"import {number:.20}")
    return found
