"""
What a deployment does next: a pure reading of its records.

The engine asks `next_move`, carries the move out, and asks again; nothing is remembered in between. A worker that
takes over therefore continues from the records, whatever the one before it had in mind.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rightaway.domain.deployment_states import DeploymentStatus as Status
from rightaway.domain.deployment_states import HoldKind, TargetStatus, WaveStatus

GATE_RETRY_S = 15.0
IDLE_S = 600.0


class Act(StrEnum):
    """The kinds of move."""

    START = "start"
    REACH = "reach"
    OPEN_GATE = "open_gate"
    RUN = "run"
    SETTLE = "settle"
    BAKE = "bake"
    BEGIN_REVERT = "begin_revert"
    REVERT = "revert"
    SETTLE_REVERT = "settle_revert"
    CHANGE = "change"
    HOLD = "hold"
    WAIT = "wait"
    DONE = "done"


class OnFailure(StrEnum):
    ASK = "ask"
    BACK_OUT_WAVE = "back_out_wave"
    BACK_OUT_ALL = "back_out_all"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Move:
    """
    One act.

    Args:
        wave: Ordinal of the wave it is about, from 1; 0 for the deployment as a whole.
        event: For `change`, the event of the deployment's state table.
        wait_s: For `wait`, seconds until the records are read again without being woken.
        reason: One sentence for the record and the page.
    """

    act: Act
    wave: int = 0
    event: str = ""
    wait_s: float = 0.0
    reason: str = ""
    hold: HoldKind | None = None


@dataclass(frozen=True, slots=True)
class WaveView:
    ordinal: int
    name: str
    status: WaveStatus
    targets: tuple[TargetStatus, ...]
    touched: int
    max_failures: int = 0
    bake_s: int = 0
    bake_started_at: datetime | None = None

    def count(self, *statuses: TargetStatus) -> int:
        return sum(status in statuses for status in self.targets)

    @property
    def failed(self) -> int:
        return self.count(TargetStatus.FAILED, TargetStatus.REVERT_FAILED)

    @property
    def over_budget(self) -> bool:
        """The budget is exceeded, not reached."""
        return self.failed > self.max_failures


@dataclass(frozen=True, slots=True)
class View:
    status: Status
    wish: str
    on_failure: OnFailure
    holds: frozenset[HoldKind]
    waves: tuple[WaveView, ...]
    is_drill: bool = False


def next_move(view: View, now: datetime) -> Move:
    """Say what happens next. Going back is never kept waiting by anything but a question to a person."""
    match view.status:
        case Status.QUEUED:
            return (
                Move(Act.CHANGE, event="cancel", reason="cancelled before it began")
                if view.wish
                else Move(Act.START)
            )
        case Status.RUNNING:
            return _running(view, now)
        case Status.STOPPING:
            return _waiting_for_people(view) or _stopping(view)
        case Status.BACKING_OUT:
            return _waiting_for_people(view) or _backing_out(view)
        case Status.BACKOUT_FAILED:
            return _backout_failed(view)
    return Move(Act.DONE)


def _waiting_for_people(view: View) -> Move | None:
    doubtful = sum(wave.count(TargetStatus.IN_DOUBT) for wave in view.waves)
    if doubtful:
        reason = f"{doubtful} step(s) whose outcome nobody knows: look at the target and decide"
        return _ask(view, reason)
    if HoldKind.OPERATOR in view.holds:
        return Move(Act.WAIT, wait_s=IDLE_S, reason="paused by an operator")
    return None


def _ask(view: View, reason: str, wave: int = 0) -> Move:
    if HoldKind.DECISION in view.holds:
        return Move(Act.WAIT, wave=wave, wait_s=IDLE_S, reason=reason)
    return Move(Act.HOLD, wave=wave, hold=HoldKind.DECISION, reason=reason)


def _running(view: View, now: datetime) -> Move:
    in_flight = any(wave.count(TargetStatus.IN_DOUBT) for wave in view.waves)
    if view.wish == "back_out" and not in_flight:
        return Move(Act.CHANGE, event="back_out", reason="an operator asked for the back-out")
    if view.wish == "abort":
        return Move(Act.CHANGE, event="abort", reason="an operator aborted the deployment")
    waiting = _waiting_for_people(view)
    if waiting:
        return waiting
    for wave in view.waves:
        if wave.status is not WaveStatus.PASSED:
            return _wave(view, wave, now)
    if view.is_drill:
        return Move(Act.CHANGE, event="back_out", reason="a rehearsal: the way back is what it is for")
    partial = any(wave.count(TargetStatus.DONE) < len(wave.targets) for wave in view.waves)
    return Move(Act.CHANGE, event="all_waves_ok_with_exclusions" if partial else "all_waves_ok")


def _wave(view: View, wave: WaveView, now: datetime) -> Move:  # one line a state
    match wave.status:
        case WaveStatus.PENDING:
            return Move(Act.REACH, wave=wave.ordinal)
        case WaveStatus.GATED:
            return Move(Act.OPEN_GATE, wave=wave.ordinal)
        case WaveStatus.RUNNING:
            unsettled = wave.count(TargetStatus.PENDING, TargetStatus.APPLYING, TargetStatus.VERIFYING)
            act = Act.RUN if unsettled and not wave.over_budget else Act.SETTLE
            return Move(act, wave=wave.ordinal)
        case WaveStatus.BAKING:
            return _bake(wave, now)
        case WaveStatus.FAILED:
            return _failed(view, wave)
        case WaveStatus.REVERTING:
            return _reverting(wave)
    reason = f"{wave.name} went back; decide whether to back out the rest or to abort"
    return _ask(view, reason, wave.ordinal)


def _bake(wave: WaveView, now: datetime) -> Move:
    started = wave.bake_started_at
    left = 0.0 if started is None else (started + timedelta(seconds=wave.bake_s) - now).total_seconds()
    return Move(Act.BAKE, wave=wave.ordinal, wait_s=max(0.0, left))


def _failed(view: View, wave: WaveView) -> Move:
    reason = f"{wave.name}: {wave.failed} of {len(wave.targets)} targets failed, {wave.max_failures} allowed"
    match view.on_failure:
        case OnFailure.BACK_OUT_WAVE:
            return Move(Act.BEGIN_REVERT, wave=wave.ordinal, reason=reason)
        case OnFailure.BACK_OUT_ALL:
            return Move(Act.CHANGE, event="back_out", reason=reason)
        case OnFailure.STOP:
            return Move(Act.CHANGE, event="fail_no_back_out", reason=reason)
    return _ask(view, reason, wave.ordinal)


def _reverting(wave: WaveView) -> Move:
    return Move(Act.REVERT if wave.count(TargetStatus.REVERTING) else Act.SETTLE_REVERT, wave=wave.ordinal)


def _stopping(view: View) -> Move:
    if view.wish == "back_out":
        return Move(Act.CHANGE, event="back_out", reason="an operator asked for the back-out")
    return Move(Act.CHANGE, event="in_flight_settled", reason="aborted; nothing was undone")


_TO_REVERT = {WaveStatus.RUNNING, WaveStatus.BAKING, WaveStatus.FAILED, WaveStatus.PASSED}


def _backing_out(view: View) -> Move:
    for wave in reversed(view.waves):
        if wave.status in _TO_REVERT:
            return Move(Act.BEGIN_REVERT, wave=wave.ordinal, reason="back-out of the deployment")
        if wave.status is WaveStatus.REVERTING:
            return _reverting(wave)
        if wave.status is WaveStatus.REVERT_FAILED:
            return Move(
                Act.CHANGE, event="revert_failed", reason=f"{wave.name} could not be undone everywhere"
            )
    return Move(Act.CHANGE, event="all_reverted", reason="every touched target reports its state of before")


def _backout_failed(view: View) -> Move:
    if view.wish == "retry_back_out":
        return Move(Act.CHANGE, event="retry_back_out", reason="an operator asked to try the back-out again")
    if view.wish == "close":
        return Move(Act.CHANGE, event="close_with_disposition", reason="closed as it is, by an operator")
    return _ask(view, "the back-out did not restore every target: try again, or close with a disposition")


def failures_stop_at(waves: Sequence[WaveView]) -> dict[int, int]:
    """Give the failure that stops each wave, for people who read a budget as a limit."""
    return {wave.ordinal: wave.max_failures + 1 for wave in waves}
