"""Trains: set up, changed and retired; their departures planned ahead, moved and cancelled."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.sentences import Word, said
from rightaway.domain.trains import (
    BEFORE,
    BoardingState,
    CutOff,
    DepartureState,
    TrainState,
    check,
    check_moment,
    cut_offs,
    departure_at,
)
from rightaway.domain.values import SYSTEM, Actor
from rightaway.queries import trains as ask
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.releases.models import Release
from rightaway.records.trains.models import Boarding, Departure, Train
from rightaway.services import _audit, _boarding, _edits, _guard
from rightaway.services._numbers import next_number

MANAGE = "train.manage"
TIMETABLE = ("first_at", "zone", "every", "unit", *(f"{one}_h" for one in BEFORE), "window_h", "ahead")
FIELDS = ("name", "description", *TIMETABLE)
Json = dict[str, Any]


@transaction.atomic
def create(*, actor: Actor, service: str = "", fields: Mapping[str, Any]) -> Train:
    """
    Set up a train and plan its first departures.

    Args:
        service: Whose releases it is for; of every service when empty, which takes a role everywhere.
        fields: `FIELDS`; the cut-offs as hours before the departure.
    """
    _guard.require(actor=actor, action=MANAGE, scope=service or _guard.EVERYWHERE)
    row = Train(
        number=next_number("TRN"),
        service=_guard.find(ConfigurationItem, key=service) if service else None,
    )
    _write(row, fields)
    row.save()
    _told(actor, "train.record.created", row, _edits.values(row, FIELDS) | {"service": service or "*"})
    plan_ahead(row, timezone.now())
    return row


def _write(row: Train, fields: Mapping[str, Any]) -> None:
    unknown = sorted(set(fields) - set(FIELDS))
    if unknown:
        raise Invalid("field.unknown", said("A train has no field '{name}'.", name=unknown[0]), at=unknown[0])
    for name, value in fields.items():
        setattr(row, name, value)
    check(row.timetable, row.ahead)


@transaction.atomic
def edit(
    *, actor: Actor, number: str, fields: Mapping[str, Any], expected_version: int | None = None
) -> Train:
    """Change a train; departures that are planned stay where they are, those after them keep the new timetable."""
    row = _active(actor, number, expected_version)
    before = _edits.values(row, FIELDS)
    _write(row, fields)
    row.save()
    _told(actor, "train.record.edited", row, {"changes": _edits.changes(before, _edits.values(row, FIELDS))})
    plan_ahead(row, timezone.now())
    return row


@transaction.atomic
def retire(*, actor: Actor, number: str, reason: str, expected_version: int | None = None) -> Train:
    """
    End a train; its planned departures are cancelled.

    Raises:
        Refused: `train.occupied`, a release is aboard.
    """
    row = _active(actor, number, expected_version)
    _reason(reason)
    aboard = Boarding.objects.filter(departure__train=row, state=BoardingState.ABOARD)
    numbers = list(aboard.values_list("release__number", flat=True)[:20])
    if numbers:
        raise Refused(
            "train.occupied",
            said("Aboard are {releases}.", releases=numbers),
            hint=said("Let them leave, or board another train, first."),
            evidence={"releases": numbers},
        )
    row.departures.filter(state=DepartureState.PLANNED).update(state=DepartureState.CANCELLED, reason=reason)
    row.state, row.retired_because = TrainState.RETIRED, reason
    row.save()
    _told(actor, "train.record.retired", row, {"reason": reason})
    return row


@transaction.atomic
def move(
    *,
    actor: Actor,
    number: str,
    sequence: int,
    ships_at: datetime,
    reason: str,
    expected_version: int | None = None,
) -> Departure:
    """
    Let one departure leave at another time; its cut-offs move along, and those aboard are told.

    Raises:
        Invalid: `departure.past` or `departure.order`, it would not stay between its neighbours.
    """
    row = _planned(actor, number, sequence, expected_version)
    _reason(reason)
    if ships_at <= timezone.now():
        raise Invalid("departure.past", said("It would have left already."), at="ships_at")
    others = row.train.departures.exclude(pk=row.pk).exclude(state=DepartureState.CANCELLED)
    between = others.filter(ships_at__range=sorted((row.ships_at, ships_at))).first()
    if between is not None:
        raise Invalid(
            "departure.order",
            said("It would pass {other}.", other=str(between)),
            at="ships_at",
            hint=said("Stay between its neighbours, or move that one first."),
        )
    check_moment(ships_at, at="ships_at")
    before = row.ships_at
    _set_times(row, ships_at)
    row.reason = reason
    row.save()
    facts = {"from": before.isoformat(), "to": ships_at.isoformat(), "reason": reason}
    _told_of(actor, "train.departure.moved", row, facts)
    for boarding in ask.boardings(row).filter(state=BoardingState.ABOARD):
        _boarding.tell_changed(actor, boarding, row)
    return row


@transaction.atomic
def cancel(
    *, actor: Actor, number: str, sequence: int, reason: str, expected_version: int | None = None
) -> Departure:
    """Cancel one departure; those aboard take the next one, and are told."""
    row = _planned(actor, number, sequence, expected_version)
    _reason(reason)
    row.state, row.reason = DepartureState.CANCELLED, reason
    row.save()
    _told_of(actor, "train.departure.cancelled", row, {"reason": reason})
    now = timezone.now()
    plan_ahead(row.train, now)
    aboard = Release.objects.filter(boardings__departure=row, boardings__state=BoardingState.ABOARD)
    list(aboard.select_for_update(of=("self",)).order_by("pk"))
    for boarding in ask.boardings(row).filter(state=BoardingState.ABOARD):
        _boarding.pass_on(actor, boarding, BoardingState.MOVED, reason, now=now)
    return row


def depart(key: int, now: datetime) -> None:
    """Let a departure be over, once its window has ended; who is still being deployed is shown as late."""
    Train.objects.select_for_update(of=("self",)).get(departures=key)
    over = Departure.objects.select_related("train").filter(state=DepartureState.PLANNED, ends_at__lte=now)
    row = over.filter(pk=key).first()
    if row is None:  # moved or cancelled meanwhile
        return
    row.state = DepartureState.DEPARTED
    row.version += 1
    row.save()
    _told_of(SYSTEM, "train.departure.departed", row, {})
    plan_ahead(row.train, now)


def plan_ahead(row: Train, now: datetime) -> int:
    """Plan departures until there are as many to come as the train wants; give how many were planned."""
    if row.state != TrainState.ACTIVE:
        return 0
    missing = row.ahead - row.departures.filter(state=DepartureState.PLANNED).count()
    since = max(now, ask.last_leaving(row) or now - timedelta.resolution)
    place, sequence = _place_after(row, since), ask.last_sequence(row)
    for step in range(max(0, missing)):
        at = departure_at(row.timetable, place + step)
        made = Departure(train=row, sequence=sequence + step + 1, timetabled_at=at)
        _set_times(made, at)
        made.save()
        _told_of(SYSTEM, "train.departure.planned", made, {"ships_at": at.isoformat()})
    return max(0, missing)


def _place_after(row: Train, moment: datetime) -> int:
    """Give the place in the timetable of the first departure after a moment."""
    high = 1
    while departure_at(row.timetable, high) <= moment:
        high *= 2
    low = 0
    while low < high:
        middle = (low + high) // 2
        low, high = (middle + 1, high) if departure_at(row.timetable, middle) <= moment else (low, middle)
    return low


def _set_times(row: Departure, ships_at: datetime) -> None:
    row.ships_at = ships_at
    for one, at in cut_offs(row.train.timetable, ships_at).items():
        setattr(row, "ends_at" if one is CutOff.SHIP else f"{one}_at", at)


def _active(actor: Actor, number: str, expected_version: int | None) -> Train:
    row = _guard.lock(Train, number=number)
    _guard.require(actor=actor, action=MANAGE, scope=row.service.key if row.service else _guard.EVERYWHERE)
    _guard.unchanged(row, expected_version)
    if row.state != TrainState.ACTIVE:
        raise Refused("train.retired", said("{number} is retired.", number=number))
    return row


def _planned(actor: Actor, number: str, sequence: int, expected_version: int | None) -> Departure:
    train = _active(actor, number, None)
    row = _guard.lock(Departure, train=train, sequence=sequence)
    _guard.unchanged(row, expected_version)
    if row.state != DepartureState.PLANNED:
        raise Refused(
            "departure.over", said("{departure} is {state}.", departure=str(row), state=Word(row.state))
        )
    return row


def _reason(text: str) -> None:
    if not text.strip():
        raise Invalid("train.reason_needed", said("Say why."), at="reason")


def _told_of(actor: Actor, action: str, row: Departure, facts: Json) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=row.train.number,
        subject=("train", row.train.number),
        facts={"departure": str(row), **facts},
        version=row.version,
    )


def _told(actor: Actor, action: str, row: Train, facts: Json) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=row.number,
        subject=("train", row.number),
        facts=facts,
        version=row.version,
    )
