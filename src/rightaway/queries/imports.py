"""Imports: the mappings that are shipped, the runs of a person with their reports, and where a record came from."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from django.db.models import QuerySet

from rightaway.domain.import_reports import mending_csv, mending_json
from rightaway.domain.imports import Kind, Outcome, Problem, Row
from rightaway.intake.import_mappings import ImportMapping
from rightaway.intake.import_rows import read_mapping
from rightaway.intake.tables import DELIMITERS
from rightaway.records.imports.models import ExternalReference, ImportedRow, ImportRun

SHIPPED = (
    "servicenow-changes-csv",
    "servicenow-changes-json",
    "servicenow-releases-csv",
    "servicenow-releases-json",
    "service-manager-changes-csv",
    "service-manager-changes-json",
    "service-manager-releases-csv",
    "service-manager-releases-json",
    "jira-changes-csv",
    "jira-changes-json",
    "jira-versions-csv",
    "jira-versions-json",
    "rightaway-changes",
    "rightaway-releases",
)


@dataclass(frozen=True, slots=True)
class Shipped:
    """A mapping that comes with the product; `source` is its text, comments included."""

    key: str
    mapping: ImportMapping
    source: str


@cache
def mappings() -> tuple[Shipped, ...]:
    folder = files("rightaway.domain").joinpath("templates", "imports")
    read = ((key, folder.joinpath(f"{key}.yaml").read_text(encoding="utf-8")) for key in SHIPPED)
    return tuple(Shipped(key, read_mapping(source.encode()), source) for key, source in read)


def mapping(key: str) -> Shipped | None:
    return next((one for one in mappings() if one.key == key), None)


def runs(user_id: int, *, kind: str = "") -> QuerySet[ImportRun]:
    """List the imports of one person, newest first: their reports show cells of the file, whatever it held."""
    found = ImportRun.objects.filter(started_by=user_id).select_related("started_by").order_by("-id")
    return found.filter(kind=kind) if kind else found


def run(user_id: int, number: str) -> ImportRun | None:
    return runs(user_id).filter(number=number).first()


def rows(found: ImportRun, *, outcome: str = "") -> QuerySet[ImportedRow]:
    listed = found.rows.order_by("place")
    return listed.filter(outcome=outcome) if outcome else listed


def report(found: ImportRun, *, outcome: str = "") -> list[Row]:
    """Give the stored report as it was when the import ran."""
    return [_row(one) for one in rows(found, outcome=outcome)]


def _row(one: ImportedRow) -> Row:
    return Row(
        place=one.place,
        key=one.key,
        outcome=Outcome(one.outcome),
        number=one.number,
        title=one.title,
        service=one.service,
        problems=tuple(Problem(**problem) for problem in one.problems),
        notes=tuple(one.notes),
        changed=tuple(one.changed),
        source=one.source,
    )


def stored_mapping(found: ImportRun) -> ImportMapping:
    return read_mapping(found.mapping.encode())


def reference(kind: Kind, row: Any) -> ExternalReference | None:
    """Say where a change or a release came from; None for one that was registered here."""
    found = ExternalReference.objects.select_related("run")
    return found.filter(change=row).first() if kind is Kind.CHANGES else found.filter(release=row).first()


def mending(found: ImportRun) -> tuple[bytes, str, str]:
    """Give the refused rows as a file to mend and import again, with its name and media type."""
    mapping, refused = stored_mapping(found), report(found, outcome=Outcome.REFUSED)
    name = f"{found.number}-refused.{mapping.format}"
    if mapping.format == "json":
        return mending_json(refused, mapping.records_at).encode(), name, "application/json"
    text = "".join(mending_csv(refused, DELIMITERS.get(mapping.delimiter, ",")))
    return text.encode(mapping.encoding, "replace"), name, f"text/csv; charset={mapping.encoding}"
