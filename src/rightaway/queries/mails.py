"""Mail: whether it can be sent, how a person wants it, and what became of it."""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import QuerySet

from rightaway.domain.mails import DigestEvery, MailState, Wishes
from rightaway.domain.values import PersonKind
from rightaway.drivers import smtp
from rightaway.drivers.smtp import MailServer
from rightaway.records.notifications.models import Mail, MailPreferences, Notification
from rightaway.records.people.models import User

TROUBLED = (MailState.FAILED, MailState.UNKNOWN)


def is_configured() -> bool:
    """Say whether there is a mail server; without one nothing is written down to be sent."""
    return bool(settings.ENVIRONMENT.smtp_host and settings.ENVIRONMENT.mail_from)


def server() -> MailServer:
    held = settings.ENVIRONMENT
    return MailServer(held.smtp_host, held.smtp_port, held.smtp_tls, held.smtp_user, held.smtp_password_file)


def check() -> str | None:
    """Sign in to the mail server and give what went wrong; None when none is configured."""
    return smtp.check(server()) if is_configured() else None


def preferences(user_id: int) -> MailPreferences:
    """Give what a person chose, or what everybody has who chose nothing."""
    return _kept([user_id]).get(user_id) or MailPreferences(person_id=user_id)


def wishes(user_id: int) -> Wishes:
    found = User.objects.select_related("preferences").get(pk=user_id)
    return _wishes(found, _kept([user_id]).get(user_id))


def reachable(rows: Collection[Notification]) -> Iterator[tuple[Notification, Wishes]]:
    """Give the rows of people who have an address and may sign in, each with what its person wants."""
    ids = [row.person_id for row in rows]
    found = User.objects.filter(pk__in=ids, is_active=True, kind=PersonKind.PERSON).exclude(email="")
    people, kept = found.select_related("preferences").in_bulk(), _kept(ids)
    for row in rows:
        if row.person_id in people:
            yield row, _wishes(people[row.person_id], kept.get(row.person_id))


def _kept(ids: Collection[int]) -> dict[int, MailPreferences]:
    return MailPreferences.objects.in_bulk(list(ids))


def _wishes(user: User, row: MailPreferences | None) -> Wishes:
    shown = getattr(user, "preferences", None)
    usual = (shown.time_zone if shown else "") or settings.ENVIRONMENT.time_zone
    if row is None:
        return Wishes(zone=usual)
    return Wishes(
        channels=row.channels,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
        zone=row.time_zone or usual,
        every=DigestEvery(row.digest_every),
        at=row.digest_at,
        weekday=row.digest_weekday,
    )


def outbox(*, state: str = "", person: str = "") -> QuerySet[Mail]:
    """List mail, newest first."""
    found = Mail.objects.select_related("person").order_by("-id")
    if state:
        found = found.filter(state=state)
    return found.filter(person__username=person) if person else found


def counts() -> dict[str, int]:
    """Count mail that waits and mail that went wrong."""
    return {
        "waiting": Mail.objects.filter(state__in=(MailState.QUEUED, MailState.SENDING)).count(),
        "failed": Mail.objects.filter(state=MailState.FAILED).count(),
        "unknown": Mail.objects.filter(state=MailState.UNKNOWN).count(),
    }


def sent_within(person: int, span: timedelta, now: datetime) -> int:
    return Mail.objects.filter(person=person, sent_at__gt=now - span).count()


def contents(row: Mail) -> list[Notification]:
    """Give what a message tells, oldest first."""
    return list(row.notifications.order_by("id"))
