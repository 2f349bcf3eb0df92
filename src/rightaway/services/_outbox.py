"""The outbox: mail is written down with what it tells, and sent afterwards."""

from datetime import datetime

from django.utils import timezone

from rightaway.domain.mails import MailKind
from rightaway.records.notifications.models import Mail


def queue(person: int, *, at: datetime, kind: MailKind = MailKind.NOTICE, is_page: bool = False) -> Mail:
    """Write one message down; it goes out at `at` or later, if the transaction commits."""
    return Mail.objects.create(
        person_id=person, kind=kind, is_page=is_page, queued_at=timezone.now(), next_at=at
    )
