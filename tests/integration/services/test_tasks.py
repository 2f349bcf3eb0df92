"""Tasks: finished, taken back in time, given to a person."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.integration.services.begun import registered
from tests.stages import staged
from tests.world import actor

from rightaway.domain.errors import Forbidden, Invalid, Refused, Stale, TransitionRefused
from rightaway.domain.moves import advance
from rightaway.domain.tasks import ENDED, EVENTS, TASK
from rightaway.domain.values import TaskState
from rightaway.queries import notifications
from rightaway.queries import people as ask_people
from rightaway.queries import releases as ask_releases
from rightaway.queries import tasks as ask_tasks
from rightaway.records.releases.models import Release, Task
from rightaway.services import lifecycle, moments, task_plans, tasks


@pytest.fixture
def task(db: None) -> Task:
    """A task of a release in planning that nothing proves by itself."""
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


def add(
    task: Task, title: str, *after: str, lag: int = 0, type_: str = "finish_start", **fields: Any
) -> Task:
    return task_plans.add(
        actor=actor("rita"),
        number=task.release.number,
        title=title,
        fields=fields,
        after=[task_plans.After(one, type_, lag) for one in after],
    )


def now_of(task: Task) -> Task:
    return Task.objects.get(pk=task.pk)


def told(name: str, kind: str) -> list[str]:
    user = ask_people.user(name)
    assert user is not None
    return [one.facts["task"] for one in notifications.inbox(user.pk) if one.kind == kind]


def test_start__before_its_turn__refused_with_who_it_waits_for(task: Task):
    second = add(task, "Sign", task.key)
    assert second.state == "waiting"
    with pytest.raises(Refused) as refusal:
        finish(second, state="active")
    assert refusal.value.code == "task.order"
    for part in ("Call the bank", "ready", "release_manager", "expected"):
        assert part in refusal.value.message


def test_finish__of_the_one_before__makes_ready_what_waited_and_tells_its_role(task: Task):
    second = add(task, "Sign", task.key, owner_role="build_engineer")
    finish(task)
    assert now_of(second).state == "ready"
    assert told("ben", "task_ready") == ["sign"]


def test_lag__over__ready_by_itself(task: Task):
    second = add(task, "Sign", task.key, lag=30)
    finish(task)
    assert now_of(second).state == "waiting"
    begun = timezone.now()
    with time_machine.travel(begun + timedelta(minutes=31)):
        moments.pass_by(since=begun, now=timezone.now())
    assert now_of(second).state == "ready"


def test_finish_to_finish__started_but_not_ended_before_the_other(task: Task):
    second = add(task, "Sign", task.key, type_="finish_finish")
    assert finish(second, state="active").state == "active"
    with pytest.raises(Refused) as refusal:
        finish(second)
    assert refusal.value.code == "task.order"
    finish(task)
    assert finish(second).state == "done"


def test_reopen__what_waited_for_it__waits_again(task: Task):
    second = add(task, "Sign", task.key)
    finish(task)
    reopen(task)
    assert now_of(second).state == "waiting"


def test_reopen__what_waited_for_it_has_begun__refused(task: Task):
    second = add(task, "Sign", task.key)
    finish(task)
    finish(second, state="active")
    with pytest.raises(Refused) as refusal:
        reopen(task)
    assert refusal.value.code == "task.follower_began"


def test_review__by_who_did_it__refused(task: Task):
    one = add(task, "Read it", needs_review=True)
    assert finish(one).state == "review"
    with pytest.raises(Refused) as refusal:
        tasks.review(actor=actor("rita"), number=task.release.number, key=one.key, decision="accept")
    assert refusal.value.code == "sod.self_review"


def test_review__accepted_by_another_person__done(task: Task):
    one = add(task, "Read it", needs_review=True)
    finish(one)
    row = tasks.review(actor=actor("dora"), number=task.release.number, key=one.key, decision="accept")
    assert (row.state, row.finished_by.username, row.reviewed_by.username) == ("done", "rita", "dora")


def test_review__rejected__active_again_with_what_is_missing(task: Task):
    one = add(task, "Read it", needs_review=True)
    finish(one)
    row = tasks.review(
        actor=actor("dora"), number=task.release.number, key=one.key, decision="reject", note="Page 2."
    )
    assert (row.state, row.note, row.finished_by) == ("active", "Page 2.", None)


def decision(task: Task) -> Task:
    ways = [
        {"key": "buy", "title": "Buy", "skips": ["build_it"]},
        {"key": "build", "title": "Build", "skips": []},
    ]
    return add(task, "Buy or build", kind="decision", outcomes=ways)


def test_decide__outcome_that_skips__those_tasks_are_skipped_and_come_back_with_it(task: Task):
    asked, other = decision(task), add(task, "Build it", "buy_or_build")
    with pytest.raises(Refused) as refusal:
        finish(asked)
    assert refusal.value.code == "task.ends_otherwise"
    tasks.decide(actor=actor("rita"), number=task.release.number, key=asked.key, outcome="buy")
    row = now_of(other)
    assert (row.state, row.skipped_by, row.note) == ("skipped", now_of(asked), "Buy or build: Buy")
    reopen(asked)
    assert (now_of(asked).state, now_of(other).state) == ("ready", "waiting")


def test_decide__unknown_outcome__invalid(task: Task):
    asked = decision(task)
    with pytest.raises(Invalid) as refusal:
        tasks.decide(actor=actor("rita"), number=task.release.number, key=asked.key, outcome="rent")
    assert refusal.value.at == "outcome"


def vote(task: Task, name: str, word: str) -> Task:
    return tasks.vote(actor=actor(name), number=task.release.number, key=task.key, vote=word, reason="So.")


def checkpoint(task: Task) -> Task:
    return add(task, "Go or not", kind="checkpoint", voter_roles=["cab"], voters=["dora", "ben"], quorum=2)


def test_checkpoint__held_and_released__done_with_the_quorum(task: Task):
    point = checkpoint(task)
    second = add(task, "Sign", point.key)
    assert vote(point, "dora", "go").state == "active"
    assert vote(point, "ben", "hold").state == "active"
    assert vote(point, "cora", "go").state == "active"
    assert now_of(second).state == "waiting"
    assert vote(point, "ben", "go").state == "done"
    assert now_of(second).state == "ready"


def test_checkpoint__aborted__failed_and_keeps_the_release_in_its_phase(task: Task):
    point = checkpoint(task)
    row = vote(point, "dora", "abort")
    assert row.state == "failed"
    release = Release.objects.get(pk=task.release_id)
    unmet = [one.evidence.get("task") for way in ask_releases.standing(release).ways for one in way.unmet]
    assert point.key in unmet
    assert finish(point, state="ready").state == "ready"


def test_checkpoint__voted_by_who_is_not_named__refused(task: Task):
    with pytest.raises(Refused) as refusal:
        vote(checkpoint(task), "rita", "go")
    assert refusal.value.code == "task.not_a_voter"


def test_checkpoint__finished_by_hand__refused(task: Task):
    with pytest.raises(Refused) as refusal:
        finish(checkpoint(task))
    assert refusal.value.code == "task.ends_otherwise"


def test_approval__given__ends_the_task_that_names_it(tmp_path: Path, db: None):
    world = staged("registered", registered)
    rita = actor("rita")
    lifecycle.fire(actor=rita, number=world.release, event="start_planning")
    fields = {"kind": "approval", "approval": "plan_design", "is_mandatory": False}
    row = task_plans.add(actor=rita, number=world.release, title="Plan stands", fields=fields)
    world.set_design()
    assert now_of(row).state == "ready"
    world.approve("plan_design", "olga", "chris")
    assert now_of(row).state == "done"


def test_automated__proof_not_there__ended_by_nobody(task: Task):
    row = add(task, "Planned", kind="automated", proof=["G10"])
    with pytest.raises(Refused) as refusal:
        finish(row)
    assert (refusal.value.code, now_of(row).state) == ("task.ends_otherwise", "ready")


@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"kind": "decision", "outcomes": []}, "outcomes"),
        ({"kind": "checkpoint"}, "voter_roles"),
        ({"kind": "approval", "approval": "none"}, "approval"),
        ({"kind": "automated"}, "proof"),
        ({"kind": "automated", "proof": ["magic"]}, "proof"),
        ({"kind": "magic"}, "kind"),
        ({"category": "magic"}, "category"),
        ({"phase": "closed"}, "phase"),
        ({"phase": "assess"}, "phase"),
        ({"quorum": 2, "voter_roles": ["cab"]}, "voter_roles"),
        ({"cost_planned": -1}, "cost_planned"),
        ({"effort_planned_min": 600_000}, "effort_planned_min"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_add__what_makes_no_sense__invalid_at_its_place(task: Task, fields: dict[str, Any], at: str):
    with pytest.raises(Invalid) as refusal:
        add(task, "New", **fields)
    assert refusal.value.at == at


def test_add__title_that_is_there__another_key(task: Task):
    assert add(task, "Call the bank!").key == "call_the_bank_2"


def edit(task: Task, **fields: Any) -> Task:
    return task_plans.edit(actor=actor("rita"), number=task.release.number, key=task.key, fields=fields)


def test_edit__in_a_circle__refused_with_its_name(task: Task):
    add(task, "Sign", task.key)
    with pytest.raises(Invalid) as refusal:
        task_plans.edit(
            actor=actor("rita"),
            number=task.release.number,
            key=task.key,
            fields={},
            after=[task_plans.After("sign")],
        )
    assert refusal.value.evidence["cycle"] == ["call_the_bank", "sign", "call_the_bank"]


def test_edit__begun__only_what_it_really_cost(task: Task):
    finish(task, state="active")
    with pytest.raises(Refused) as refusal:
        edit(task, duration_min=5)
    assert refusal.value.code == "task.begun"
    assert edit(task, cost_actual=70).cost_actual == 70


def test_edit__of_the_workflow__its_times_but_not_its_words(task: Task):
    theirs = Task.objects.get(release=task.release_id, key="identify_affected_systems")
    assert edit(theirs, duration_min=90).duration_min == 90
    with pytest.raises(Refused) as refusal:
        edit(theirs, title="Mine")
    assert refusal.value.code == "task.of_workflow"


def test_edit__stale__says_who_changed_what(task: Task):
    edit(task, duration_min=90)
    with pytest.raises(Stale) as refusal:
        task_plans.edit(
            actor=actor("rita"),
            number=task.release.number,
            key=task.key,
            fields={"duration_min": 5},
            expected_version=task.version,
        )
    assert [one["by"] for one in refusal.value.evidence["changes"]] == ["rita"]


def test_remove__own_and_not_begun__what_waited_for_it_is_ready(task: Task):
    second = add(task, "Sign", task.key)
    task_plans.remove(actor=actor("rita"), number=task.release.number, key=task.key)
    assert now_of(second).state == "ready"


@pytest.mark.parametrize("key", ["identify_affected_systems", "call_the_bank"])
def test_remove__of_the_workflow_or_begun__refused(task: Task, key: str):
    finish(task, state="active")
    with pytest.raises(Refused):
        task_plans.remove(actor=actor("rita"), number=task.release.number, key=key)


def test_finish__without_the_evidence_it_asks_for__invalid(task: Task):
    row = add(task, "Minutes", evidence_required="link")
    with pytest.raises(Invalid) as refusal:
        finish(row)
    assert refusal.value.at == "evidence"


def test_cancel__of_what_the_phase_needs__refused_and_optional_allowed(task: Task):
    with pytest.raises(Refused):
        finish(task, state="cancelled", note="No.")
    optional = add(task, "Cake", is_mandatory=False)
    assert finish(optional, state="cancelled", note="No.").state == "cancelled"


def test_due__as_time_passes__told_once_to_its_person_and_then_to_the_role(task: Task):
    begun = timezone.now()
    row = add(
        task, "Sign", planned_start=begun + timedelta(days=3), duration_min=60, owner_role="build_engineer"
    )
    tasks.assign(actor=actor("rita"), number=task.release.number, key=row.key, assignee="dora")
    for hours in (24, 26, 74, 80):
        with time_machine.travel(begun + timedelta(hours=hours)):
            moments.pass_by(since=begun, now=timezone.now())
    assert (told("dora", "task_due"), told("ben", "task_due")) == (["sign"], [])
    assert (told("dora", "task_overdue"), told("ben", "task_overdue")) == (["sign"], ["sign"])


def test_due__ended_before__nobody_is_told(task: Task):
    begun = timezone.now()
    row = add(task, "Sign", planned_start=begun + timedelta(hours=1))
    finish(row)
    with time_machine.travel(begun + timedelta(hours=2)):
        moments.pass_by(since=begun, now=timezone.now())
    assert told("dora", "task_overdue") == told("rita", "task_overdue") == []


def test_history__of_a_task__has_all_that_was_done_about_it(task: Task):
    edit(task, duration_min=5)
    finish(task, state="active")
    finish(task)
    actions = [one.action for one in ask_tasks.history(now_of(task))]
    assert actions[:2] == ["release.task.finished", "release.task.finished"]
    assert {"release.task.added", "release.task.edited"} <= set(actions)
