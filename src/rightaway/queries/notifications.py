"""What a person has been told."""

from django.db.models import QuerySet

from rightaway.records.notifications.models import Notification


def inbox(user_id: int, *, is_unread: bool | None = None) -> QuerySet[Notification]:
    """List what a person was told, newest first."""
    found = Notification.objects.filter(person_id=user_id).order_by("-id")
    return found if is_unread is None else found.filter(read_at__isnull=is_unread)


def unread(user_id: int) -> int:
    """Count what is not read yet: one statement on an index of unread rows only."""
    return Notification.objects.filter(person_id=user_id, read_at__isnull=True).count()
