"""What an operator's command does to each target, from where the deployment stands now."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from rightaway.domain.deployment_states import DeploymentStatus, TargetStatus

_AT_WORK = frozenset({TargetStatus.APPLYING, TargetStatus.VERIFYING})
_SETTLED = frozenset({TargetStatus.DONE, TargetStatus.FAILED})


class Fate(StrEnum):
    """What becomes of a target, in the order in which a page tells it."""

    GOES_BACK = "goes_back"
    TRIED_AGAIN = "tried_again"
    DECIDED_FIRST = "decided_first"
    FINISHES = "finishes"
    GOES_ON = "goes_on"
    WAITS = "waits"
    STAYS = "stays"
    IS_BACK = "is_back"
    UNTOUCHED = "untouched"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one target stands."""

    key: str
    wave: int
    status: TargetStatus
    is_touched: bool


def fates(command: str, status: DeploymentStatus, targets: Sequence[Standing]) -> dict[Fate, list[Standing]]:
    """
    Group the targets by what the command means for each; groups without targets are left out.

    Args:
        command: A command of `services.deployments`, or `undo` for a deployment that has ended.
        targets: In the order of the waves.
    """
    stuck = max((one.wave for one in targets if one.status is TargetStatus.REVERT_FAILED), default=0)
    found: dict[Fate, list[Standing]] = {}
    for one in targets:
        found.setdefault(_fate(command, status, one, stuck), []).append(one)
    return {fate: found[fate] for fate in Fate if fate in found}


def _fate(command: str, status: DeploymentStatus, one: Standing, stuck: int) -> Fate:
    if one.status is TargetStatus.REVERTED:
        return Fate.IS_BACK
    match command:
        case "pause":
            return _paused(status, one)
        case "resume":
            return _resumed(status, one)
        case "abort" | "close":
            return _left_as_it_is(one)
        case "back_out":
            return _taken_back(one, stuck)
        case "retry_back_out":
            return Fate.TRIED_AGAIN if one.status is TargetStatus.REVERT_FAILED else _taken_back(one, 0)
        case "undo":
            return Fate.GOES_BACK if one.is_touched else Fate.UNTOUCHED
    return Fate.UNTOUCHED


def _paused(status: DeploymentStatus, one: Standing) -> Fate:
    if one.status in _AT_WORK or one.status is TargetStatus.REVERTING:
        return Fate.FINISHES  # what was sent to a target runs to its end there
    if one.status is TargetStatus.PENDING:
        return Fate.WAITS
    if status is DeploymentStatus.BACKING_OUT and one.is_touched and one.status in _SETTLED:
        return Fate.WAITS
    return _left_as_it_is(one)


def _resumed(status: DeploymentStatus, one: Standing) -> Fate:
    if status is DeploymentStatus.BACKING_OUT:
        return _taken_back(one, 0)
    if one.status in _AT_WORK or one.status is TargetStatus.PENDING:
        return Fate.GOES_ON
    return Fate.GOES_BACK if one.status is TargetStatus.REVERTING else _left_as_it_is(one)


def _left_as_it_is(one: Standing) -> Fate:
    if one.status is TargetStatus.IN_DOUBT:
        return Fate.DECIDED_FIRST
    if one.status in _AT_WORK or one.status is TargetStatus.REVERTING:
        return Fate.FINISHES
    return Fate.STAYS if one.is_touched else Fate.UNTOUCHED


def _taken_back(one: Standing, stuck: int) -> Fate:
    """Newest wave first; a wave that could not go back keeps the ones before it waiting for a decision."""
    if one.status is TargetStatus.IN_DOUBT:
        return Fate.DECIDED_FIRST
    if one.status is TargetStatus.REVERT_FAILED:
        return Fate.STAYS
    if not one.is_touched:
        return Fate.UNTOUCHED
    return Fate.WAITS if one.wave < stuck else Fate.GOES_BACK
