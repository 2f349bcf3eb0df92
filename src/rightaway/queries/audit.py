"""The audit log."""

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from rightaway.records.audit.models import AuditEvent

MOST_CHANGES = 20


def changes_since(object_type: str, object_id: str, version: int) -> list[dict[str, Any]]:
    """Give who did what to a record after one of its versions, oldest first, with the fields they changed."""
    later = AuditEvent.objects.filter(
        object_type=object_type, object_id=object_id, facts__version__gt=version
    ).order_by("id")
    return [
        {
            "version": event.facts["version"],
            "at": event.at.isoformat(),
            "by": event.actor,
            "action": event.action,
            "fields": event.facts.get("changes", []),
        }
        for event in later[:MOST_CHANGES]
    ]


def events(
    *,
    stream: str = "",
    actor: str = "",
    action: str = "",
    object_id: str = "",
    since: datetime | None = None,
) -> QuerySet[AuditEvent]:
    """List events, newest first, with their seal where they are sealed already."""
    found = AuditEvent.objects.select_related("seal").order_by("-id")
    for name, value in (("stream", stream), ("actor", actor), ("object_id", object_id)):
        if value:
            found = found.filter(**{name: value})
    if action:
        found = found.filter(action__startswith=action)
    return found.filter(at__gte=since) if since else found


def of_person(username: str) -> QuerySet[AuditEvent]:
    """List what a person did and what was done to their account, newest first."""
    about = Q(object_type="account", object_id=username)
    return AuditEvent.objects.select_related("seal").filter(Q(actor=username) | about).order_by("-id")


def chain() -> dict[str, Any]:
    """Give how many events are sealed and how many wait, since when, and when the last was sealed."""
    found = AuditEvent.objects.aggregate(
        sealed=Count("seal"),
        waiting=Count("pk", filter=Q(seal__isnull=True)),
        since=Min("at", filter=Q(seal__isnull=True)),
        last=Max("seal__sealed_at"),
    )
    return dict(found)
