"""The types of single fields; every value arrives as text from YAML, or typed from JSON."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, BeforeValidator, StringConstraints

from rightaway.domain.errors import Invalid
from rightaway.intake.schema import as_field_error
from rightaway.intake.templates import template
from rightaway.intake.texts import quoted, visible
from rightaway.intake.times import moment

T = TypeVar("T")

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,14})", re.ASCII)
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,9})?", re.ASCII)
# What other readers of YAML or JSON take for a number: out of range here, rather than no number at all.
_NUMBER_ELSEWHERE = re.compile(
    r"[-+]?(?:\.(?:inf|nan)|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?(?:e[-+]?[0-9]+)?|[0-9]{16,})|true|false",
    re.IGNORECASE,
)


def accepted_by(check: Callable[[Any], T]) -> Callable[[Any], T]:
    """Make a plain check, which raises Invalid, the validator of a field."""

    def validator(value: Any) -> T:
        try:
            return check(value)
        except Invalid as error:
            raise as_field_error(error) from None

    return validator


def whole(low: int, high: int) -> BeforeValidator:
    """A whole number from `low` to `high`, in plain digits: `010` and `1_000` are refused, not guessed."""

    def check(value: Any) -> int:
        text = str(value) if isinstance(value, int | float) else value
        if isinstance(text, str) and _WHOLE.fullmatch(text) and low <= int(text) <= high:
            return int(text)
        need = f"A whole number from {low} to {high} is needed, this is {quoted(value)}."
        if isinstance(text, str) and (_WHOLE.fullmatch(text) or _NUMBER_ELSEWHERE.fullmatch(text)):
            raise Invalid("number.range", need)
        raise Invalid("type.expected_integer", need, hint="Write plain digits, without leading zeros.")

    return BeforeValidator(accepted_by(check))


def decimal(low: float, high: float) -> BeforeValidator:
    """A number from `low` to `high` in plain digits with at most nine after the point: no exponents, no `.5`."""

    def check(value: Any) -> float:
        text = str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value
        if isinstance(text, str) and _DECIMAL.fullmatch(text) and low <= float(text) <= high:
            return float(text)
        need = f"A number from {low:g} to {high:g} is needed, this is {quoted(value)}."
        if isinstance(text, str) and (_DECIMAL.fullmatch(text) or _NUMBER_ELSEWHERE.fullmatch(text)):
            raise Invalid("number.range", need)
        raise Invalid("type.expected_number", need, hint="Write plain digits, such as 1.25.")

    return BeforeValidator(accepted_by(check))


def shaped(pattern: str, words: str) -> AfterValidator:
    """A text of one shape; `words` say the shape to a person."""
    shape = re.compile(pattern, re.ASCII)

    def check(value: str) -> str:
        if not shape.fullmatch(value):
            raise Invalid("text.pattern", f"{quoted(value)} is not accepted here.", hint=f"Use {words}.")
        return value

    return AfterValidator(accepted_by(check))


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in {"true", "false"}:
        return bool(value == "true")
    raise Invalid(
        "type.expected_boolean", f"Yes or no is needed, this is {quoted(value)}.", hint="Write true or false."
    )


def _version(value: Any) -> Any:
    if isinstance(value, int | float):
        raise Invalid(
            "type.quote_version", "A version is a text: as a number 1.10 would be 1.1.", hint='Write "1.10".'
        )
    return value


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise Invalid("type.expected_text", f"A date and time is needed, this is {quoted(value)}.")
    return moment(value)


def _digest(value: str) -> str:
    if re.fullmatch(r"[0-9a-f]{64}", value):
        return value
    raise Invalid(
        "artefact.digest_format",
        f"{quoted(value)} is not a SHA-256.",
        hint="Write its 64 lower-case hexadecimal digits.",
    )


def _text(value: str) -> str:
    return visible(value, one_line=False)


def _line(value: str) -> str:
    if value != value.strip():
        raise Invalid("text.pattern", f"{quoted(value)} begins or ends with a space.", hint="Remove it.")
    return visible(value, one_line=True)


def _relative_path(value: str) -> str:
    parts = value.split("/")
    if value == "." or (not {"", ".", ".."} & set(parts) and "\\" not in value and ":" not in parts[0]):
        return value
    raise Invalid(
        "file.path",
        f"{quoted(value)} leads out of the folder of this file, or is not in plain form.",
        hint="Write a path such as app/start.sh, with / and without .. parts.",
    )


Line = Annotated[str, StringConstraints(min_length=1, max_length=300), AfterValidator(accepted_by(_line))]
Title = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(accepted_by(_line))]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120), AfterValidator(accepted_by(_line))]
ShortName = Annotated[str, StringConstraints(min_length=1, max_length=80), AfterValidator(accepted_by(_line))]
Text = Annotated[str, StringConstraints(min_length=1, max_length=20_000), AfterValidator(accepted_by(_text))]

Key = Annotated[
    str,
    shaped(
        r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}",
        "up to 80 letters, digits, _ and -, beginning with a letter or digit",
    ),
]
Word = Annotated[
    str, shaped(r"[a-z][a-z0-9_-]{0,39}", "up to 40 small letters, digits, _ and -, beginning with a letter")
]
ACCOUNT = r"[A-Za-z0-9@.+_-]{1,150}"
Account = Annotated[str, shaped(ACCOUNT, "the name of an account")]
Reference = Annotated[
    str, shaped(r"[A-Za-z0-9][A-Za-z0-9._/#-]{0,79}", "the number of a record, such as CHG-000042")
]
Version = Annotated[
    str,
    BeforeValidator(accepted_by(_version)),
    shaped(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,39}", "up to 40 letters, digits, dots, +, _ and -"),
]
VariableName = Annotated[
    str, shaped(r"[A-Za-z_][A-Za-z0-9_]{0,79}", "letters, digits and _, not beginning with a digit")
]
Digest = Annotated[str, AfterValidator(accepted_by(_digest))]
Commit = Annotated[str, shaped(r"[0-9a-f]{40}", "the 40 hexadecimal digits of a commit")]
RelativePath = Annotated[
    str,
    StringConstraints(min_length=1, max_length=255),
    AfterValidator(accepted_by(_line)),
    AfterValidator(accepted_by(_relative_path)),
]
Template = Annotated[
    str,
    StringConstraints(max_length=2000),
    AfterValidator(accepted_by(_text)),
    AfterValidator(accepted_by(template)),
]
Flag = Annotated[bool, BeforeValidator(accepted_by(_flag))]
Moment = Annotated[datetime, BeforeValidator(accepted_by(_moment))]
Scale = Annotated[int, whole(1, 4)]
Count = Annotated[int, whole(1, 10_000)]
Seconds = Annotated[int, whole(1, 86_400)]
