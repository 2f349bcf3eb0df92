"""The critical path against every path there is, on small graphs."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rightaway.domain.critical_path import Activity, schedule
from rightaway.domain.task_order import Link, cycle
from rightaway.domain.values import DependencyType

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
Edge = tuple[int, int, DependencyType, int]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[list[int], list[Edge]]:
    """Give durations of tasks, and links from later to earlier ones, at most one between two."""
    durations = draw(st.lists(st.integers(0, 9), min_size=1, max_size=6))
    pairs = [(task, after) for task in range(len(durations)) for after in range(task)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    types, lags = st.sampled_from(list(DependencyType)), st.integers(0, 5)
    return durations, [(task, after, draw(types), draw(lags)) for task, after in chosen]


def estimated(durations: list[int], edges: list[Edge]) -> tuple[dict[int, int], dict[int, int], int]:
    """Give the starts, the floats and the end, in minutes."""
    tasks = [Activity(str(key), length * MINUTE) for key, length in enumerate(durations)]
    links = [Link(str(task), str(after), type_, lag * MINUTE) for task, after, type_, lag in edges]
    found = schedule(tasks, links, NOW)
    assert found.end is not None
    starts = {int(key): (one.start - NOW) // MINUTE for key, one in found.spans.items()}
    slack = {int(key): one.slack // MINUTE for key, one in found.spans.items() if one.slack is not None}
    return starts, slack, (found.end - NOW) // MINUTE


def gap(durations: list[int], edge: Edge) -> int:
    """Give by how much the start of the task lies after the start of the one before it, at least."""
    task, after, type_, lag = edge
    return {
        DependencyType.FINISH_START: durations[after] + lag,
        DependencyType.START_START: lag,
        DependencyType.FINISH_FINISH: durations[after] + lag - durations[task],
    }[type_]


def ways_to(task: int, durations: list[int], edges: list[Edge]) -> Iterator[int]:
    """Give the length of every path that ends at the start of a task; a task may also start at once."""
    yield 0
    for edge in edges:
        if edge[0] == task:
            for length in ways_to(edge[1], durations, edges):
                yield max(0, length + gap(durations, edge))


def longest(durations: list[int], edges: list[Edge]) -> dict[int, int]:
    return {task: max(ways_to(task, durations, edges)) for task in range(len(durations))}


@given(graphs())
def test_schedule__any_small_graph__starts_as_late_as_the_longest_path_says(
    graph: tuple[list[int], list[Edge]],
) -> None:
    durations, edges = graph
    starts, _, end = estimated(durations, edges)
    expected = longest(durations, edges)
    assert starts == expected
    assert end == max(expected[task] + length for task, length in enumerate(durations))


@given(graphs())
def test_float__any_small_graph__is_how_late_a_task_may_be_and_not_a_minute_more(
    graph: tuple[list[int], list[Edge]],
) -> None:
    durations, edges = graph
    _, slack, end = estimated(durations, edges)
    for task, spare in slack.items():
        assert _end_if_late(durations, edges, task, spare) == end
        assert _end_if_late(durations, edges, task, spare + 1) > end


def _end_if_late(durations: list[int], edges: list[Edge], late: int, by: int) -> int:
    tasks = [Activity(str(key), length * MINUTE) for key, length in enumerate(durations)]
    links = [Link(str(task), str(after), type_, lag * MINUTE) for task, after, type_, lag in edges]
    begin = schedule(tasks, links, NOW).spans[str(late)].start + by * MINUTE
    tasks[late] = Activity(str(late), durations[late] * MINUTE, not_before=begin)
    end = schedule(tasks, links, NOW).end
    assert end is not None
    return (end - NOW) // MINUTE


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12))
def test_cycle__any_links__found_when_a_task_reaches_itself(pairs: list[tuple[int, int]]) -> None:
    reached = {*pairs}
    for _ in range(6):
        reached |= {(one, far) for one, middle in reached for near, far in pairs if near == middle}
    is_circular = any(one == other for one, other in reached)
    assert bool(cycle(Link(str(task), str(after)) for task, after in pairs)) is is_circular
