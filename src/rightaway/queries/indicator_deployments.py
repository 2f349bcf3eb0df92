"""When releases were deployed and rehearsed, beside what was planned."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from statistics import mean
from typing import NamedTuple

from django.db.models import Max, Min, OuterRef, Q, Subquery

from rightaway.domain.deployment_states import DeploymentStatus, Intent
from rightaway.domain.indicator_facts import Run
from rightaway.domain.operations import INVERSE
from rightaway.domain.values import EnvironmentTier
from rightaway.queries.indicator_records import Asked
from rightaway.records.deployments.models import Attempt, Deployment
from rightaway.records.releases.models import PhaseVisit


class _Row(NamedTuple):
    pk: int
    release: str
    planned_start: datetime | None
    planned_end: datetime | None
    intent: str
    status: str
    started_at: datetime
    finished_at: datetime
    attempt_began: datetime | None

    @property
    def is_of_last_attempt(self) -> bool:
        return self.attempt_began is None or self.started_at >= self.attempt_began

    @property
    def is_drill(self) -> bool:
        return self.intent == Intent.DRILL

    @property
    def goes_forward(self) -> bool:
        return self.intent not in {Intent.DRILL, Intent.BACK_OUT}

    @property
    def went_back(self) -> bool:
        return not self.is_drill and (
            self.intent == Intent.BACK_OUT or self.status == DeploymentStatus.BACKED_OUT
        )


def runs(asked: Asked) -> tuple[Run, ...]:
    """Put together what belongs to the last plan of each release; two statements."""
    rows = _rows(asked)
    back = {row.release for row in rows if row.went_back}
    ways = _ways_back([row.pk for row in rows if row.release in back])
    by_release = groupby(rows, key=lambda row: row.release)
    found = (_run(list(group), ways) for _, group in by_release)
    return tuple(one for one in found if one is not None)


def _rows(asked: Asked) -> list[_Row]:
    began = (
        PhaseVisit.objects.filter(release=OuterRef("release"), attempt=OuterRef("release__attempt"))
        .order_by("entered_at")
        .values("entered_at")[:1]
    )
    found = (
        Deployment.objects.filter(
            Q(environment__tier=EnvironmentTier.PRODUCTION) | Q(intent=Intent.DRILL),
            release__in=asked.ids(),
            started_at__isnull=False,
            finished_at__isnull=False,
        )
        .annotate(attempt_began=Subquery(began))
        .order_by("release__number", "started_at", "pk")
    )
    columns = ("pk", "release__number", "release__planned_start", "release__planned_end")
    times = ("intent", "status", "started_at", "finished_at", "attempt_began")
    return [row for row in map(_Row._make, found.values_list(*columns, *times)) if row.is_of_last_attempt]


def _run(rows: Iterable[_Row], ways: Mapping[int, float]) -> Run | None:
    rows = list(rows)
    there = [row for row in rows if row.goes_forward]
    if not there:
        return None
    first = min(row.started_at for row in there)
    drills = [
        row
        for row in rows
        if row.is_drill and row.status == DeploymentStatus.BACKED_OUT and row.finished_at <= first
    ]
    undone = [ways[row.pk] for row in rows if row.went_back and row.pk in ways]
    return Run(
        release=there[0].release,
        planned_start=there[0].planned_start,
        planned_end=there[0].planned_end,
        started_at=first,
        finished_at=max(row.finished_at for row in there),
        is_rehearsed=bool(drills),
        rehearsed_s=ways.get(drills[-1].pk) if drills else None,
        back_s=mean(undone) if undone else None,
    )


def _ways_back(deployments: list[int]) -> dict[int, float]:
    """Give the mean seconds that a target of each deployment took to go back."""
    found = (
        Attempt.objects.filter(run__deployment__in=deployments, direction=INVERSE, finished_at__isnull=False)
        .values_list("run__deployment_id", "run_id")
        .annotate(begun=Min("intended_at"), over=Max("finished_at"))
        .order_by()
    )
    seconds: dict[int, list[float]] = {}
    for deployment, _, begun, over in found:
        seconds.setdefault(deployment, []).append((over - begun).total_seconds())
    return {deployment: mean(measured) for deployment, measured in seconds.items()}
