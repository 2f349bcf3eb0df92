"""Raises alerts: each once for its key, remembered with whom it told, so that others can be told later."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.alerts import ALERTS, Alert
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import Subject
from rightaway.domain.values import SYSTEM, Actor
from rightaway.queries import alerts, people, subjects
from rightaway.records.notifications.models import RaisedAlert
from rightaway.services import _notify


def is_raised(key: str) -> bool:
    return RaisedAlert.objects.filter(key=key).exists()


@transaction.atomic
def raise_once(
    *,
    actor: Actor = SYSTEM,
    alert: str,
    subject: Subject,
    told: Collection[int],
    key: str,
    facts: dict[str, Any] | None = None,
    kind: NotificationKind | None = None,
) -> bool:
    """
    Tell these people of it unless it was raised already; gives whether it was not.

    Args:
        alert: Its id.
        key: Names the one time it is raised for; the moments look again and again.
        kind: Of an alert that is told in several ways.
    """
    definition = ALERTS[alert]
    now = timezone.now()
    seen = may_see(subject, told)
    row, is_new = RaisedAlert.objects.get_or_create(
        key=key,
        defaults={
            "alert": alert,
            "kind": kind or definition.kinds[0],
            "subject_kind": subject.kind,
            "subject_key": subject.key,
            "facts": facts or {},
            "raised_at": now,
            "next_at": next_step_at(definition, 0, now),
            "steps": [step(seen, now)],
        },
    )
    if is_new:
        _notify.tell(
            actor=actor, kind=NotificationKind(row.kind), subject=subject, people=seen, key=key, facts=facts
        )
    return is_new


def may_see(subject: Subject, told: Collection[int]) -> frozenset[int]:
    """Leave out who may not see the record any more."""
    return frozenset(subjects.viewers(subject).filter(pk__in=list(told)).values_list("pk", flat=True))


def step(told: Collection[int], now: datetime) -> dict[str, Any]:
    return {"at": now.isoformat(), "people": people.names(told)}


def next_step_at(alert: Alert, done: int, now: datetime) -> datetime | None:
    """Give when the step after `done` others is due; None after the last, or when a share of a plan decides."""
    after = alert.steps[done].after if done < len(alert.steps) else None
    if after is None:
        return None
    return alerts.schedule().after(now, after) if alert.on_work_schedule else now + after
