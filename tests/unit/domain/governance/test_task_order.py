"""The order of tasks: what waits for what, and circles."""

from datetime import UTC, datetime, timedelta

import pytest

from rightaway.domain.errors import Invalid
from rightaway.domain.task_order import (
    Link,
    Progress,
    before_end,
    before_start,
    check_order,
    cycle,
    free_at,
)
from rightaway.domain.values import DependencyType

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FS, SS, FF = DependencyType.FINISH_START, DependencyType.START_START, DependencyType.FINISH_FINISH


@pytest.mark.parametrize(
    ("type_", "before", "may_start", "may_end"),
    [
        (FS, Progress("ready"), False, True),
        (FS, Progress("active", NOW - HOUR), False, True),
        (FS, Progress("failed", NOW - HOUR), False, True),
        (FS, Progress("done", NOW - HOUR, NOW), True, True),
        (FS, Progress("skipped", None, NOW), True, True),
        (FS, Progress("cancelled", None, NOW), True, True),
        (SS, Progress("ready"), False, True),
        (SS, Progress("active", NOW), True, True),
        (SS, Progress("review", NOW), True, True),
        (SS, Progress("skipped", None, NOW), True, True),
        (FF, Progress("active", NOW), True, False),
        (FF, Progress("done", NOW, NOW), True, True),
    ],
)
def test_link__of_each_type__lets_the_task_go_on_when_its_moment_came(type_, before, may_start, may_end):
    links = [Link("b", "a", type_)]
    assert (before_start("b", links, {"a": before}, NOW) == ()) is may_start
    assert (before_end("b", links, {"a": before}, NOW) == ()) is may_end


def test_lag__not_over__says_until_when():
    (blocker,) = before_start(
        "b", [Link("b", "a", FS, 2 * HOUR)], {"a": Progress("done", NOW, NOW)}, NOW + HOUR
    )
    assert (blocker.until, free_at([blocker])) == (NOW + 2 * HOUR, NOW + 2 * HOUR)


def test_lag__over__lets_go():
    links, progress = [Link("b", "a", FS, HOUR)], {"a": Progress("done", NOW, NOW)}
    assert before_start("b", links, progress, NOW + HOUR) == ()


def test_free_at__something_else_is_missing__unknown():
    links = [Link("c", "a", FS, HOUR), Link("c", "b")]
    blockers = before_start("c", links, {"a": Progress("done", NOW, NOW), "b": Progress("ready")}, NOW)
    assert (len(blockers), free_at(blockers)) == (2, None)


def test_link__to_a_task_that_is_not_there__binds_nothing():
    assert before_start("b", [Link("b", "a")], {}, NOW) == ()


@pytest.mark.parametrize(
    ("pairs", "found"),
    [
        ([], ()),
        ([("b", "a"), ("c", "b"), ("c", "a")], ()),
        ([("a", "a")], ("a", "a")),
        ([("a", "b"), ("b", "c"), ("c", "a")], ("a", "b", "c", "a")),
        ([("x", "a"), ("a", "b"), ("b", "a")], ("a", "b", "a")),
    ],
)
def test_cycle__of_links__named_from_its_first_task(pairs, found):
    assert cycle(Link(task, after) for task, after in pairs) == found


def test_check_order__in_a_circle__names_it():
    with pytest.raises(Invalid) as refusal:
        check_order([Link("a", "b", SS), Link("b", "a", FF)])
    assert (refusal.value.code, refusal.value.evidence) == ("task.cycle", {"cycle": ["a", "b", "a"]})
