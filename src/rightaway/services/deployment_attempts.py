"""The attempts of a deployment: intent before the first byte, result after, in group commits."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import transaction
from django.db.models import Manager
from django.utils import timezone

from rightaway.domain.deployment_states import (
    ATTEMPT,
    TARGET,
    AttemptStatus,
    DeploymentStatus,
    HoldKind,
    TargetStatus,
)
from rightaway.domain.moves import advance
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import ENGINE, EnvironmentTier
from rightaway.queries import subjects
from rightaway.records.deployments.models import Attempt, Deployment, Installation, LogChunk, TargetRun
from rightaway.services import _notify, cmdb, deployment_alerts

Json = dict[str, Any]
RowT = TypeVar("RowT", Attempt, TargetRun)
FORWARD, INVERSE = "forward", "inverse"
_LOG_FIELDS = ("log_bytes", "log_digest")


@dataclass(frozen=True, slots=True)
class Intended:
    """One step about to be sent to one target."""

    run_id: int
    step_key: str
    direction: str
    attempt_no: int
    position: int
    operation_id: str
    effect: str


@dataclass(frozen=True, slots=True)
class Result:
    """
    What became of one operation.

    Args:
        event: Event of the attempt's state table.
        log: The output that has not been stored yet.
    """

    operation_id: str
    event: str
    exit_code: int | None = None
    message: str = ""
    log: bytes = b""


@dataclass(frozen=True, slots=True)
class Settled:
    """Where one target stands after its steps: an event of the target's state table."""

    run_id: int
    event: str
    reason: str = ""
    observed: Json | None = None
    before: Json | None = None
    results: Sequence[Result] = field(default=())


@transaction.atomic
def intend(
    *, number: str, ordinal: int, worker: str, fences: Mapping[int, int], intents: Sequence[Intended]
) -> frozenset[int]:
    """
    Commit what is about to be done and give the runs that may go ahead.

    A run is left out when the wave's permit no longer holds, an operator paused or stopped the deployment, or
    the run is not where it was: nothing is sent for those. Repeating an intent only raises its fence.

    Args:
        fences: The fence just taken, by run.
    """
    row = Deployment.objects.select_for_update(of=("self",)).select_related("plan").get(number=number)
    runs = (
        TargetRun.objects.select_for_update(of=("self",))
        .select_related("target", "wave__permit")
        .in_bulk({intent.run_id for intent in intents})
    )
    is_stopped = _is_stopped(row)
    going = frozenset(pk for pk, run in runs.items() if _may_go(row, run, ordinal, is_stopped=is_stopped))
    uncovered = [run for run in runs.values() if _wants_permit(run, ordinal) and not _is_covered(row, run)]
    if uncovered and not is_stopped:
        deployment_alerts.permit_missing(row, uncovered)
    known = {a.operation_id: a for a in Attempt.objects.filter(run_id__in=going)}
    fresh, again = [], []
    for intent in intents:
        if intent.run_id not in going:
            continue
        old = known.get(intent.operation_id)
        if old is None:
            fresh.append(_attempt(intent, fences[intent.run_id], worker))
        elif not AttemptStatus(old.status).complete:
            old.fence, old.worker = fences[intent.run_id], worker
            again.append(old)
    Attempt.objects.bulk_create(fresh)
    Attempt.objects.bulk_update(again, ["fence", "worker"])
    _mark_applying(going)
    if going and row.first_exposure_at is None:
        row.first_exposure_at = timezone.now()
        row.save(update_fields=["first_exposure_at"])
    return going


def _is_stopped(row: Deployment) -> bool:
    held = row.holds.filter(kind=HoldKind.OPERATOR, cleared_at__isnull=True)
    return row.status != DeploymentStatus.RUNNING or bool(row.wish) or held.exists()


def _may_go(row: Deployment, run: TargetRun, ordinal: int, *, is_stopped: bool) -> bool:
    if run.status == TargetStatus.REVERTING:
        return row.status in {DeploymentStatus.RUNNING, DeploymentStatus.BACKING_OUT}
    if is_stopped or run.status not in {TargetStatus.PENDING, TargetStatus.APPLYING}:
        return False
    return run.wave.ordinal == ordinal and _is_covered(row, run)


def _wants_permit(run: TargetRun, ordinal: int) -> bool:
    return run.wave.ordinal == ordinal and run.status in {TargetStatus.PENDING, TargetStatus.APPLYING}


def _is_covered(row: Deployment, run: TargetRun) -> bool:
    """Say whether the permit of the wave still allows steps on this target."""
    permit = run.wave.permit
    return (
        permit.voided_at is None
        and permit.plan_digest == row.plan.digest
        and timezone.now() < permit.valid_until
        and run.target.key in permit.targets
    )


def _attempt(intent: Intended, fence: int, worker: str) -> Attempt:
    return Attempt(
        run_id=intent.run_id,
        step_key=intent.step_key,
        direction=intent.direction,
        attempt_no=intent.attempt_no,
        position=intent.position,
        operation_id=intent.operation_id,
        effect=intent.effect,
        fence=fence,
        worker=worker,
        status=AttemptStatus.INTENT,
        intended_at=timezone.now(),
    )


def _mark_applying(going: frozenset[int]) -> None:
    runs = TargetRun.objects.filter(pk__in=going)
    applying = advance(TARGET, TargetStatus.PENDING, "scheduled")
    runs.filter(status=TargetStatus.PENDING).update(status=applying, started_at=timezone.now())
    runs.filter(is_touched=False).update(is_touched=True)


@transaction.atomic
def settle(*, number: str, settled: Sequence[Settled]) -> None:
    """Store results, logs and where each target stands; a result that is known already is not changed."""
    row = Deployment.objects.get(number=number)
    results = [result for entry in settled for result in entry.results]
    attempts = _finished(results)
    _tell_of_doubts(row, [one for one in attempts.values() if one.status == AttemptStatus.UNKNOWN])
    _store_logs(row, attempts, {result.operation_id: result.log for result in results if result.log})
    _write(Attempt.objects, attempts.values(), "status", "exit_code", "message", "finished_at", *_LOG_FIELDS)
    runs = (
        TargetRun.objects.select_for_update(of=("self",))
        .select_related("target")
        .in_bulk([entry.run_id for entry in settled])
    )
    now = timezone.now()
    for entry in settled:
        run = runs[entry.run_id]
        after = TARGET.after(run.status, entry.event)
        if after is not None:
            run.status, run.reason = after, entry.reason
        if entry.before is not None and run.before is None:
            run.before = entry.before
        if entry.observed is not None:
            run.observed = entry.observed
        if TargetStatus(run.status).settled:
            run.finished_at = now
    _write(TargetRun.objects, runs.values(), "status", "reason", "before", "observed", "finished_at")
    _record_state(
        row, {entry.run_id: entry.observed for entry in settled if entry.observed is not None}, runs
    )


def _write(rows: Manager[RowT], changed: Iterable[RowT], *fields: str) -> None:
    """Write the changed fields of rows that are locked; as an upsert it costs far less than `bulk_update`."""
    rows.bulk_create(changed, update_conflicts=True, unique_fields=["id"], update_fields=fields)


def _tell_of_doubts(row: Deployment, attempts: Sequence[Attempt]) -> None:
    """Tell once for all that came in doubt together: those who can look and decide, and who launched it."""
    if not attempts:
        return
    subject = _notify.found(SubjectKind.DEPLOYMENT, row.number)
    production = row.environment.tier == EnvironmentTier.PRODUCTION
    able = subjects.able(subject, "deployment.resolve.not_applied", production=production)
    _notify.tell(
        actor=ENGINE,
        kind=NotificationKind.ATTEMPT_IN_DOUBT,
        subject=subject,
        people={row.requested_by_id, *able.values_list("pk", flat=True)},
        key=f"{row.number}:doubt:{min(one.pk for one in attempts)}",
        facts={"attempts": len(attempts), "release": row.release.number},
    )


def _finished(results: Sequence[Result]) -> dict[str, Attempt]:
    found = Attempt.objects.select_for_update().in_bulk(
        [result.operation_id for result in results], field_name="operation_id"
    )
    now = timezone.now()
    for result in results:
        attempt = found[result.operation_id]
        after = ATTEMPT.after(attempt.status, result.event)
        if after is None:
            continue
        attempt.status, attempt.exit_code, attempt.message = after, result.exit_code, result.message
        attempt.finished_at = now
    return found


def _store_logs(row: Deployment, attempts: Mapping[str, Attempt], logs: Mapping[str, bytes]) -> None:
    chunks, now = [], timezone.now()
    for operation_id, data in logs.items():
        attempt = attempts[operation_id]
        sequence = LogChunk.objects.filter(attempt=attempt).count() if attempt.log_bytes else 0
        link = f"{attempt.log_digest}|{sequence}|{len(data)}|".encode() + data
        chain = hashlib.sha256(link).hexdigest()
        chunks.append(
            LogChunk(
                deployment=row,
                attempt=attempt,
                sequence=sequence,
                offset=attempt.log_bytes,
                at=now,
                data=data,
                chain=chain,
            )
        )
        attempt.log_bytes += len(data)
        attempt.log_digest = chain
    LogChunk.objects.bulk_create(chunks)


@transaction.atomic
def append_log(*, number: str, pieces: Mapping[str, bytes]) -> None:
    """Store output of steps that still run; keys are operation ids."""
    row = Deployment.objects.get(number=number)
    attempts = Attempt.objects.select_for_update().in_bulk(list(pieces), field_name="operation_id")
    _store_logs(row, attempts, {key: data for key, data in pieces.items() if data and key in attempts})
    _write(Attempt.objects, attempts.values(), *_LOG_FIELDS)


def _record_state(row: Deployment, observed: Mapping[int, Json], runs: Mapping[int, TargetRun]) -> None:
    """Write configuration truth from observation: what the target itself reported, never what we meant."""
    if not observed:
        return
    cmdb.observe(
        actor=ENGINE,
        states={runs[pk].target.ci_id: state for pk, state in observed.items()},
        source=row.number,
    )
    now = timezone.now()
    for pk, state in observed.items():
        Installation.objects.update_or_create(
            target=runs[pk].target,
            defaults={
                "package_digest": str(state.get("digest", "")),
                "package_version": str(state.get("version", "")),
                "deployment": row,
                "observed_at": now,
            },
        )


@transaction.atomic
def take_targets(*, run_ids: Sequence[int]) -> dict[int, int]:
    """Become the owner of the targets of these runs; gives the new fence of each run."""
    runs = dict(TargetRun.objects.filter(pk__in=list(run_ids)).values_list("pk", "target_id"))
    fences = cmdb.take_fences(targets=runs.values())
    return {run: fences[target] for run, target in runs.items()}
