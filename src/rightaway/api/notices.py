"""Notices of a release: planned, sent, delivered, acknowledged; and those to oneself."""

from datetime import datetime
from typing import Annotated, Any

from ninja import Router
from pydantic import Field

from rightaway.api.access import Request, missing
from rightaway.api.answers import MaybeAccount, Out, Page, PageFilter, page
from rightaway.api.releases import find
from rightaway.api.requests import Asked, Said, Sent, Word
from rightaway.domain.notices import Moment, To
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import notices as ask
from rightaway.services import notices

router = Router()
EDIT = notices.EDIT


class RecipientOut(Out):
    """`delivery` is acknowledged, delivered, waiting, failed or unknown, as the outbox of mail says."""

    person: str
    delivery: str
    told_at: datetime
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    reminded_at: datetime | None


class PlannedNoticeOut(Out):
    """
    One notice; `delivered_at` is when the last of its recipients had it.

    `obstacle` says why it did not go out when it was due.
    """

    id: int
    audience: str
    to: str
    part: str
    moment: str
    text: str
    due_at: datetime | None
    acknowledge_pct: int
    sent_at: datetime | None
    sent_by: MaybeAccount
    sent_text: str
    obstacle: str
    delivered_at: datetime | None = None
    undelivered: int = 0
    acknowledged: int = 0
    recipients: list[RecipientOut] = []


class PlannedNoticeIn(FileModel):
    """
    A notice that Rightaway sends.

    Without `text` it is the usual one of its moment, in which words in braces are filled in; without `due_at` the
    lead time of the release says when it goes out.
    """

    to: To
    audience: Annotated[Word, Field(max_length=80)] = ""
    part: Word = ""
    moment: Moment = Moment.AHEAD
    text: Said = ""
    due_at: of.Moment | None = None
    acknowledge_pct: Annotated[int, of.whole(0, 100)] = 0
    people: Annotated[tuple[of.Account, ...], Field(max_length=1000)] = ()
    groups: Annotated[tuple[of.Key, ...], Field(max_length=100)] = ()


class MyNoticeRow(Out):
    id: int = Field(validation_alias="notice__pk")
    release: str = Field(validation_alias="notice__release__number")
    text: str = Field(validation_alias="notice__sent_text")
    told_at: datetime
    acknowledged_at: datetime | None


class AcknowledgementOut(Out):
    told_at: datetime
    acknowledged_at: datetime | None


class ReminderOut(Out):
    reminded: int


_PLAIN = (
    *("id", "audience", "to", "part", "moment", "text", "acknowledge_pct"),
    *("sent_at", "sent_by", "sent_text", "obstacle"),
)


def _shown(row: Any, lines: list[ask.Line]) -> PlannedNoticeOut:
    found = ask.reach(lines)
    computed = {
        "due_at": ask.due(row, row.release),
        "delivered_at": found.delivered_at if row.to != To.OUTSIDE else row.sent_at,
        "undelivered": found.undelivered,
        "acknowledged": found.acknowledged,
        "recipients": [_recipient(one) for one in lines],
    }
    return PlannedNoticeOut.model_validate({**{name: getattr(row, name) for name in _PLAIN}, **computed})


def _recipient(line: ask.Line) -> RecipientOut:
    return RecipientOut(
        person=line.row.person.username,
        delivery=line.told.delivery,
        told_at=line.row.told_at,
        delivered_at=line.told.delivered_at,
        acknowledged_at=line.row.acknowledged_at,
        reminded_at=line.row.reminded_at,
    )


def _again(release: Any, key: int) -> PlannedNoticeOut:
    row = ask.notice(release, key)
    if row is None:
        raise missing(f"notice {key} of {release.number}")
    return _shown(row, ask.lines([row])[row.pk])


@router.get("/releases/{release}/communication", response=list[PlannedNoticeOut])
def show_plan(request: Request, release: str) -> Any:
    """List the notices of a release with whom each reached and who acknowledged it."""
    rows = list(ask.of_release(find(request, release)))
    lines = ask.lines(rows)
    return [_shown(one, lines[one.pk]) for one in rows]


@router.post("/releases/{release}/communication", response={201: PlannedNoticeOut})
def plan_notice(request: Request, release: str, sent: Sent[PlannedNoticeIn]) -> Any:
    """Plan a notice that Rightaway sends; one to the same audience at the same moment is changed."""
    row = find(request, release, EDIT)
    named = {"to", "audience", "moment", "people", "groups"}
    made = notices.plan(
        actor=request.auth,
        number=release,
        fields=sent.model_dump(exclude=named, exclude_unset=True),
        **sent.model_dump(include=named),
    )
    return _again(row, made.pk)


@router.delete("/releases/{release}/communication/{int:notice}", response={204: None})
def withdraw_notice(request: Request, release: str, notice: int) -> None:
    """Take a notice out of the plan that was not sent."""
    find(request, release, EDIT)
    notices.withdraw(actor=request.auth, number=release, notice=notice)


@router.post("/releases/{release}/communication/{int:notice}/sending", response=PlannedNoticeOut)
def send_notice(request: Request, release: str, notice: int) -> Any:
    """Send a notice now, by inbox and mail."""
    row = find(request, release, EDIT)
    notices.send(actor=request.auth, number=release, notice=notice)
    return _again(row, notice)


@router.post("/releases/{release}/communication/{int:notice}/reminder", response=ReminderOut)
def remind(request: Request, release: str, notice: int) -> Any:
    """Remind who has not acknowledged a notice, each once."""
    find(request, release, EDIT)
    return {"reminded": notices.remind(actor=request.auth, number=release, notice=notice)}


@router.get("/notices", response=Page[MyNoticeRow])
def list_mine(request: Request, asked: Asked[PageFilter]) -> Any:
    """List what you were told by notices, newest first."""
    assert request.auth.user_id is not None
    return page(ask.for_person(request.auth.user_id), asked, "-id", MyNoticeRow)


@router.post("/notices/{int:notice}/acknowledgement", response=AcknowledgementOut)
def acknowledge(request: Request, notice: int) -> Any:
    """Say that you have read a notice."""
    return notices.acknowledge(actor=request.auth, notice=notice)
