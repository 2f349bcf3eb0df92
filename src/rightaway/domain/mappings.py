"""Reading a mapping that came from a file, collecting everything that is wrong with it."""

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rightaway.domain.errors import Invalid


@dataclass(slots=True)
class Reader:
    """
    Reads fields of one kind of document; `noun` opens the codes of its errors.

    Every method gives a usable value even when it found a problem, so that one pass finds them all. Places
    are JSON pointers (RFC 6901).
    """

    noun: str
    errors: list[Invalid] = field(default_factory=list)

    def problem(self, code: str, at: str, message: str, hint: str = "") -> None:
        self.errors.append(Invalid(f"{self.noun}.{code}", message, at=at, hint=hint))

    def fields(self, value: Any, at: str, *, known: Collection[str]) -> Mapping[str, Any]:
        """Take a mapping and object to fields nobody knows."""
        if not isinstance(value, Mapping):
            self.problem("not_a_mapping", at, f"Expected fields, found {_kind(value)}.")
            return {}
        for name in value:
            if name not in known:
                near = difflib.get_close_matches(str(name), known, n=1)
                hint = f"Did you mean {near[0]}?" if near else f"Known fields: {', '.join(sorted(known))}."
                self.problem("unknown_field", f"{at}/{name}", f"Nothing is called {name} here.", hint)
        return value

    def items(self, value: Any, at: str) -> list[tuple[str, Any]]:
        """Take a list; each item comes with its place."""
        if not isinstance(value, list | tuple):
            self.problem("not_a_list", at, f"Expected a list, found {_kind(value)}.")
            return []
        return [(f"{at}/{index}", item) for index, item in enumerate(value)]

    def text(self, fields: Mapping[str, Any], name: str, at: str, default: str | None = None) -> str:
        """Take a text; without a default it must be there and not be empty."""
        value = fields.get(name, default)
        if value is None:
            self.problem("field_missing", f"{at}/{name}", f"{name} is missing.")
        elif not isinstance(value, str) or (default is None and not value.strip()):
            self.problem("not_a_text", f"{at}/{name}", f"Expected a text, found {_kind(value)}.")
        return value if isinstance(value, str) else ""

    def texts(self, fields: Mapping[str, Any], name: str, at: str) -> tuple[str, ...]:
        """Take a list of texts; a missing one is empty."""
        found = []
        for place, item in self.items(fields.get(name, []), f"{at}/{name}"):
            if isinstance(item, str):
                found.append(item)
            else:
                self.problem("not_a_text", place, f"Expected a text, found {_kind(item)}.")
        return tuple(found)

    def flag(self, fields: Mapping[str, Any], name: str, at: str, *, default: bool) -> bool:
        value = fields.get(name, default)
        if isinstance(value, bool):
            return value
        if value in _FLAGS:  # the strict loader gives every scalar as text
            return _FLAGS[value]
        self.problem("not_a_flag", f"{at}/{name}", f"Expected true or false, found {_kind(value)}.")
        return default

    def whole(self, fields: Mapping[str, Any], name: str, at: str, *, default: int) -> int:
        """Take a whole number of at least 1."""
        value = fields.get(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return value
        self.problem(
            "not_a_number", f"{at}/{name}", f"Expected a whole number of 1 or more, found {_kind(value)}."
        )
        return default

    def one_of(self, value: str, known: Collection[str], at: str, what: str) -> None:
        if value not in known:
            near = difflib.get_close_matches(value, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"Known: {', '.join(sorted(known))}."
            self.problem(f"unknown_{what.replace(' ', '_')}", at, f"There is no {what} {value!r}.", hint)

    def each_of(self, values: Iterable[str], known: Collection[str], at: str, what: str) -> None:
        for index, value in enumerate(values):
            self.one_of(value, known, f"{at}/{index}", what)


_FLAGS = {"true": True, "false": False}


def _kind(value: Any) -> str:
    names = {dict: "fields", list: "a list", str: "a text", bool: "true or false", type(None): "nothing"}
    return names.get(type(value), f"{value!r:.40}")
