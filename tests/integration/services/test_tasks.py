"""Tasks: finished, taken back in time, given to a person."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.integration.services.begun import registered
from tests.stages import staged
from tests.world import actor

from rightaway.domain.errors import Forbidden, Invalid, Refused, TransitionRefused
from rightaway.domain.moves import advance
from rightaway.domain.tasks import ENDED, EVENTS, TASK
from rightaway.domain.values import TaskState
from rightaway.queries import notifications
from rightaway.queries import people as ask_people
from rightaway.records.releases.models import Release, Task
from rightaway.services import task_plans, tasks


@pytest.fixture
def task(db: None) -> Task:
    """A task of a release in planning that nothing proves by itself."""
    from rightaway.services import lifecycle

    release = staged("registered", registered).release
    lifecycle.fire(actor=actor("rita"), number=release, event="start_planning")
    return task_plans.add(actor=actor("rita"), number=release, title="Call the bank", fields={})


def finish(task: Task, by: str = "rita", state: str = "done", note: str = "") -> Task:
    return tasks.finish(actor=actor(by), number=task.release.number, key=task.key, state=state, note=note)


def reopen(task: Task, by: str = "rita") -> Task:
    return tasks.reopen(actor=actor(by), number=task.release.number, key=task.key)


@pytest.mark.parametrize("state", ENDED)
def test_table__ended__only_reopened(state: TaskState):
    assert advance(TASK, state, "reopen") == TaskState.WAITING
    for event in EVENTS.values():
        with pytest.raises(TransitionRefused):
            advance(TASK, state, event)


@pytest.mark.parametrize("state", [TaskState.READY, TaskState.ACTIVE])
def test_table__open__not_reopened(state: TaskState):
    with pytest.raises(TransitionRefused):
        advance(TASK, state, "reopen")


def test_reopen__in_time_by_who_finished_it__ready_again(task: Task):
    finish(task, note="done that")
    row = reopen(task)
    assert (row.state, row.finished_by, row.finished_at, row.note) == ("ready", None, None, "")


def test_reopen__by_somebody_else__forbidden(task: Task):
    finish(task)
    with pytest.raises(Forbidden) as refusal:
        reopen(task, by="dora")
    assert refusal.value.code == "undo.not_yours"


def test_reopen__after_ten_minutes__refused(task: Task):
    finish(task)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)), pytest.raises(Refused) as refusal:
        reopen(task)
    assert refusal.value.code == "undo.too_late"


def test_reopen__release_moved_on__refused(task: Task):
    finish(task)
    Release.objects.filter(pk=task.release_id).update(phase="build_test")
    with pytest.raises(Refused) as refusal:
        reopen(task)
    assert refusal.value.code == "undo.moved_on"


def test_reopen__never_finished__refused(task: Task):
    with pytest.raises(TransitionRefused):
        reopen(task)


def test_finish__again__stays_with_who_finished_it(task: Task):
    finish(task)
    assert finish(task, by="dora").finished_by.username == "rita"


def test_finish__another_end__refused(task: Task):
    finish(task)
    with pytest.raises(TransitionRefused):
        finish(task, state="skipped", note="not needed")


def test_finish__started__nobody_has_finished_it(task: Task):
    row = finish(task, state="active")
    assert (row.state, row.finished_by, row.finished_at) == ("active", None, None)


def test_assign__to_a_person__they_are_told(task: Task):
    row = tasks.assign(actor=actor("rita"), number=task.release.number, key=task.key, assignee="dora")

    user = ask_people.user("dora")
    assert row.assignee == user
    (told,) = [one for one in notifications.inbox(user.pk) if one.kind == "task_assigned"]
    assert (told.subject_key, told.facts["task"], told.by) == (task.release.number, task.key, "rita")


def test_assign__to_who_may_not_complete_it__invalid(task: Task):
    with pytest.raises(Invalid) as refusal:
        tasks.assign(actor=actor("rita"), number=task.release.number, key=task.key, assignee="ada")
    assert refusal.value.at == "assignee"


def test_assign__to_nobody__back_to_the_role(task: Task):
    for name in ("dora", None):
        row = tasks.assign(actor=actor("rita"), number=task.release.number, key=task.key, assignee=name)
    assert row.assignee is None
