"""Release trains: their timetables and departures, and the releases aboard."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from django.utils import timezone
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing, require_any_role, visible
from rightaway.api.answers import MaybeAccount, MaybeKey, Out, Page, PageFilter, page, tagged
from rightaway.api.releases import find
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.domain.trains import ASKED, BoardingState, Unit
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import trains as ask
from rightaway.services import boardings, trains

router = Router()
Hours = Annotated[int, Field(ge=0, le=24 * 365)]


class TrainFilter(PageFilter):
    text: Word = ""
    service: Word = ""
    is_active: of.Flag | None = None


class TrainOut(Out):
    """One train; without a service it is for the releases of every one. Cut-offs are hours before a departure."""

    number: str
    name: str
    description: str
    service: MaybeKey
    state: str
    retired_because: str
    first_at: datetime
    zone: str
    every: int
    unit: str
    scope_freeze_h: int
    code_freeze_h: int
    package_due_h: int
    go_no_go_h: int
    window_h: int
    ahead: int
    version: int


class TrainRow(Out):
    number: str
    name: str
    service: str | None = Field(validation_alias="service__key")
    state: str
    every: int
    unit: str
    first_at: datetime
    version: int


class DepartureRow(Out):
    sequence: int
    state: str
    ships_at: datetime
    ends_at: datetime
    scope_freeze_at: datetime
    code_freeze_at: datetime
    package_due_at: datetime
    go_no_go_at: datetime
    reason: str
    size: int
    version: int


class StopOut(Out):
    """One cut-off: `met`, `due` or `missed`, and what it asks of the release."""

    cut_off: str
    at: datetime
    state: str
    asks: str


class BoardingOut(Out):
    """A release on a departure; the stops are told while it is aboard."""

    train: str
    departure: int
    release: str
    state: str
    by: MaybeAccount
    at: datetime
    ended_at: datetime | None
    cut_off: str
    reason: str
    stops: list[StopOut] = []


class DepartureOut(DepartureRow):
    """One departure with the releases that were on it and that the caller may see."""

    boardings: list[BoardingOut] = []


class _TimetableIn(FileModel):
    description: Said = ""
    zone: of.Line = "UTC"
    every: Annotated[int, Field(ge=1, le=52)] = 2
    unit: Unit = Unit.WEEK
    scope_freeze_h: Hours = 240
    code_freeze_h: Hours = 96
    package_due_h: Hours = 48
    go_no_go_h: Hours = 4
    window_h: Annotated[int, Field(ge=1, le=168)] = 4
    ahead: Annotated[int, Field(ge=1, le=12)] = 3


class TrainIn(_TimetableIn):
    """Without a service it is for the releases of every one, which takes a role everywhere."""

    name: of.Name
    first_at: of.Moment
    service: of.Key | None = None


class TrainEdit(_TimetableIn):
    """What to change; what is left out stays. Planned departures stay where they are."""

    name: of.Name = ""
    first_at: Annotated[of.Moment, Field(default=None)]


class RetirementIn(FileModel):
    reason: of.Text


class DepartureMoveIn(FileModel):
    ships_at: of.Moment
    reason: of.Text


class DepartureCancellationIn(FileModel):
    reason: of.Text


class BoardingIn(FileModel):
    """The next departure that can be boarded when none is named; after the scope freeze with a reason."""

    train: of.Reference
    departure: Annotated[int, Field(ge=1, le=1_000_000)] | None = None
    reason: Said = ""


class LeavingIn(FileModel):
    reason: of.Text


def _found(request: Request, number: str) -> Any:
    require_any_role(request.auth)
    row = ask.train(number)
    if row is None:
        raise missing(f"train {number:.20}")
    return row


def _departure(request: Request, number: str, sequence: int) -> Any:
    found = ask.departures(_found(request, number)).filter(sequence=sequence).first()
    if found is None:
        raise missing(f"departure {sequence} of {number:.20}")
    return found


def _boarding(row: Any, stops: Any = ()) -> dict[str, Any]:
    return {
        "train": row.departure.train.number,
        "departure": row.departure.sequence,
        "release": row.release.number,
        "stops": [
            {"cut_off": one.cut_off, "at": one.at, "state": one.state, "asks": str(ASKED[one.cut_off])}
            for one in stops
        ],
        **{name: getattr(row, name) for name in ("state", "by", "at", "ended_at", "cut_off", "reason")},
    }


def _boardings(rows: list[Any]) -> list[BoardingOut]:
    """Show them in the given order, those aboard with where they stand to the cut-offs."""
    seats = ask.seats([one for one in rows if one.state == BoardingState.ABOARD], timezone.now())
    stops = {one.boarding.pk: one.stops for one in seats}
    return [BoardingOut.model_validate(_boarding(one, stops.get(one.pk, ()))) for one in rows]


def _shown(request: Request, response: HttpResponse, row: Any) -> DepartureOut:
    fresh = _departure(request, row.train.number, row.sequence)
    seen = list(visible(request.auth, ask.boardings(fresh), scope="release__service__key"))
    row_out = DepartureRow.model_validate(tagged(response, fresh))
    return DepartureOut(**row_out.model_dump(), boardings=_boardings(seen))


@router.get("/trains", response=Page[TrainRow])
def list_trains(request: Request, asked: Asked[TrainFilter]) -> dict[str, Any]:
    """List trains, newest first; of a service those for every one too."""
    require_any_role(request.auth)
    given = asked.model_dump(exclude={"limit", "after"})
    return page(ask.trains(**given), asked, "-id", TrainRow)


@router.post("/trains", response={201: TrainOut})
def create(request: Request, response: HttpResponse, sent: Sent[TrainIn]) -> Any:
    """Set up a train, and plan its first departures."""
    fields = sent.model_dump(exclude={"service"})
    return tagged(response, trains.create(actor=request.auth, service=sent.service or "", fields=fields))


@router.get("/trains/{train}", response=TrainOut)
def show(request: Request, response: HttpResponse, train: str) -> Any:
    """Show one train."""
    return tagged(response, _found(request, train))


@router.patch("/trains/{train}", response=TrainOut)
def edit(request: Request, response: HttpResponse, train: str, sent: Sent[TrainEdit]) -> Any:
    """Change a train; departures that are planned stay where they are."""
    _found(request, train)
    fields = sent.model_dump(exclude_unset=True)
    row = trains.edit(
        actor=request.auth, number=train, fields=fields, expected_version=expected_version(request)
    )
    return tagged(response, row)


@router.post("/trains/{train}/retirement", response=TrainOut)
def retire(request: Request, response: HttpResponse, train: str, sent: Sent[RetirementIn]) -> Any:
    """End a train with nobody aboard; its planned departures are cancelled."""
    _found(request, train)
    row = trains.retire(
        actor=request.auth, number=train, reason=sent.reason, expected_version=expected_version(request)
    )
    return tagged(response, row)


@router.get("/trains/{train}/departures", response=Page[DepartureRow])
def list_departures(request: Request, train: str, asked: Asked[PageFilter]) -> dict[str, Any]:
    """List the departures of a train, the last one first, each with how many releases are aboard."""
    return page(ask.departures(_found(request, train)), asked, "-sequence", DepartureRow)


@router.get("/trains/{train}/departures/{int:sequence}", response=DepartureOut)
def show_departure(request: Request, response: HttpResponse, train: str, sequence: int) -> Any:
    """Show one departure with who is aboard, and where each stands to the cut-offs."""
    return _shown(request, response, _departure(request, train, sequence))


@router.post("/trains/{train}/departures/{int:sequence}/move", response=DepartureOut)
def move(
    request: Request, response: HttpResponse, train: str, sequence: int, sent: Sent[DepartureMoveIn]
) -> Any:
    """Let one departure leave at another time; its cut-offs move along, and those aboard are told."""
    _departure(request, train, sequence)
    row = trains.move(
        actor=request.auth,
        number=train,
        sequence=sequence,
        expected_version=expected_version(request),
        **sent.model_dump(),
    )
    return _shown(request, response, row)


@router.post("/trains/{train}/departures/{int:sequence}/cancellation", response=DepartureOut)
def cancel(
    request: Request, response: HttpResponse, train: str, sequence: int, sent: Sent[DepartureCancellationIn]
) -> Any:
    """Cancel one departure; those aboard take the next one."""
    _departure(request, train, sequence)
    row = trains.cancel(
        actor=request.auth,
        number=train,
        sequence=sequence,
        reason=sent.reason,
        expected_version=expected_version(request),
    )
    return _shown(request, response, row)


@router.get("/releases/{release}/boardings", response=list[BoardingOut])
def list_boardings(request: Request, release: str) -> Any:
    """List the departures that a release was on, the newest first."""
    return _boardings(list(ask.of_release(find(request, release))))


@router.post("/releases/{release}/boardings", response={201: BoardingOut})
def board(request: Request, response: HttpResponse, release: str, sent: Sent[BoardingIn]) -> Any:
    """Let a release board a train; from now on it is held to the cut-offs."""
    find(request, release)
    _found(request, sent.train)
    row = boardings.board(
        actor=request.auth, number=release, expected_version=expected_version(request), **sent.model_dump()
    )
    tagged(response, row.release)
    return _boardings([row])[0]


@router.post("/releases/{release}/boardings/leaving", response=BoardingOut)
def leave(request: Request, release: str, sent: Sent[LeavingIn]) -> Any:
    """Let a release leave the train that it is aboard."""
    find(request, release)
    row = boardings.leave(
        actor=request.auth, number=release, reason=sent.reason, expected_version=expected_version(request)
    )
    return _boardings([row])[0]
