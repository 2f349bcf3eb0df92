"""Deployments as people steer them: launch, pause, resume, abort, back out, and decide what nobody knows."""

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from rightaway.domain.deployment_states import (
    ATTEMPT,
    TARGET,
    AttemptStatus,
    DeploymentStatus,
    HoldKind,
    Intent,
    Resolution,
    TargetStatus,
    WaveStatus,
)
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.moves import advance
from rightaway.domain.sentences import Word, said, wordlist
from rightaway.domain.values import Actor, EnvironmentTier
from rightaway.queries import deployments as ask
from rightaway.records.cmdb.models import Target
from rightaway.records.deployments.models import (
    Attempt,
    Deployment,
    Hold,
    OperatorCommand,
    Plan,
    TargetRun,
    Wave,
)
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _guard, _launch, _launch_rules
from rightaway.services._numbers import next_number
from rightaway.services._release import require_open

WORKFLOW = "deploy.v1"
TOPIC = "control"
_WISHES = {
    "abort": "abort",
    "back_out": "back_out",
    "cancel": "cancel",
    "retry_back_out": "retry_back_out",
    "close": "close",
}
_ALLOWED = {
    "pause": {DeploymentStatus.RUNNING, DeploymentStatus.BACKING_OUT},
    "resume": {DeploymentStatus.RUNNING, DeploymentStatus.BACKING_OUT, DeploymentStatus.STOPPING},
    "abort": {DeploymentStatus.RUNNING},
    "back_out": {DeploymentStatus.RUNNING, DeploymentStatus.STOPPING},
    "cancel": {DeploymentStatus.QUEUED},
    "retry_back_out": {DeploymentStatus.BACKOUT_FAILED},
    "close": {DeploymentStatus.BACKOUT_FAILED},
}
_PERMISSION = {
    "pause": "deployment.pause",
    "resume": "deployment.resume",
    "abort": "deployment.abort",
    "back_out": "deployment.back_out",
    "cancel": "deployment.pause",
    "retry_back_out": "deployment.back_out",
    "close": "deployment.abort",
}
COMMANDS = tuple(_ALLOWED)
NEEDS_REASON = {"abort", "back_out", "close"}


@transaction.atomic
def launch(
    *, actor: Actor, release: Release, environment: str, intent: Intent = Intent.PLANNED, reason: str = ""
) -> Deployment:
    """
    Begin to carry out the current plan of a release in one environment.

    The deployment and its workflow exist together or not at all. What may keep it from running (approvals,
    window, notices) is judged by the gate before each wave, not here.

    Raises:
        Forbidden: the actor may not launch there.
        Refused: no plan, the wrong phase, another deployment still open, or the plan is not what was compiled.
    """
    release = _guard.lock(Release, pk=release.pk)
    plan = ask.current_plan(release.pk, environment)
    production = plan is not None and plan.environment.tier == EnvironmentTier.PRODUCTION
    action = "deployment.rehearse" if intent is Intent.DRILL else "deployment.launch"
    _guard.require(actor=actor, action=action, scope=release.service.key, production=production)
    require_open(release)
    if plan is None:
        raise Refused(
            "deployment.no_plan",
            said("{number} has no plan for {environment}.", number=release.number, environment=environment),
            hint=said("Compile the plan first."),
        )
    _launch_rules.check_plan(release, plan, intent, production=production)
    if production:
        _launch_rules.check_changes(release)
        _launch_rules.check_launcher(actor, release)
    row = _create(actor, release, plan, intent, reason)
    for ordinal, wave in enumerate(plan.body["waves"], start=1):
        _add_wave(row, ordinal, wave)
    return _enqueue(actor, row)


def _create(
    actor: Actor, release: Release, plan: Plan, intent: Intent, reason: str, parent: Deployment | None = None
) -> Deployment:
    number = next_number("DEP")
    return Deployment.objects.create(
        number=number,
        plan=plan,
        release=release,
        environment=plan.environment,
        intent=intent,
        reason=reason,
        parent=parent,
        requested_by=_guard.person(actor),
        queued_at=timezone.now(),
        workflow_id=f"deploy:{number}",
    )


def _add_wave(row: Deployment, ordinal: int, planned: dict[str, Any]) -> None:
    wave = Wave.objects.create(deployment=row, ordinal=ordinal, name=planned["name"])
    targets = {target.key: target for target in Target.objects.filter(key__in=planned["targets"])}
    TargetRun.objects.bulk_create(
        TargetRun(deployment=row, wave=wave, target=targets[key], position=ordinal * 100_000 + place)
        for place, key in enumerate(planned["targets"])
    )


def _enqueue(actor: Actor, row: Deployment) -> Deployment:
    _launch.start_workflow(name=WORKFLOW, workflow_id=row.workflow_id, arguments=[row.number])
    facts = {
        "release": row.release.number,
        "environment": row.environment.key,
        "intent": str(row.intent),
        "plan_digest": row.plan.digest,
        "reason": row.reason,
    }
    _told(actor, "deployment.run.launched", row, facts)
    return row


@transaction.atomic
def undo(*, actor: Actor, row: Deployment, reason: str) -> Deployment:
    """
    Back out a deployment that has ended: a new deployment that carries out the way back of the old one.

    Raises:
        Refused: it touched nothing any more, or another deployment works on its targets.
    """
    parent = _guard.lock(Deployment, pk=row.pk)
    production = parent.environment.tier == EnvironmentTier.PRODUCTION
    _guard.require(
        actor=actor, action="deployment.back_out", scope=parent.release.service.key, production=production
    )
    if not DeploymentStatus(parent.status).complete or parent.status == DeploymentStatus.BACKED_OUT:
        raise Refused(
            "deployment.nothing_to_undo",
            said("{number} is {status}.", number=parent.number, status=Word(parent.status)),
        )
    _launch_rules.check_free(parent.plan)
    child = _create(actor, parent.release, parent.plan, Intent.BACK_OUT, reason, parent)
    child.wish = "back_out"
    child.status, child.started_at = DeploymentStatus.RUNNING, timezone.now()
    child.save()
    for old in parent.waves.prefetch_related("target_runs"):
        wave = Wave.objects.create(
            deployment=child,
            ordinal=old.ordinal,
            name=old.name,
            status=WaveStatus.PASSED,
            started_at=child.started_at,
        )
        TargetRun.objects.bulk_create(
            TargetRun(
                deployment=child,
                wave=wave,
                target_id=run.target_id,
                position=run.position,
                status=TargetStatus.DONE,
                is_touched=True,
                before=run.before,
                observed=run.observed,
            )
            for run in old.target_runs.all()
            if run.is_touched and run.status != TargetStatus.REVERTED
        )
    return _enqueue(actor, child)


@transaction.atomic
def command(
    *,
    actor: Actor,
    number: str,
    name: str,
    reason: str = "",
    command_id: uuid.UUID | None = None,
    expected_version: int | None = None,
) -> Deployment:
    """
    Give an operator's command; the same `command_id` again changes nothing.

    Args:
        name: pause, resume, abort, back_out, cancel, retry_back_out or close.
        expected_version: Version of the deployment the operator looked at; None acts on whatever it is now.

    Raises:
        Invalid: `idempotency.mismatch`, the id was used for something else.
    """
    command_id = command_id or uuid.uuid4()
    given = OperatorCommand.objects.filter(command_id=command_id).select_related("deployment").first()
    if given is not None:
        return _repeated(given, (number, name, reason, actor.user_id))
    if name not in _ALLOWED:
        raise Invalid(
            "command.unknown",
            said("There is no command '{name}'.", name=name),
            at="command",
            hint=said("There are: {commands}.", commands=wordlist(COMMANDS)),
        )
    row = _guard.lock(Deployment, number=number)
    production = row.environment.tier == EnvironmentTier.PRODUCTION
    _guard.require(
        actor=actor, action=_PERMISSION[name], scope=row.release.service.key, production=production
    )
    _guard.unchanged(row, expected_version)
    _check_command(row, name, reason)
    _apply(actor, row, name, reason)
    row.save()
    OperatorCommand.objects.create(
        deployment=row,
        command_id=command_id,
        command=name,
        by_id=actor.user_id,
        reason=reason,
        at=timezone.now(),
    )
    _told(actor, "deployment.command.given", row, {"command": name, "reason": reason})
    wake(row, key=str(command_id))
    return row


def _check_command(row: Deployment, name: str, reason: str) -> None:
    word = Word(name.replace("_", " "))
    if row.status not in _ALLOWED[name]:
        allowed = wordlist(sorted(_ALLOWED[name]))
        raise Refused(
            "command.not_now",
            said(
                "{number} is {status}; {name} is for {allowed}.",
                number=row.number,
                status=Word(row.status),
                name=word,
                allowed=allowed,
            ),
        )
    if name in NEEDS_REASON and not reason.strip():
        text = said("Say why: {name} needs a reason.", name=word)
        raise Invalid("command.reason_needed", text, at="reason")


def _repeated(given: OperatorCommand, asked: tuple[str, str, str, int | None]) -> Deployment:
    if (given.deployment.number, given.command, given.reason, given.by_id) != asked:
        raise Invalid(
            "idempotency.mismatch",
            said("This command id was used for another command."),
            hint=said("Make a new id for a new command; send the same command again to repeat it."),
            at="command_id",
        )
    return given.deployment


def _apply(actor: Actor, row: Deployment, name: str, reason: str) -> None:
    if name == "pause":
        Hold.objects.get_or_create(
            deployment=row,
            kind=HoldKind.OPERATOR,
            subject="",
            cleared_at=None,
            defaults={"reason": reason or "paused", "since": timezone.now(), "placed_by": actor.name},
        )
    elif name == "resume":
        clear_hold(actor, row, HoldKind.OPERATOR)
    else:
        row.wish = _WISHES[name]
        row.outcome_reason = reason
        clear_hold(actor, row, HoldKind.DECISION)
        clear_hold(actor, row, HoldKind.OPERATOR)


def clear_hold(actor: Actor, row: Deployment, kind: HoldKind) -> None:
    row.holds.filter(kind=kind, cleared_at__isnull=True).update(
        cleared_at=timezone.now(), cleared_by=actor.name
    )


def wake(row: Deployment, *, key: str) -> None:
    _launch.send(workflow_id=row.workflow_id, topic=TOPIC, message={"read": "records"}, key=key)


@transaction.atomic
def resolve(*, actor: Actor, attempt_id: int, resolution: str, reason: str) -> Attempt:
    """
    Decide an attempt whose outcome nobody knows, after looking at the target.

    Args:
        resolution: `applied` (it took effect), `not_applied` (it did not: run it again), `failed`.
        reason: What was seen; it goes into the record.

    Raises:
        Forbidden: only a person decides, never an automation (S4).
    """
    attempt = _guard.find(Attempt.objects.model, pk=attempt_id)
    row = _guard.lock(Deployment, pk=attempt.run.deployment_id)
    attempt = Attempt.objects.select_for_update().get(pk=attempt_id)
    if actor.is_system or actor.kind != "person":
        raise Forbidden("sod.person_only", said("Only a person decides what nobody knows."))
    if resolution not in set(Resolution):
        raise Invalid(
            "resolution.unknown",
            said("'{resolution}' is no resolution.", resolution=resolution),
            hint=", ".join(Resolution),
        )
    if not reason.strip():
        raise Invalid("resolution.reason_needed", said("Say what you saw on the target."), at="reason")
    kind = "applied" if resolution == Resolution.APPLIED else "not_applied"
    production = row.environment.tier == EnvironmentTier.PRODUCTION
    _guard.require(
        actor=actor, action=f"deployment.resolve.{kind}", scope=row.release.service.key, production=production
    )
    attempt.status = AttemptStatus(advance(ATTEMPT, attempt.status, "decided"))
    attempt.resolution, attempt.resolved_by = resolution, actor.name
    attempt.message = reason
    attempt.save()
    _settle_run(attempt, resolution)
    row.save()
    facts = {
        "target": attempt.run.target.key,
        "step": attempt.step_key,
        "resolution": resolution,
        "reason": reason,
    }
    _told(actor, "deployment.doubt.resolved", row, facts)
    if not ask.doubtful(row).exists():
        clear_hold(actor, row, HoldKind.DECISION)
    wake(row, key=f"resolve:{attempt.pk}")
    return attempt


def _settle_run(attempt: Attempt, resolution: str) -> None:
    run = attempt.run
    if run.attempts.filter(status=AttemptStatus.UNKNOWN).exists():
        return
    forward = attempt.direction == "forward"
    if resolution == Resolution.FAILED and forward:
        event = "decide_failed"
    else:
        event = "decided" if forward else "decided_reverting"
    run.status = advance(TARGET, run.status, event)
    run.save()


def _told(actor: Actor, action: str, row: Deployment, facts: dict[str, Any]) -> None:
    subject = ("deployment", row.number)
    _audit.record(actor=actor, action=action, stream=row.release.number, subject=subject, facts=facts)


def back_out_release(*, actor: Actor, release: Release, reason: str) -> None:
    """Send the production targets of a release back: turn a running deployment round, undo an ended one."""
    real = release.deployments.exclude(intent=Intent.DRILL).filter(
        environment__tier=EnvironmentTier.PRODUCTION
    )
    row = real.order_by("-id").first()
    if row is None or row.status == DeploymentStatus.BACKED_OUT:
        return
    if DeploymentStatus(row.status).complete:
        undo(actor=actor, row=row, reason=reason)
    elif row.status in _ALLOWED["back_out"]:
        command(actor=actor, number=row.number, name="back_out", reason=reason or "release backed out")
