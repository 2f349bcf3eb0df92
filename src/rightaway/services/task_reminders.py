"""Tasks as time passes: who is told that one is due, or overdue."""

from datetime import datetime

from django.db import transaction

from rightaway.domain.notifications import NotificationKind
from rightaway.domain.values import SYSTEM, PhaseStatus
from rightaway.queries import tasks as ask
from rightaway.records.releases.models import Task
from rightaway.services import task_flow


def pass_by(*, now: datetime) -> int:
    """
    Tell of every task whose moment has come; give how many were touched. On hold nobody is told.

    Two days before it is due who does it is told, and when it is overdue also everybody who holds its role.
    """
    due = Task.objects.filter(remind_at__lte=now).exclude(release__phase_status=PhaseStatus.ON_HOLD)
    found = list(due.values_list("pk", flat=True))
    for key in found:
        with transaction.atomic():
            row = Task.objects.select_for_update(of=("self",)).select_related("release__service").get(pk=key)
            if row.remind_at is not None and row.remind_at <= now:
                _remind(row, now)
    return len(found)


def _remind(row: Task, now: datetime) -> None:
    counts = row.state in ask.UNENDED and row.attempt == row.release.attempt and row.due_at is not None
    is_late = counts and row.due_at is not None and row.due_at <= now
    row.remind_at = row.due_at if counts and not is_late else None
    row.save(update_fields=["remind_at"])
    if not counts or row.due_at is None:
        return
    kind = NotificationKind.TASK_OVERDUE if is_late else NotificationKind.TASK_DUE
    people = ask.told(row) | (ask.holders(row) if is_late else frozenset())
    task_flow.tell(SYSTEM, row, kind, people, f"{kind}:{row.due_at:%Y%m%d%H%M}")
