"""
A strict reader for the JSON that programs send: what two readers would understand differently is refused.

Source: RFC 8259 with the restrictions of I-JSON (RFC 7493): unique members, whole Unicode, numbers that every
reader keeps exactly.
"""

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Any

from rightaway.domain.errors import Invalid
from rightaway.intake.documents import Document, Location
from rightaway.intake.limits import JSON_BIGGEST_INTEGER, JSON_BYTES, JSON_DEPTH
from rightaway.intake.texts import decoded, place_in, quoted, unprintable

# A string, also one that never ends: passed over in one go, or the search would start again inside it.
_STRING_OR_BRACKET = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_DIGITS_KEPT = 16


@dataclass(frozen=True, slots=True)
class _Flaw:
    """Stands in the value for what must not be there, until the walk that knows the place finds it."""

    code: str
    message: str
    hint: str
    member: tuple[str, ...] = ()


def load_json(data: bytes, *, limit: int = JSON_BYTES) -> Any:
    """
    Read one JSON value.

    Raises:
        TooLarge: `input.too_large`.
        Invalid: `json.*` and `text.*`; `at` is `line:column` for syntax and depth, else a JSON pointer.
    """
    text = decoded(data, limit=limit)
    _refuse_depth(text)
    try:
        value = json.loads(
            text,
            object_pairs_hook=_members,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_constant,
        )
    except json.JSONDecodeError as error:
        raise Invalid(
            "json.syntax",
            f"This is not JSON: {error.msg}.",
            hint="Look at this place and just before it.",
            at=f"{error.lineno}:{error.colno}",
        ) from None
    _refuse_flaws(value, ())
    return value


def load_json_document(data: bytes, *, limit: int = JSON_BYTES) -> Document:
    """Read JSON for a schema; places in its errors are JSON pointers."""
    return Document(load_json(data, limit=limit))


def _refuse_depth(text: str) -> None:
    depth = 0
    for found in _STRING_OR_BRACKET.finditer(text):
        match found[0][0]:
            case "[" | "{":
                depth += 1
            case "]" | "}":
                depth -= 1
        if depth > JSON_DEPTH:
            message = f"Values are nested deeper than {JSON_DEPTH} levels."
            raise Invalid("json.too_deep", message, at=place_in(text, found.start()))


def _members(pairs: list[tuple[str, Any]]) -> Any:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    twice = Counter(name for name, _ in pairs).most_common(1)[0][0]
    message = f"{quoted(twice)} stands twice in one object."
    return _Flaw("json.duplicate_member", message, "Keep one of them.", (twice,))


def _integer(digits: str) -> int | _Flaw:
    if len(digits) > _DIGITS_KEPT + 1 or abs(int(digits)) > JSON_BIGGEST_INTEGER:
        return _number(digits, "Whole numbers go up to 2**53; send larger ones as text.")
    return int(digits)


def _float(digits: str) -> float | _Flaw:
    value = float(digits)
    return _number(digits, "Send it as text.") if value in {float("inf"), float("-inf")} else value


def _constant(word: str) -> _Flaw:
    return _number(word, "Send null, or leave the member out.")


def _number(digits: str, hint: str) -> _Flaw:
    return _Flaw("json.number", f"{quoted(digits)} is not a number that every reader keeps.", hint)


def _refuse_flaws(value: Any, location: Location) -> None:
    match value:
        case _Flaw():
            at = Document(value).place((*location, *value.member))
            raise Invalid(value.code, value.message, hint=value.hint, at=at)
        case str():
            if bad := unprintable(value):
                raise Invalid(bad[0], bad[1], hint=bad[2], at=Document(value).place(location))
        case dict():
            for name, member in value.items():
                _refuse_flaws(name, (*location, name))
                _refuse_flaws(member, (*location, name))
        case list():
            for index, item in enumerate(value):
                _refuse_flaws(item, (*location, index))
