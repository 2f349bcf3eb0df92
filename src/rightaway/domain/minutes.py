"""The minutes of a meeting as Markdown, composed of what was recorded and of nothing else."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rightaway.domain.canonical import digest

_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!<>|~&])")


@dataclass(frozen=True, slots=True)
class VoteLine:
    person: str
    decision: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """`digest` is that of the content which was decided on."""

    subject: str
    outcome: str
    digest: str
    at: str
    votes: tuple[VoteLine, ...]


@dataclass(frozen=True, slots=True)
class ItemLine:
    subject: str
    title: str
    outcome: str
    reason: str = ""
    note: str = ""
    decisions: tuple[DecisionLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ActionLine:
    owner: str
    text: str
    due: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Minutes:
    """Names and moments are texts already; `between` was decided since the meeting before."""

    number: str
    board: str
    began: str
    ended: str
    chair: str
    present: tuple[str, ...]
    absent: tuple[str, ...]
    items: tuple[ItemLine, ...]
    between: tuple[DecisionLine, ...]
    actions: tuple[ActionLine, ...]
    remarks: str = ""


def minutes_digest(text: str) -> str:
    return digest({"text": text}, label="rightaway/minutes/v1")


def markdown(held: Minutes) -> str:
    """Write the minutes; nothing that a person wrote can look like a part of them."""
    lines = [f"# Minutes of {held.number}: {_plain(held.board)}", ""]
    lines += [f"- From {held.began} to {held.ended}", f"- Chair: {_plain(held.chair)}"]
    lines += [f"- Present: {_people(held.present)}", f"- Absent: {_people(held.absent)}", ""]
    lines += ["## Agenda", ""]
    for place, item in enumerate(held.items, 1):
        lines += [*_item(place, item), ""]
    lines += ["Nothing was on the agenda.", ""] * (not held.items)
    if held.between:
        lines += ["## Decided between the meetings", ""]
        for one in held.between:
            lines += [*_decision(one), ""]
    if held.actions:
        lines += ["## Actions", "", *map(_action, held.actions), ""]
    if held.remarks:
        lines += ["## Remarks", "", *_quoted(held.remarks), ""]
    return "\n".join(lines).rstrip() + "\n"


def _item(place: int, item: ItemLine) -> Iterator[str]:
    yield f"### {place}. {_plain(item.subject)} {_plain(item.title)}"
    yield ""
    yield f"Outcome: **{_plain(item.outcome)}**" + (f", {_plain(item.reason)}" if item.reason else "")
    if item.note:
        yield ""
        yield from _quoted(item.note)
    for one in item.decisions:
        yield ""
        yield from _decision(one)


def _decision(one: DecisionLine) -> Iterator[str]:
    yield f"- {_plain(one.subject)} was {one.outcome} at {one.at}, content `{one.digest}`"
    for vote in one.votes:
        note = f": {_plain(vote.note)}" if vote.note else ""
        yield f"    - {_plain(vote.person)}: {vote.decision}{note}"


def _action(one: ActionLine) -> str:
    about = f" ({_plain(one.subject)})" if one.subject else ""
    return f"- {_plain(one.owner)}, by {one.due}: {_plain(one.text)}{about}"


def _people(names: Iterable[str]) -> str:
    return ", ".join(map(_plain, names)) or "nobody"


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _quoted(text: str) -> Iterator[str]:
    for line in text.strip().splitlines():
        yield f"> {_plain(line)}  "
