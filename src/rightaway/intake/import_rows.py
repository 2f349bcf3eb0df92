"""A row of an export, translated by a mapping into values of ours; every cell that is wrong is named."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from difflib import get_close_matches
from functools import partial
from typing import Any

from rightaway.domain.errors import Invalid
from rightaway.domain.imports import TARGETS, Field, Problem, Target
from rightaway.intake.documents import Document
from rightaway.intake.import_mappings import ISO, FieldRule, ImportMapping, not_one_of
from rightaway.intake.json import load_json_document
from rightaway.intake.schema import read
from rightaway.intake.tables import TableFile, TableRow, cells, read_csv, read_json
from rightaway.intake.texts import quoted, shown, visible
from rightaway.intake.times import in_zone, moment
from rightaway.intake.yaml import load_yaml

_GUARDED = ("'=", "'+", "'-", "'@", "'\t", "'\r", "'\n")
_ADDRESSES = ("https://", "http://")
_MANY = 2_000_000_000
_SCALE = ("1", "2", "3", "4")


@dataclass(frozen=True, slots=True)
class Translated:
    """
    What a row says.

    Args:
        values: Our field -> its value; a field that the row says nothing about is not in it. Persons, services and
            items are as the other system calls them.
        state_there: The state as the other system calls it.
        columns: Our field -> the columns it came from, for whoever finds something wrong with it later.
    """

    place: int
    values: Mapping[str, Any]
    columns: Mapping[str, str]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    source: Mapping[str, Any]
    state_there: str = ""


def read_mapping(data: bytes) -> ImportMapping:
    """Read a mapping file, as YAML or as the same in JSON."""
    document: Document = load_json_document(data) if data.lstrip()[:1] == b"{" else load_yaml(data)
    return read(document, ImportMapping)


def read_table(data: bytes, mapping: ImportMapping) -> TableFile:
    """
    Read the file, and see that it has the columns that the mapping speaks of.

    Raises:
        Invalid: what is wrong with the file as a whole; `import.column` with all the columns that are missing.
    """
    if mapping.format == "json":
        return read_json(data, at=mapping.records_at)
    table = read_csv(data, encoding=mapping.encoding, delimiter=mapping.delimiter)
    assert table.columns is not None
    missing = [
        _missing(column, name, table.columns)
        for name, rule in mapping.fields.items()
        for column in rule.sources
        if column not in table.columns and not rule.optional
    ]
    if missing:
        first = missing[0]
        raise Invalid(first.code, first.message, hint=first.hint, at=first.at, errors=missing)
    return table


def _missing(column: str, name: str, columns: tuple[str, ...]) -> Invalid:
    close = get_close_matches(column, columns, n=1)
    has = f"Did you mean {quoted(close[0])}?" if close else f"It has: {', '.join(map(shown, columns[:20]))}."
    return Invalid(
        "import.column",
        f"The file has no column {quoted(column)}, which fills {name}.",
        hint=f"{has} Correct the mapping, or say optional: true.",
        at=f"1:{shown(column)}",
    )


def translate(row: TableRow, mapping: ImportMapping) -> Translated:
    """Give what the row says; nothing is raised, what is wrong stands in `problems`."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    notes: list[str] = []
    columns = {name: ", ".join(rule.sources) for name, rule in mapping.fields.items()}
    if row.problem is not None:
        problems.append(Problem(row.problem.code, row.problem.message, row.problem.hint))
        return Translated(row.place, {}, columns, tuple(problems), (), _source(row))
    for name, target in TARGETS[mapping.records].items():
        rule = mapping.fields.get(name)
        if rule is None:
            continue
        try:
            text = _text(row, rule, mapping)
            _need(text, name, target)
            value = _value(text, name, target, rule, mapping, notes) if text else None
        except Invalid as error:
            given = _first(row, rule)
            problems.append(Problem(error.code, error.message, error.hint, columns[name], shown(given)))
            continue
        if value is not None:
            values[name] = value
    state = shown(_first(row, mapping.fields["state"]))
    return Translated(row.place, values, columns, tuple(problems), tuple(notes), _source(row), state)


def _need(text: str, name: str, target: Target) -> None:
    if target.is_needed and not text:
        raise Invalid(
            "import.empty", f"There is nothing to fill {name} with.", hint="Fill the cell, or give a default."
        )


def _text(row: TableRow, rule: FieldRule, mapping: ImportMapping) -> str:
    if rule.constant is not None:
        return rule.constant
    given = [one for column in rule.sources for one in cells(row.value, column)]
    if mapping.cells == "spreadsheet_safe":
        given = [one[1:] if one.startswith(_GUARDED) else one for one in given]
    joined = (rule.split or rule.join).join(one.strip() for one in given)
    return _meant(joined, rule) if joined else rule.default or ""


def _meant(text: str, rule: FieldRule) -> str:
    if not rule.values:
        return text
    table = {key.casefold(): value for key, value in rule.values.items()}
    if (found := table.get(text.casefold())) is not None:
        return found
    if rule.otherwise == "keep":
        return text
    if rule.otherwise == "default":
        return rule.default or ""
    raise Invalid(
        "import.value",
        f"The mapping does not say what {quoted(text)} means.",
        hint=f"Add it to values; it knows: {', '.join(map(shown, list(rule.values)[:20]))}.",
    )


def _first(row: TableRow, rule: FieldRule) -> str:
    try:
        return next((one for column in rule.sources for one in cells(row.value, column)), "")
    except Invalid:
        return ""


def _value(
    text: str, name: str, target: Target, rule: FieldRule, mapping: ImportMapping, notes: list[str]
) -> Any:
    match target.kind:
        case Field.MOMENT:
            return _moment(text, rule, mapping.time_zone)
        case Field.CHOICE:
            if text not in target.choices:
                raise not_one_of(text, target.choices)
            return text
        case Field.SCALE:
            if text not in _SCALE:
                raise Invalid(
                    "number.range",
                    f"A whole number from 1 to 4 is needed, this is {quoted(text)}.",
                    hint="Say in values what it means: 1 is the highest.",
                )
            return int(text)
        case Field.NUMBER:
            return _number(text)
        case Field.ITEMS:
            found = [one.strip() for one in text.split(rule.split)] if rule.split else [text]
            return [visible(one, one_line=True) for one in found if one]
        case Field.ADDRESS:
            return _address(text, target)
    is_line = target.kind is not Field.TEXT
    if is_line:
        text = " ".join(text.split())
    return visible(_short(text, name, target, notes, may_cut=rule.shorten), one_line=is_line)


def _short(text: str, name: str, target: Target, notes: list[str], *, may_cut: bool) -> str:
    if len(text) <= target.longest:
        return text
    if not may_cut:
        raise Invalid(
            "text.length",
            f"At most {target.longest} characters are read, these are {len(text)}.",
            hint="Shorten it, or say shorten: true in the mapping.",
        )
    notes.append(f"{name} was cut to {target.longest} characters.")
    return text[: target.longest - 1] + "…"


def _number(text: str) -> int:
    plain = text.replace(".", "", 1) if text.endswith((".0", ".00")) else text
    whole = text.partition(".")[0] if plain != text else text
    if whole.isascii() and whole.isdigit() and len(whole) <= len(str(_MANY)) and int(whole) <= _MANY:
        return int(whole)
    raise Invalid(
        "number.range",
        f"A whole number up to {_MANY} is needed, this is {quoted(text)}.",
        hint="Write digits only.",
    )


def _address(text: str, target: Target) -> str:
    text = visible(text, one_line=True)
    if not text.startswith(_ADDRESSES) or len(text) > target.longest or " " in text:
        raise Invalid(
            "import.address", f"{quoted(text)} is no address of a web page.", hint="Begin with https://."
        )
    return text


def _moment(text: str, rule: FieldRule, time_zone: str) -> datetime:
    for shape in rule.formats or (ISO,):
        reads = partial(moment, text) if shape == ISO else partial(_shaped, text, shape, time_zone)
        try:
            return reads()
        except ValueError:
            continue
        except Invalid as error:
            if error.code != "time.format":
                raise
    raise Invalid(
        "time.format",
        f"{quoted(text)} is not a date and time as the mapping says: {', '.join(rule.formats or (ISO,))}.",
        hint="Correct the cell, or add its format.",
    )


def _shaped(text: str, shape: str, time_zone: str) -> datetime:
    try:
        found = datetime.strptime(text, shape)  # noqa: DTZ007 -- the zone of the mapping is put in below
        return in_zone(found, time_zone) if found.tzinfo is None else found.astimezone(UTC)
    except OverflowError as error:
        raise ValueError from error


def _source(row: TableRow) -> Mapping[str, Any]:
    return dict(_sources(row))


def _sources(row: TableRow) -> Iterator[tuple[str, Any]]:
    for name, value in row.value.items():
        yield name, "; ".join(value) if isinstance(value, tuple) else value
