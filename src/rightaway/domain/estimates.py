"""
When a deployment will be done: arithmetic over measured durations.

Nothing is invented: what was never measured gives None, and so does everything that depends on it.
"""

import heapq
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from rightaway.domain.deployment_states import DeploymentStatus, TargetStatus, WaveStatus

_AT_WORK = frozenset({TargetStatus.APPLYING, TargetStatus.VERIFYING})
_AHEAD = frozenset({TargetStatus.PENDING, TargetStatus.IN_DOUBT})
_FORWARD = frozenset({WaveStatus.PENDING, WaveStatus.GATED, WaveStatus.RUNNING})
_TO_REVERT = frozenset({WaveStatus.RUNNING, WaveStatus.BAKING, WaveStatus.FAILED, WaveStatus.PASSED})
_GONE_BACK = frozenset({TargetStatus.REVERTED, TargetStatus.REVERT_FAILED, TargetStatus.ABANDONED})


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds one target takes there and back; None where it was never measured."""

    there_s: float | None = None
    back_s: float | None = None


@dataclass(frozen=True, slots=True)
class TargetWork:
    """`since` is when the work on it began that is not finished yet."""

    status: TargetStatus
    is_touched: bool = False
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class WaveWork:
    ordinal: int
    status: WaveStatus
    targets: tuple[TargetWork, ...]
    max_parallel: int
    bake_s: int = 0
    started_at: datetime | None = None
    bake_started_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """A deployment as far as its duration goes; `waits` says that it does not go on by itself."""

    status: DeploymentStatus
    waves: tuple[WaveWork, ...]
    started_at: datetime | None = None
    is_drill: bool = False
    waits: bool = False


@dataclass(frozen=True, slots=True)
class Estimate:
    """
    How long something still takes.

    Args:
        left_s: Seconds of work and baking that are left.
        ends_at: None when nobody can say, because it waits for somebody or has not begun.
        whole_s: Seconds from begin to end if nothing keeps it waiting; None for a way back.
        over_s: Seconds by which it will have taken longer than that.
    """

    left_s: float
    ends_at: datetime | None
    whole_s: float | None = None
    over_s: float = 0.0


def typical(seconds: Iterable[float]) -> float | None:
    """Give the median, which one slow target does not move; None without any."""
    measured = list(seconds)
    return median(measured) if measured else None


def makespan(begun: Sequence[float], waiting: int, *, each_s: float, parallel: int) -> float:
    """
    Give the seconds until the last target is done, when `parallel` of them are worked on at a time.

    Args:
        begun: Seconds left of each target that is at work.
        waiting: Targets that have not begun, each taking `each_s`.
    """
    places = sorted(begun)
    places += [0.0] * max(0, max(1, parallel) - len(places))
    heapq.heapify(places)
    end = max(begun, default=0.0)
    for _ in range(waiting):
        done = heapq.heappop(places) + each_s
        end = max(end, done)
        heapq.heappush(places, done)
    return end


def wave_left(wave: WaveWork, pace: Pace, now: datetime) -> float | None:
    """Give the seconds of work and baking that are left of a wave on its way forward."""
    if wave.status is WaveStatus.BAKING:
        started = wave.bake_started_at or now
        return max(0.0, wave.bake_s - (now - started).total_seconds())
    if wave.status not in _FORWARD:
        return 0.0
    at_work = [one for one in wave.targets if one.status in _AT_WORK]
    ahead = sum(one.status in _AHEAD for one in wave.targets)
    work = _work(at_work, ahead, pace.there_s, wave.max_parallel, now)
    return None if work is None else work + wave.bake_s


def wave_back(wave: WaveWork, pace: Pace, now: datetime) -> float | None:
    """Give the seconds that a wave still takes to go back; what was not touched takes none."""
    at_work = [one for one in wave.targets if one.status is TargetStatus.REVERTING]
    ahead = 0
    if wave.status in _TO_REVERT:
        ahead = sum(one.is_touched and one.status not in _GONE_BACK for one in wave.targets) - len(at_work)
    return _work(at_work, ahead, pace.back_s, wave.max_parallel, now)


def _work(
    at_work: Sequence[TargetWork], ahead: int, each_s: float | None, parallel: int, now: datetime
) -> float | None:
    if not at_work:
        return _spread(ahead, each_s, parallel)
    if each_s is None:
        return None
    begun = [max(0.0, each_s - (now - (one.since or now)).total_seconds()) for one in at_work]
    return makespan(begun, ahead, each_s=each_s, parallel=parallel)


def _spread(count: int, each_s: float | None, parallel: int) -> float | None:
    if not count:
        return 0.0
    return None if each_s is None else makespan((), count, each_s=each_s, parallel=parallel)


def wave_whole(wave: WaveWork, pace: Pace, *, and_back: bool = False) -> float | None:
    """Give the seconds a wave takes from its begin to its end, and with `and_back` to be where it was again."""
    count = len(wave.targets)
    there = _spread(count, pace.there_s, wave.max_parallel)
    back = _spread(count, pace.back_s, wave.max_parallel) if and_back else 0.0
    return _sum([there, float(wave.bake_s), back])


def _sum(parts: Iterable[float | None]) -> float | None:
    """Add up; one part that nobody knows makes the sum one."""
    known = list(parts)
    return None if any(part is None for part in known) else sum(part for part in known if part is not None)


def estimate(course: Course, pace: Pace, now: datetime) -> Estimate | None:
    """Give the estimate of a whole deployment; None when it has ended, or where it leads is not known."""
    left, whole = _left(course, pace, now), _whole(course, pace)
    if left is None:
        return None
    moves = not course.waits and course.status in {DeploymentStatus.RUNNING, DeploymentStatus.BACKING_OUT}
    return Estimate(
        left_s=left,
        ends_at=now + timedelta(seconds=left) if moves else None,
        whole_s=whole,
        over_s=_over(course.started_at, left, whole, now),
    )


def _left(course: Course, pace: Pace, now: datetime) -> float | None:
    match course.status:
        case DeploymentStatus.QUEUED | DeploymentStatus.RUNNING:
            if any(
                wave.status not in {*_FORWARD, WaveStatus.BAKING, WaveStatus.PASSED} for wave in course.waves
            ):
                return None  # a wave failed or goes back: somebody decides what follows
            there = [wave_left(wave, pace, now) for wave in course.waves]
            back = [
                _spread(len(wave.targets), pace.back_s, wave.max_parallel)
                for wave in course.waves
                if course.is_drill
            ]
            return _sum([*there, *back])
        case DeploymentStatus.BACKING_OUT:
            return _sum(wave_back(wave, pace, now) for wave in course.waves)
    return None


def _whole(course: Course, pace: Pace) -> float | None:
    if course.status is DeploymentStatus.BACKING_OUT:
        return None
    return _sum(wave_whole(wave, pace, and_back=course.is_drill) for wave in course.waves)


def way_back(course: Course, pace: Pace) -> float | None:
    """Give the seconds it takes to undo all of it, once everything is done; None where that was never measured."""
    return _sum(_spread(len(wave.targets), pace.back_s, wave.max_parallel) for wave in course.waves)


def _over(begun: datetime | None, left: float, whole: float | None, now: datetime) -> float:
    if begun is None or whole is None:
        return 0.0
    return max(0.0, (now - begun).total_seconds() + left - whole)


def waves(course: Course, pace: Pace, now: datetime) -> dict[int, Estimate]:
    """Give the estimate of each wave that is not over, by ordinal; each begins when the one before it ends."""
    back = course.status is DeploymentStatus.BACKING_OUT
    if course.status not in {DeploymentStatus.QUEUED, DeploymentStatus.RUNNING, DeploymentStatus.BACKING_OUT}:
        return {}
    moves = not course.waits and course.status is not DeploymentStatus.QUEUED
    found: dict[int, Estimate] = {}
    offset: float | None = 0.0
    for wave in reversed(course.waves) if back else course.waves:
        goes_back = back or wave.status is WaveStatus.REVERTING
        left = wave_back(wave, pace, now) if goes_back else wave_left(wave, pace, now)
        offset = _sum([offset, left])
        if not left:
            continue
        whole = None if goes_back else wave_whole(wave, pace)
        found[wave.ordinal] = Estimate(
            left_s=left,
            ends_at=now + timedelta(seconds=offset) if moves and offset is not None else None,
            whole_s=whole,
            over_s=_over(wave.started_at, left, whole, now),
        )
    return found
