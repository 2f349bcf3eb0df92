"""What differs between two contents, said in a sentence that a voter reads instead of two documents."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from rightaway.domain.differences import Change

ONE_OF = {
    "changes": "change",
    "cis": "configuration item",
    "groups": "group",
    "known_errors": "known error",
    "steps": "step",
    "waves": "wave",
    "units": "unit",
    "checks": "check",
    "targets": "target",
    "scripts": "script",
    "documents": "document",
}
"""What a member of a list is called."""
ADDED = "{place}: {thing} was added."
REMOVED = "{place}: {thing} was removed."
SET = "{place}: {thing} is {after} instead of {before}."
OTHER = "{place}: {thing} has other content."
LATER = "{place}: {thing} moved {by} later, to {after}."
EARLIER = "{place}: {thing} moved {by} earlier, to {after}."
JOINED = "{place}: in {thing}, {added} joined."
LEFT = "{place}: in {thing}, {removed} left."
EXCHANGED = "{place}: in {thing}, {added} joined and {removed} left."
SENTENCES = (ADDED, REMOVED, SET, OTHER, LATER, EARLIER, JOINED, LEFT, EXCHANGED)
_LONGEST = 60
_DIGEST = re.compile(r"(sha256:)?[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One of `SENTENCES`, with what fills it: `place` and the words of `thing` may be translated, the rest is data."""

    text: str
    place: str
    thing: tuple[str, ...]
    data: dict[str, str]

    def __str__(self) -> str:
        thing = " ".join(word.replace("_", " ") for word in self.thing)
        return self.text.format(place=self.place.replace("_", " ").capitalize(), thing=thing, **self.data)


def sentences(changes: Iterable[Change]) -> list[Sentence]:
    return [sentence(change) for change in changes]


def sentence(change: Change) -> Sentence:
    place, *rest = [part.replace("~1", "/").replace("~0", "~") for part in change.path.split("/")]
    thing = tuple(_thing(rest)) or (place,)
    if change.kind != "changed":
        return Sentence(ADDED if change.kind == "added" else REMOVED, place, thing, {})
    text, data = _changed(change.before, change.after)
    return Sentence(text, place, thing, data)


def _thing(parts: list[str]) -> Iterable[str]:
    """Name what is meant: a member of a list by the word for one and its name."""
    for index, part in enumerate(parts):
        is_list = part in ONE_OF and index + 1 < len(parts)
        yield ONE_OF[part] if is_list else part


def _changed(before: Any, after: Any) -> tuple[str, dict[str, str]]:
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return _lists([_short(one) for one in before], [_short(one) for one in after])
    times = _time(before), _time(after)
    if times[0] and times[1]:
        text = LATER if times[1] > times[0] else EARLIER
        return text, {"by": _span(abs(times[1] - times[0])), "after": f"{times[1]:%Y-%m-%d %H:%M} UTC"}
    if any(isinstance(one, dict | list) or _DIGEST.fullmatch(str(one)) for one in (before, after)):
        return OTHER, {}
    return SET, {"before": _short(before), "after": _short(after)}


def _lists(before: list[str], after: list[str]) -> tuple[str, dict[str, str]]:
    added = ", ".join(one for one in after if one not in before)
    removed = ", ".join(one for one in before if one not in after)
    if added and removed:
        return EXCHANGED, {"added": added, "removed": removed}
    if added or removed:
        return (JOINED, {"added": added}) if added else (LEFT, {"removed": removed})
    return OTHER, {}


def _time(value: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) and "T" in value else None
    except ValueError:
        return None


def _span(time: timedelta) -> str:
    minutes = round(time.total_seconds() / 60)
    if minutes < 1:
        return f"{round(time.total_seconds())} s"
    days, hours = divmod(minutes // 60, 24)
    parts = [(days, "d"), (hours, "h"), (minutes % 60, "min")]
    return " ".join(f"{count} {unit}" for count, unit in parts if count)


def _short(value: Any) -> str:
    text = "nothing" if value in (None, "") else str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"
