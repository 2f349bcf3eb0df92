"""The report of an import as files: every row for a spreadsheet, and the refused ones to mend and import again."""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from rightaway.domain.imports import Outcome, Row
from rightaway.domain.spreadsheets import lines

COLUMNS = ("row", "key", "outcome", "number", "title", "code", "column", "value", "message", "hint")


def report(rows: Iterable[Row]) -> Iterator[str]:
    """Give one line for each problem of a row, and one for a row without any; notes stand as messages."""
    return lines(COLUMNS, (line for row in rows for line in _lines(row)))


def _lines(row: Row) -> Iterator[Sequence[Any]]:
    head = (row.place, row.key, str(row.outcome), row.number, row.title)
    if row.problems:
        for one in row.problems:
            yield (*head, one.code, one.column, one.value, one.message, one.hint)
        return
    changed = [f"{one['field']}: {one['before']} -> {one['after']}" for one in row.changed]
    yield (*head, "", "", "", " ".join((*row.notes, *changed)), "")


def mending_csv(rows: Iterable[Row], delimiter: str = ",") -> Iterator[str]:
    """
    Give the refused rows as they were, with what is wrong in a last column.

    Mended, the file can be imported with the same mapping, which takes no notice of that column.
    """
    refused = [row for row in rows if row.outcome is Outcome.REFUSED]
    columns = list(dict.fromkeys(name for row in refused for name in row.source))
    what = "what is wrong"
    cells = ([*(row.source.get(name) for name in columns), _wrong(row)] for row in refused)
    return lines([*columns, what], cells, delimiter)


def _wrong(row: Row) -> str:
    return " ".join(f"{one.column}: {one.message}" if one.column else one.message for one in row.problems)


def mending_json(rows: Iterable[Row], at: str) -> str:
    """Give the refused records where the mapping looks for them."""
    found: Any = [row.source for row in rows if row.outcome is Outcome.REFUSED]
    for name in reversed([one for one in at.split(".") if one]):
        found = {name: found}
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"
