"""Ways that open because a moment has come, without anybody's command."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from rightaway.queries import relations, tasks
from rightaway.records.releases.models import Release
from rightaway.services import (
    alert_moments,
    approval_reminders,
    boardings,
    change_models,
    debts,
    emergency_paperwork,
    lifecycle,
    meetings,
    notices,
    release_holds,
    task_reminders,
    workflows,
)

_OF_RELEASE = ("planned_start", "els_starts_at", "els_ends_at", "early_life__ends_at")


def pass_by(*, since: datetime, now: datetime) -> int:
    """
    Let every open release go on for which a moment came after `since` and up to `now`; give how many were looked at.

    One also comes when something happened to a release that this one has to do with. A release whose moment has come
    and that lacks something else goes on with the command that brings it.
    """
    approval_reminders.pass_by(now=now)
    task_reminders.pass_by(now=now)
    workflows.pass_by(now=now)
    come = Q()
    for field in _OF_RELEASE:
        come |= Q(**{f"{field}__gt": since, f"{field}__lte": now})
    related = relations.moved_since(since).values("pk")
    numbers = list(
        Release.objects.filter(come | Q(pk__in=tasks.waiting_by(now)) | Q(pk__in=related))
        .exclude(phase__in=("closed", "abandoned"))
        .values_list("pk", flat=True)
    )
    for key in numbers:
        with transaction.atomic():
            lifecycle.settle(release=Release.objects.select_for_update().get(pk=key))
    notices.pass_by(since=since, now=now)
    alert_moments.pass_by(since=since, now=now)
    change_models.expire(now=now)
    release_holds.pass_by(since=since, now=now)
    emergency_paperwork.pass_by(since=since, now=now)
    debts.pass_by(since=since, now=now)
    meetings.plan_ahead(now=now)
    boardings.pass_by(now=now)
    return len(numbers)
