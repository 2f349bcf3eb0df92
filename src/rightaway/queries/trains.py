"""Trains with their departures, who is aboard, and where each stands to the cut-offs."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Prefetch, Q, QuerySet

from rightaway.domain.conflicts import MISSES_DEPARTURE
from rightaway.domain.facts_planning import ConflictFacts
from rightaway.domain.trains import (
    BoardingState,
    DepartureState,
    Passenger,
    Stop,
    TrainState,
    missed,
    stops,
    upcoming,
)
from rightaway.queries import relations, templates
from rightaway.records.packages.models import Package
from rightaway.records.releases.models import Release
from rightaway.records.trains.models import Boarding, Departure, Train

_ABOARD = Q(boardings__state=BoardingState.ABOARD)


@dataclass(frozen=True, slots=True)
class Seat:
    """A release aboard with all its cut-offs; `next` is the first that it has not met."""

    boarding: Boarding
    who: Passenger
    stops: tuple[Stop, ...]
    next: Stop | None

    @property
    def release(self) -> Release:
        return self.boarding.release


def trains(*, text: str = "", service: str = "", is_active: bool | None = None) -> QuerySet[Train]:
    """List trains, newest first."""
    found = Train.objects.select_related("service").order_by("-id")
    if text:
        found = found.filter(Q(number__icontains=text) | Q(name__icontains=text))
    if service:
        found = found.filter(Q(service__key=service) | Q(service=None))
    if is_active is not None:
        found = found.filter(state=TrainState.ACTIVE if is_active else TrainState.RETIRED)
    return found


def train(number: str) -> Train | None:
    return trains().filter(number=number).first()


def departures(row: Train) -> QuerySet[Departure]:
    """List the departures of a train, the last one first, each with how many releases are aboard."""
    return (
        row.departures.select_related("train")
        .annotate(size=Count("boardings", filter=_ABOARD))
        .order_by("-ships_at", "-id")
    )


def departure(number: str, sequence: int) -> Departure | None:
    found = Departure.objects.select_related("train__service").filter(train__number=number, sequence=sequence)
    return found.first()


def coming(row: Train, now: datetime) -> Departure | None:
    """Give the next departure that a release can still board."""
    return (
        row.departures.filter(state=DepartureState.PLANNED, scope_freeze_at__gt=now)
        .order_by("ships_at")
        .first()
    )


def following(held: Boarding, now: datetime) -> Departure | None:
    """Give the first departure after the one it is on of which the release has not missed a cut-off already."""
    row = held.departure
    later = row.train.departures.filter(state=DepartureState.PLANNED, ships_at__gt=row.ships_at)
    found = seats([Boarding(departure=one, release=held.release) for one in later.order_by("ships_at")], now)
    return next((one.boarding.departure for one in found if missed(one.stops, one.who) is None), None)


def last_leaving(row: Train) -> datetime | None:
    """Give the moment behind which a further departure belongs: moved or not, none overtakes another."""
    latest = row.departures.aggregate(
        timetabled=Max("timetabled_at"),
        leaving=Max("ships_at", filter=~Q(state=DepartureState.CANCELLED)),
    )
    return max((one for one in latest.values() if one is not None), default=None)


def last_sequence(row: Train) -> int:
    return row.departures.aggregate(last=Max("sequence"))["last"] or 0


def planned(rows: Collection[Train]) -> QuerySet[Departure]:
    """List the departures to come of these trains, the next one first, each with those aboard."""
    aboard = Boarding.objects.filter(state=BoardingState.ABOARD).select_related("release__service")
    found = Departure.objects.filter(train__in=rows, state=DepartureState.PLANNED).select_related("train")
    return found.prefetch_related(Prefetch("boardings", aboard, to_attr="aboard")).order_by("ships_at", "id")


def boardings(row: Departure) -> QuerySet[Boarding]:
    """List everybody who was on a departure, in the order in which they boarded."""
    return row.boardings.select_related("release__service", "by", "departure__train").order_by("id")


def of_release(release: Release) -> QuerySet[Boarding]:
    """List the departures that a release was on, the newest first."""
    return release.boardings.select_related("departure__train", "by").order_by("-id")


def aboard(release: Release) -> Boarding | None:
    return of_release(release).filter(state=BoardingState.ABOARD).first()


def seats(rows: Collection[Boarding], now: datetime) -> list[Seat]:
    """Give where each stands to the cut-offs of its departure; the number of statements does not grow with them."""
    releases = [one.release for one in rows]
    deployed = relations.deployed(releases)
    packed = set(
        Package.objects.filter(release__in=[one.pk for one in releases], is_current=True).values_list(
            "release_id", flat=True
        )
    )
    found = []
    for one in rows:
        who = passenger(
            one.release, has_package=one.release_id in packed, is_deployed=one.release_id in deployed
        )
        all_stops = stops(one.departure.moments, who, now)
        found.append(Seat(one, who, all_stops, upcoming(all_stops)))
    return found


def passenger(release: Release, *, has_package: bool, is_deployed: bool) -> Passenger:
    template = templates.of(release)
    order = relations.order(release)
    last = next(one for one in order if one in template.terminal)
    return Passenger(
        number=release.number,
        phase=release.phase,
        order=order,
        builds=_first(order, template.launch_lower, last),
        launches=_first(order, template.launch, last),
        ending=relations.ending(release),
        has_package=has_package,
        is_deployed=is_deployed,
    )


def _first(order: tuple[str, ...], phases: tuple[str, ...], last: str) -> str:
    """Give the first of the phases; a workflow that deploys nothing gets there with its end."""
    return next((one for one in order if one in phases), last)


def frozen(release: Release, now: datetime) -> Departure | None:
    """Give the departure whose scope freeze has passed and on which the release is."""
    held = aboard(release)
    return held.departure if held and held.departure.scope_freeze_at <= now else None


def conflicts(release: Release) -> tuple[ConflictFacts, ...]:
    """Say when the window of a release aboard does not begin while its train ships."""
    held = aboard(release) if release.planned_start else None
    if held is None or release.planned_start is None:
        return ()
    row = held.departure
    if row.ships_at <= release.planned_start < row.ends_at:
        return ()
    return (
        ConflictFacts(
            kind=MISSES_DEPARTURE,
            severity="blocking",
            state="detected",
            other=row.train.number,
            subject=str(row),
            overlap_start=row.ships_at,
            overlap_end=row.ends_at,
        ),
    )
