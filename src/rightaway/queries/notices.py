"""Notices: the communication plan of a release, when each goes out, and what became of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from rightaway.domain import notices as rules
from rightaway.domain.facts_evidence import NoticeFacts
from rightaway.domain.notices import Moment, Reach, To, Told
from rightaway.queries import outages, policies
from rightaway.records.assurance.models import Notice, Recipient
from rightaway.records.notifications.models import Notification
from rightaway.records.outages.models import Outage
from rightaway.records.releases.models import Release


def of_release(release: Release) -> QuerySet[Notice]:
    """List the notices of a release with their recipients, in the order in which they go out."""
    told = Recipient.objects.select_related("person").order_by("person__username")
    return (
        Notice.objects.filter(release=release)
        .select_related("sent_by", "release")
        .prefetch_related(Prefetch("recipients", told), "people", "groups")
        .order_by("due_at", "id")
    )


def notice(release: Release, key: int) -> Notice | None:
    return of_release(release).filter(pk=key).first()


def for_person(user_id: int) -> QuerySet[Recipient]:
    """List what a person was told by notices, newest first."""
    return Recipient.objects.filter(person_id=user_id).select_related("notice__release").order_by("-id")


def key_of(row: Notice) -> str:
    """Name the event of a notice; the notifications of its recipients carry it."""
    return f"notice:{row.pk}"


def due(row: Notice, release: Release) -> datetime | None:
    """Give when a notice goes out, None when that hangs on events or on a start that is not planned."""
    if row.moment != Moment.AHEAD or row.due_at is not None:
        return row.due_at
    return rules.due_at(None, row.moment, release.planned_start, _lead(release))


def _lead(release: Release) -> timedelta:
    """Give how long before the start people are told; kept with the release, as all its notices ask for it."""
    if "notice_lead" not in vars(release):
        policy = policies.of_service(release.service, timezone.now())
        vars(release)["notice_lead"] = rules.lead(release.release_type, policy.notice_lead_s)
    found: timedelta = vars(release)["notice_lead"]
    return found


@dataclass(frozen=True, slots=True)
class Line:
    """A recipient, and what became of their notice."""

    row: Recipient
    told: Told


def lines(rows: Iterable[Notice]) -> dict[int, list[Line]]:
    """Give what became of notices read with their recipients, by their ids, in one statement."""
    held = list(rows)
    mails = {
        (one.key, one.person_id): one
        for one in Notification.objects.filter(key__in=[key_of(row) for row in held]).select_related("mail")
    }
    return {
        row.pk: [_line(one, mails.get((key_of(row), one.person_id))) for one in row.recipients.all()]
        for row in held
    }


def _line(row: Recipient, found: Notification | None) -> Line:
    mail = found.mail if found else None
    told = Told(
        told_at=row.told_at,
        acknowledged_at=row.acknowledged_at,
        has_mail=mail is not None,
        mail_state=mail.state if mail else "",
        mail_sent_at=mail.sent_at if mail else None,
    )
    return Line(row, told)


def reach(held: Iterable[Line]) -> Reach:
    return rules.reach(one.told for one in held)


def facts(row: Notice, release: Release, held: list[Line]) -> NoticeFacts:
    """Give what the rules look at, of a notice and what became of it."""
    if row.to == To.OUTSIDE:
        return NoticeFacts(row.audience, due(row, release), row.sent_at)
    found = reach(held)
    return NoticeFacts(
        audience=row.audience,
        scheduled_at=due(row, release),
        delivered_at=found.delivered_at,
        recipients=found.recipients,
        undelivered=found.undelivered,
        acknowledged=found.acknowledged,
        acknowledge_pct=row.acknowledge_pct,
        obstacle=row.obstacle,
    )


def outage(release: Release) -> Outage | None:
    """Give the first planned outage of a release or of its changes."""
    held = outages.of_release(release).filter(planned_start__isnull=False)
    return held.order_by("planned_start", "id").first()


def words(release: Release, down: Outage | None) -> Mapping[str, str]:
    """Give what may be filled into a text; what is not recorded is empty."""
    planned = down.times.planned if down else None
    manager = release.manager or release.coordinator or release.initiated_by
    return {
        "release": release.number,
        "title": release.title,
        "service": str(release.service.name),
        "manager": str(manager),
        "start": _said(release.planned_start),
        "end": _said(release.planned_end),
        "down_from": _said(down.planned_start if down else None),
        "down_until": _said(down.planned_end if down else None),
        "down_minutes": str(round(planned.total_seconds() / 60)) if planned else "",
    }


def _said(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else ""


def has_come(row: Notice, release: Release, down: Outage | None, now: datetime) -> bool:
    """Say whether a notice that is not sent has to go out."""
    if row.moment == Moment.AHEAD:
        moment = due(row, release)
        return moment is not None and moment <= now
    return down is not None and rules.moment_come(
        row.moment,
        started=down.actual_start,
        ended=down.actual_end,
        planned_end=down.planned_end,
        now=now,
    )
