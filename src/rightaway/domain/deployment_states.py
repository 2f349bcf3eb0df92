"""
The states of a deployment and its parts, as tables.

A deployment rolls up its waves, a wave its targets, a target its attempts. Every change of a state in the
product goes through `moves.advance` with one of these tables, so that what is not written here cannot happen.
"""

from enum import StrEnum

from rightaway.domain.moves import Table


class Intent(StrEnum):
    PLANNED = "planned"
    HOTFIX = "hotfix"
    BACK_OUT = "back_out"
    REDEPLOY = "redeploy"
    DRILL = "drill"


class Ending(StrEnum):
    """Whether a deployment is over, however it ended."""

    OPEN = "open"
    ENDED = "ended"


class HoldKind(StrEnum):
    OPERATOR = "operator"
    DECISION = "decision"
    GATE = "gate"
    WINDOW = "window"
    LOCK = "lock"
    DATA = "data"
    ENGINE = "engine"


class DeploymentStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    STOPPING = "stopping"
    BACKING_OUT = "backing_out"
    BACKOUT_FAILED = "backout_failed"
    SUCCEEDED = "succeeded"
    SUCCEEDED_PARTIAL = "succeeded_partial"
    FAILED = "failed"
    BACKED_OUT = "backed_out"
    ABORTED = "aborted"
    CANCELLED = "cancelled"
    REJECTED = "rejected"

    @property
    def complete(self) -> bool:
        return self in DEPLOYMENT_TERMINAL


DEPLOYMENT_TERMINAL = frozenset(
    {
        DeploymentStatus.SUCCEEDED,
        DeploymentStatus.SUCCEEDED_PARTIAL,
        DeploymentStatus.FAILED,
        DeploymentStatus.BACKED_OUT,
        DeploymentStatus.ABORTED,
        DeploymentStatus.CANCELLED,
        DeploymentStatus.REJECTED,
    }
)


class WaveStatus(StrEnum):
    PENDING = "pending"
    GATED = "gated"
    RUNNING = "running"
    BAKING = "baking"
    PASSED = "passed"
    FAILED = "failed"
    REVERTING = "reverting"
    REVERTED = "reverted"
    REVERT_FAILED = "revert_failed"
    ABORTED = "aborted"
    ABANDONED = "abandoned"

    @property
    def complete(self) -> bool:
        return self in {WaveStatus.REVERTED, WaveStatus.ABORTED, WaveStatus.ABANDONED}


class TargetStatus(StrEnum):
    PENDING = "pending"
    APPLYING = "applying"
    VERIFYING = "verifying"
    DONE = "done"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    REVERTING = "reverting"
    REVERTED = "reverted"
    REVERT_FAILED = "revert_failed"
    SKIPPED = "skipped"
    ABANDONED = "abandoned"

    @property
    def settled(self) -> bool:
        return self not in {
            TargetStatus.PENDING,
            TargetStatus.APPLYING,
            TargetStatus.VERIFYING,
            TargetStatus.IN_DOUBT,
            TargetStatus.REVERTING,
        }

    @property
    def needs_look(self) -> bool:
        """Whether somebody has to look at the target."""
        return self in {TargetStatus.FAILED, TargetStatus.REVERT_FAILED, TargetStatus.IN_DOUBT}


class AttemptStatus(StrEnum):
    INTENT = "intent"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    NOT_STARTED = "not_started"
    UNKNOWN = "unknown"
    RESOLVED = "resolved"

    @property
    def complete(self) -> bool:
        return self not in {AttemptStatus.INTENT, AttemptStatus.UNKNOWN}


class Resolution(StrEnum):
    """What a person or a probe found out about an attempt in doubt."""

    APPLIED = "applied"
    NOT_APPLIED = "not_applied"
    FAILED = "failed"


DEPLOYMENT = Table(
    "deployment",
    rows=[
        ("queued", "start", "running"),
        ("queued", "cancel", "cancelled"),
        ("queued", "gate_denied", "rejected"),
        ("running", "all_waves_ok", "succeeded"),
        ("running", "all_waves_ok_with_exclusions", "succeeded_partial"),
        ("running", "back_out", "backing_out"),
        ("running", "abort", "stopping"),
        ("running", "fail_no_back_out", "failed"),
        ("stopping", "in_flight_settled", "aborted"),
        ("stopping", "back_out", "backing_out"),
        ("backing_out", "all_reverted", "backed_out"),
        ("backing_out", "revert_failed", "backout_failed"),
        ("backout_failed", "retry_back_out", "backing_out"),
        ("backout_failed", "close_with_disposition", "failed"),
    ],
    initial="queued",
    terminal=[status.value for status in DEPLOYMENT_TERMINAL],
)

WAVE = Table(
    "wave",
    rows=[
        ("pending", "reached", "gated"),
        ("pending", "deployment_stopping", "aborted"),
        ("gated", "gates_pass", "running"),
        ("gated", "deployment_stopping", "aborted"),
        ("running", "settled_in_budget", "baking"),
        ("running", "budget_exceeded", "failed"),
        ("running", "deployment_stopping", "failed"),
        ("baking", "bake_pass", "passed"),
        ("baking", "bake_fail", "failed"),
        ("baking", "deployment_stopping", "failed"),
        ("running", "revert", "reverting"),
        ("baking", "revert", "reverting"),
        ("failed", "revert", "reverting"),
        ("failed", "accept_with_note", "baking"),
        ("failed", "deployment_closed", "aborted"),
        ("passed", "revert", "reverting"),
        ("reverting", "reverted_ok", "reverted"),
        ("reverting", "revert_fail", "revert_failed"),
        ("revert_failed", "retry_revert", "reverting"),
        ("revert_failed", "dispose", "abandoned"),
    ],
    initial="pending",
    terminal=["reverted", "aborted", "abandoned"],
)

TARGET = Table(
    "target_run",
    rows=[
        ("pending", "scheduled", "applying"),
        ("pending", "wave_closed", "skipped"),
        ("pending", "revert", "skipped"),
        ("applying", "steps_ok", "verifying"),
        ("applying", "step_failed_for_good", "failed"),
        ("applying", "attempt_in_doubt", "in_doubt"),
        ("applying", "stopped_before_next_step", "failed"),
        ("verifying", "healthy", "done"),
        ("verifying", "health_deadline", "failed"),
        ("in_doubt", "decided", "applying"),
        ("in_doubt", "decided_reverting", "reverting"),
        ("in_doubt", "decide_failed", "failed"),
        ("done", "bake_red", "failed"),
        ("done", "revert", "reverting"),
        ("failed", "revert", "reverting"),
        ("failed", "wave_closed", "abandoned"),
        ("reverting", "reverted_ok", "reverted"),
        ("reverting", "revert_error", "revert_failed"),
        ("reverting", "attempt_in_doubt", "in_doubt"),
        ("revert_failed", "retry_revert", "reverting"),
        ("revert_failed", "dispose", "abandoned"),
    ],
    initial="pending",
    terminal=["skipped", "reverted", "abandoned"],
)

ATTEMPT = Table(
    "attempt",
    rows=[
        ("intent", "ok", "succeeded"),
        ("intent", "error", "failed"),
        ("intent", "deadline", "timed_out"),
        ("intent", "never_began", "not_started"),
        ("intent", "worker_or_link_lost", "unknown"),
        ("unknown", "found_finished", "succeeded"),
        ("unknown", "found_failed", "failed"),
        ("unknown", "decided", "resolved"),
    ],
    initial="intent",
    terminal=["succeeded", "failed", "timed_out", "not_started", "resolved"],
)
