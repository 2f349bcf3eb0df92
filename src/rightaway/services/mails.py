"""Sends what is in the outbox: each message written as begun before the server hears of it."""

from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain import mails as rules
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.mails import MailKind, MailState
from rightaway.domain.sentences import said
from rightaway.domain.values import Actor
from rightaway.drivers import smtp
from rightaway.drivers.smtp import Answer
from rightaway.queries import mails as ask
from rightaway.records.notifications.models import Mail, MailPreferences, Notification
from rightaway.records.people.models import User
from rightaway.services import _audit, _guard, _outbox

Compose = Callable[[User, str, list[Notification]], EmailMessage]
"""Makes the message for a person: of a kind, telling of these."""
MOST_AT_ONCE = 50
HOUR = timedelta(hours=1)


def pass_by(*, now: datetime, compose: Compose) -> int:
    """Write the digests that are due, then send what may go out now; give how many messages were sent."""
    if not ask.is_configured():
        return 0
    _digests(now)
    lost = Mail.objects.filter(state=MailState.SENDING, began_at__lte=now - rules.SILENT_AFTER)
    lost.update(state=MailState.UNKNOWN, error="The worker that sent it ended before the server answered.")
    return sum(_send_next(now, compose) for _ in range(MOST_AT_ONCE))


def _digests(now: datetime) -> None:
    waiting = Notification.objects.filter(is_for_digest=True, mail__isnull=True, read_at__isnull=True)
    for person in list(waiting.order_by("person").values_list("person", flat=True).distinct()):
        wishes = ask.wishes(person)
        if wishes.undisturbed_until(now) is not None:
            continue
        with transaction.atomic():
            User.objects.select_for_update(of=("self",), no_key=True).get(pk=person)
            news = waiting.filter(person=person, at__lte=wishes.last_digest(now))
            if news.exists():
                news.update(mail=_outbox.queue(person, at=now, kind=MailKind.DIGEST))


def _send_next(now: datetime, compose: Compose) -> bool:
    """Send one message, and write down what became of it; False when none may go out."""
    row = _claim(now)
    if row is None:
        return False
    try:
        message = compose(row.person, row.kind, ask.contents(row))
    except Exception as error:
        _settle(row, Answer(is_sent=False, text=f"Could not be written: {error}"[:300], is_final=True), now)
        raise
    row.address, row.subject = row.person.email, str(message["Subject"])[:300]
    answer = smtp.deliver(ask.server(), message)
    _settle(row, answer, now)
    return answer.is_sent


@transaction.atomic
def _claim(now: datetime) -> Mail | None:
    """Take the next message and say so before it is sent; what is not to be sent any more is dropped on the way."""
    due = Mail.objects.select_for_update(skip_locked=True, of=("self",)).select_related("person")
    while True:
        row = (
            due.filter(state=MailState.QUEUED, next_at__lte=now).order_by("-is_page", "next_at", "id").first()
        )
        if row is None:
            return None
        if not row.person.is_active or not row.person.email or not row.notifications.exists():
            row.state = MailState.DROPPED
        elif row.kind == MailKind.NOTICE and not row.is_page and _is_too_much(row, now):
            _join(row, now)
        else:
            row.state, row.began_at, row.attempts = MailState.SENDING, now, row.attempts + 1
            row.save()
            return row
        row.save()


def _is_too_much(row: Mail, now: datetime) -> bool:
    return ask.sent_within(row.person_id, HOUR, now) >= rules.MOST_PER_HOUR


def _join(row: Mail, now: datetime) -> None:
    """Let a person who had many messages in an hour have one summary of the rest, when the hour is over."""
    summary = Mail.objects.filter(
        person=row.person_id, kind=MailKind.SUMMARY, state=MailState.QUEUED
    ).first() or _outbox.queue(row.person_id, at=now + HOUR, kind=MailKind.SUMMARY)
    row.notifications.update(mail=summary)
    row.state = MailState.DROPPED


def _settle(row: Mail, answer: Answer, now: datetime) -> None:
    row.error = answer.text
    if answer.is_sent:
        row.state, row.sent_at = MailState.SENT, now
    elif not answer.is_known:
        row.state = MailState.UNKNOWN
    else:
        again = None if answer.is_final else rules.retry_at(row.attempts, now)
        row.state = MailState.QUEUED if again else MailState.FAILED
        row.next_at = again or row.next_at
    row.version += 1
    row.save()


def try_out(message: EmailMessage) -> Answer:
    """Send a message past the outbox, for whoever sets the mail server up."""
    return smtp.deliver(ask.server(), message)


@transaction.atomic
def send_again(*, actor: Actor, mail_id: int) -> Mail:
    """
    Queue a message that failed, or whose outcome nobody knows: the person may get it twice.

    Raises:
        Refused: `mail.not_troubled`.
    """
    _guard.require(actor=actor, action="system.configure")
    row = _guard.lock(Mail, pk=mail_id)
    if row.state not in ask.TROUBLED:
        raise Refused("mail.not_troubled", said("This message waits or was sent."))
    row.state, row.next_at, row.attempts = MailState.QUEUED, timezone.now(), 0
    row.save()
    _audit.record(
        actor=actor,
        action="mail.message.requeued",
        stream="mail",
        subject=("mail", str(row.pk)),
        facts={"person": row.person.username},
    )
    return row


@transaction.atomic
def prefer(*, actor: Actor, **given: Any) -> MailPreferences:
    """
    Keep how a person wants to be told; what is not given stays.

    Args:
        given: `channels` by group, `quiet_from`, `quiet_until`, `time_zone`, `digest_every`, `digest_at`,
            `digest_weekday`.
    """
    person = _guard.person(actor)
    row = ask.preferences(person.pk)
    known = {
        "channels",
        "quiet_from",
        "quiet_until",
        "time_zone",
        "digest_every",
        "digest_at",
        "digest_weekday",
    }
    for name, value in given.items():
        if name not in known:
            raise Invalid("field.unknown", said("There is no choice '{name}'.", name=name), at=name)
        setattr(row, name, {**row.channels, **value} if name == "channels" else value)
    if row.digest_every not in set(rules.DigestEvery):
        raise Invalid("mail.digest", said("A digest comes every day or every week."), at="digest_every")
    rules.check(
        rules.Wishes(
            channels=row.channels,
            quiet_from=row.quiet_from,
            quiet_until=row.quiet_until,
            zone=row.time_zone or "UTC",
            weekday=row.digest_weekday,
        )
    )
    row.save()
    _audit.record(
        actor=actor,
        action="people.mail_preferences.set",
        stream="people",
        subject=("account", person.username),
        facts={"fields": sorted(given)},
    )
    return row
