"""What the engine reports while a deployment runs: the only way in which its work becomes record."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.deployment_states import (
    DEPLOYMENT,
    TARGET,
    WAVE,
    DeploymentStatus,
    HoldKind,
    TargetStatus,
    WaveStatus,
)
from rightaway.domain.moves import advance
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import ENGINE
from rightaway.records.cmdb.models import Target
from rightaway.records.deployments.models import CheckResult, Deployment, Hold, Permit, Wave
from rightaway.services import (
    _audit,
    _guard,
    _notify,
    cmdb,
    deployment_alerts,
    deployment_effects,
    deployment_gate,
)

Json = dict[str, Any]


def _lock(number: str) -> Deployment:
    return _guard.lock(Deployment, number=number)


def _tell(row: Deployment, action: str, facts: Json, key: str | None = None) -> None:
    subject = ("deployment", row.number)
    _audit.record(
        actor=ENGINE, action=action, stream=row.release.number, subject=subject, facts=facts, key=key
    )


def _notify_of(row: Deployment, kind: NotificationKind, moment: str, **facts: Any) -> None:
    subject = _notify.found(SubjectKind.DEPLOYMENT, row.number)
    key = f"{row.number}:{moment}"
    told = {"release": row.release.number, **facts}
    if not deployment_alerts.is_real(row):
        told["is_rehearsal"] = True
    _notify.tell_watchers(actor=ENGINE, kind=kind, subject=subject, key=key, facts=told)


@transaction.atomic
def start(*, number: str) -> None:
    """Take a queued deployment up: the state before is frozen as a baseline first."""
    row = _lock(number)
    if row.status != DeploymentStatus.QUEUED:
        return
    items = Target.objects.filter(runs__deployment=row).values_list("ci_id", flat=True)
    row.baseline_before = cmdb.take_baseline(cause=number, moment="before", items=items)
    row.status = advance(DEPLOYMENT, row.status, "start")
    row.started_at = timezone.now()
    row.save()
    _tell(row, "deployment.run.started", {"plan_digest": row.plan.digest}, key=f"{number}:started")
    _notify_of(row, NotificationKind.DEPLOYMENT_BEGUN, "begun")
    deployment_effects.started(row)


@transaction.atomic
def reach(*, number: str, ordinal: int) -> None:
    row = _lock(number)
    wave = row.waves.get(ordinal=ordinal)
    if wave.status == WaveStatus.PENDING:
        wave.status = advance(WAVE, wave.status, "reached")
        wave.save()
        row.save()


@transaction.atomic
def open_gate(*, number: str, ordinal: int) -> bool:
    """
    Judge the gate of a wave now, and issue its permit when it is open.

    A closed gate becomes a hold that names everything missing; it is judged again later.
    """
    row = _lock(number)
    wave = row.waves.get(ordinal=ordinal)
    if wave.status != WaveStatus.GATED:
        return True
    verdict = deployment_gate.judge(row, wave)
    if not verdict.is_open:
        if _hold(row, HoldKind.GATE, wave.name, verdict.text):
            owners = [one["owner"] for one in verdict.evidence["unmet"]]
            deployment_alerts.gate_closed(row, wave, owners, verdict.text)
        row.save()
        return False
    now = timezone.now()
    row.holds.filter(kind=HoldKind.GATE, cleared_at__isnull=True).update(
        cleared_at=now, cleared_by=ENGINE.name
    )
    targets = row.plan.body["waves"][ordinal - 1]["targets"]
    Permit.objects.create(
        wave=wave,
        plan_digest=row.plan.digest,
        targets=targets,
        issued_at=now,
        valid_until=verdict.valid_until,
        evidence=verdict.evidence,
    )
    wave.status, wave.started_at = advance(WAVE, wave.status, "gates_pass"), now
    wave.save()
    row.save()
    facts = {"wave": wave.name, "targets": targets, "plan_digest": row.plan.digest}
    _tell(row, "deployment.permit.issued", facts, key=f"{number}:permit:{ordinal}")
    deployment_alerts.wave_moved(row, wave)
    return True


def _hold(row: Deployment, kind: HoldKind, subject: str, reason: str) -> bool:
    """Give whether it is a new hold."""
    held = row.holds.filter(kind=kind, subject=subject, cleared_at__isnull=True)
    if held.update(reason=reason):
        return False
    Hold.objects.create(
        deployment=row, kind=kind, subject=subject, reason=reason, since=timezone.now(), placed_by=ENGINE.name
    )
    _tell(row, "deployment.hold.placed", {"kind": str(kind), "subject": subject, "reason": reason})
    return True


@transaction.atomic
def hold(*, number: str, ordinal: int, kind: str, reason: str) -> None:
    row = _lock(number)
    subject = row.waves.get(ordinal=ordinal).name if ordinal else ""
    _hold(row, HoldKind(kind), subject, reason)
    row.save()


@transaction.atomic
def clear_hold(*, number: str, kind: str) -> None:
    """Take a hold away whose reason is gone."""
    row = _lock(number)
    row.holds.filter(kind=kind, cleared_at__isnull=True).update(
        cleared_at=timezone.now(), cleared_by=ENGINE.name
    )
    row.save()


@transaction.atomic
def settle(*, number: str, ordinal: int) -> None:
    """Close the work of a wave: into baking when its failures are within budget, else failed."""
    row = _lock(number)
    wave = row.waves.get(ordinal=ordinal)
    if wave.status != WaveStatus.RUNNING:
        return
    failed = wave.target_runs.filter(status=TargetStatus.FAILED).count()
    allowed = row.plan.body["waves"][ordinal - 1]["max_failures"]
    if failed > allowed:
        _fail_wave(
            row, wave, "budget_exceeded", f"{failed} of {wave.target_runs.count()} failed, {allowed} allowed"
        )
    else:
        wave.status, wave.bake_started_at = advance(WAVE, wave.status, "settled_in_budget"), timezone.now()
        wave.save()
    row.save()


def _fail_wave(row: Deployment, wave: Wave, event: str, reason: str) -> None:
    wave.status, wave.reason = advance(WAVE, wave.status, event), reason
    wave.save()
    _tell(row, "deployment.wave.failed", {"wave": wave.name, "reason": reason})
    deployment_alerts.wave_moved(row, wave)
    deployment_effects.wave_failed(row, wave, reason)


@transaction.atomic
def finish_bake(*, number: str, ordinal: int, red: Mapping[int, str]) -> None:
    """End the baking of a wave: green passes it, any target that turned red fails it. Keys of `red` are runs."""
    row = _lock(number)
    wave = row.waves.get(ordinal=ordinal)
    if wave.status != WaveStatus.BAKING:
        return
    for run in wave.target_runs.filter(pk__in=red, status=TargetStatus.DONE):
        run.status, run.reason = advance(TARGET, run.status, "bake_red"), red[run.pk]
        run.save()
    failed = wave.target_runs.filter(status=TargetStatus.FAILED).count()
    if failed > row.plan.body["waves"][ordinal - 1]["max_failures"]:
        _fail_wave(row, wave, "bake_fail", "; ".join(sorted(set(red.values()))) or "unhealthy while baking")
    else:
        wave.status, wave.finished_at = advance(WAVE, wave.status, "bake_pass"), timezone.now()
        wave.save()
        _tell(row, "deployment.wave.passed", {"wave": wave.name}, key=f"{number}:passed:{ordinal}")
        deployment_alerts.wave_moved(row, wave)
    row.save()


@transaction.atomic
def begin_revert(*, number: str, ordinal: int, reason: str) -> None:
    """Turn a wave round: what was not touched is left alone, the rest goes back."""
    row = _lock(number)
    wave = row.waves.get(ordinal=ordinal)
    if wave.status == WaveStatus.REVERTING:
        return
    wave.status = advance(WAVE, wave.status, "revert")
    wave.reason = wave.reason or reason
    wave.save()
    now = timezone.now()
    Permit.objects.filter(wave=wave, voided_at__isnull=True).update(voided_at=now, voided_reason=reason)
    for run in wave.target_runs.all():
        if run.is_touched and run.status in {TargetStatus.DONE, TargetStatus.FAILED}:
            run.status = advance(TARGET, run.status, "revert")
        elif run.status in {TargetStatus.APPLYING, TargetStatus.VERIFYING}:
            run.status = TARGET.after(run.status, "step_failed_for_good") or advance(
                TARGET, run.status, "health_deadline"
            )
            run.status = advance(TARGET, run.status, "revert")
        elif run.status == TargetStatus.PENDING:
            run.status = advance(TARGET, run.status, "revert")
        run.save()
    row.save()
    _tell(row, "deployment.back_out.begun", {"wave": wave.name, "reason": reason})
    _notify_of(row, NotificationKind.DEPLOYMENT_BACKING_OUT, "backing_out", reason=reason)


@transaction.atomic
def settle_revert(*, number: str, ordinal: int) -> None:
    row = _lock(number)
    wave = row.waves.get(ordinal=ordinal)
    if wave.status != WaveStatus.REVERTING:
        return
    bad = wave.target_runs.filter(status=TargetStatus.REVERT_FAILED).count()
    wave.status = advance(WAVE, wave.status, "revert_fail" if bad else "reverted_ok")
    wave.finished_at = timezone.now()
    wave.save()
    row.save()
    _tell(row, "deployment.back_out.finished", {"wave": wave.name, "targets_not_restored": bad})


@transaction.atomic
def change(*, number: str, event: str, reason: str) -> None:
    """Move the deployment itself; a terminal state closes its waves and tells the release."""
    row = _lock(number)
    after = DEPLOYMENT.after(row.status, event)
    if after is None:
        return
    before, row.status = row.status, DeploymentStatus(after)
    row.wish = row.wish if row.status == DeploymentStatus.STOPPING else ""
    row.outcome_reason = row.outcome_reason or reason
    if event == "retry_back_out":
        _retry_reverts(row)
    if row.status in {DeploymentStatus.STOPPING, DeploymentStatus.BACKING_OUT} or row.status.complete:
        _close_pending_waves(row)
    if row.status.complete:
        _finish(row)
    row.save()
    facts = {"from": str(before), "to": str(row.status), "event": event, "reason": reason}
    _tell(row, "deployment.run.changed", facts)
    if row.status.complete or row.status == DeploymentStatus.BACKOUT_FAILED:
        status = str(row.status)
        _notify_of(row, NotificationKind.DEPLOYMENT_FINISHED, status, status=status, reason=reason)
        deployment_effects.ended(row)


def _finish(row: Deployment) -> None:
    now = timezone.now()
    row.finished_at = now
    if row.status == DeploymentStatus.BACKED_OUT:
        row.restored_at = now
    row.holds.filter(cleared_at__isnull=True).update(cleared_at=now, cleared_by=ENGINE.name)
    Permit.objects.filter(wave__deployment=row, voided_at__isnull=True).update(
        voided_at=now, voided_reason="the deployment ended"
    )
    items = Target.objects.filter(runs__deployment=row).values_list("ci_id", flat=True)
    row.baseline_after = cmdb.take_baseline(cause=row.number, moment="after", items=items)


def _close_pending_waves(row: Deployment) -> None:
    for wave in row.waves.filter(status__in=[WaveStatus.PENDING, WaveStatus.GATED]):
        wave.status = advance(WAVE, wave.status, "deployment_stopping")
        wave.save()
        for run in wave.target_runs.filter(status=TargetStatus.PENDING):
            run.status = advance(TARGET, run.status, "wave_closed")
            run.save()


def _retry_reverts(row: Deployment) -> None:
    for wave in row.waves.filter(status=WaveStatus.REVERT_FAILED):
        wave.status = advance(WAVE, wave.status, "retry_revert")
        wave.save()
        for run in wave.target_runs.filter(status=TargetStatus.REVERT_FAILED):
            run.status = advance(TARGET, run.status, "retry_revert")
            run.save()


@transaction.atomic
def record_checks(*, results: Sequence[Json]) -> None:
    """Store looks of health checks; each is {run, name, layer, result, evidence, at}."""
    CheckResult.objects.bulk_create(
        CheckResult(
            run_id=look["run"],
            check_name=look["name"],
            layer=look["layer"],
            result=look["result"],
            evidence=look["evidence"],
            at=look.get("at") or timezone.now(),
        )
        for look in results
    )


@transaction.atomic
def take_over(*, workflow_ids: Sequence[str], from_executor: str) -> None:
    """Count and record that other workers carry on what a dead one left."""
    for row in Deployment.objects.select_for_update(of=("self",)).filter(workflow_id__in=list(workflow_ids)):
        row.takeovers += 1
        row.save(update_fields=["takeovers"])
        _tell(row, "deployment.worker.taken_over", {"from": from_executor, "takeovers": row.takeovers})
