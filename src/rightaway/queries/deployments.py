"""Deployments: the view that decides, the work of a wave, and what pages and the API show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Case, Count, F, IntegerField, OrderBy, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce

from rightaway.domain.consequences import Standing
from rightaway.domain.deployment_states import (
    AttemptStatus,
    DeploymentStatus,
    Ending,
    HoldKind,
    Intent,
    TargetStatus,
    WaveStatus,
)
from rightaway.domain.deployments import OnFailure, View, WaveView
from rightaway.domain.operations import FORWARD
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
SETTLED = [status for status in TargetStatus if status.settled]
ENDED = [status for status in DeploymentStatus if status.complete]
# What a list can be sorted by, and the column of the table that is.
SORTS = {
    "number": "id",
    "release": "release__number",
    "environment": "environment__name",
    "started": "started_at",
}
# The design of each release would weigh many times more than all of this.
_LISTED = (
    "number",
    "intent",
    "status",
    "started_at",
    "finished_at",
    "outcome_reason",
    "release__number",
    "release__title",
    "release__service__key",
    "release__service__name",
    "environment__key",
    "environment__name",
    "environment__tier",
    "requested_by__name",
    "requested_by__username",
)
_DOUBTFUL = (
    "step_key",
    "direction",
    "effect",
    "operation_id",
    "message",
    "intended_at",
    "run__target__key",
    "run__deployment__number",
    "run__deployment__release__number",
    "run__deployment__release__service__key",
    "run__deployment__environment__tier",
)


def deployment(number: str) -> Deployment | None:
    related = ("release", "release__service", "environment", "plan", "plan__package", "requested_by")
    return Deployment.objects.select_related(*related).filter(number=number).first()


def deployments() -> QuerySet[Deployment]:
    """List deployments; of what they belong to, only what a list shows is read."""
    related = ("release__service", "environment", "requested_by")
    return Deployment.objects.select_related(*related).only(*_LISTED)


def in_production() -> QuerySet[Deployment]:
    """List what was meant for production, newest first."""
    meant = deployments().filter(environment__tier=EnvironmentTier.PRODUCTION)
    return meant.exclude(intent=Intent.DRILL).order_by("-id")


def listed(
    *, release: str = "", environment: str = "", service: str = "", status: str = "", sort: str = ""
) -> QuerySet[Deployment]:
    """
    List deployments with the number of their targets as `targets` and of those settled as `settled`.

    Args:
        status: A `DeploymentStatus` or an `Ending`; empty for all.
        sort: One of `SORTS`, with a minus before it for the other direction; else what runs stands first.
    """
    found = with_progress(deployments())
    if status == Ending.ENDED:
        found = found.filter(status__in=ENDED)
    elif status == Ending.OPEN:
        found = found.exclude(status__in=ENDED)
    elif status:
        found = found.filter(status=status)
    paths = {"release__number": release, "environment__key": environment, "release__service__key": service}
    return found.filter(**{path: value for path, value in paths.items() if value}).order_by(*_order(sort))


def with_progress(rows: QuerySet[Deployment]) -> QuerySet[Deployment]:
    """Count for each deployment of a list its targets as `targets`, and those that are settled as `settled`."""
    return rows.annotate(targets=_count(Q()), settled=_count(Q(status__in=SETTLED)))


def _count(which: Q) -> Coalesce:
    """Count for the rows of the page alone; a join would count for every deployment before the page is cut."""
    runs = TargetRun.objects.filter(which, deployment=OuterRef("pk")).order_by()
    return Coalesce(Subquery(runs.values("deployment").annotate(count=Count("pk")).values("count")), 0)


def _order(sort: str) -> list[OrderBy]:
    column = SORTS.get(sort.removeprefix("-"))
    if column is None:
        is_over = Case(When(status__in=ENDED, then=1), default=0, output_field=IntegerField())
        return [OrderBy(is_over), F("id").desc()]
    first = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return [first, F("id").desc()]


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
        .select_related("run__target", "run__deployment__release__service", "run__deployment__environment")
        .only(*_DOUBTFUL)
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


def pulse(row: Deployment) -> Json:
    """Give numbers that change whenever a page of the deployment looks different."""
    tried = Attempt.objects.filter(run__deployment=row).aggregate(
        tried=Count("id"), heard=Count("id", filter=Q(log_bytes__gt=0)), ended=Count("finished_at")
    )
    return {"status": row.status, "version": row.version, **progress(row), **tried}


def attempts(row: Deployment) -> QuerySet[Attempt]:
    return (
        Attempt.objects.filter(run__deployment=row).select_related("run__target", "run__wave").order_by("id")
    )


def checks(row: Deployment) -> QuerySet[CheckResult]:
    return CheckResult.objects.filter(run__deployment=row).select_related("run__target").order_by("-id")


@dataclass(frozen=True, slots=True)
class AtWork:
    """Where the work on one target is: the step last heard of, its place among `of` steps, and since when."""

    step: str
    place: int
    of: int
    since: datetime


def at_work(row: Deployment) -> dict[int, AtWork]:
    """
    Give what each run that is worked on is doing, by run.

    All steps of a target travel together, so that the records know the running one by its output alone: until a
    later step says something, the one before it stands here.
    """
    journeys: dict[int, list[Attempt]] = {}
    for one in Attempt.objects.filter(run__deployment=row, status=AttemptStatus.INTENT).order_by("position"):
        journeys.setdefault(one.run_id, []).append(one)
    return {run: _where(tried) for run, tried in journeys.items()}


def _where(tried: list[Attempt]) -> AtWork:
    steps = tried if tried[0].direction == FORWARD else tried[::-1]
    place = max((number for number, one in enumerate(steps) if one.log_bytes), default=0)
    return AtWork(steps[place].step_key, place + 1, len(steps), steps[place].intended_at)


def standings(row: Deployment) -> list[Standing]:
    """Give where each target stands, in the order of the waves."""
    runs = row.target_runs.select_related("target", "wave").order_by("position")
    return [
        Standing(run.target.key, run.wave.ordinal, TargetStatus(run.status), run.is_touched) for run in runs
    ]


def log_after(
    row: Deployment, after: int, limit: int = 200, *, target: str = "", step: str = ""
) -> list[LogChunk]:
    """Give the next pieces of the deployment's log after the piece with that id, oldest first."""
    return list(_log(row, target, step).filter(pk__gt=after).order_by("pk")[:limit])


def log_end(row: Deployment, limit: int, *, target: str = "", step: str = "") -> tuple[list[LogChunk], bool]:
    """Give the last pieces of the log, oldest first, and whether there are older ones."""
    found = list(_log(row, target, step).order_by("-pk")[: limit + 1])
    return found[:limit][::-1], len(found) > limit


def _log(row: Deployment, target: str, step: str) -> QuerySet[LogChunk]:
    found = LogChunk.objects.filter(deployment=row).select_related("attempt__run__target")
    if target:
        found = found.filter(attempt__run__target__key=target)
    return found.filter(attempt__step_key=step) if step else found
