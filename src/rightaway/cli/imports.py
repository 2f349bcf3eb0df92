"""Imports of releases and changes from other systems."""

from contextlib import ExitStack
from pathlib import Path
from typing import Any, Literal

from cyclopts import App

from rightaway.cli import client, output
from rightaway.cli.arguments import saved
from rightaway.cli.client import at
from rightaway.domain.errors import Invalid

app = App(
    name="import", help="Releases and changes of other systems: look first, then import, read the reports."
)
REFUSED = 1


@app.command
def mappings(key: str = "", /) -> None:
    """
    List the mappings that come with the product, or print one to begin your own with.

    Args:
        key: Which to print.
    """
    if key:
        found = client.get(at("import-mappings", key))
        output.line(found["source"].rstrip("\n"), found)
        return
    output.table(client.get("/import-mappings"), "key", "name", "records", "format")


@app.command
def check(file: str, /, *, mapping: str, service: str = "", update: bool = False, report: str = "") -> int:
    """
    Say what would become of each row of an export; nothing is written. Exit code 1 when a row is refused.

    Args:
        file: The export, CSV or JSON.
        mapping: A mapping file, or the key of a shipped one.
        service: Key of the service that rows belong to which name none.
        update: As if what differs from the last import were to be changed.
        report: File to write the report to, as CSV. A file that is there already stays.
    """
    found = _sent(file, mapping, service=service, updates=update, dry_run=True)
    return _told(found, report)


@app.command
def run(
    file: str,
    /,
    *,
    mapping: str,
    service: str = "",
    update: bool = False,
    mode: Literal["each", "all"] = "each",
    report: str = "",
) -> int:
    """
    Import an export and say what became of each row. Exit code 1 when a row is refused.

    Args:
        file: The export, CSV or JSON.
        mapping: A mapping file, or the key of a shipped one.
        service: Key of the service that rows belong to which name none.
        update: Change here what differs from the last import, where nobody edited it since.
        mode: Each row for itself, or all of them or none.
        report: File to write the report to, as CSV. A file that is there already stays.
    """
    found = _sent(file, mapping, service=service, updates=update, mode=mode, dry_run=False)
    return _told(found, report)


@app.command(name="list")
def list_(*, limit: int = 50) -> None:
    """
    List your imports, newest first.

    Args:
        limit: How many at most.
    """
    rows = [{**row, **row["counts"]} for row in client.rows("/imports", limit)]
    output.table(
        rows, "number", "mapping_name=mapping", "started_at", "created", "updated", "differs", "refused"
    )


@app.command
def show(number: str, /, *, outcome: str = "", limit: int = 5000) -> None:
    """
    Show what became of the rows of one of your imports.

    Args:
        number: Its number, such as IMP-000001.
        outcome: created, updated, unchanged, differs or refused.
        limit: How many rows at most.
    """
    _table(client.rows(at("imports", number, "rows"), limit, outcome=outcome))


@app.command
def refused(number: str, /, *, out: str = "") -> None:
    """
    Write the refused rows of one of your imports as they were, to be mended and imported again.

    Args:
        number: Its number.
        out: File to write instead of standard output. A file that is there already stays.
    """
    saved(client.download(at("imports", number, "refused")), out)


def _sent(file: str, mapping: str, **query: Any) -> Any:
    is_file = Path(mapping).is_file()
    given = query | ({} if is_file else {"shipped": mapping})
    with ExitStack() as stack:
        try:
            parts = {"file": stack.enter_context(Path(file).open("rb"))}
            if is_file:
                parts["mapping"] = stack.enter_context(Path(mapping).open("rb"))
        except OSError as error:
            raise Invalid("file.unreadable", f"{error.filename} cannot be read: {error.strerror}.") from None
        return client.upload("/imports", parts, **given)


def _told(found: Any, report: str) -> int:
    _table(found["rows"], found)
    counts = ", ".join(f"{count} {outcome}" for outcome, count in found["counts"].items() if count)
    what = "Nothing was written. It would be" if found["is_dry_run"] else found["number"]
    output.say(f"{what}: {counts or 'no rows'}.")
    if report:
        _write(found["rows"], report)
    return REFUSED if found["counts"]["refused"] else output.OK


def _table(rows: list[dict[str, Any]], whole: Any = None) -> None:
    if output.mode.as_json and whole is not None:
        output.line("", whole)
        return
    output.table([_short(row) for row in rows], "row", "key", "outcome", "number", "title", "why")


def _short(row: dict[str, Any]) -> dict[str, Any]:
    why = [f"{one['column']}: {one['message']} {one['hint']} ({one['code']})" for one in row["problems"]]
    why += row["notes"] + [f"{one['field']} differs" for one in row["changed"]]
    return {**row, "row": row["place"], "why": " ".join(why).removeprefix(": ")}


def _write(rows: list[dict[str, Any]], report: str) -> None:
    from rightaway.domain import import_reports  # noqa: PLC0415 -- only where a file is asked for
    from rightaway.domain.imports import Outcome, Problem, Row  # noqa: PLC0415

    made = [
        Row(
            **{
                **row,
                "outcome": Outcome(row["outcome"]),
                "problems": tuple(Problem(**one) for one in row["problems"]),
            }
        )
        for row in rows
    ]
    saved((line.encode() for line in import_reports.report(made)), report)
