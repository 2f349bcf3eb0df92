"""Cells of a CSV file."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from rightaway.domain.spreadsheets import cell, lines


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, ""),
        (True, "yes"),
        (-1, -1),
        (0.5, 0.5),
        ("plain", "plain"),
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        (["=a", "b"], "'=a; b"),
        ({"b": 1, "a": "ü"}, '{"a": "ü", "b": 1}'),
        (timedelta(minutes=1), 60.0),
        (datetime(2026, 11, 22, 6, tzinfo=timezone(timedelta(hours=1))), "2026-11-22T05:00:00Z"),
    ],
)
def test_cell__value__as_a_spreadsheet_shows_it(value: Any, expected: Any):
    assert cell(value) == expected


def test_lines__rows__one_by_one_and_quoted():
    rows = iter([("a,b", 'say "x"'), ("line\nend", datetime(2026, 1, 1, tzinfo=UTC))])
    found = lines(("one", "two"), rows)
    assert next(found) == "one,two\r\n"
    assert next(found) == '"a,b","say ""x"""\r\n'
    assert next(rows)[0] == "line\nend"  # nothing is read ahead
