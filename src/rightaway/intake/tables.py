"""
Exports of other systems as rows: CSV in a declared dialect, or JSON with a declared place of its records.

Nothing is guessed that could be guessed in two ways. A cell is data, whatever a spreadsheet would make of it.
"""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rightaway.domain.errors import Invalid, TooLarge
from rightaway.intake.json import load_json
from rightaway.intake.limits import (
    IMPORT_BYTES,
    IMPORT_CELL_CHARACTERS,
    IMPORT_COLUMNS,
    IMPORT_ROWS,
    MIB,
)
from rightaway.intake.texts import place_in, quoted, utf8

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
AUTO = "auto"
UTF_16 = (b"\xff\xfe", b"\xfe\xff")
Cells = Mapping[str, str | tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class TableRow:
    """
    One record of the file.

    Args:
        place: Its number as a spreadsheet counts, the heading being 1; in JSON the number of the record from 1.
        value: Column -> cell, several cells where a heading repeats; of JSON the object itself.
        problem: Why it cannot be read at all, such as a row with too many cells.
    """

    place: int
    value: Any
    problem: Invalid | None = None


@dataclass(frozen=True, slots=True)
class TableFile:
    """`columns` is None for JSON, whose records say their own."""

    rows: tuple[TableRow, ...]
    columns: tuple[str, ...] | None = None


def read_csv(data: bytes, *, encoding: str = "utf-8", delimiter: str = AUTO) -> TableFile:
    """
    Read CSV with a heading row; quotes are `"`, doubled inside of quotes. Source: RFC 4180.

    A row that is broken is given with its problem, so that the others can still be looked at.

    Raises:
        TooLarge: `input.too_large`, `csv.rows`, `csv.columns`.
        Invalid: `text.encoding`, `csv.dialect`, `csv.header`, `csv.nul`, `csv.quote`.
    """
    text = _decoded(data, encoding)
    if "\x00" in text:
        raise Invalid(
            "csv.nul",
            "There is a NUL byte in the file.",
            hint="It is no CSV, or it was damaged on its way: export it again.",
            at=place_in(text, text.index("\x00")),
        )
    if not text.strip():
        raise Invalid("csv.header", "The file is empty.", hint="The first row names the columns.")
    header, *records = _records(text, _delimiter(text, delimiter))
    columns = _columns(header)
    rows = [_row(place, cells, columns) for place, cells in enumerate(records, 2) if any(cells)]
    _limit(len(rows))
    return TableFile(tuple(rows), columns)


def read_json(data: bytes, *, at: str = "") -> TableFile:
    """
    Read JSON that holds a list of objects.

    Args:
        at: The names that lead to the list, joined with dots; empty when the document is the list.

    Raises:
        TooLarge, Invalid: as `load_json`; `import.records` when there is no list of objects there.
    """
    value = load_json(data, limit=IMPORT_BYTES)
    for name in filter(None, at.split(".")):
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, list):
        raise Invalid(
            "import.records",
            f"There is no list of records at {quoted(at or 'the top')}.",
            hint="Say in the mapping where they are: records_at.",
        )
    _limit(len(value))
    return TableFile(tuple(_record(place, one) for place, one in enumerate(value, 1)))


def _record(place: int, value: Any) -> TableRow:
    if isinstance(value, dict):
        return TableRow(place, value)
    return TableRow(place, {}, Invalid("import.record", f"Fields are needed, this is {quoted(value)}."))


def cells(row: Any, column: str) -> list[str]:
    """
    Give what stands in a column: one text, several where the heading repeats, none where there is nothing.

    In JSON a column is a path: `fields.status.name`; a list on the way gives one text for each of its items. A name
    with dots in it is found as it stands first.

    Raises:
        Invalid: `import.cell`; what is there is no single value.
    """
    value = row[column] if column in row else _along(row, column)
    return [text for one in _flat(value) if (text := _plain(one)).strip()]


def _along(row: Any, column: str) -> Any:
    found: list[Any] = [row]
    for name in column.split("."):
        found = [one.get(name) for each in found for one in _flat(each) if isinstance(one, dict)]
    return found


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple):
        for one in value:
            yield from _flat(one)
    else:
        yield value


def _plain(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case int() | float():
            return str(value)
        case str():
            if len(value) > IMPORT_CELL_CHARACTERS:
                raise _cell_size()
            return value
    raise Invalid(
        "import.cell",
        "There are fields here, where one value is needed.",
        hint="Lead the column on to one of them, such as status.name.",
    )


def _decoded(data: bytes, encoding: str) -> str:
    if data.startswith(UTF_16) or data[:200].count(0) * 4 > len(data[:200]) > 0:
        raise Invalid(
            "csv.dialect",
            "This looks like UTF-16, which is not read.",
            hint="Save the file as UTF-8, or as Windows-1252 and say encoding: cp1252.",
        )
    if encoding == "utf-8":
        return utf8(data, limit=IMPORT_BYTES)
    if len(data) > IMPORT_BYTES:
        raise TooLarge("input.too_large", f"{IMPORT_BYTES // MIB} MiB is the limit.", hint="Split the file.")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise Invalid(
            "text.encoding",
            f"Byte {error.start} is not {encoding}.",
            hint="Say the encoding of the file in the mapping: utf-8 or cp1252.",
            at=f"byte {error.start}",
        ) from None


def _delimiter(text: str, declared: str) -> str:
    """Take the declared one; else the one that stands most often in the heading, outside of quotes."""
    if declared != AUTO:
        return DELIMITERS[declared]
    bare = "".join(_first_line(text).split('"')[::2])
    found = Counter({sign: bare.count(sign) for sign in DELIMITERS.values() if sign in bare})
    (best, most), (_, next_most) = [*found.most_common(2), (",", 0), (",", 0)][:2]
    if next_most == most > 0:
        raise Invalid(
            "csv.dialect",
            "The columns could be divided in two ways.",
            hint=f"Say the delimiter in the mapping: {', '.join(DELIMITERS)}.",
        )
    return best


def _first_line(text: str) -> str:
    is_quoted = False
    for index, sign in enumerate(text):
        is_quoted ^= sign == '"'
        if sign in "\r\n" and not is_quoted:
            return text[:index]
    return text


def _records(text: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    found: list[list[str]] = []
    try:
        for record in reader:
            found.append(record)
            _limit(len(found) - 1)
    except csv.Error as error:
        is_size = "field limit" in str(error)
        if is_size:
            raise _cell_size(at=f"line {reader.line_num}") from None
        raise Invalid(
            "csv.quote",
            f"A quote is not closed, or does not stand at the edge of its cell: {error}.",
            hint="Quotes go around a whole cell; a quote inside is written twice.",
            at=f"line {reader.line_num}",
        ) from None
    return found


def _columns(header: Sequence[str]) -> tuple[str, ...]:
    columns = tuple(one.strip() for one in header)
    if len(columns) > IMPORT_COLUMNS:
        raise TooLarge(
            "csv.columns",
            f"{IMPORT_COLUMNS} columns are the limit, here are {len(columns)}.",
            hint="Export fewer columns.",
        )
    if not any(columns):
        raise Invalid(
            "csv.header", "The first row names no column.", hint="Export the file with its heading."
        )
    return columns


def _row(place: int, record: Sequence[str], columns: Sequence[str]) -> TableRow:
    values: dict[str, str | tuple[str, ...]] = {}
    for column, cell in zip(columns, record, strict=False):
        held = values.get(column)
        values[column] = cell if held is None else ((held,) if isinstance(held, str) else held) + (cell,)
    if len(record) != len(columns):
        problem = Invalid(
            "csv.cells",
            f"The row has {len(record)} cells, the heading has {len(columns)}.",
            hint="Look for a delimiter or a line end outside of quotes.",
        )
        return TableRow(place, values, problem)
    if any(len(cell) > IMPORT_CELL_CHARACTERS for cell in record):
        return TableRow(place, {}, _cell_size())
    return TableRow(place, values)


def _cell_size(*, at: str = "") -> TooLarge:
    message = f"A cell has more than {IMPORT_CELL_CHARACTERS} characters."
    return TooLarge("csv.cell_size", message, hint="Shorten it.", at=at)


def _limit(rows: int) -> None:
    if rows > IMPORT_ROWS:
        raise TooLarge(
            "csv.rows",
            f"{IMPORT_ROWS} rows are the limit, here are more.",
            hint="Split the file into several.",
        )
