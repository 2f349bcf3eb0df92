"""Tells people: rows in their inbox, in the transaction of what they are told of."""

from collections.abc import Collection
from typing import Any

from django.utils import timezone

from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import Subject, SubjectKind
from rightaway.domain.values import Actor
from rightaway.queries import conversations, subjects
from rightaway.records.notifications.models import Notification


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
    Notification.objects.bulk_create(
        (
            Notification(
                person_id=person,
                kind=kind,
                key=key,
                subject_kind=subject.kind,
                subject_key=subject.key,
                title=subject.title,
                by=actor.name,
                facts=facts or {},
                at=timezone.now(),
            )
            for person in sorted(set(people) - {actor.user_id, actor.owner_id})
        ),
        ignore_conflicts=True,
    )


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
