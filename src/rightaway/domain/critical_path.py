"""
When the tasks of a release will be over, and which of them decide it: the critical path method.

Source: J. E. Kelley, M. R. Walker, Critical-Path Planning and Scheduling (1959); dependency types and lag as in the
precedence diagramming method. A task is not split: it runs from its start for its whole duration, and one whose end
has to wait for another's starts later accordingly.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from rightaway.domain.task_order import Link
from rightaway.domain.values import DependencyType

ZERO = timedelta(0)


@dataclass(frozen=True, slots=True)
class Activity:
    """
    One task as it is estimated.

    Args:
        duration: How long it is planned to take; zero when nobody said.
        not_before: When it is planned to start; it may start later, not earlier.
        started_at: When it really started.
        ended_at: When it really ended; then nothing about it is estimated.
    """

    key: str
    duration: timedelta
    not_before: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """When a task starts and ends at the earliest, and by how much it may be late; None once it has ended."""

    start: datetime
    end: datetime
    slack: timedelta | None

    @property
    def is_critical(self) -> bool:
        return self.slack is not None and self.slack <= ZERO


@dataclass(frozen=True, slots=True)
class Schedule:
    """`path` has the critical tasks in the order in which they start; `end` is None without tasks."""

    spans: Mapping[str, Span]
    path: tuple[str, ...]
    end: datetime | None


def schedule(activities: Sequence[Activity], links: Iterable[Link], now: datetime) -> Schedule:
    """
    Estimate every task from what is known now; links between tasks that are not given bind nothing.

    Raises:
        ValueError: the links lead in a circle, which commands refuse before it gets here.
    """
    by_key = {one.key: one for one in activities}
    bound = [one for one in links if one.task in by_key and one.after in by_key]
    order = _in_order(by_key, bound)
    early = _forward(by_key, bound, order, now)
    if not early:
        return Schedule({}, (), None)
    end = max(finish for _, finish in early.values())
    slack = _backward(by_key, bound, order, early, end)
    spans = {key: Span(*early[key], slack[key]) for key in by_key}
    path = sorted(
        (key for key, one in spans.items() if one.is_critical),
        key=lambda key: (spans[key].start, spans[key].end),
    )
    return Schedule(spans, tuple(path), end)


def _in_order(by_key: Mapping[str, Activity], links: Collection[Link]) -> list[str]:
    """Sort tasks so that each stands after those it waits for (Kahn)."""
    open_ = {key: {one.after for one in links if one.task == key} for key in by_key}
    order: list[str] = []
    while open_:
        free = [key for key, before in open_.items() if not before]
        if not free:
            message = f"these tasks wait for each other: {', '.join(open_)}"
            raise ValueError(message)
        order += free
        for key in free:
            del open_[key]
        for before in open_.values():
            before.difference_update(free)
    return order


def _forward(
    by_key: Mapping[str, Activity], links: Collection[Link], order: list[str], now: datetime
) -> dict[str, tuple[datetime, datetime]]:
    found: dict[str, tuple[datetime, datetime]] = {}
    for key in order:
        one = by_key[key]
        mine = [link for link in links if link.task == key]
        if one.ended_at is not None:
            found[key] = (one.started_at or one.ended_at, one.ended_at)
        elif one.started_at is not None:
            ends = [
                found[link.after][1] + link.lag for link in mine if link.type is DependencyType.FINISH_FINISH
            ]
            found[key] = (one.started_at, max(now, one.started_at + one.duration, *ends))
        else:
            start = max(
                [
                    now,
                    *([one.not_before] if one.not_before else []),
                    *(_earliest(link, one, found) for link in mine),
                ]
            )
            found[key] = (start, start + one.duration)
    return found


def _earliest(link: Link, one: Activity, found: Mapping[str, tuple[datetime, datetime]]) -> datetime:
    start, end = found[link.after]
    match link.type:
        case DependencyType.FINISH_START:
            return end + link.lag
        case DependencyType.START_START:
            return start + link.lag
        case DependencyType.FINISH_FINISH:
            return end + link.lag - one.duration


def _backward(
    by_key: Mapping[str, Activity],
    links: Collection[Link],
    order: list[str],
    early: Mapping[str, tuple[datetime, datetime]],
    end: datetime,
) -> dict[str, timedelta | None]:
    """Give the total float of each task: how late it may be without the whole being late."""
    late: dict[str, datetime] = {}
    found: dict[str, timedelta | None] = {}
    for key in reversed(order):
        length = early[key][1] - early[key][0]
        # What has begun or ended does not move, so nothing before it is bound by it.
        following = [link for link in links if link.after == key and by_key[link.task].ended_at is None]
        late[key] = min([end, *(_latest(link, length, late, early, by_key) for link in following)])
        found[key] = None if by_key[key].ended_at is not None else late[key] - early[key][1]
    return found


def _latest(
    link: Link,
    length: timedelta,
    late: Mapping[str, datetime],
    early: Mapping[str, tuple[datetime, datetime]],
    by_key: Mapping[str, Activity],
) -> datetime:
    """Give the latest end of the task before a link that keeps the task after it from being late."""
    after_end = late[link.task]
    after_start = after_end - (early[link.task][1] - early[link.task][0])
    if link.type is DependencyType.FINISH_FINISH:
        return after_end - link.lag
    is_past = link.type is DependencyType.START_START and by_key[link.after].started_at
    if by_key[link.task].started_at or is_past:  # a start that has been binds nothing any more
        return datetime.max.replace(tzinfo=after_end.tzinfo)
    if link.type is DependencyType.FINISH_START:
        return after_start - link.lag
    return after_start - link.lag + length
