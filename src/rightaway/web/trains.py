"""Trains: the board of departures, one train, one departure, and the commands on them."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.domain.trains import ASKED, BoardingState, CutOff, DepartureState, TrainState, Unit
from rightaway.queries import trains as ask
from rightaway.services import boardings as boarding_commands
from rightaway.services import trains as commands
from rightaway.web import choices, frames
from rightaway.web.forms.base import ReasonForm
from rightaway.web.forms.trains import BoardForm, EditTrainForm, MoveDepartureForm, TrainFilter, TrainForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import EVERYWHERE, Viewer

TAB, ANCHOR = "release", "#train"


def _crumbs(row: Any = None) -> list[tuple[str, str]]:
    found = [(_("Release trains"), reverse("trains"))]
    return [*found, (row.number, reverse("train", args=[row.number]))] if row else found


def _found(viewer: Viewer, number: str) -> Any:
    viewer.require("release.view", None)
    row = ask.train(number)
    if row is None:
        raise NotFound("not_found", said("There is no train {number}.", number=number))
    return row


def _scope(row: Any) -> str:
    return row.service.key if row.service else EVERYWHERE


def _managed(viewer: Viewer, number: str) -> Any:
    row = _found(viewer, number)
    viewer.require(commands.MANAGE, _scope(row))
    return row


def _departure(viewer: Viewer, number: str, sequence: int) -> Any:
    _found(viewer, number)
    found = ask.departure(number, sequence)
    if found is None:
        raise NotFound("not_found", said("{number} has no such departure.", number=number))
    return found


def cadence(row: Any) -> str:
    """Say how often it leaves."""
    words = {
        Unit.DAY: _("every {count} days"),
        Unit.WEEK: _("every {count} weeks"),
        Unit.MONTH: _("every {count} months"),
    }
    once = {Unit.DAY: _("every day"), Unit.WEEK: _("every week"), Unit.MONTH: _("every month")}
    unit = Unit(row.unit)
    return once[unit] if row.every == 1 else words[unit].format(count=row.every)


def _seats(viewer: Viewer, rows: list[Any]) -> dict[int, list[dict[str, Any]]]:
    """Give those aboard by their departure, each with the cut-off that it has to meet next."""
    seen = [one for one in rows if viewer.may("release.view", one.release.service.key)]
    found: dict[int, list[dict[str, Any]]] = {}
    for seat in ask.seats(seen, timezone.now()):
        shown = {"row": seat.boarding, "release": seat.release, "stops": seat.stops, "next": seat.next}
        shown["asks"] = ASKED[seat.next.cut_off] if seat.next else None
        found.setdefault(seat.boarding.departure_id, []).append(shown)
    return found


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    filters = TrainFilter(request.GET)
    rows = paged(request, ask.trains(**filters.chosen()), per_page=10)
    departures = list(ask.planned(list(rows)))
    seats = _seats(viewer, [one for departure in departures for one in _aboard(departure)])
    lines: dict[int, list[dict[str, Any]]] = {}
    for one in departures:
        lines.setdefault(one.train_id, []).append(_column(one, seats.get(one.pk, [])))
    context = {
        "rows": rows,
        "trains": [(one, cadence(one), lines.get(one.pk, [])) for one in rows],
        "filters": filters,
        "may_create": viewer.may(commands.MANAGE, None),
    }
    return render(request, "trains/index.html", context)


def _aboard(departure: Any) -> list[Any]:
    for one in departure.aboard:
        one.departure = departure
    return list(departure.aboard)


def _column(departure: Any, seats: list[dict[str, Any]]) -> dict[str, Any]:
    now = timezone.now()
    coming = next(((one, at) for one, at in departure.moments.items() if at > now), None)
    return {
        "row": departure,
        "seats": seats,
        "hidden": len(departure.aboard) - len(seats),
        "cut_off": coming[0] if coming else "",
        "cut_off_at": coming[1] if coming else None,
    }


@page
def train(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _found(viewer, number)
    context = {
        "train": row,
        "cadence": cadence(row),
        "rows": paged(request, ask.departures(row)),
        "may_manage": row.state == TrainState.ACTIVE and viewer.may(commands.MANAGE, _scope(row)),
        "crumbs": _crumbs(),
    }
    return render(request, "trains/train.html", context)


@page
def departure(request: HttpRequest, viewer: Viewer, number: str, sequence: int) -> HttpResponse:
    row = _departure(viewer, number, sequence)
    everybody = list(ask.boardings(row))
    seen = [one for one in everybody if viewer.may("release.view", one.release.service.key)]
    aboard = [one for one in seen if one.state == BoardingState.ABOARD]
    context = {
        "departure": row,
        "moments": list(row.moments.items()),
        "seats": _seats(viewer, aboard).get(row.pk, []),
        "gone": [
            (one, ASKED[CutOff(one.cut_off)] if one.cut_off else None)
            for one in seen
            if one.state != BoardingState.ABOARD
        ],
        "hidden": len(everybody) - len(seen),
        "now": timezone.now(),
        "may_manage": row.state == DepartureState.PLANNED and viewer.may(commands.MANAGE, _scope(row.train)),
        "crumbs": _crumbs(row.train),
    }
    return render(request, "trains/departure.html", context)


@act
def create(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(commands.MANAGE, None)
    services = choices.services(viewer, commands.MANAGE)
    if viewer.may(commands.MANAGE, EVERYWHERE):
        services = [("", _("every service")), *services]
    form = TrainForm(**bound(request), services=services)

    def run(given: dict[str, Any]) -> str:
        service = given.pop("service")
        return reverse(
            "train", args=[commands.create(actor=viewer.actor, service=service, fields=given).number]
        )

    return command(
        request,
        form,
        run,
        title=_("Set up a release train"),
        button=_("Set it up"),
        back=reverse("trains"),
        done=_("The train is set up, and its first departures are planned."),
        text=_(
            "A release that boards a departure has to meet its cut-offs, or takes the next one by itself."
        ),
        crumbs=_crumbs(),
    )


@act
def edit(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _managed(viewer, number)
    form = EditTrainForm(
        **bound(request), initial={name: getattr(row, name) for name in (*commands.FIELDS, "version")}
    )

    def run(given: dict[str, Any]) -> None:
        fields = {name: given[name] for name in form.changed_data if name in commands.FIELDS}
        if fields:
            commands.edit(actor=viewer.actor, number=number, fields=fields, expected_version=given["version"])

    return command(
        request,
        form,
        run,
        title=_("Edit {number}").format(number=number),
        button=_("Save"),
        back=reverse("train", args=[number]),
        done=_("Saved."),
        text=_("Departures that are planned stay where they are; move them one by one."),
        crumbs=_crumbs(row),
    )


@act
def retire(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = _managed(viewer, number)
    return command(
        request,
        ReasonForm(**bound(request)),
        lambda given: commands.retire(actor=viewer.actor, number=number, reason=given["reason"]),
        title=_("Retire {number}").format(number=number),
        button=_("Retire"),
        back=reverse("train", args=[number]),
        done=_("The train is retired."),
        text=_("Its planned departures are cancelled. Nobody may be aboard."),
        crumbs=_crumbs(row),
    )


@act
def move(request: HttpRequest, viewer: Viewer, number: str, sequence: int) -> HttpResponse:
    _managed(viewer, number)
    row = _departure(viewer, number, sequence)
    initial = {"version": row.version, "ships_at": row.ships_at}
    return command(
        request,
        MoveDepartureForm(**bound(request), initial=initial),
        lambda given: commands.move(
            actor=viewer.actor,
            number=number,
            sequence=sequence,
            ships_at=given["ships_at"],
            reason=given["reason"],
            expected_version=given["version"],
        ),
        title=_("Move {departure}").format(departure=row),
        button=_("Move"),
        back=reverse("departure", args=[number, sequence]),
        done=_("The departure is moved, and those aboard are told."),
        text=_("Its cut-offs move along."),
        crumbs=_crumbs(row.train),
    )


@act
def cancel(request: HttpRequest, viewer: Viewer, number: str, sequence: int) -> HttpResponse:
    _managed(viewer, number)
    row = _departure(viewer, number, sequence)
    return command(
        request,
        ReasonForm(**bound(request)),
        lambda given: commands.cancel(
            actor=viewer.actor, number=number, sequence=sequence, reason=given["reason"]
        ),
        title=_("Cancel {departure}").format(departure=row),
        button=_("Cancel it"),
        back=reverse("departure", args=[number, sequence]),
        done=_("The departure is cancelled; those aboard take the next one."),
        crumbs=_crumbs(row.train),
    )


# A release aboard.


def seat(viewer: Viewer, release: Any, *, is_over: bool) -> dict[str, Any]:
    """Give on which departure the release is, for its page, and what may be done about it."""
    held = ask.aboard(release)
    may_board = not is_over and viewer.may(boarding_commands.BOARD, release.service.key)
    if held is None:
        return {"may_board": may_board}
    (shown,) = ask.seats([held], timezone.now())
    asks = ASKED[shown.next.cut_off] if shown.next else None
    return {"held": held, "stops": shown.stops, "next": shown.next, "asks": asks, "may_board": may_board}


@act
def board(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require(boarding_commands.BOARD, row.service.key)
    rows = ask.trains(service=row.service.key, is_active=True)[: choices.MOST]
    offered = [
        (f"{one.train.number}/{one.sequence}", _offer(one)) for one in ask.planned(list(rows))[: choices.MOST]
    ]
    form = BoardForm(**bound(request), departures=offered, initial={"version": row.version})

    def run(given: dict[str, Any]) -> None:
        train_number, _sign, sequence = given["departure"].partition("/")
        boarding_commands.board(
            actor=viewer.actor,
            number=number,
            train=train_number,
            departure=int(sequence),
            reason=given["reason"],
            expected_version=given["version"],
        )

    return command(
        request,
        form,
        run,
        title=_("Let {number} board a train").format(number=number),
        button=_("Board"),
        done=_("It is aboard, and held to the cut-offs of the departure."),
        text="" if offered else _("No train of this service has a departure ahead."),
        **frames.inside(row, TAB, ANCHOR),
    )


def _offer(one: Any) -> str:
    words = _("{departure} {train}: leaves {at}, scope freeze {freeze}")
    at, freeze = (localize(timezone.localtime(moment)) for moment in (one.ships_at, one.scope_freeze_at))
    return words.format(departure=one, train=one.train.name, at=at, freeze=freeze)


@act
def leave(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require(boarding_commands.BOARD, row.service.key)
    held = ask.aboard(row)
    if held is None:
        raise NotFound("not_found", said("{number} is aboard no train.", number=number))
    return command(
        request,
        ReasonForm(**bound(request)),
        lambda given: boarding_commands.leave(actor=viewer.actor, number=number, reason=given["reason"]),
        title=_("Let {number} leave {departure}").format(number=number, departure=held.departure),
        button=_("Leave"),
        done=_("It left the train, and is held to no cut-off."),
        **frames.inside(row, TAB, ANCHOR),
    )
