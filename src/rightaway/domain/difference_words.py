"""What differs between two contents, said in a sentence that a voter reads instead of two documents."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from rightaway.domain.differences import Change
from rightaway.domain.sentences import Sentence, Word, said, spaced

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
_LONGEST = 60
_DIGEST = re.compile(r"(sha256:)?[0-9a-f]{64}")


def sentences(changes: Iterable[Change]) -> list[Sentence]:
    return [sentence(change) for change in changes]


def sentence(change: Change) -> Sentence:
    key, *rest = [part.replace("~1", "/").replace("~0", "~") for part in change.path.split("/")]
    place = Word(key.replace("_", " ").capitalize())
    thing = spaced(_thing(rest) if rest else [_word(key)])
    match change.kind:
        case "added":
            return said("{place}: {thing} was added.", place=place, thing=thing)
        case "removed":
            return said("{place}: {thing} was removed.", place=place, thing=thing)
    return _changed(place, thing, change.before, change.after)


def _word(key: str) -> Word:
    return Word(key.replace("_", " "))


def _thing(parts: list[str]) -> Iterable[str]:
    """Name what is meant: a member of a list by the word for one and its name, which is data."""
    for index, part in enumerate(parts):
        if index and parts[index - 1] in ONE_OF:
            yield part
        else:
            yield _word(ONE_OF.get(part, part) if index + 1 < len(parts) else part)


def _changed(place: Word, thing: str, before: Any, after: Any) -> Sentence:
    if isinstance(before, list | tuple) and isinstance(after, list | tuple):
        return _lists(place, thing, [str(_short(one)) for one in before], [str(_short(one)) for one in after])
    times = _time(before), _time(after)
    if times[0] and times[1]:
        by, moment = _span(abs(times[1] - times[0])), times[1]
        if times[1] > times[0]:
            return said(
                "{place}: {thing} moved {by} later, to {after}.",
                place=place,
                thing=thing,
                by=by,
                after=moment,
            )
        return said(
            "{place}: {thing} moved {by} earlier, to {after}.", place=place, thing=thing, by=by, after=moment
        )
    if any(isinstance(one, dict | list) or _DIGEST.fullmatch(str(one)) for one in (before, after)):
        return _other(place, thing)
    return said(
        "{place}: {thing} is {after} instead of {before}.",
        place=place,
        thing=thing,
        before=_short(before),
        after=_short(after),
    )


def _lists(place: Word, thing: str, before: list[str], after: list[str]) -> Sentence:
    added = [one for one in after if one not in before]
    removed = [one for one in before if one not in after]
    if added and removed:
        return said(
            "{place}: in {thing}, {added} joined and {removed} left.",
            place=place,
            thing=thing,
            added=added,
            removed=removed,
        )
    if added:
        return said("{place}: in {thing}, {added} joined.", place=place, thing=thing, added=added)
    if removed:
        return said("{place}: in {thing}, {removed} left.", place=place, thing=thing, removed=removed)
    return _other(place, thing)


def _other(place: Word, thing: str) -> Sentence:
    return said("{place}: {thing} has other content.", place=place, thing=thing)


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
    if value in (None, ""):
        return said("nothing")
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST].rstrip()}…"
