"""Tells people: rows in their inbox, and mail to those who want it, in the transaction of what they are told of."""

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from rightaway.domain.mails import Channel
from rightaway.domain.notifications import GROUPS, NotificationKind, is_page
from rightaway.domain.subjects import Subject, SubjectKind
from rightaway.domain.values import Actor
from rightaway.queries import conversations, mails, subjects
from rightaway.records.notifications.models import Notification
from rightaway.services import _outbox


def tell(
    *,
    actor: Actor,
    kind: NotificationKind,
    subject: Subject,
    people: Collection[int],
    key: str,
    facts: dict[str, Any] | None = None,
) -> None:
    """
    Tell these people once of one event; nobody is told of their own act.

    Args:
        people: Accounts; the caller has made sure that they may see the record.
        key: Names the event. Who was told of it already, for whatever reason, is not told again.
    """
    now = timezone.now()
    rows = [
        Notification(
            person_id=person,
            kind=kind,
            key=key,
            subject_kind=subject.kind,
            subject_key=subject.key,
            title=subject.title,
            by=actor.name,
            facts=facts or {},
            at=now,
        )
        for person in sorted(set(people) - {actor.user_id, actor.owner_id})
    ]
    if rows and mails.is_configured():
        rows = _with_mail(rows, kind, key, is_rehearsal=bool((facts or {}).get("is_rehearsal")))
    Notification.objects.bulk_create(rows, ignore_conflicts=True)


def _with_mail(
    rows: list[Notification], kind: NotificationKind, key: str, *, is_rehearsal: bool
) -> list[Notification]:
    """Give the rows of those who are not told yet, each with the mail its person wants."""
    people = [row.person_id for row in rows]
    told = set(Notification.objects.filter(person__in=people, key=key).values_list("person_id", flat=True))
    fresh = [row for row in rows if row.person_id not in told]
    paged = is_page(kind, is_rehearsal=is_rehearsal)
    for row, wishes in mails.reachable(fresh):
        channel = Channel.DIGEST if is_rehearsal and is_page(kind) else wishes.channel(GROUPS[kind])
        row.is_for_digest = channel is Channel.DIGEST
        if channel is Channel.AT_ONCE:
            later = None if paged else wishes.undisturbed_until(row.at)
            row.mail = _outbox.queue(row.person_id, at=later or row.at, is_page=paged)
    return fresh


def tell_watchers(
    *,
    actor: Actor,
    kind: NotificationKind,
    subject: Subject,
    key: str,
    facts: dict[str, Any] | None = None,
) -> None:
    watching = conversations.watchers(subject)
    tell(actor=actor, kind=kind, subject=subject, people=watching, key=key, facts=facts)


def found(kind: SubjectKind, key: str) -> Subject:
    """Give the subject of a record that the caller holds in its hands."""
    subject = subjects.subject(kind, key)
    assert subject is not None
    return subject
