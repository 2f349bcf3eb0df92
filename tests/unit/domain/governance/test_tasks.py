"""Tasks in themselves: what each kind does, when a checkpoint goes on, what counts as evidence."""

import pytest

from rightaway.domain.errors import Invalid, Refused, TransitionRefused
from rightaway.domain.moves import advance, ambiguous, unreachable
from rightaway.domain.tasks import (
    ENDED,
    STEPS,
    TASK,
    Outcome,
    check_evidence,
    check_reason,
    check_step,
    chosen,
    possible,
    tally,
)
from rightaway.domain.values import TaskKind, TaskState


def test_table__as_it_stands__reaches_every_state_in_one_way():
    assert (ambiguous(TASK.rows), unreachable(TASK.rows, TASK.initial, TASK.states)) == ((), ())
    assert TASK.states == set(TaskState)


@pytest.mark.parametrize("state", ENDED)
def test_table__ended__only_reopened(state):
    assert {event for start, event, _ in TASK.rows if start == state} == {"reopen"}


def test_table__started_while_waiting__refused_with_what_is_possible():
    with pytest.raises(TransitionRefused) as refusal:
        advance(TASK, "waiting", "start")
    assert refusal.value.evidence["allowed"] == ["release", "skip", "cancel"]


@pytest.mark.parametrize(
    ("kind", "steps"),
    [
        (TaskKind.MANUAL, ("start", "finish", "fail", "skip", "cancel")),
        (TaskKind.APPROVAL, ("skip", "cancel")),
        (TaskKind.AUTOMATED, ("start", "skip", "cancel")),
        (TaskKind.DECISION, ("start", "skip", "cancel")),
        (TaskKind.CHECKPOINT, ("start", "skip", "cancel")),
    ],
)
def test_possible__of_each_kind__what_a_person_can_do(kind, steps):
    assert possible(kind, "ready") == steps


@pytest.mark.parametrize("kind", [one for one in TaskKind if one is not TaskKind.MANUAL])
def test_finish__of_a_kind_that_ends_otherwise__refused_with_how(kind):
    with pytest.raises(Refused) as refusal:
        check_step(kind, "ready", "finish", mandatory=False)
    assert refusal.value.code == "task.ends_otherwise"
    assert "finish" not in refusal.value.evidence["allowed"]


def test_cancel__of_what_the_phase_needs__refused():
    assert "cancel" not in possible("manual", "ready", mandatory=True)
    with pytest.raises(Refused) as refusal:
        check_step("manual", "ready", "cancel", mandatory=True)
    assert refusal.value.code == "task.mandatory"


@pytest.mark.parametrize("step", STEPS)
def test_reason__of_each_step__needed_for_what_leaves_the_plan(step):
    if step in {"skip", "cancel", "fail"}:
        with pytest.raises(Invalid):
            check_reason(step, " ")
    else:
        check_reason(step, "")


@pytest.mark.parametrize(
    ("needed", "good", "bad"),
    [
        ("note", "All rows were there.", " "),
        ("link", "https://wiki.example.org/minutes", "wiki"),
        ("link", "http://[::1]/minutes", "https://[broken"),
        ("record", "CHG-000042", "CHG-42"),
    ],
)
def test_evidence__of_each_type__only_that(needed, good, bad):
    check_evidence(needed, good)
    with pytest.raises(Invalid) as refusal:
        check_evidence(needed, bad)
    assert refusal.value.at == "evidence"


def test_evidence__none_asked_for__none_needed():
    assert check_evidence("none", "") is None


@pytest.mark.parametrize(
    ("votes", "event"),
    [
        ([], ""),
        (["go"], ""),
        (["go", "go"], "finish"),
        (["go", "go", "hold"], ""),
        (["go", "go", "go", "abort"], "fail"),
        (["hold", "abort"], "fail"),
    ],
)
def test_tally__quorum_of_two__one_voice_holds_and_one_aborts(votes, event):
    assert tally(votes, 2).event == event


def test_chosen__unknown_outcome__names_those_there_are():
    with pytest.raises(Invalid) as refusal:
        chosen([Outcome("yes", "Yes"), Outcome("no", "No")], "maybe")
    assert "yes, no" in refusal.value.hint
