"""Releases board a train and leave it; as time passes they are shipped, or miss a cut-off and take the next one."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.sentences import said
from rightaway.domain.trains import ASKED, BoardingState, DepartureState, TrainState, missed
from rightaway.domain.values import SYSTEM, Actor
from rightaway.queries import relations
from rightaway.queries import trains as ask
from rightaway.records.releases.models import Release
from rightaway.records.trains.models import Boarding, Departure, Train
from rightaway.services import _boarding, _guard, release_alerts, trains
from rightaway.services._release import require_open

BOARD = "train.board"


@transaction.atomic
def board(
    *,
    actor: Actor,
    number: str,
    train: str,
    departure: int | None = None,
    reason: str = "",
    expected_version: int | None = None,
) -> Boarding:
    """
    Let a release board a train, from now on held to its cut-offs.

    Args:
        departure: Its sequence; the next one that can still be boarded when left out.
        reason: Why it comes aboard after the scope freeze, which takes who may manage the train.

    Raises:
        Refused: it is aboard one already, deployed, of another service, or too late.
    """
    row = _guard.lock(Train, number=train)
    release = _guard.lock(Release, number=number)
    _guard.require(actor=actor, action=BOARD, scope=release.service.key)
    _guard.unchanged(release, expected_version)
    require_open(release)
    _check_release(release, row)
    held = _departure(row, departure)
    if held.scope_freeze_at <= timezone.now():
        _guard.require(
            actor=actor, action=trains.MANAGE, scope=row.service.key if row.service else _guard.EVERYWHERE
        )
        if not reason.strip():
            raise Invalid(
                "train.scope_frozen",
                said(
                    "The scope of {departure} is frozen since {moment}.",
                    departure=str(held),
                    moment=held.scope_freeze_at,
                ),
                at="reason",
                hint=said("Say why it comes aboard all the same, or take a later one."),
            )
    _check_time(release, held)
    made = _boarding.enter(actor, release, held, reason)
    release.save()
    release_alerts.conflicts(actor, release)
    return made


def _check_time(release: Release, held: Departure) -> None:
    """Refuse who would have missed a cut-off already."""
    (seat,) = ask.seats([Boarding(departure=held, release=release)], timezone.now())
    stop = missed(seat.stops, seat.who)
    if stop is not None:
        raise Refused(
            "train.too_late",
            said(
                "It is too late for {departure}: by {moment}, {asked}.",
                departure=str(held),
                moment=stop.at,
                asked=ASKED[stop.cut_off],
            ),
            at="departure",
            hint=said("Take a later departure."),
            evidence={"cut_off": str(stop.cut_off), "at": stop.at.isoformat()},
        )


def _check_release(release: Release, row: Train) -> None:
    held = ask.aboard(release)
    if held is not None:
        raise Refused(
            "train.aboard",
            said("{number} is aboard {departure}.", number=release.number, departure=str(held.departure)),
            hint=said("Let it leave first."),
        )
    if row.service_id not in (None, release.service_id):
        raise Refused(
            "train.other_service",
            said("{train} is for releases of another service.", train=row.number),
            at="train",
        )
    if relations.is_deployed(release):
        raise Refused("train.deployed", said("{number} is deployed.", number=release.number))


def _departure(row: Train, sequence: int | None) -> Departure:
    now = timezone.now()
    held = ask.coming(row, now) if sequence is None else ask.departure(row.number, sequence)
    if held is None and sequence is not None:
        raise _guard.not_found(Departure, {"sequence": sequence})
    if held is None or held.state != DepartureState.PLANNED:
        raise Refused(
            "train.no_departure",
            said("{train} has no departure that could be boarded.", train=row.number),
            at="departure",
            hint=said("Name a planned one."),
        )
    return held


@transaction.atomic
def leave(*, actor: Actor, number: str, reason: str, expected_version: int | None = None) -> Boarding:
    """Let a release leave the train that it is aboard."""
    release = _guard.lock(Release, number=number)
    _guard.require(actor=actor, action=BOARD, scope=release.service.key)
    _guard.unchanged(release, expected_version)
    if not reason.strip():
        raise Invalid("train.reason_needed", said("Say why."), at="reason")
    held = ask.aboard(release)
    if held is None:
        raise Refused("train.not_aboard", said("{number} is aboard no train.", number=number))
    _boarding.end(actor, held, BoardingState.LEFT, reason=reason)
    release.save()
    return held


def pass_by(*, now: datetime) -> None:
    """Plan departures ahead, ship who is deployed, let who missed a cut-off take the next one, and let trains leave."""
    for train in Train.objects.filter(state=TrainState.ACTIVE).order_by("pk"):
        with transaction.atomic():
            trains.plan_ahead(Train.objects.select_for_update(of=("self",)).get(pk=train.pk), now)
    aboard = Boarding.objects.filter(state=BoardingState.ABOARD).values_list("pk", flat=True)
    for key in list(aboard.order_by("pk")):
        with transaction.atomic():
            _judge(key, now)
    over = Departure.objects.filter(state=DepartureState.PLANNED, ends_at__lte=now)
    for key in list(over.order_by("ships_at", "pk").values_list("pk", flat=True)):
        with transaction.atomic():
            trains.depart(key, now)


def _judge(key: int, now: datetime) -> None:
    Train.objects.select_for_update(of=("self",)).get(departures__boardings=key)
    Release.objects.select_for_update(of=("self",)).get(boardings=key)
    row = Boarding.objects.select_related("departure__train", "release__service").get(pk=key)
    if row.state != BoardingState.ABOARD:
        return
    (seat,) = ask.seats([row], now)
    who = seat.who
    if who.is_deployed:
        _boarding.end(SYSTEM, row, BoardingState.SHIPPED)
    elif who.ending:
        _boarding.end(SYSTEM, row, BoardingState.LEFT)
    else:
        stop = missed(seat.stops, who)
        if stop is not None:
            _boarding.pass_on(SYSTEM, row, BoardingState.MISSED, "", now=now, cut_off=stop.cut_off)
