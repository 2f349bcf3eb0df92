"""The wave that stands before its gate, and how long it takes: what a permit is asked for."""

from datetime import timedelta
from typing import Any

from rightaway.domain.deployment_states import WaveStatus
from rightaway.domain.facts_deployment import NextWaveFacts
from rightaway.queries import bound_content, templates
from rightaway.records.cmdb.models import Target
from rightaway.records.deployments.models import Deployment, Plan, TargetRun
from rightaway.records.releases.models import Release


def estimate_s(plan: Plan) -> int:
    """Estimate how long a plan takes: the last rehearsal's time per target, plus the baking of every wave."""
    done = TargetRun.objects.filter(
        deployment__plan__back_out_digest=plan.back_out_digest,
        started_at__isnull=False,
        finished_at__isnull=False,
    ).order_by("-id")[:20]
    seconds = [(run.finished_at - run.started_at) / timedelta(seconds=1) for run in done]  # type: ignore[operator]
    per_target = max(seconds, default=30.0)
    return sum(int(per_target) + 1 + wave["bake_s"] for wave in plan.body["waves"])


def wave(plan: Plan, ordinal: int) -> NextWaveFacts:
    planned: dict[str, Any] = plan.body["waves"][ordinal - 1]
    stateful = Target.objects.filter(key__in=planned["targets"], ci__is_stateful=True)
    return NextWaveFacts(
        number=ordinal,
        targets=tuple(planned["targets"]),
        stateful_targets=tuple(stateful.order_by("key").values_list("ci__key", flat=True)),
        deploy_s=estimate_s(plan) // max(1, len(plan.body["waves"])),
    )


def ahead(release: Release, newest: Deployment | None) -> NextWaveFacts | None:
    """
    Give the wave that waits at its gate, or the first one while nothing runs that could wait.

    Args:
        newest: The newest deployment to production.
    """
    if release.phase not in templates.of(release).launch_phases(production=True):
        return None
    if newest is not None and newest.finished_at is None:
        gated = newest.waves.filter(status=WaveStatus.GATED).order_by("ordinal").first()
        return wave(newest.plan, gated.ordinal) if gated else None
    plan = bound_content.production_plan(release)
    return wave(plan, 1) if plan else None
