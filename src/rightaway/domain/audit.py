"""The audit chain: what an event's digest covers, how links are made and how a break is found."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from rightaway.domain.canonical import digest

EVENT_LABEL = "rightaway/audit-event/v1"
LINK_LABEL = "rightaway/audit-link/v1"
GENESIS = "0" * 64


@dataclass(frozen=True, slots=True)
class Link:
    sequence: int
    previous: str
    event_digest: str
    digest: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first place where the chain does not hold, and why."""

    sequence: int
    reason: str


def entry_digest(fields: Mapping[str, Any]) -> str:
    return digest(dict(fields), label=EVENT_LABEL)


def link_digest(sequence: int, previous: str, event_digest: str) -> str:
    return digest({"sequence": sequence, "previous": previous, "event": event_digest}, label=LINK_LABEL)


def first_break(links: Iterable[Link], *, after: Link | None = None) -> Break | None:
    """
    Walk the links in order and name the first that does not follow from the one before.

    `event_digest` is the digest computed anew from the event as it is now, so an edited event shows here too.
    """
    sequence, previous = (after.sequence, after.digest) if after else (0, GENESIS)
    for link in links:
        sequence += 1
        if link.sequence != sequence:
            return Break(sequence, f"link {sequence} is missing; {link.sequence} follows")
        if link.previous != previous:
            return Break(sequence, "it does not name the link before it")
        if link.digest != link_digest(sequence, previous, link.event_digest):
            return Break(sequence, "the event or the link was changed after it was sealed")
        previous = link.digest
    return None
