"""Change advisory boards: who sits on one, what comes before it, and how many of its members it takes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from rightaway.domain.board_schedules import Schedule
from rightaway.domain.canonical import digest
from rightaway.domain.changes import ChangeState, ChangeType, RfcClass
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.risk import HIGHEST, LOWEST
from rightaway.domain.sentences import said

EMERGENCY_VOTES = 2


class BoardKind(StrEnum):
    """`cab` advises on changes, `tcab` on their technique, `dcab` on deploying them, `ecab` on emergencies."""

    CAB = "cab"
    TCAB = "tcab"
    DCAB = "dcab"
    ECAB = "ecab"


@dataclass(frozen=True, slots=True)
class AgendaFilter:
    """
    What comes before a board; an empty list of services, classes or states leaves nothing out.

    Args:
        change_types: Types of changes that the board decides on; none when it decides on no change.
        states: States in which a change comes on the agenda; empty for those in which it waits for a decision.
        approvals: Kinds of approvals of releases that come on the agenda while they wait for votes.
    """

    services: tuple[str, ...] = ()
    change_types: tuple[str, ...] = ()
    rfc_classes: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    risk_at_least: int = LOWEST
    approvals: tuple[str, ...] = ()

    def takes(self, *, change_type: str, service: str, rfc_class: str) -> bool:
        """Say whether a change is for the board to decide on, as far as its risk does not count."""
        return (
            change_type in self.change_types
            and self.takes_service(service)
            and (not self.rfc_classes or rfc_class in self.rfc_classes)
        )

    def takes_service(self, service: str) -> bool:
        return not self.services or service in self.services


@dataclass(frozen=True, slots=True)
class Member:
    """A seat on the board, and who acts in it while its member is away."""

    person: str
    alternate: str = ""


@dataclass(frozen=True, slots=True)
class Definition:
    """
    What two people agree on: the board as a whole.

    Args:
        quorum: How many members have to vote for something, for the board to agree.
        is_async: Whether members may also vote while no meeting of the board is running.
    """

    title: str
    kind: str
    chair: str
    members: tuple[Member, ...]
    quorum: int
    agenda: AgendaFilter = field(default_factory=AgendaFilter)
    schedule: Schedule | None = None
    is_async: bool = True
    is_active: bool = True


def definition(data: Mapping[str, Any]) -> Definition:
    """Read a definition back from JSON."""
    agenda: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in data["agenda"].items()
    }
    schedule = data["schedule"]
    return Definition(
        **{key: data[key] for key in ("title", "kind", "chair", "quorum", "is_async", "is_active")},
        members=tuple(Member(**one) for one in data["members"]),
        agenda=AgendaFilter(**agenda),
        schedule=Schedule(**{**schedule, "weekdays": tuple(schedule["weekdays"])}) if schedule else None,
    )


def as_json(held: Definition) -> dict[str, Any]:
    agenda, schedule = held.agenda, held.schedule
    names = ("services", "change_types", "rfc_classes", "states", "approvals")
    return {
        "title": held.title,
        "kind": str(held.kind),
        "chair": held.chair,
        "members": [{"person": one.person, "alternate": one.alternate} for one in held.members],
        "quorum": held.quorum,
        "agenda": {name: sorted(map(str, getattr(agenda, name))) for name in names}
        | {"risk_at_least": agenda.risk_at_least},
        "schedule": schedule
        and {
            "weekdays": sorted(schedule.weekdays),
            "time": schedule.time,
            "zone": schedule.zone,
            "every_weeks": schedule.every_weeks,
            "since": schedule.since,
        },
        "is_async": held.is_async,
        "is_active": held.is_active,
    }


def definition_digest(data: Mapping[str, Any]) -> str:
    return digest(dict(data), label="rightaway/board/v1")


def check(held: Definition) -> None:
    """
    Refuse a definition that could never work, with everything that is wrong.

    Raises:
        Invalid: `board.invalid`, or the one thing that is wrong.
    """
    wrong = [*_people(held), *_words(held)]
    if len(wrong) == 1:
        raise wrong[0]
    if wrong:
        raise Invalid("board.invalid", said("The board cannot work like this."), errors=wrong)


def _people(held: Definition) -> Iterable[Invalid]:
    seats = [one.person for one in held.members]
    alternates = [one.alternate for one in held.members if one.alternate]
    if len(set(seats)) < len(seats):
        yield Invalid("board.member_twice", said("Nobody sits on a board twice."), at="members")
    if len(set(alternates)) < len(alternates) or set(alternates) & set(seats):
        yield Invalid(
            "board.alternate",
            said("An alternate acts for one member, and is no member."),
            at="members",
            hint=said("Name another person for each seat."),
        )
    if held.chair not in seats:
        yield Invalid("board.chair", said("The chair is one of the members."), at="chair")
    if not 1 <= held.quorum <= len(seats):
        yield Invalid(
            "board.quorum",
            said(
                "A quorum of {quorum} cannot be reached by {count} members.",
                quorum=held.quorum,
                count=len(seats),
            ),
            at="quorum",
            hint=said("Name more members, or ask for fewer votes."),
        )
    if ChangeType.EMERGENCY in held.agenda.change_types and held.quorum < EMERGENCY_VOTES:
        yield Invalid(
            "board.emergency_quorum",
            said("An emergency change takes two people, so the quorum is two at least."),
            at="quorum",
        )


def _words(held: Definition) -> Iterable[Invalid]:
    agenda = held.agenda
    if held.kind not in set(BoardKind):
        yield Invalid("board.kind", said("There is no kind of board '{kind}'.", kind=held.kind), at="kind")
    known: Iterable[tuple[str, Collection[str], Collection[str]]] = (
        ("change_types", agenda.change_types, {*ChangeType} - {ChangeType.STANDARD}),
        ("rfc_classes", agenda.rfc_classes, set(RfcClass)),
        ("states", agenda.states, set(ChangeState)),
    )
    for name, given, allowed in known:
        strange = sorted(set(given) - set(allowed))
        if strange:
            yield Invalid(
                "board.filter", said("'{value}' is nothing to choose by.", value=strange[0]), at=name
            )
    if not LOWEST <= agenda.risk_at_least <= HIGHEST:
        yield Invalid("board.filter", said("A level of risk is 1 to 5."), at="risk_at_least")


@dataclass(frozen=True, slots=True)
class Seat:
    """A seat as it is now; accounts by their id, None where nobody who is active is named."""

    person: int | None
    alternate: int | None
    away_from: datetime | None
    away_until: datetime | None

    def is_away(self, now: datetime) -> bool:
        begun = self.away_from is not None and self.away_from <= now
        return begun and (self.away_until is None or now < self.away_until)

    def acting(self, now: datetime) -> int | None:
        """Give who votes in this seat now: its member, or the alternate while the member is away."""
        return self.alternate if self.is_away(now) else self.person


def votes_needed(quorum: int, change_type: str) -> int:
    """Give how many members have to agree to a change."""
    return max(quorum, EMERGENCY_VOTES) if change_type == ChangeType.EMERGENCY else quorum


def agreeing(seats: Iterable[Seat], people: Collection[int]) -> int:
    """Count the seats in which somebody agreed; a member and their alternate are one."""
    return sum(1 for seat in seats if {seat.person, seat.alternate} & set(people))


def check_enough(title: str, eligible: Collection[int], needed: int) -> None:
    """
    Refuse to let a board decide that could not agree: that is an error in its definition, never a silent pass.

    Raises:
        Refused: `board.no_quorum`.
    """
    if len(set(eligible)) < needed:
        raise Refused(
            "board.no_quorum",
            said(
                "{board} cannot decide: it takes {needed} votes, and {count} of its members may vote on this.",
                board=title,
                needed=needed,
                count=len(set(eligible)),
            ),
            hint=said("Have its members, alternates or their roles looked after, then decide."),
            evidence={"needed": needed, "eligible": len(set(eligible))},
        )
