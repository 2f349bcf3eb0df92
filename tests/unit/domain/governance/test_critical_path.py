"""The critical path against examples worked out by hand; times in minutes after the beginning."""

from datetime import UTC, datetime, timedelta

import pytest

from rightaway.domain.critical_path import Activity, schedule
from rightaway.domain.task_order import Link
from rightaway.domain.values import DependencyType

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FS, SS, FF = DependencyType.FINISH_START, DependencyType.START_START, DependencyType.FINISH_FINISH


def minutes(count: int) -> timedelta:
    return timedelta(minutes=count)


def at(count: int) -> datetime:
    return NOW + minutes(count)


def activities(**durations: int) -> list[Activity]:
    return [Activity(key, minutes(length)) for key, length in durations.items()]


def link(task: str, after: str, type_: DependencyType = FS, lag: int = 0) -> Link:
    return Link(task, after, type_, minutes(lag))


def shown(found) -> dict[str, tuple[int, int, int]]:
    return {
        key: ((one.start - NOW) // minutes(1), (one.end - NOW) // minutes(1), one.slack // minutes(1))
        for key, one in found.spans.items()
    }


def test_schedule__two_branches__the_longer_is_critical():
    links = [link("b", "a"), link("c", "a"), link("d", "b"), link("d", "c")]
    found = schedule(activities(a=3, b=2, c=5, d=1), links, NOW)
    assert shown(found) == {"a": (0, 3, 0), "b": (3, 5, 3), "c": (3, 8, 0), "d": (8, 9, 0)}
    assert (found.path, found.end) == (("a", "c", "d"), at(9))


@pytest.mark.parametrize(
    ("type_", "lag", "start", "end"),
    [(FS, 0, 10, 14), (FS, 5, 15, 19), (SS, 2, 2, 6), (FF, 0, 6, 10), (FF, 3, 9, 13)],
)
def test_schedule__of_each_type__starts_after_its_lag(type_, lag, start, end):
    found = schedule(activities(a=10, b=4), [link("b", "a", type_, lag)], NOW)
    assert shown(found)["b"][:2] == (start, end)


def test_schedule__start_to_start__first_may_be_late_by_what_the_second_leaves():
    found = schedule(activities(a=10, b=4), [link("b", "a", SS, 2)], NOW)
    assert shown(found) == {"a": (0, 10, 0), "b": (2, 6, 4)}


def test_schedule__finish_to_finish__both_are_critical():
    found = schedule(activities(a=10, b=4), [link("b", "a", FF)], NOW)
    assert found.path == ("a", "b")


def test_schedule__actual_times__count_instead_of_the_plan():
    tasks = [
        Activity("a", minutes(60), started_at=at(-50), ended_at=at(-20)),
        Activity("b", minutes(30), started_at=at(-10)),
        Activity("c", minutes(5)),
    ]
    found = schedule(tasks, [link("b", "a"), link("c", "b")], NOW)
    assert (found.spans["b"].end, found.end, found.spans["a"].slack) == (at(20), at(25), None)
    assert found.path == ("b", "c")


def test_schedule__running_longer_than_planned__ends_now_at_the_earliest():
    found = schedule([Activity("a", minutes(5), started_at=at(-60))], [], NOW)
    assert found.end == NOW


def test_schedule__planned_for_later__does_not_start_earlier():
    found = schedule([Activity("a", minutes(5), not_before=at(30)), Activity("b", minutes(1))], [], NOW)
    assert shown(found) == {"a": (30, 35, 0), "b": (0, 1, 34)}


def test_schedule__nothing_to_do__no_end():
    found = schedule([], [], NOW)
    assert (found.spans, found.path, found.end) == ({}, (), None)


def test_schedule__in_a_circle__an_error():
    with pytest.raises(ValueError, match="wait for each other"):
        schedule(activities(a=1, b=1), [link("a", "b"), link("b", "a")], NOW)
