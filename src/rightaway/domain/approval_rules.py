"""How votes are counted: how many an approval needs, who fills which place, and what a denial does."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Slots = tuple[frozenset[str], ...]
"""The places to be filled by one person each, every place with the sources whose people may fill it."""


class Rule(StrEnum):
    """
    How many votes it takes.

    An abstention is no approval and no denial: it never opens a gate, and the number needed stays the same.

    `all`: one vote for each source, of a board as many as its quorum. `any`: one vote of any. `first_response`: the
    first approval or denial decides, what comes later changes nothing. `majority`: more than half of those it was
    asked of. `quorum`: a number. `percent`: a share of those it was asked of, rounded up. `sequence`: one vote for
    each level, each given after the level before. Majority and percent weigh denials: it is denied once too few are
    left to reach the number. In every other rule one denial denies.
    """

    ALL = "all"
    ANY = "any"
    FIRST_RESPONSE = "first_response"
    MAJORITY = "majority"
    QUORUM = "quorum"
    PERCENT = "percent"
    SEQUENCE = "sequence"


WEIGHED = frozenset({Rule.MAJORITY, Rule.PERCENT})


@dataclass(frozen=True, slots=True)
class Approving:
    """An approval that counts, with the sources it may stand for."""

    person: str
    sources: frozenset[str]
    at: datetime


def slots(
    rule: Rule,
    sources: Collection[str],
    *,
    number: int = 1,
    asked: int = 0,
    levels: Iterable[Collection[str]] = (),
    quorums: Mapping[str, int] | None = None,
) -> Slots:
    """
    Give the places to be filled; there is always at least one.

    Args:
        rule: How votes are counted.
        sources: Who may vote.
        number: The quorum, or the share in percent.
        asked: How many people it was asked of; who leaves later does not lower what is needed.
        levels: The sources of each level of a sequence.
        quorums: How many votes it takes of a source for `all`, where that is not one.
    """
    match rule:
        case Rule.ALL:
            each = quorums or {}
            return tuple(frozenset({source}) for source in sources for _ in range(each.get(source, 1)))
        case Rule.SEQUENCE:
            return tuple(frozenset(level) for level in levels)
        case Rule.MAJORITY:
            count = asked // 2 + 1
        case Rule.PERCENT:
            count = -(-asked * number // 100)
        case Rule.QUORUM:
            count = number
        case _:
            count = 1
    return (frozenset(sources),) * max(count, 1)


def seated(rule: Rule, places: Slots, approvals: Iterable[Approving]) -> dict[int, str]:
    """Seat the people whose approvals count, one person to a place; the newest are seated first."""
    if rule is Rule.SEQUENCE:
        return _in_order(places, approvals)
    ordered = sorted(approvals, key=lambda one: one.at, reverse=rule is not Rule.FIRST_RESPONSE)
    return fill(places, {one.person: one.sources for one in ordered})


def is_denied(rule: Rule, places: Slots, denials: Collection[str], asked: int) -> bool:
    """Say whether denials decide; those of `first_response` are judged by when they came."""
    if rule in WEIGHED:
        return bool(denials) and asked - len(denials) < len(places)
    return bool(denials)


def fill(places: Slots, people: Mapping[str, frozenset[str]]) -> dict[int, str]:
    """
    Seat as many people as possible, each on one place; people named first are never unseated.

    Source: augmenting paths for bipartite matching (Kuhn 1955).
    """
    found: dict[int, str] = {}

    def seat(person: str, tried: set[int]) -> bool:
        for index, place in enumerate(places):
            if index in tried or place.isdisjoint(people[person]):
                continue
            tried.add(index)
            if index not in found or seat(found[index], tried):
                found[index] = person
                return True
        return False

    for person in people:
        seat(person, set())
    return found


def _in_order(places: Slots, approvals: Iterable[Approving]) -> dict[int, str]:
    """
    Fill level by level, each with the earliest approval after the one of the level before.

    Nobody has two approvals, so taking the earliest never takes away what a later level could use.
    """
    ordered = sorted(approvals, key=lambda one: one.at)
    found: dict[int, str] = {}
    before: datetime | None = None
    for index, place in enumerate(places):
        fitting = (one for one in ordered if one.sources & place and (before is None or one.at > before))
        held = next(fitting, None)
        if held is None:
            break
        found[index], before = held.person, held.at
    return found
