"""The mapping file of an import: which column fills which field, and what its values mean here."""

import re
from collections.abc import Iterator
from datetime import datetime
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from rightaway.domain import imports as domain
from rightaway.domain.errors import Invalid
from rightaway.domain.imports import TARGETS, Kind
from rightaway.intake.fields import Account, Flag, Line, Text, Word
from rightaway.intake.schema import FileModel, Problem, refuse
from rightaway.intake.texts import quoted
from rightaway.intake.times import zone

Heading = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Given = Annotated[str, StringConstraints(max_length=300)]
Shape = Annotated[str, StringConstraints(min_length=2, max_length=60)]
ISO = "iso"


class FieldRule(FileModel):
    """
    How one field is filled.

    Args:
        column: Whose cell; in JSON a path such as `fields.status.name`.
        columns: Several whose texts are put together with `join`; an empty one is left out.
        constant: The value of every row, instead of a column.
        default: What counts where the cell is empty, or its value is in no table (`otherwise: default`).
        values: What stands there -> what it means here, without regard to case; `otherwise` says what to do
            with a value that is not in the table: refuse the row, take the default, or keep it as it is.
        formats: How dates are written, such as `%Y-%m-%d %H:%M:%S`; `iso` is 2026-11-20T22:30Z.
        split: What stands between the items of a list in one cell.
        shorten: Cut what is too long instead of refusing the row.
        optional: The file may lack the column.
    """

    column: Heading | None = None
    columns: Annotated[tuple[Heading, ...], Field(max_length=20)] = ()
    join: Given = "\n\n"
    constant: Text | None = None
    default: Text | None = None
    values: Annotated[dict[Given, Given], Field(max_length=500)] = {}
    otherwise: Literal["refuse", "default", "keep"] = "refuse"
    formats: Annotated[tuple[Shape, ...], Field(max_length=10)] = ()
    split: Given | None = None
    shorten: Flag = False
    optional: Flag = False

    @property
    def sources(self) -> tuple[str, ...]:
        return (self.column,) if self.column else self.columns

    @model_validator(mode="after")
    def _says_where_from(self) -> Self:
        ways = [bool(self.column), bool(self.columns), self.constant is not None]
        if sum(ways) > 1:
            error = Invalid(
                "import.rule", "A field is filled in one way.", hint="Keep column, columns or constant."
            )
            refuse([((), error)])
        if not any(ways) and self.default is None:
            error = Invalid("import.rule", "Nothing fills this field.", hint="Name its column.")
            refuse([((), error)])
        if self.otherwise == "default" and self.default is None:
            error = Invalid("import.rule", "There is no default to take.", hint="Write default: ...")
            refuse([(("otherwise",), error)])
        return self


class People(FileModel):
    """
    Who is who.

    Args:
        table: As the file calls them -> account here.
        by: How a person who is not in the table is looked for, in this order.
        unknown: Refuse the row, or leave the field empty and say so in the report.
    """

    table: Annotated[dict[Given, Account], Field(max_length=5000)] = {}
    by: Annotated[tuple[Literal["username", "email", "name"], ...], Field(max_length=3)] = (
        "username",
        "email",
        "name",
    )
    unknown: Literal["refuse", "empty"] = "empty"


class ImportMapping(FileModel):
    """
    A file that says how the export of another system is read.

    Args:
        records: What its rows are.
        system: The other system; with the key of a row it makes the identity of a record.
        records_at: JSON: the names that lead to the list of records, joined with dots.
        cells: `spreadsheet_safe` takes away the apostrophe that guards a formula, as our own files have it.
        time_zone: Of dates that do not say theirs.
    """

    kind: Literal["import-mapping"]
    name: Line
    records: Kind
    system: Word
    format: Literal["csv", "json"]
    encoding: Literal["utf-8", "cp1252"] = "utf-8"
    delimiter: Literal["auto", "comma", "semicolon", "tab", "bar"] = "auto"
    records_at: Given = ""
    cells: Literal["spreadsheet_safe", "as_is"] = "spreadsheet_safe"
    time_zone: Line = "UTC"
    people: People = People()
    fields: dict[Word, FieldRule]

    @model_validator(mode="after")
    def _fits_its_records(self) -> Self:
        problems: list[Problem] = []
        try:
            zone(self.time_zone)
        except Invalid as error:
            problems.append((("time_zone",), error))
        targets = TARGETS[self.records]
        for name, rule in self.fields.items():
            if name not in targets:
                problems.append((("fields", name), _no_field(name, targets)))
            else:
                problems += [(("fields", name, *at), error) for at, error in _misfits(targets[name], rule)]
        problems += [
            (("fields",), Invalid("field.missing", f"Nothing fills the field {name}.", hint="Add it."))
            for name, target in targets.items()
            if target.is_needed and name not in self.fields
        ]
        refuse(problems)
        return self


def _no_field(name: str, targets: Any) -> Invalid:
    close = get_close_matches(name, targets, n=1)
    hint = f"Did you mean {close[0]}?" if close else f"The fields are: {', '.join(sorted(targets))}."
    return Invalid("field.unknown", f"There is no field {quoted(name)}.", hint=hint)


def _misfits(target: domain.Target, rule: FieldRule) -> list[Problem]:
    """Find values that the field does not take, so that a mapping is refused before any row is."""
    problems: list[Problem] = []
    if target.choices:
        given: list[tuple[tuple[str, ...], str | None]] = [
            (("values", key), value) for key, value in rule.values.items()
        ]
        given += [((name,), getattr(rule, name)) for name in ("constant", "default")]
        problems += [
            (at, not_one_of(value, target.choices))
            for at, value in given
            if value and value not in target.choices
        ]
    if rule.formats and target.kind is not domain.Field.MOMENT:
        error = Invalid("import.rule", "This field takes no date.", hint="Leave formats out.")
        problems.append((("formats",), error))
    return [*problems, *_shapeless(rule.formats)]


def _shapeless(formats: tuple[str, ...]) -> Iterator[Problem]:
    for index, shape in enumerate(formats):
        try:
            datetime.strptime("", shape)  # noqa: DTZ007 -- only to see whether it is a format
        except ValueError as error:
            has_year = "%Y" in shape or "%y" in shape
            is_wrong = shape != ISO and (not has_year or "does not match" not in str(error))
        except re.error:  # the same part of a date twice
            is_wrong = True
        else:
            is_wrong = True  # it asks for nothing
        if is_wrong:
            hint = "Write for example %Y-%m-%d %H:%M:%S, or iso."
            yield (
                ("formats", index),
                Invalid("import.format", f"{quoted(shape)} is no format of dates.", hint=hint),
            )


def not_one_of(value: str, choices: tuple[str, ...]) -> Invalid:
    return Invalid(
        "field.value", f"{quoted(value)} is not one of the values.", hint=f"Use one of: {', '.join(choices)}."
    )
