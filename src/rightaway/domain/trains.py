"""Release trains: a fixed cadence, the dates by which those aboard have to be somewhere, and who misses them."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, available_timezones

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import Sentence, said


class Unit(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class CutOff(StrEnum):
    """In the order in which they come. Source: lifecycle design 2.10."""

    SCOPE_FREEZE = "scope_freeze"
    CODE_FREEZE = "code_freeze"
    PACKAGE_DUE = "package_due"
    GO_NO_GO = "go_no_go"
    SHIP = "ship"


class TrainState(StrEnum):
    ACTIVE = "active"
    RETIRED = "retired"


class DepartureState(StrEnum):
    PLANNED = "planned"
    DEPARTED = "departed"
    CANCELLED = "cancelled"


class BoardingState(StrEnum):
    ABOARD = "aboard"
    SHIPPED = "shipped"
    MISSED = "missed"
    MOVED = "moved"
    LEFT = "left"


LONGEST_WINDOW_H = 24 * 7
MOST_EVERY = 52
MOST_AHEAD = 12
YEARS = range(2000, 2200)
"""Those in which a train may leave: far enough from the ends of the calendar to count on from each of them."""
BEFORE = (CutOff.SCOPE_FREEZE, CutOff.CODE_FREEZE, CutOff.PACKAGE_DUE, CutOff.GO_NO_GO)
"""The cut-offs that lie before the departure; the last one, to be shipped, is the end of its window."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """
    When a train leaves.

    Args:
        first: Its first departure.
        zone: By whose clock it leaves at the same time of day in summer and in winter.
        every: After how many units it leaves again.
        hours_before: For each cut-off of `BEFORE`, how many hours before the departure it is.
        window_h: For how many hours from the departure it ships.
    """

    first: datetime
    zone: str
    every: int
    unit: Unit
    hours_before: Mapping[CutOff, int]
    window_h: int


def check(held: Timetable, ahead: int) -> None:
    """
    Refuse a timetable that no train could keep.

    Raises:
        Invalid: with the field that is wrong.
    """
    if held.zone not in available_timezones():
        raise Invalid("train.zone", said("There is no time zone '{zone}'.", zone=held.zone), at="zone")
    check_moment(held.first, at="first_at")
    for name, value, most in (
        ("every", held.every, MOST_EVERY),
        ("window_h", held.window_h, LONGEST_WINDOW_H),
        ("ahead", ahead, MOST_AHEAD),
    ):
        if not 1 <= value <= most:
            raise Invalid(f"train.{name}", said("It is from 1 to {most}.", most=most), at=name)
    hours = [held.hours_before[one] for one in BEFORE]
    for one, before, after in zip(BEFORE, hours, [*hours[1:], 0], strict=True):
        if before < after or before < 0:
            raise Invalid(
                "train.cut_offs",
                said("The cut-offs come one after the other: this one would come too late."),
                at=f"{one}_h",
                hint=said("Give at least as many hours as the next one has."),
            )


def check_moment(moment: datetime, *, at: str) -> None:
    """Refuse a departure from which no calendar can count on (Invalid, `departure.year`)."""
    if moment.year not in YEARS:
        raise Invalid(
            "departure.year",
            said("A train leaves from {first} to {last}.", first=YEARS[0], last=YEARS[-1]),
            at=at,
        )


def departure_at(held: Timetable, place: int) -> datetime:
    """Give the departure of a place in the timetable, in UTC; the first has place 0, and no month is skipped."""
    zone = ZoneInfo(held.zone)
    first = held.first.astimezone(zone)
    if held.unit is Unit.MONTH:
        months = first.month - 1 + place * held.every
        year, month = first.year + months // 12, months % 12 + 1
        day = min(first.day, monthrange(year, month)[1])
        return first.replace(year=year, month=month, day=day).astimezone(UTC)
    days = place * held.every * (7 if held.unit is Unit.WEEK else 1)
    return (first.replace(tzinfo=None) + timedelta(days=days)).replace(tzinfo=zone).astimezone(UTC)


def cut_offs(held: Timetable, ships_at: datetime) -> dict[CutOff, datetime]:
    """Give the moments of a departure, in their order."""
    found = {one: ships_at - timedelta(hours=held.hours_before[one]) for one in BEFORE}
    return found | {CutOff.SHIP: ships_at + timedelta(hours=held.window_h)}


@dataclass(frozen=True, slots=True)
class Passenger:
    """
    A release aboard.

    Args:
        order: The phases of its workflow.
        builds: The first phase from which it may be deployed anywhere.
        launches: The first phase from which it may be deployed to production.
        is_deployed: What it brings to production is there.
    """

    number: str
    phase: str
    order: tuple[str, ...]
    builds: str
    launches: str
    ending: str = ""
    has_package: bool = False
    is_deployed: bool = False


@dataclass(frozen=True, slots=True)
class Stop:
    """One cut-off of a departure as a release meets it: `met`, `due` or `missed`."""

    cut_off: CutOff
    at: datetime
    state: str


ASKED: Mapping[CutOff, Sentence] = {
    CutOff.SCOPE_FREEZE: said("it is assessed and being planned"),
    CutOff.CODE_FREEZE: said("its plan is approved, and it is being built"),
    CutOff.PACKAGE_DUE: said("it has a package"),
    CutOff.GO_NO_GO: said("it has its go, and may be deployed"),
    CutOff.SHIP: said("it is deployed to production"),
}
"""What each cut-off asks of a release, to read after "by then"."""


def is_met(cut_off: CutOff, one: Passenger) -> bool:
    if one.ending:
        return one.is_deployed
    here = one.order.index(one.phase)
    match cut_off:
        case CutOff.SCOPE_FREEZE:
            return here > 0
        case CutOff.CODE_FREEZE:
            return here >= one.order.index(one.builds)
        case CutOff.PACKAGE_DUE:
            return one.has_package
        case CutOff.GO_NO_GO:
            return here >= one.order.index(one.launches)
        case CutOff.SHIP:
            return one.is_deployed


def stops(moments: Mapping[CutOff, datetime], one: Passenger, now: datetime) -> tuple[Stop, ...]:
    """Give every cut-off with where the release stands to it, in their order."""

    def state(cut_off: CutOff, at: datetime) -> str:
        if is_met(cut_off, one):
            return "met"
        return "missed" if at <= now else "due"

    return tuple(Stop(cut_off, at, state(cut_off, at)) for cut_off, at in moments.items())


def missed(found: Sequence[Stop], one: Passenger) -> Stop | None:
    """
    Give the cut-off for which the release has to take a later train; None when it stays aboard.

    Who has its go is let finish: that it is late is shown, and the next departure would not help it.
    """
    first = next((stop for stop in found if stop.state == "missed"), None)
    if first is None or (first.cut_off is CutOff.SHIP and is_met(CutOff.GO_NO_GO, one)):
        return None
    return first


def upcoming(found: Sequence[Stop]) -> Stop | None:
    """Give the cut-off to show: the first that is not met."""
    return next((stop for stop in found if stop.state != "met"), None)
