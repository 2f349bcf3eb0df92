"""The order of tasks: which waits for which, until when, and whether the order leads back to itself."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said
from rightaway.domain.tasks import ENDED
from rightaway.domain.values import DependencyType, TaskState

_BEGUN = frozenset({TaskState.ACTIVE, TaskState.REVIEW, TaskState.FAILED, TaskState.DONE})


@dataclass(frozen=True, slots=True)
class Link:
    """`task` comes after `after`; the lag passes between the two moments that the type names."""

    task: str
    after: str
    type: DependencyType = DependencyType.FINISH_START
    lag: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a task is, with the times it really had."""

    state: str
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Blocker:
    """A link that does not let its task go on; `until` is when its lag is over, None while nobody knows."""

    link: Link
    until: datetime | None


def before_start(
    key: str, links: Iterable[Link], progress: Mapping[str, Progress], now: datetime
) -> tuple[Blocker, ...]:
    """Give what keeps a task from being started; links to tasks that are not there bind nothing."""
    mine = (one for one in links if one.task == key and one.type is not DependencyType.FINISH_FINISH)
    return _blocking(mine, progress, now)


def before_end(
    key: str, links: Iterable[Link], progress: Mapping[str, Progress], now: datetime
) -> tuple[Blocker, ...]:
    """Give what keeps a task from being finished, though it may have been started."""
    mine = (one for one in links if one.task == key and one.type is DependencyType.FINISH_FINISH)
    return _blocking(mine, progress, now)


def _blocking(links: Iterable[Link], progress: Mapping[str, Progress], now: datetime) -> tuple[Blocker, ...]:
    found = []
    for link in links:
        if link.after not in progress:
            continue
        reached, moment = _reached(link.type, progress[link.after])
        if not reached:
            found.append(Blocker(link, None))
        elif moment is not None and moment + link.lag > now:
            found.append(Blocker(link, moment + link.lag))
    return tuple(found)


def _reached(type_: DependencyType, one: Progress) -> tuple[bool, datetime | None]:
    """Say whether the moment a link waits for has come, and when; what was skipped has come at its end."""
    if one.state in ENDED:
        began = one.started_at if type_ is DependencyType.START_START else one.ended_at
        return True, began or one.ended_at
    if type_ is DependencyType.START_START and one.state in _BEGUN:
        return True, one.started_at
    return False, None


def free_at(blockers: Collection[Blocker]) -> datetime | None:
    """Give when the last of these lags is over; None when something besides time is missing, or nothing is."""
    moments = [one.until for one in blockers]
    known = [one for one in moments if one is not None]
    return max(known) if known and len(known) == len(moments) else None


def cycle(links: Iterable[Link]) -> tuple[str, ...]:
    """
    Give one circle of tasks that wait for each other, its first task named again at the end; empty for none.

    Every type of dependency counts: two tasks that wait for each other's ends can never be told apart in time.
    """
    after: dict[str, list[str]] = {}
    for link in links:
        after.setdefault(link.task, []).append(link.after)
    done: set[str] = set()
    for start in sorted(after):
        found = _walk(start, after, done)
        if found:
            return found
    return ()


def _walk(start: str, after: Mapping[str, list[str]], done: set[str]) -> tuple[str, ...]:
    """Follow links from a task, depth first and without recursion: a circle is a task met again on the way."""
    way: list[str] = []
    stack = [(start, iter(after.get(start, ())))]
    if start in done:
        return ()
    way.append(start)
    while stack:
        _, rest = stack[-1]
        step = next(rest, None)
        if step is None:
            stack.pop()
            done.add(way.pop())
        elif step in way:
            return (*way[way.index(step) :], step)
        elif step not in done:
            way.append(step)
            stack.append((step, iter(after.get(step, ()))))
    return ()


def check_order(links: Collection[Link]) -> None:
    """
    Refuse an order that leads back to itself.

    Raises:
        Invalid: `task.cycle`, which names the circle.
    """
    found = cycle(links)
    if found:
        raise Invalid(
            "task.cycle",
            said("These tasks would wait for each other: {tasks}.", tasks=" → ".join(found)),
            at="after",
            hint=said("Leave out one of these dependencies."),
            evidence={"cycle": list(found)},
        )
