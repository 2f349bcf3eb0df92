"""Alerts: what there is, what was raised, how the caller wants to be told, and the outbox."""

from datetime import datetime, time
from typing import Any, Literal

from ninja import Router

from rightaway.api.access import Request, missing, require, require_any_role
from rightaway.api.answers import Account, Out, Page, PageFilter, page
from rightaway.api.requests import Asked, Sent
from rightaway.domain.alerts import Alert
from rightaway.domain.mails import Channel, DigestEvery, MailState
from rightaway.domain.notifications import Group
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import alerts as ask
from rightaway.queries import mails as ask_mails
from rightaway.services import mails

router = Router()


class AlertStep(Out):
    """Who is told next: after so much working time without a look, or at a share of the plan."""

    to: list[str]
    after_s: int | None
    percent: int | None


class AlertOut(Out):
    """One alert there is: what raises it, who is told, and who next; `last_at` is when it was raised last."""

    id: str
    title: str
    trigger: str
    to: list[str]
    kinds: list[str]
    steps: list[AlertStep]
    last_at: datetime | None


class RaisedFilter(PageFilter):
    alert: of.Line | None = None
    record: of.Line | None = None


class RaisedOut(Out):
    """`steps` are who was told when; `next_at` is when others are, unless somebody looks; `ended` says why not."""

    id: int
    alert: str
    kind: str
    subject_kind: str
    subject_key: str
    facts: dict[str, Any]
    steps: list[dict[str, Any]]
    raised_at: datetime
    next_at: datetime | None
    ended: str


class MailPreferencesOut(Out):
    channels: dict[str, str]
    quiet_from: time | None
    quiet_until: time | None
    time_zone: str
    digest_every: str
    digest_at: time
    digest_weekday: int
    is_configured: bool


class MailPreferencesIn(FileModel):
    """What is left out stays; both ends of the quiet hours null: none. Weekday 0 is Monday."""

    channels: dict[Group, Channel] | None = None
    quiet_from: time | None = None
    quiet_until: time | None = None
    time_zone: of.Line | None = None
    digest_every: DigestEvery | None = None
    digest_at: time | None = None
    digest_weekday: Literal[0, 1, 2, 3, 4, 5, 6] | None = None


class MailFilter(PageFilter):
    state: MailState | None = None
    person: of.Account | None = None


class MailOut(Out):
    """`unknown`: it was handed to the mail server, and nobody heard the answer."""

    id: int
    person: Account
    kind: str
    state: str
    subject: str
    attempts: int
    queued_at: datetime
    next_at: datetime
    sent_at: datetime | None
    error: str


def _row(line: ask.Line) -> AlertOut:
    one: Alert = line.alert
    steps = [
        AlertStep(
            to=[str(part) for part in step.to],
            after_s=int(step.after.total_seconds()) if step.after else None,
            percent=step.percent,
        )
        for step in one.steps
    ]
    return AlertOut(
        id=one.id,
        title=one.title,
        trigger=one.trigger,
        to=[str(part) for part in one.to],
        kinds=[str(kind) for kind in one.kinds],
        steps=steps,
        last_at=line.last_at,
    )


@router.get("/alerts", response=list[AlertOut])
def list_alerts(request: Request) -> Any:
    """List every alert there is: what raises it, who is told, who next, and when it was raised last."""
    require_any_role(request.auth)
    return [_row(line) for line in ask.table()]


@router.get("/alerts/raised", response=Page[RaisedOut])
def list_raised(request: Request, asked: Asked[RaisedFilter]) -> Any:
    """List what was raised, newest first, with the steps of its escalation."""
    require(request.auth, "audit.read")
    rows = ask.raised(alert=asked.alert or "", subject=asked.record or "")
    return page(rows, asked, "-id", RaisedOut)


def _preferences(request: Request) -> MailPreferencesOut:
    user_id = request.auth.user_id or 0
    row, wishes = ask_mails.preferences(user_id), ask_mails.wishes(user_id)
    return MailPreferencesOut(
        channels={str(group): str(wishes.channel(group)) for group in Group},
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        time_zone=row.time_zone,
        digest_every=row.digest_every,
        digest_at=wishes.at,
        digest_weekday=row.digest_weekday,
        is_configured=ask_mails.is_configured(),
    )


@router.get("/mail-preferences", response=MailPreferencesOut)
def show_mail_preferences(request: Request) -> Any:
    """Show how the caller is told beside the inbox."""
    return _preferences(request)


@router.patch("/mail-preferences", response=MailPreferencesOut)
def set_mail_preferences(request: Request, sent: Sent[MailPreferencesIn]) -> Any:
    """Change how the caller is told beside the inbox; pages cannot be switched off."""
    given = sent.model_dump(exclude_unset=True)
    kept = {name: value for name, value in given.items() if value is not None or name.startswith("quiet_")}
    mails.prefer(actor=request.auth, **kept)
    return _preferences(request)


@router.get("/mails", response=Page[MailOut])
def list_mails(request: Request, asked: Asked[MailFilter]) -> Any:
    """List the outbox, newest first."""
    require(request.auth, "system.configure")
    rows = ask_mails.outbox(state=asked.state or "", person=asked.person or "")
    return page(rows, asked, "-id")


@router.post("/mails/{int:mail}/requeue", response=MailOut)
def send_again(request: Request, mail: int) -> Any:
    """Send a message again that failed, or whose outcome nobody knows: its person may get it twice."""
    require(request.auth, "system.configure")
    if not ask_mails.outbox().filter(pk=mail).exists():
        raise missing(f"message {mail}")
    return mails.send_again(actor=request.auth, mail_id=mail)
