"""When a deployment will be done, from what the same steps took before, and what that rests on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Count, F, Max, Min, Q

from rightaway.domain import estimates
from rightaway.domain.deployment_states import (
    AttemptStatus,
    DeploymentStatus,
    Intent,
    TargetStatus,
    WaveStatus,
)
from rightaway.domain.estimates import Course, Estimate, Pace, TargetWork, WaveWork, typical
from rightaway.domain.operations import FORWARD
from rightaway.probes.contract import Result
from rightaway.queries.deployments import AtWork
from rightaway.records.deployments.models import Attempt, CheckResult, Deployment

Json = dict[str, Any]
MOST_EARLIER = 5
LOOKED_AT = 20


class Basis(StrEnum):
    """What durations were measured on, the best first."""

    EARLIER = "earlier"
    REHEARSAL = "rehearsal"
    OWN = "own"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Forecast:
    """
    How long it takes, and what that was measured on.

    Args:
        count: How many deployments (of the basis `own`: targets) were measured.
        back_s: Seconds to undo all of it, once everything is done.
    """

    basis: Basis
    count: int = 0
    rehearsal: str = ""
    whole: Estimate | None = None
    waves: Mapping[int, Estimate] = field(default_factory=dict)
    back_s: float | None = None


@dataclass(frozen=True, slots=True)
class _Measured:
    """Seconds that targets of one deployment took there and back, where all went well."""

    there: tuple[float, ...] = ()
    back: tuple[float, ...] = ()


def forecast(row: Deployment, grid: list[Json], at_work: Mapping[int, AtWork], now: datetime) -> Forecast:
    """Estimate a deployment and its waves; three statements, whatever its size."""
    if DeploymentStatus(row.status).complete:
        return Forecast(Basis.NOTHING)
    pace, basis, count, rehearsal = _pace(row)
    course = _course(row, grid, at_work)
    return Forecast(
        basis,
        count,
        rehearsal,
        estimates.estimate(course, pace, now),
        estimates.waves(course, pace, now),
        estimates.way_back(course, pace),
    )


def _course(row: Deployment, grid: list[Json], at_work: Mapping[int, AtWork]) -> Course:
    return Course(
        status=DeploymentStatus(row.status),
        waves=tuple(_wave(one, at_work) for one in grid),
        started_at=row.started_at,
        is_drill=row.intent == Intent.DRILL,
        waits=bool(row.wish) or any(hold.cleared_at is None for hold in row.holds.all()),
    )


def _wave(entry: Json, at_work: Mapping[int, AtWork]) -> WaveWork:
    wave, plan = entry["wave"], entry["plan"]
    return WaveWork(
        ordinal=wave.ordinal,
        status=WaveStatus(wave.status),
        targets=tuple(
            TargetWork(
                TargetStatus(run.status),
                run.is_touched,
                at_work[run.pk].since if run.pk in at_work else run.started_at,
            )
            for run in entry["runs"]
        ),
        max_parallel=plan["max_parallel"],
        bake_s=plan["bake_s"],
        started_at=wave.started_at,
        bake_started_at=wave.bake_started_at,
    )


def _pace(row: Deployment) -> tuple[Pace, Basis, int, str]:
    """Take the first basis that measured the way there; the way back may come from another."""
    earlier, rehearsals = _comparable(row)
    measured = _measured([*earlier, *rehearsals, row.pk])
    there = [pk for pk in earlier if measured[pk].there][:MOST_EARLIER]
    rehearsed = [pk for pk in rehearsals if measured[pk].there][:1]
    own = measured[row.pk].there
    back = next(
        (found for pks in (earlier, rehearsals, [row.pk]) if (found := _all(measured, pks, "back"))), []
    )
    if there:
        return _both(_all(measured, there, "there"), back), Basis.EARLIER, len(there), ""
    if rehearsed:
        return _both(_all(measured, rehearsed, "there"), back), Basis.REHEARSAL, 1, rehearsals[rehearsed[0]]
    if own:
        return _both(own, back), Basis.OWN, len(own), ""
    return _both((), back), (Basis.EARLIER if back else Basis.NOTHING), 0, ""


def _both(there: Iterable[float], back: Iterable[float]) -> Pace:
    return Pace(typical(there), typical(back))


def _all(measured: Mapping[int, _Measured], pks: Iterable[int], way: str) -> list[float]:
    return [seconds for pk in list(pks)[:MOST_EARLIER] for seconds in getattr(measured[pk], way)]


def _comparable(row: Deployment) -> tuple[dict[int, str], dict[int, str]]:
    """Give earlier deployments of the same steps: of this service here, and rehearsals of this release elsewhere."""
    here = Q(environment_id=row.environment_id, release__service_id=row.release.service_id)
    drill = Q(release_id=row.release_id, intent=Intent.DRILL)
    found = (
        Deployment.objects.filter(here | drill, pk__lt=row.pk, started_at__isnull=False)
        .annotate(steps=F("plan__body__steps"))
        .order_by("-pk")
        .values_list("pk", "number", "environment_id", "steps")[:LOOKED_AT]
    )
    wanted = [step["key"] for step in row.plan.body["steps"]]
    same = [
        (pk, number, place) for pk, number, place, steps in found if [one["key"] for one in steps] == wanted
    ]
    earlier = {pk: number for pk, number, place in same if place == row.environment_id}
    return earlier, {pk: number for pk, number, place in same if pk not in earlier}


def _measured(pks: list[int]) -> dict[int, _Measured]:
    journeys = (
        Attempt.objects.filter(run__deployment__in=pks)
        .values("run_id", "run__deployment_id", "direction")
        .annotate(
            begun=Min("intended_at"),
            ended=Max("finished_at"),
            bad=Count("pk", filter=~Q(status=AttemptStatus.SUCCEEDED)),
        )
        .order_by()
    )
    checked = dict(
        CheckResult.objects.filter(run__deployment__in=pks, result=Result.PASS)
        .values("run_id")
        .annotate(last=Max("at"))
        .order_by()
        .values_list("run_id", "last")
    )
    there: dict[int, list[float]] = {pk: [] for pk in pks}
    back: dict[int, list[float]] = {pk: [] for pk in pks}
    for one in journeys:
        if one["bad"]:
            continue
        goes = one["direction"] == FORWARD
        end = max(one["ended"], checked.get(one["run_id"], one["ended"])) if goes else one["ended"]
        (there if goes else back)[one["run__deployment_id"]].append((end - one["begun"]).total_seconds())
    return {pk: _Measured(tuple(there[pk]), tuple(back[pk])) for pk in pks}
