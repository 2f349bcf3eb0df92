"""Change advisory boards: proposed by one person, confirmed by another, with what they decided."""

from datetime import datetime
from typing import Annotated, Any

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing, require_any_role, visible
from rightaway.api.answers import MaybeAccount, Out, Page, PageFilter, page, tagged
from rightaway.api.requests import Asked, Sent, Word, expected_version
from rightaway.domain.board_schedules import Schedule
from rightaway.domain.boards import AgendaFilter, BoardKind, Definition, Member, definition_digest
from rightaway.domain.changes import ChangeState, ChangeType, RfcClass
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import boards as ask
from rightaway.services import boards

router = Router()
Few = Field(max_length=100)


class BoardFilter(PageFilter):
    text: Word = ""
    kind: Word = ""


class BoardRow(Out):
    key: str
    title: str
    kind: str
    chair: str | None = Field(validation_alias="chair__username")
    quorum: int
    is_async: bool
    is_active: bool
    version: int


class SeatOut(Out):
    person: str
    alternate: str | None
    away_from: datetime | None
    away_until: datetime | None


class BoardOut(Out):
    """
    One board; `definition` is in force, `proposed` waits for a second person, with its `proposed_digest`.

    `problems` are inactive, unconfirmed, and short: fewer members act now than the quorum takes.
    """

    key: str
    version: int
    title: str
    kind: str
    chair: MaybeAccount
    quorum: int
    is_async: bool
    is_active: bool
    definition: dict[str, Any]
    proposed: dict[str, Any]
    proposed_by: MaybeAccount
    proposed_digest: str
    seats: list[SeatOut]
    problems: list[str]


class MemberIn(FileModel):
    person: of.Account
    alternate: of.Account | None = None


class ScheduleIn(FileModel):
    """When it meets: `weekdays` count from 0, Monday; `time` is by the clock of `zone`."""

    weekdays: Annotated[tuple[Annotated[int, of.whole(0, 6)], ...], Field(min_length=1, max_length=7)]
    time: Word
    zone: Word = "UTC"
    every_weeks: Annotated[int, of.whole(1, 52)] = 1
    since: Word = "2026-01-05"


class AgendaIn(FileModel):
    """What comes before the board. It decides on changes of `change_types`, and on none when there are none."""

    services: Annotated[tuple[of.Key, ...], Few] = ()
    change_types: Annotated[tuple[ChangeType, ...], Few] = ()
    rfc_classes: Annotated[tuple[RfcClass, ...], Few] = ()
    states: Annotated[tuple[ChangeState, ...], Few] = ()
    risk_at_least: Annotated[int, of.whole(1, 5)] = 1
    approvals: Annotated[tuple[of.VariableName, ...], Few] = ()


class BoardIn(FileModel):
    title: of.Name
    kind: BoardKind
    chair: of.Account
    members: Annotated[tuple[MemberIn, ...], Field(min_length=1, max_length=100)]
    quorum: of.Count
    agenda: AgendaIn = AgendaIn()
    schedule: ScheduleIn | None = None
    is_async: of.Flag = True
    is_active: of.Flag = True


class ConfirmationIn(FileModel):
    """`digest` is the `proposed_digest` that was looked at."""

    digest: of.Digest


class AbsenceIn(FileModel):
    """Without `away_from` the member is back; without `away_until` they are away until something else is said."""

    away_from: of.Moment | None = None
    away_until: of.Moment | None = None


class DecisionFilter(PageFilter):
    board: Word = ""
    text: Word = ""


class DecisionRow(Out):
    id: int
    board: str = Field(validation_alias="board__key")
    subject: str
    title: str
    outcome: str
    digest: str
    at: datetime
    meeting: str | None = Field(validation_alias="meeting__number")
    reported_in: str | None = Field(validation_alias="reported_in__number")
    votes: list[dict[str, str]]


def _definition(sent: BoardIn) -> Definition:
    agenda = sent.agenda.model_dump()
    return Definition(
        title=sent.title,
        kind=sent.kind,
        chair=sent.chair,
        members=tuple(Member(one.person, one.alternate or "") for one in sent.members),
        quorum=sent.quorum,
        agenda=AgendaFilter(**agenda),
        schedule=Schedule(**sent.schedule.model_dump()) if sent.schedule else None,
        is_async=sent.is_async,
        is_active=sent.is_active,
    )


def _shown(response: HttpResponse, key: str) -> BoardOut:
    row = ask.board(key)
    if row is None:
        raise missing(f"board {key:.40}")
    seats = [
        SeatOut(
            person=one.person.username,
            alternate=one.alternate.username if one.alternate else None,
            away_from=one.away_from,
            away_until=one.away_until,
        )
        for one in row.seats.all()
    ]
    return BoardOut(
        **{name: getattr(tagged(response, row), name) for name in _PLAIN},
        proposed_digest=definition_digest(row.proposed) if row.proposed else "",
        seats=seats,
        problems=[*ask.problems(row)],
    )


_PLAIN = (
    *("key", "version", "title", "kind", "chair", "quorum", "is_async", "is_active"),
    *("definition", "proposed", "proposed_by"),
)


@router.get("/boards", response=Page[BoardRow])
def list_boards(request: Request, asked: Asked[BoardFilter]) -> dict[str, Any]:
    """List the boards by key; everybody with a role may know who decides."""
    require_any_role(request.auth)
    rows = ask.boards(text=asked.text, kind=asked.kind).prefetch_related(None)
    return page(rows, asked, "key", BoardRow)


@router.get("/boards/{board}", response=BoardOut)
def show(request: Request, response: HttpResponse, board: str) -> Any:
    """Show one board: what is in force, and what is proposed."""
    require_any_role(request.auth)
    return _shown(response, board)


@router.put("/boards/{board}/proposal", response=BoardOut)
def propose(request: Request, response: HttpResponse, board: str, sent: Sent[BoardIn]) -> Any:
    """Propose a board, or another definition of one; it is in force once a second person confirms it."""
    boards.propose(
        actor=request.auth,
        key=board,
        definition=_definition(sent),
        expected_version=expected_version(request),
    )
    return _shown(response, board)


@router.delete("/boards/{board}/proposal", response={204: None})
def discard(request: Request, board: str) -> None:
    """Take a proposal back; what is in force stays."""
    boards.discard(actor=request.auth, key=board, expected_version=expected_version(request))


@router.post("/boards/{board}/confirmation", response=BoardOut)
def confirm(request: Request, response: HttpResponse, board: str, sent: Sent[ConfirmationIn]) -> Any:
    """Put a proposal in force. Nobody confirms what they proposed, nor their own seat."""
    boards.confirm(
        actor=request.auth, key=board, digest=sent.digest, expected_version=expected_version(request)
    )
    return _shown(response, board)


@router.put("/boards/{board}/members/{username}/absence", response=BoardOut)
def set_away(
    request: Request, response: HttpResponse, board: str, username: str, sent: Sent[AbsenceIn]
) -> Any:
    """Say when a member is away: the alternate votes in that time."""
    boards.set_away(actor=request.auth, key=board, member=username, **sent.model_dump())
    return _shown(response, board)


@router.get("/board-decisions", response=Page[DecisionRow])
def list_decisions(request: Request, asked: Asked[DecisionFilter]) -> dict[str, Any]:
    """List what boards decided, newest first, each with its votes and the digest of what was decided on."""
    rows = visible(request.auth, ask.decisions(board=asked.board, text=asked.text), scope="service__key")
    return page(rows, asked, "-id", DecisionRow)
