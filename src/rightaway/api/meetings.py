"""Meetings of boards: agenda, conduct, minutes. Votes are given where they always are."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Router
from pydantic import Field

from rightaway.api.access import EVERYWHERE, Request, allowed, missing, require_any_role
from rightaway.api.answers import MaybeAccount, Out, Page, PageFilter, page, tagged
from rightaway.api.requests import Asked, Said, Sent, Word, expected_version
from rightaway.domain.errors import Forbidden
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import boards as ask_boards
from rightaway.queries import meetings as ask
from rightaway.queries import workbench
from rightaway.services import agendas, meetings

router = Router()
Why = Annotated[Word, Field(max_length=300)]


class MeetingFilter(PageFilter):
    board: Word = ""
    state: Word = ""
    text: Word = ""


class MeetingRow(Out):
    number: str
    board: str = Field(validation_alias="board__key")
    state: str
    scheduled_at: datetime
    place: str
    size: int
    version: int


class AgendaItemOut(Out):
    """
    One item; `against` are the reasons of the rules, and `recommended` says that there are none.

    `since` is what was done to it since it was last before the board; a vote is for `digest`.
    """

    id: int
    position: int
    subject: str
    title: str
    service: str
    state: str
    outcome: str
    reason: str
    note: str
    risk_level: int
    risk_score: int
    recommended: bool
    against: list[str]
    conflicts: list[str]
    since: list[dict[str, Any]]
    votes: list[dict[str, Any]]
    digest: str
    needed: int | None
    may_vote: bool


class ActionOut(Out):
    id: int
    owner: str
    text: str
    item: str
    due_at: datetime
    done_at: datetime | None


class MeetingOut(Out):
    """One meeting; `hidden` is how many items are of services that the caller may not see."""

    number: str
    version: int
    board: str
    state: str
    events: tuple[str, ...]
    scheduled_at: datetime
    place: str
    published_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    attendance: list[str]
    items: list[AgendaItemOut]
    hidden: int
    actions: list[ActionOut]
    remarks: str
    state_reason: str
    approved_by: MaybeAccount
    approved_at: datetime | None


class MinutesOut(Out):
    """The minutes as Markdown; `digest` is what the chair approves."""

    number: str
    state: str
    text: str
    digest: str


class MeetingIn(FileModel):
    """Without `at` it is the next of the board's schedule."""

    board: of.Key
    at: of.Moment | None = None
    place: Annotated[Word, Field(max_length=200)] = ""


class MeetingMove(FileModel):
    """Cancelling needs a reason."""

    event: Literal["publish", "fill", "start", "end", "cancel"]
    reason: Why = ""


class AttendanceIn(FileModel):
    """Without `person` the caller."""

    person: of.Account | None = None
    is_present: of.Flag = True


class AgendaItemIn(FileModel):
    """A change, or an approval of a release by its kind."""

    change: of.Reference | None = None
    release: of.Reference | None = None
    kind: of.VariableName | None = None


class AgendaItemEdit(FileModel):
    """Each field given is one act: another place, what was said, or to the next meeting with a reason."""

    position: of.Count | None = None
    note: Said | None = None
    defer: Why | None = None


class ActionIn(FileModel):
    """With `asks` the item waits for this information, and is not decided on in this meeting."""

    text: Annotated[of.Line, Field(max_length=500)]
    owner: of.Account
    due_at: of.Moment
    item: Annotated[int, of.whole(1, 10**12)] | None = None
    asks: of.Flag = False


class RemarksIn(FileModel):
    remarks: Said


class ApprovalIn(FileModel):
    """`digest` is that of the minutes that were read."""

    digest: of.Digest


def _found(request: Request, number: str) -> Any:
    require_any_role(request.auth)
    row = ask.meeting(number)
    if row is None:
        raise missing(f"meeting {number:.20}")
    return row


def _shown(request: Request, response: HttpResponse, number: str) -> MeetingOut:
    row = tagged(response, _found(request, number))
    looked, hidden = workbench.looked_at(
        row, request.auth.user_id, lambda service: allowed(request.auth, "release.view", service)
    )
    return MeetingOut(
        **{name: getattr(row, name) for name in MeetingOut.model_fields if name in _PLAIN},
        board=row.board.key,
        events=ask.events(row),
        attendance=[one.person.username for one in row.attendance.select_related("person")],
        items=[_item(one) for one in looked],
        hidden=hidden,
        actions=[_action(one) for one in row.actions.select_related("owner", "item__change")],
    )


_PLAIN = frozenset(
    {
        *("number", "version", "state", "scheduled_at", "place", "published_at", "started_at", "ended_at"),
        *("remarks", "state_reason", "approved_by", "approved_at"),
    }
)


def _item(one: workbench.Looked) -> AgendaItemOut:
    row = one.row
    return AgendaItemOut(
        id=row.pk,
        position=row.position,
        subject=row.subject,
        outcome=row.outcome,
        reason=row.reason,
        note=row.note,
        risk_level=one.level,
        risk_score=one.score.score,
        recommended=one.advice.is_for,
        against=[str(text) for text in one.advice.against],
        conflicts=list(one.conflicts),
        since=list(one.since),
        votes=list(one.votes),
        **{
            name: getattr(one, name) for name in ("title", "service", "state", "digest", "needed", "may_vote")
        },
    )


def _action(one: Any) -> ActionOut:
    return ActionOut(
        id=one.pk,
        owner=one.owner.username,
        text=one.text,
        item=one.item.subject if one.item else "",
        due_at=one.due_at,
        done_at=one.done_at,
    )


@router.get("/meetings", response=Page[MeetingRow])
def list_meetings(request: Request, asked: Asked[MeetingFilter]) -> dict[str, Any]:
    """List meetings, those made last first."""
    require_any_role(request.auth)
    rows = ask.meetings(board=asked.board, state=asked.state, text=asked.text)
    return page(rows, asked, "-id", MeetingRow)


@router.post("/meetings", response={201: MeetingOut})
def plan(request: Request, response: HttpResponse, sent: Sent[MeetingIn]) -> Any:
    """Plan a meeting with what waits for the board on its agenda: the chair does, or a change manager."""
    row = meetings.plan(actor=request.auth, **sent.model_dump())
    return _shown(request, response, row.number)


@router.get("/meetings/{meeting}", response=MeetingOut)
def show(request: Request, response: HttpResponse, meeting: str) -> Any:
    """Show one meeting with its agenda: risk, advice, conflicts, what changed, votes."""
    return _shown(request, response, meeting)


@router.post("/meetings/{meeting}/moves", response=MeetingOut)
def move(request: Request, response: HttpResponse, meeting: str, sent: Sent[MeetingMove]) -> Any:
    """Publish or fill the agenda, start, end or cancel the meeting."""
    given = {"actor": request.auth, "number": meeting, "expected_version": expected_version(request)}
    match sent.event:
        case "publish":
            agendas.publish(**given)  # type: ignore[arg-type]
        case "fill":
            agendas.fill(**given)  # type: ignore[arg-type]
        case "start":
            meetings.start(**given)  # type: ignore[arg-type]
        case "end":
            meetings.end(**given)  # type: ignore[arg-type]
        case "cancel":
            meetings.cancel(**given, reason=sent.reason)  # type: ignore[arg-type]
    return _shown(request, response, meeting)


@router.post("/meetings/{meeting}/attendance", response=MeetingOut)
def attend(request: Request, response: HttpResponse, meeting: str, sent: Sent[AttendanceIn]) -> Any:
    """Note who is there: members themselves, and who conducts the meeting for everybody."""
    meetings.attend(actor=request.auth, number=meeting, person=sent.person or "", is_present=sent.is_present)
    return _shown(request, response, meeting)


@router.post("/meetings/{meeting}/items", response={201: MeetingOut})
def add_item(request: Request, response: HttpResponse, meeting: str, sent: Sent[AgendaItemIn]) -> Any:
    """Put a change, or an approval of a release, on the agenda."""
    change, release, kind = sent.change or "", sent.release or "", sent.kind or ""
    agendas.add(actor=request.auth, number=meeting, change=change, release=release, kind=kind)
    return _shown(request, response, meeting)


@router.patch("/meetings/{meeting}/items/{int:entry}", response=MeetingOut)
def edit_item(
    request: Request, response: HttpResponse, meeting: str, entry: int, sent: Sent[AgendaItemEdit]
) -> Any:
    """Put an item in another place, write down what was said, or defer it with a reason."""
    if sent.position is not None:
        agendas.move(actor=request.auth, number=meeting, item=entry, position=sent.position)
    if sent.note is not None:
        agendas.note(actor=request.auth, number=meeting, item=entry, text=sent.note)
    if sent.defer is not None:
        agendas.defer(actor=request.auth, number=meeting, item=entry, reason=sent.defer)
    return _shown(request, response, meeting)


@router.delete("/meetings/{meeting}/items/{int:entry}", response={204: None})
def remove_item(request: Request, meeting: str, entry: int) -> None:
    """Take an item off the agenda of a planned meeting."""
    agendas.remove(actor=request.auth, number=meeting, item=entry)


@router.post("/meetings/{meeting}/actions", response={201: MeetingOut})
def take_on(request: Request, response: HttpResponse, meeting: str, sent: Sent[ActionIn]) -> Any:
    """Write down what somebody is to do by when, or which information an item waits for."""
    agendas.take_on(actor=request.auth, number=meeting, **sent.model_dump())
    return _shown(request, response, meeting)


@router.post("/meetings/{meeting}/actions/{int:action}/completion", response=MeetingOut)
def finish(request: Request, response: HttpResponse, meeting: str, action: int) -> Any:
    """Say that an action is done: its owner does, or who conducts the meetings."""
    agendas.finish(actor=request.auth, number=meeting, action=action)
    return _shown(request, response, meeting)


@router.put("/meetings/{meeting}/remarks", response=MeetingOut)
def remark(request: Request, response: HttpResponse, meeting: str, sent: Sent[RemarksIn]) -> Any:
    """Write what else belongs into the minutes, until they are approved."""
    meetings.remark(
        actor=request.auth, number=meeting, remarks=sent.remarks, expected_version=expected_version(request)
    )
    return _shown(request, response, meeting)


@router.get("/meetings/{meeting}/minutes", response=MinutesOut)
def show_minutes(request: Request, meeting: str) -> Any:
    """Give the minutes as Markdown: to the members of the board, and to who sees every service."""
    row = _found(request, meeting)
    seated = ask_boards.has_seat(row.board, request.auth.user_id)
    if not seated and not allowed(request.auth, "release.view", EVERYWHERE):
        raise Forbidden("permission.denied", f"The minutes of {row.number} are for the members of the board.")
    return {"number": row.number, "state": row.state, "text": ask.minutes(row), "digest": ask.digest_of(row)}


@router.post("/meetings/{meeting}/minutes/approval", response=MeetingOut)
def approve_minutes(request: Request, response: HttpResponse, meeting: str, sent: Sent[ApprovalIn]) -> Any:
    """Approve the minutes as the chair; nothing of the meeting changes afterwards."""
    meetings.approve_minutes(
        actor=request.auth, number=meeting, digest=sent.digest, expected_version=expected_version(request)
    )
    return _shown(request, response, meeting)
