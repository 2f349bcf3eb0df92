"""What a person does with their inbox."""

from django.db import transaction
from django.utils import timezone

from rightaway.domain.values import Actor
from rightaway.records.notifications.models import Notification
from rightaway.services import _guard


@transaction.atomic
def mark_read(*, actor: Actor, notification_id: int | None = None) -> int:
    """
    Mark one thing, or with None all, as read; gives how many were not.

    Raises:
        NotFound: it is not theirs.
    """
    person = _guard.person(actor)
    rows = Notification.objects.filter(person=person)
    if notification_id is not None:
        rows = rows.filter(pk=_guard.find(Notification, pk=notification_id, person=person).pk)
    return rows.filter(read_at__isnull=True).update(read_at=timezone.now())
