"""Fields of release policies in which each line is one thing: windows, freezes, shares, who approves besides."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rightaway.web.forms.base import Lines

UNITS = {"d": 86_400, "h": 3600, "min": 60, "s": 1}
_SPAN = re.compile(r"(\d{1,9}) ?(d|h|min|s)", re.ASCII)
_WINDOW = re.compile(r"([0-6](?:,[0-6])*) (\d\d:\d\d)-(\d\d:\d\d)(?: (\S{1,60}))?", re.ASCII)
_MINUTE = r"\d{4}-\d\d-\d\d \d\d:\d\d"
_FREEZE = re.compile(
    rf"(?P<starts>{_MINUTE}) - (?P<ends>{_MINUTE})(?: (?!soft\b|except\b)(?P<zone>[^\s:]{{1,60}}))?"
    r"(?P<soft> soft)?(?: except (?P<types>[a-z, ]{1,60}))?: (?P<title>.{1,80})",
    re.ASCII,
)
_SHARE = re.compile(r"(\w{1,40}) ?= ?(\d{1,3})", re.ASCII)
_APPROVERS = re.compile(r"(?P<approval>\S{1,80}?)(?: (?P<types>[a-z, ]{1,60}))?: (?P<sources>.+)")

WINDOW_HELP = _("One on each line, such as 5,6 22:00-04:00 Europe/Berlin; 0 is Monday.")
FREEZE_HELP = _("One on each line, such as 2026-12-18 18:00 - 2027-01-04 06:00 Europe/Berlin: Year end.")
SHARE_HELP = _("One level on each line, such as regression=98; the others follow the product.")
APPROVERS_HELP = _("One approval on each line, such as deployment major: group:security.")


def span(seconds: int) -> str:
    """Write seconds in the largest unit that holds them without a rest."""
    unit = next(name for name, length in UNITS.items() if seconds % length == 0)
    return f"{seconds // UNITS[unit]} {unit}"


class Span(forms.CharField):
    """How long something takes, such as `5 d`; gives seconds, None when empty."""

    def prepare_value(self, value: Any) -> Any:
        return span(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value).strip()
        if not text:
            return None
        found = _SPAN.fullmatch(text)
        if found is None:
            raise ValidationError(gettext("Write a number and d, h, min or s, such as 5 d."))
        return int(found[1]) * UNITS[found[2]]

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial) or "", data)


class Each(Lines):
    """
    Things of one shape, one on each line.

    Args:
        shape: What a line looks like.
        read: Makes a thing of a line that has the shape.
        write: Makes the line of a thing; lines and things are each other's inverse.
        help_text: Says the shape, also to who missed it.
    """

    def __init__(
        self,
        *,
        shape: re.Pattern[str],
        read: Callable[[re.Match[str]], Any],
        write: Callable[[Any], str],
        help_text: Promise,
        **kwargs: Any,
    ) -> None:
        super().__init__(required=False, help_text=help_text, **kwargs)
        self._shape, self._read, self._write = shape, read, write

    def prepare_value(self, value: Any) -> Any:
        if value is None or isinstance(value, str):
            return value
        things = value.items() if isinstance(value, Mapping) else value
        return super().prepare_value([self._write(one) for one in things])

    def clean(self, value: Any) -> Any:
        return self._gathered(self._one(line) for line in super().clean(value))

    def _gathered(self, things: Iterable[Any]) -> Any:
        return list(things)

    def _one(self, line: str) -> Any:
        found = self._shape.fullmatch(line)
        if found is None:
            raise ValidationError(f"{line[:80]}: {self.help_text}")
        return self._read(found)

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (data or "").split() != (self.prepare_value(initial) or "").split()


class Windows(Each):
    """Weekly windows, such as `5,6 22:00-04:00 Europe/Berlin`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(shape=_WINDOW, read=_window, write=_window_line, help_text=WINDOW_HELP, **kwargs)


def _window_line(one: Mapping[str, Any]) -> str:
    days = ",".join(map(str, one["weekdays"]))
    return f"{days} {one['opens']}-{one['closes']} {one['zone']}"


def _window(found: re.Match[str]) -> dict[str, Any]:
    days = sorted({int(one) for one in found[1].split(",")})
    return {"weekdays": days, "opens": found[2], "closes": found[3], "zone": found[4] or "UTC"}


class Freezes(Each):
    """Freezes, such as `2026-12-18 18:00 - 2027-01-04 06:00 Europe/Berlin soft except emergency: Year end`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(shape=_FREEZE, read=_freeze, write=_freeze_line, help_text=FREEZE_HELP, **kwargs)


def _freeze_line(one: Mapping[str, Any]) -> str:
    start, end = (one[name].replace("T", " ") for name in ("starts", "ends"))
    soft = " soft" if one["is_soft"] else ""
    types = f" except {','.join(one['except_types'])}" if one["except_types"] else ""
    return f"{start} - {end} {one['zone']}{soft}{types}: {one['title']}"


def _freeze(found: re.Match[str]) -> dict[str, Any]:
    return {
        "title": found["title"].strip(),
        "starts": found["starts"].replace(" ", "T"),
        "ends": found["ends"].replace(" ", "T"),
        "zone": found["zone"] or "UTC",
        "is_soft": bool(found["soft"]),
        "except_types": _split(found["types"]),
    }


class Approvers(Each):
    """Who approves besides, such as `deployment major: group:security, board:cab`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            shape=_APPROVERS, read=_approvers, write=_approvers_line, help_text=APPROVERS_HELP, **kwargs
        )


def _approvers_line(one: Mapping[str, Any]) -> str:
    types = f" {','.join(one['types'])}" if one["types"] else ""
    return f"{one['approval']}{types}: {', '.join(one['sources'])}"


def _approvers(found: re.Match[str]) -> dict[str, Any]:
    return {
        "approval": found["approval"],
        "sources": _split(found["sources"]),
        "types": _split(found["types"]),
    }


def _split(text: str | None) -> list[str]:
    return [one.strip() for one in (text or "").split(",") if one.strip()]


class Percents(Each):
    """Shares in percent by name, such as `regression=98`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            shape=_SHARE,
            read=lambda found: (found[1], int(found[2])),
            write=lambda one: f"{one[0]}={one[1]}",
            help_text=SHARE_HELP,
            **kwargs,
        )

    def _gathered(self, things: Iterable[Any]) -> Any:
        return dict(things)
