"""Exports as they really come: dialects, encodings, ragged rows, huge cells; and mappings that say something wrong."""

from datetime import UTC, datetime

import pytest

from rightaway.domain.errors import Invalid, TooLarge
from rightaway.intake.import_rows import Translated, read_mapping, read_table, translate
from rightaway.intake.limits import IMPORT_BYTES, IMPORT_CELL_CHARACTERS, IMPORT_COLUMNS, IMPORT_ROWS
from rightaway.intake.tables import read_csv, read_json

MAPPING = """
kind: import-mapping
name: Test
records: changes
system: test
format: csv
time_zone: Europe/Berlin
fields:
  key: {column: id}
  title: {column: title}
  description: {constant: d}
  state: {column: state, values: {Open: registered, Done: closed}}
  change_type: {constant: normal}
  planned_start: {column: start, formats: ["%d.%m.%Y %H:%M", iso], optional: true}
  url: {column: link, optional: true}
"""
HEAD = "id,title,state,start,link\n"


def rows(text: str, mapping: str = MAPPING) -> list[Translated]:
    found = read_mapping(mapping.encode())
    return [translate(one, found) for one in read_table(text.encode(), found).rows]


def codes(text: str, mapping: str = MAPPING) -> list[list[str]]:
    return [[one.code for one in row.problems] for row in rows(text, mapping)]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "csv.header"),
        (b" ,,\n1,2,3\n", "csv.header"),
        ("id,title\n1,2\n".encode("utf-16"), "csv.dialect"),
        ("id,title\n1,2\n".encode("utf-16-le"), "csv.dialect"),
        (b"id,title;state\n1,2;3\n", "csv.dialect"),
        (b"id,title\n1,a\x00b\n", "csv.nul"),
        (b'id,title\n1,"never closed\n', "csv.quote"),
        (b'id,title\n1,"closed"too late\n', "csv.quote"),
        (b"id,title\n1,\xe4\n", "text.encoding"),
    ],
)
def test_csv__not_what_it_should_be__refused_as_a_whole(data: bytes, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_csv(data)
    assert caught.value.code == code
    assert caught.value.hint


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"x" * (IMPORT_BYTES + 1), "input.too_large"),
        (b"id\n" + b"1\n" * (IMPORT_ROWS + 1), "csv.rows"),
        (b"a," * (IMPORT_COLUMNS + 1) + b"\n", "csv.columns"),
        (b"id\n" + b"x" * 200_000 + b"\n", "csv.cell_size"),
    ],
)
def test_csv__more_than_is_read__refused(data: bytes, code: str) -> None:
    with pytest.raises(TooLarge) as caught:
        read_csv(data)
    assert caught.value.code == code


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_csv__any_of_the_delimiters__found_in_the_heading(sign: str) -> None:
    found = read_csv(f'id{sign}"a{sign}, b"{sign}c\n1{sign}2{sign}3\n'.encode())
    assert found.columns == ("id", f"a{sign}, b", "c")


def test_csv__cp1252_as_declared__read() -> None:
    found = read_csv("id,name\n1,Jürgen €\n".encode("cp1252"), encoding="cp1252")
    assert found.rows[0].value["name"] == "Jürgen €"


def test_csv__byte_order_mark__no_part_of_the_first_heading() -> None:
    assert read_csv("\ufeffid,a\n1,2\n".encode()).columns == ("id", "a")


def test_rows__ragged_or_huge__each_with_its_own_problem() -> None:
    huge = "x" * (IMPORT_CELL_CHARACTERS + 1)
    assert codes(f"{HEAD}1,a,Open\n2,b,Open,,,more\n3,{huge},Open,,\n4,d,Open,,\n") == [
        ["csv.cells"],
        ["csv.cells"],
        ["csv.cell_size"],
        [],
    ]


def test_row__formula_in_a_cell__is_a_text() -> None:
    (row,) = rows(f'{HEAD}1,"=HYPERLINK(""http://x"")",Open,,\n')
    assert row.values["title"] == '=HYPERLINK("http://x")'


def test_row__apostrophe_that_guards_a_formula__taken_away() -> None:
    (row,) = rows(f"{HEAD}1,'=1+1,Open,,\n")
    assert row.values["title"] == "=1+1"


def test_row__several_cells_wrong__all_named_with_column_and_value() -> None:
    (row,) = rows(f"{HEAD}1,a\u202eb,Lost,31.02.2030 10:00,javascript:x\n")
    assert [(one.code, one.column) for one in row.problems] == [
        ("import.address", "link"),
        ("import.value", "state"),
        ("text.invisible", "title"),
        ("time.format", "start"),
    ]


@pytest.mark.parametrize(
    ("cell", "code"), [("29.03.2026 02:30", "time.nonexistent"), ("25.10.2026 02:30", "time.ambiguous")]
)
def test_row__hour_that_the_clocks_skip_or_repeat__refused(cell: str, code: str) -> None:
    assert codes(f"{HEAD}1,a,Open,{cell},\n") == [[code]]


def test_row__local_time__read_in_the_zone_of_the_mapping() -> None:
    (row,) = rows(f"{HEAD}1,a,Open,01.07.2030 10:00,\n")
    assert row.values["planned_start"] == datetime(2030, 7, 1, 8, tzinfo=UTC)


def test_row__heading_that_repeats__all_its_cells() -> None:
    mapping = MAPPING + '  affected_cis: {column: part, split: ";"}\n'
    (row,) = rows("id,title,state,part,part\n1,a,Open,x,y\n", mapping)
    assert row.values["affected_cis"] == ["x", "y"]


@pytest.mark.parametrize(
    ("data", "at", "code"),
    [
        (b"[1]", "", ""),
        (b"{}", "", "import.records"),
        (b'{"a": {}}', "a.b", "import.records"),
        (b"[" * 100, "", "json.too_deep"),
        (b'[{"a": NaN}]', "", "json.number"),
        (b'[{"a": 1, "a": 2}]', "", "json.duplicate_member"),
    ],
)
def test_json__not_what_it_should_be__refused(data: bytes, at: str, code: str) -> None:
    if not code:
        assert [one.problem.code for one in read_json(data, at=at).rows if one.problem] == ["import.record"]
        return
    with pytest.raises(Invalid) as caught:
        read_json(data, at=at)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("was", "becomes", "code"),
    [
        ("  key: {column: id}\n", "", "field.missing"),
        ("Open: registered", "Open: authorised", "field.value"),
        ("{column: id}", "{column: id, constant: x}", "import.rule"),
        ("{column: id}", "{}", "import.rule"),
        ("  url:", "  colour:", "field.unknown"),
        ("%d.%m.%Y %H:%M", "%Y %Y", "import.format"),
        ("%d.%m.%Y %H:%M", "today", "import.format"),
        ("Europe/Berlin", "EST", "time.zone"),
        ("records: changes", "records: incidents", "field.value"),
    ],
)
def test_mapping__says_something_wrong__refused_with_its_line(was: str, becomes: str, code: str) -> None:
    with pytest.raises(Invalid) as caught:
        read_mapping(MAPPING.replace(was, becomes).encode())
    assert code in {one.code for one in caught.value.errors}
    assert all(":" in one.at for one in caught.value.errors)
