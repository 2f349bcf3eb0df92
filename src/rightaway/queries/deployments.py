"""Deployments: the view that decides, the work of a wave, and what pages and the API show."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from rightaway.domain.deployment_states import (
    AttemptStatus,
    DeploymentStatus,
    HoldKind,
    Intent,
    TargetStatus,
    WaveStatus,
)
from rightaway.domain.deployments import OnFailure, View, WaveView
from rightaway.domain.values import EnvironmentTier
from rightaway.records.deployments.models import (
    Attempt,
    CheckResult,
    Deployment,
    LogChunk,
    Plan,
    TargetRun,
    Wave,
)

Json = dict[str, Any]
SETTLED = (TargetStatus.DONE, TargetStatus.FAILED, TargetStatus.REVERT_FAILED, TargetStatus.REVERTED)


def deployment(number: str) -> Deployment | None:
    related = ("release", "release__service", "environment", "plan", "plan__package", "requested_by")
    return Deployment.objects.select_related(*related).filter(number=number).first()


def deployments() -> QuerySet[Deployment]:
    return Deployment.objects.select_related("release", "release__service", "environment", "requested_by")


def in_production() -> QuerySet[Deployment]:
    """List what was meant for production, newest first."""
    meant = deployments().filter(environment__tier=EnvironmentTier.PRODUCTION)
    return meant.exclude(intent=Intent.DRILL).order_by("-id")


def listed(*, release: str = "", environment: str = "", status: str = "") -> QuerySet[Deployment]:
    """List deployments, newest first."""
    paths = {"release__number": release, "environment__key": environment, "status": status}
    return deployments().filter(**{path: value for path, value in paths.items() if value}).order_by("-id")


def current_plan(release_id: int, environment: str | None = None) -> Plan | None:
    plans = Plan.objects.select_related("package", "environment").filter(
        release_id=release_id, is_current=True
    )
    return plans.filter(environment__key=environment).first() if environment else plans.first()


def view(row: Deployment) -> View:
    """Read what `domain.deployments.next_move` decides on; a constant number of statements."""
    waves = list(Wave.objects.filter(deployment=row).prefetch_related("target_runs"))
    holds = row.holds.filter(cleared_at__isnull=True).values_list("kind", flat=True)
    planned = row.plan.body["waves"]
    return View(
        status=DeploymentStatus(row.status),
        wish=row.wish,
        on_failure=OnFailure(row.plan.body["on_failure"]),
        holds=frozenset(HoldKind(kind) for kind in holds),
        waves=tuple(_wave(wave, planned[wave.ordinal - 1]) for wave in waves),
        is_drill=row.intent == Intent.DRILL,
    )


def _wave(wave: Wave, planned: Json) -> WaveView:
    runs = list(wave.target_runs.all())
    return WaveView(
        ordinal=wave.ordinal,
        name=wave.name,
        status=WaveStatus(wave.status),
        targets=tuple(TargetStatus(run.status) for run in runs),
        touched=sum(run.is_touched for run in runs),
        max_failures=planned["max_failures"],
        bake_s=planned["bake_s"],
        bake_started_at=wave.bake_started_at,
    )


@dataclass(frozen=True, slots=True)
class RunView:
    """One target of a wave with what was tried on it so far."""

    run_id: int
    target_id: int
    target_key: str
    driver: str
    config: Json
    status: TargetStatus
    before: Json | None
    attempts: tuple[Attempt, ...]


def runs_of_wave(row: Deployment, ordinal: int, *statuses: TargetStatus) -> list[RunView]:
    found = (
        TargetRun.objects.filter(deployment=row, wave__ordinal=ordinal, status__in=statuses)
        .select_related("target")
        .prefetch_related("attempts")
        .order_by("position")
    )
    return [
        RunView(
            run_id=run.pk,
            target_id=run.target_id,
            target_key=run.target.key,
            driver=run.target.driver,
            config=run.target.config,
            status=TargetStatus(run.status),
            before=run.before,
            attempts=tuple(run.attempts.all()),
        )
        for run in found
    ]


def parent_attempts(row: Deployment) -> dict[int, list[Attempt]]:
    """Give what the deployment that this one undoes did, by target."""
    found: dict[int, list[Attempt]] = {}
    if row.parent_id is not None:
        for attempt in Attempt.objects.filter(run__deployment_id=row.parent_id).select_related("run"):
            found.setdefault(attempt.run.target_id, []).append(attempt)
    return found


def doubtful(row: Deployment) -> QuerySet[Attempt]:
    return Attempt.objects.filter(run__deployment=row, status=AttemptStatus.UNKNOWN).select_related(
        "run__target"
    )


def all_doubtful() -> QuerySet[Attempt]:
    """Every attempt that waits for somebody to look, oldest first."""
    return (
        Attempt.objects.filter(status=AttemptStatus.UNKNOWN)
        .select_related("run__target", "run__deployment__release")
        .order_by("id")
    )


def grid(row: Deployment) -> list[Json]:
    """Give waves with their targets as the live page shows them."""
    waves = row.waves.prefetch_related("target_runs__target")
    planned = row.plan.body["waves"]
    return [
        {"wave": wave, "plan": planned[wave.ordinal - 1], "runs": list(wave.target_runs.all())}
        for wave in waves
    ]


def progress(row: Deployment) -> Json:
    runs = row.target_runs.aggregate(
        total=Count("id"),
        done=Count("id", filter=Q(status=TargetStatus.DONE)),
        failed=Count("id", filter=Q(status__in=[TargetStatus.FAILED, TargetStatus.REVERT_FAILED])),
        reverted=Count("id", filter=Q(status=TargetStatus.REVERTED)),
        in_doubt=Count("id", filter=Q(status=TargetStatus.IN_DOUBT)),
    )
    return dict(runs)


def with_progress(rows: QuerySet[Deployment]) -> QuerySet[Deployment]:
    """Count for each deployment of a list its targets as `total`, and those that are settled as `settled`."""
    runs = TargetRun.objects.filter(deployment=OuterRef("pk")).order_by().values("deployment")
    counted = runs.annotate(count=Count("pk")).values("count")
    return rows.annotate(
        total=Coalesce(Subquery(counted), 0),
        settled=Coalesce(Subquery(counted.filter(status__in=SETTLED)), 0),
    )


def attempts(row: Deployment) -> QuerySet[Attempt]:
    return (
        Attempt.objects.filter(run__deployment=row).select_related("run__target", "run__wave").order_by("id")
    )


def checks(row: Deployment) -> QuerySet[CheckResult]:
    return CheckResult.objects.filter(run__deployment=row).select_related("run__target").order_by("-id")


def log_after(row: Deployment, after: int, limit: int = 200) -> list[LogChunk]:
    """Give the next pieces of the deployment's log after the piece with that id, oldest first."""
    chunks = LogChunk.objects.filter(deployment=row, pk__gt=after).select_related("attempt__run__target")
    return list(chunks.order_by("pk")[:limit])


def last_log_id(row: Deployment) -> int:
    return LogChunk.objects.filter(deployment=row).aggregate(last=Max("pk"))["last"] or 0
