"""What emergencies still owe when it is due: who has to bring it is told, and who answers for the process."""

from datetime import datetime, timedelta

from django.db.models import Q

from rightaway.domain.emergency import paperwork_complete
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.permissions import Role
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import SYSTEM
from rightaway.queries import people, release_facts
from rightaway.records.releases.models import Release
from rightaway.services import _notify

ESCALATED_AFTER = timedelta(hours=24)


def pass_by(*, since: datetime, now: datetime) -> None:
    """
    Tell of paperwork that is missing at its moment, and a day later those who answer for the process (A22).

    What is owed after the release is over cannot be: nothing closes without it.
    """
    for late, escalated in ((timedelta(), False), (ESCALATED_AFTER, True)):
        begin, end = since - late, now - late
        come = Q(ratify_by__gt=begin, ratify_by__lte=end) | Q(
            paperwork_due_at__gt=begin, paperwork_due_at__lte=end
        )
        for row in Release.objects.filter(come, closed_at__isnull=True).select_related("service"):
            if paperwork_complete(release_facts.facts(row, now), now):
                _tell(row, end, escalated=escalated)


def _tell(row: Release, moment: datetime, *, escalated: bool) -> None:
    due = row.ratify_by if row.ratify_by and row.ratify_by <= moment else row.paperwork_due_at
    asked = (row.manager_id, row.coordinator_id, row.initiated_by_id)
    told = (
        people.holders(Role.CHANGE_MANAGER, row.service.key) if escalated else [one for one in asked if one]
    )
    _notify.tell(
        actor=SYSTEM,
        kind=NotificationKind.PAPERWORK_OVERDUE,
        subject=_notify.found(SubjectKind.RELEASE, row.number),
        people=told,
        key=f"{row.number}:paperwork:{due:%s}:{escalated:d}",
        facts={"due_at": due.isoformat() if due else ""},
    )
