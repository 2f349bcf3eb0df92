"""Which steps are still to be done on a target, read from the attempts made so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from rightaway.domain.canonical import digest
from rightaway.domain.deployment_states import AttemptStatus, Resolution

FORWARD, INVERSE = "forward", "inverse"


class Tried(Protocol):
    """What is read of an attempt."""

    step_key: str
    direction: str
    attempt_no: int
    status: str
    resolution: str


@dataclass(frozen=True, slots=True)
class DueStep:
    """A step to carry out now; `step` is the plan's own data, `script` the one to run in this direction."""

    key: str
    direction: str
    attempt_no: int
    position: int
    script: str
    sha256: str
    effect: str
    timeout_s: int


def due(steps: Sequence[Mapping[str, Any]], tried: Sequence[Tried], direction: str) -> list[DueStep]:
    """
    Give the steps left to do, in the order in which they run.

    Forward: each step of the plan that has not taken effect. Back: in reverse order, each step that began (whether
    or not it ended well) and has an inverse that has not taken effect; what never began is left alone.
    """
    found = []
    ordered = list(enumerate(steps)) if direction == FORWARD else list(reversed(list(enumerate(steps))))
    for position, step in ordered:
        if direction == INVERSE and (step["inverse"] is None or not _began(step["key"], tried)):
            continue
        last = _last(step["key"], direction, tried)
        if last is not None and _took_effect(last):
            continue
        script = step if direction == FORWARD else step["inverse"]
        found.append(
            DueStep(
                key=step["key"],
                direction=direction,
                attempt_no=_next_number(last),
                position=position,
                script=script["script"],
                sha256=script["sha256"],
                effect=step["effect"],
                timeout_s=step["timeout_s"],
            )
        )
    return found


def _last(key: str, direction: str, tried: Sequence[Tried]) -> Tried | None:
    same = [one for one in tried if one.step_key == key and one.direction == direction]
    return max(same, key=lambda one: one.attempt_no, default=None)


def _took_effect(one: Tried) -> bool:
    return one.status == AttemptStatus.SUCCEEDED or (
        one.status == AttemptStatus.RESOLVED and one.resolution == Resolution.APPLIED
    )


def _next_number(last: Tried | None) -> int:
    """Keep the number of an attempt that is only intended: its identity at the target must stay the same."""
    if last is None:
        return 1
    return last.attempt_no if last.status == AttemptStatus.INTENT else last.attempt_no + 1


def _began(key: str, tried: Sequence[Tried]) -> bool:
    last = _last(key, FORWARD, tried)
    if last is None or last.status == AttemptStatus.NOT_STARTED:
        return False
    return not (last.status == AttemptStatus.RESOLVED and last.resolution == Resolution.NOT_APPLIED)


def operation_id(*, deployment: str, target: str, step: DueStep) -> str:
    """Give the stable identity of one attempt at the target: the same after any recovery."""
    return digest(
        {
            "deployment": deployment,
            "target": target,
            "step": step.key,
            "direction": step.direction,
            "script": step.sha256,
            "try": step.attempt_no,
        },
        label="rightaway/operation/v1",
    )
