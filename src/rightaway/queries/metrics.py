"""The five DORA figures of a service, from recorded deployments, changes and incidents."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from rightaway.domain.deployment_states import Intent
from rightaway.domain.dora import Figures, History, measure
from rightaway.domain.dora_facts import ChangeFact, DeploymentFact, IncidentFact, RemediationFact, Window
from rightaway.records.changes.models import Change
from rightaway.records.deployments.models import Deployment, TargetRun
from rightaway.records.incidents.models import Incident

DEFAULT_DAYS = 90
_MEASURED = (
    "number",
    "status",
    "intent",
    "queued_at",
    "started_at",
    "first_exposure_at",
    "finished_at",
    "restored_at",
    "release__planned_start",
    "release__release_type",
    "parent__number",
)


def figures(
    service: str, *, days: int = DEFAULT_DAYS, now: datetime | None = None, known: History | None = None
) -> Figures:
    """
    Measure one service in production over the last `days`; a figure without data is None, never 0.

    Args:
        known: What is recorded about the service, where it is read already.
    """
    end = now or timezone.now()
    window = Window(end - timedelta(days=days), end + timedelta(microseconds=1))
    return measure(known or history(service), window, now=end)


def trend(
    known: History, *, days: int, step_days: int, now: datetime | None = None
) -> list[tuple[datetime, Figures]]:
    """Measure one step of the last `days` after the other, oldest first, each with the moment it begins at."""
    end, step = now or timezone.now(), timedelta(days=step_days)
    starts = [end - step * number for number in range(-(-days // step_days), 0, -1)]
    stops = [*starts[1:], end + timedelta(microseconds=1)]
    return [
        (start, measure(known, Window(start, stop), now=end))
        for start, stop in zip(starts, stops, strict=True)
    ]


def as_json(found: Figures) -> dict[str, Any]:
    """Give the figures as JSON values: durations in seconds, rates between 0 and 1."""
    return {name: _plain(value) for name, value in asdict(found).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return list(value) if isinstance(value, tuple) else value


def history(service: str) -> History:
    """Read everything recorded about a service in production."""
    rows = (
        Deployment.objects.filter(release__service__key=service, environment__tier="production")
        .exclude(intent=Intent.DRILL)
        .select_related("release", "parent")
        .only(*_MEASURED)
        .prefetch_related(Prefetch("target_runs", TargetRun.objects.only("deployment", "is_touched")))
        .order_by("id")
    )
    deployments = list(rows)
    return History(
        deployments=tuple(_deployment(row) for row in deployments),
        changes=_changes(deployments),
        incidents=_incidents(service),
        remediations=tuple(
            RemediationFact(_undone(row), "backout", row.restored_at)
            for row in deployments
            if row.restored_at
        ),
    )


def _undone(row: Deployment) -> str:
    return row.parent.number if row.parent else row.number


def _deployment(row: Deployment) -> DeploymentFact:
    start = row.release.planned_start
    return DeploymentFact(
        id=row.number,
        started_at=row.started_at or row.queued_at,
        finished_at=row.finished_at,
        result=row.status,
        intent=row.intent,
        targets_changed=sum(run.is_touched for run in row.target_runs.all()),
        first_exposure_at=row.first_exposure_at,
        left_degraded=row.status in {"failed", "aborted"},
        repairs=row.parent.number if row.parent else "",
        on_calendar=start is not None,
        emergency=row.release.release_type == "emergency",
    )


def _changes(deployments: list[Deployment]) -> tuple[ChangeFact, ...]:
    """Give the changes that were deployed; the others tell nothing yet."""
    by_release: dict[int, list[str]] = {}
    for row in deployments:
        if row.status in {"succeeded", "succeeded_partial"}:
            by_release.setdefault(row.release_id, []).append(row.number)
    changes = Change.objects.filter(release__in=by_release).order_by("id")
    columns = ("number", "release_id", "committed_at", "authorised_at")
    return tuple(
        ChangeFact(
            id=number, deployments=tuple(by_release[release]), committed_at=committed, approved_at=authorised
        )
        for number, release, committed, authorised in changes.values_list(*columns)
    )


def _incidents(service: str) -> tuple[IncidentFact, ...]:
    found = Incident.objects.filter(service__key=service).select_related("deployment").order_by("id")
    return tuple(
        IncidentFact(
            id=one.number,
            detected_at=one.detected_at,
            resolved_at=one.closed_at,
            restored_at=one.restored_at,
            caused_by=one.deployment.number if one.deployment else "",
            confirmed=one.confirmed_by_id is not None,
        )
        for one in found
    )
