"""The audit log."""

from datetime import datetime

from django.db.models import QuerySet

from rightaway.records.audit.models import AuditEvent


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
