"""Tables as CSV that a spreadsheet shows and never runs."""

import csv
import json
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

_RUN = ("=", "+", "-", "@", "\t", "\r", "\n")


class _Line:
    """Catches the line that the writer makes."""

    def __init__(self) -> None:
        self.text = ""

    def write(self, text: str) -> None:
        self.text = text


def lines(columns: Sequence[str], rows: Iterable[Iterable[Any]], delimiter: str = ",") -> Iterator[str]:
    """Give the lines of the file one by one, its heading first. Source: RFC 4180."""
    line = _Line()
    writer = csv.writer(line, delimiter=delimiter)
    writer.writerow(columns)
    yield line.text
    for row in rows:
        writer.writerow([cell(value) for value in row])
        yield line.text


def cell(value: Any) -> str | int | float:
    """
    Give what stands in a cell: times in UTC, durations in seconds, lists joined, nothing for None.

    A text that a spreadsheet would take for a formula gets a leading apostrophe; numbers stay numbers.

    Source: OWASP, CSV injection.
    """
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return value
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case timedelta():
            return value.total_seconds()
        case dict():
            return _safe(json.dumps(value, ensure_ascii=False, sort_keys=True, default=str))
        case list() | tuple():
            return _safe("; ".join(str(one) for one in value))
    return _safe(str(value))


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(_RUN) else text
