"""What each way out of a phase still lacks, and which way is taken by itself."""

from dataclasses import replace

import pytest

from rightaway.domain.errors import GateClosed, TransitionRefused
from rightaway.domain.facts_closure import AbandonmentFacts
from rightaway.domain.facts_deployment import BackOutFacts, TargetFacts
from rightaway.domain.facts_evidence import TestRunFacts
from rightaway.domain.guards import due, evaluate, evaluate_permit, explain, require
from rightaway.domain.release_facts import EmergencyFacts, ReleaseFacts
from rightaway.domain.unmet import Unmet
from rightaway.domain.workflows import Mode


def in_phase(green, phase, **values):
    return replace(green, phase=phase, **values)


def with_approval(facts, key, **values):
    return replace(
        facts,
        approvals=tuple(replace(held, **values) if held.key == key else held for held in facts.approvals),
    )


def needing_training(facts):
    return replace(facts, assessment=replace(facts.assessment, training_added=True))


def untouched(facts):
    return replace(facts, deployment=replace(facts.deployment, targets=(TargetFacts("shop-1"),)))


# Makes the condition of a way hold, where the green facts are on the other side of it.
def emergency(facts):
    return replace(facts, registration=replace(facts.registration, release_type="emergency"))


def expedited(facts):
    return replace(facts, emergency=EmergencyFacts(ratify_by=facts.approvals[0].expires_at))


FITTING = {
    "T30": emergency,
    "T31": emergency,
    "T18E": expedited,
    "T07": needing_training,
    "T09A": lambda facts: replace(
        facts, test_runs=(replace(facts.test_runs[0], failed=9, final=True), facts.test_runs[1])
    ),
    "T15": untouched,
    "T16": untouched,
}


def test_evaluate__everything_done__every_way_is_open(template, green, now):
    for way in template.transitions:
        facts = FITTING.get(way.id, lambda same: same)(in_phase(green, way.source))

        found = evaluate(template, facts, way.event, now, reason="because")

        assert found.unmet == (), way.id
        assert found.allowed


def test_evaluate__nothing_recorded__only_unguarded_returns_are_open(template, now):
    open_ways = {
        way.id
        for way in template.transitions
        if evaluate(template, ReleaseFacts(phase=way.source), way.event, now, reason="because").allowed
    }

    assert open_ways == {"T05", "T09", "T12", "T15"}


def test_evaluate__event_of_another_phase__refused(template, green, now):
    with pytest.raises(TransitionRefused):
        evaluate(template, in_phase(green, "assess"), "close", now)


def test_evaluate__guard_of_every_way__is_really_asked(template, now):
    for way in template.transitions:
        found = evaluate(template, ReleaseFacts(phase=way.source), way.event, now)
        asked = {unmet.code for unmet in found.unmet}
        if way.approval:
            assert f"{way.id}.approval_not_requested" in asked, way.id
        if way.reason_required:
            assert f"{way.id}.reason_missing" in asked, way.id


@pytest.mark.parametrize(
    ("phase", "event", "keys"),
    [
        ("plan_design", "start_build", ["plan_design"]),
        ("build_test", "start_deployment", ["plan_design", "build_test", "deployment"]),
        ("training", "start_deployment", ["plan_design", "build_test", "deployment"]),
        ("back_out", "resume_deployment", ["plan_design", "build_test", "deployment"]),
        ("verification", "close", ["verification"]),
    ],
)
@pytest.mark.parametrize(
    "change",
    [
        {"state": "not_requested"},
        {"state": "pending"},
        {"state": "denied"},
        {"state": "void"},
        {"state": "expired"},
        {"current_digest": "0" * 64},
        {"current_digest": "", "approved_digest": ""},
        {"expires_at": None},
    ],
    ids=str,
)
def test_evaluate__approval_given_earlier_no_longer_holds__way_forward_closed(
    phase, event, keys, change, template, green, now
):
    for key in keys:
        facts = with_approval(in_phase(green, phase), key, **change)

        found = evaluate(template, facts, event, now, reason="because")

        assert not found.allowed
        assert {unmet.evidence["approval"] for unmet in found.unmet} == {key}


def test_evaluate__training_needed__deployment_is_not_entered_directly(template, green, now):
    facts = needing_training(in_phase(green, "build_test"))

    found = evaluate(template, facts, "start_deployment", now)

    assert [unmet.code for unmet in found.unmet] == ["T08.not_training_required"]
    assert found.unmet[0].message == "This way is open when training is not required."


@pytest.mark.parametrize("phase", ["deployment"])
def test_evaluate__target_modified__can_only_be_backed_out(phase, template, green, now):
    ways = explain(template, in_phase(green, phase), now)

    open_ways = {held.transition.event for held in ways if held.allowed}

    assert open_ways == {"start_verification", "back_out"}


def test_evaluate__back_out_no_longer_valid__verification_cannot_be_left_backwards(template, green, now):
    late = replace(green.back_out, possible_until=now)

    found = evaluate(template, in_phase(green, "verification", back_out=late), "back_out", now, reason="x")

    assert [unmet.code for unmet in found.unmet] == ["T21.before_rollback_valid_until"]


def test_evaluate__target_not_restored__plan_cannot_be_reworked(template, green, now):
    left = TargetFacts("shop-1", "revert_failed", modified=True, baseline="old", observed="new")
    facts = in_phase(green, "back_out", deployment=replace(green.deployment, targets=(left,)))

    found = evaluate(template, facts, "rework_plan", now, reason="x")

    assert [unmet.code for unmet in found.unmet] == ["T19.restored"]


@pytest.mark.parametrize("event", ["abandon", "rework_plan"])
def test_evaluate__reason_not_given__asks_for_it(event, template, green, now):
    found = evaluate(template, in_phase(green, "build_test"), event, now, reason="  ")

    assert [unmet.code.partition(".")[2] for unmet in found.unmet] == ["reason_missing"]


def test_explain__what_is_asked_with_the_command__is_not_held_against_it(template, green, now):
    unanswered = in_phase(green, "deployment", back_out=BackOutFacts(), abandonment=AbandonmentFacts())

    ways = {held.transition.event: held.allowed for held in explain(template, untouched(unanswered), now)}
    backed_out = {held.transition.event: held for held in explain(template, unanswered, now)}["back_out"]

    assert ways["abandon"]
    assert backed_out.allowed
    assert not evaluate(template, unanswered, "back_out", now, reason="x").allowed


def test_explain__phase__judges_every_way_out_of_it(template, green, now):
    found = explain(template, in_phase(green, "build_test"), now)

    assert [held.transition.id for held in found] == ["T07", "T08", "T09", "T09A", "T10", "T31"]
    assert explain(template, in_phase(green, "closed"), now) == ()


@pytest.mark.parametrize(
    ("phase", "event"),
    [
        ("assess", None),
        ("plan_design", "start_build"),
        ("build_test", "start_deployment"),
        ("training", "start_deployment"),
        ("deployment", "start_verification"),
        ("back_out", None),
        ("verification", "close"),
        ("closed", None),
    ],
)
def test_due__everything_done__takes_the_way_that_needs_nobody(phase, event, template, green, now):
    found = due(template, in_phase(green, phase), now)

    assert (found.event if found else None) == event


def test_due__training_needed__goes_there(template, green, now):
    found = due(template, needing_training(in_phase(green, "build_test")), now)

    assert found.target == "training"


def test_due__test_failed_for_good__goes_back(template, green, now):
    runs = (TestRunFacts("smoke", "a" * 64, passed=1, failed=1, ran_at=now, final=True), *green.test_runs[1:])

    found = due(template, in_phase(green, "build_test", test_runs=runs), now)

    assert found.event == "fail_tests"


@pytest.mark.parametrize(("failed", "final", "open_"), [(9, True, True), (9, False, False), (0, True, False)])
def test_fail_tests__newest_run__only_when_failed_and_final(failed, final, open_, template, green, now):
    runs = (replace(green.test_runs[0], failed=failed, final=final), *green.test_runs[1:])

    found = evaluate(template, in_phase(green, "build_test", test_runs=runs), "fail_tests", now)

    assert found.allowed is open_


def test_due__final_run_without_a_case__is_a_failed_one(template, green, now):
    empty = TestRunFacts("smoke", "a" * 64, ran_at=now, final=True)

    found = due(template, in_phase(green, "build_test", test_runs=(empty, *green.test_runs)), now)

    assert found.event == "fail_tests"


def test_due__something_missing__stays(template, green, now):
    assert (
        due(template, with_approval(in_phase(green, "plan_design"), "plan_design", state="void"), now) is None
    )


def test_due__manual_ways__are_never_taken(template, now):
    for way in template.transitions:
        found = due(template, ReleaseFacts(phase=way.source), now)
        assert found is None or found.mode is not Mode.MANUAL


def test_evaluate_permit__everything_done__open(template, green, now):
    assert evaluate_permit(template, in_phase(green, "deployment"), now) == ()


def test_require__blocking__raises_with_the_full_list(template, now):
    unmet = evaluate_permit(template, ReleaseFacts(phase="deployment"), now)

    with pytest.raises(GateClosed) as caught:
        require(unmet, "Wave 1")

    assert len(caught.value.evidence["unmet"]) == len(unmet) > 3
    assert caught.value.message.startswith("Wave 1 is not possible yet: ")


@pytest.mark.parametrize(("count", "ending"), [(1, "Lacks it."), (3, "Lacks it. And 2 more.")])
def test_require__blocking__says_the_first_and_how_many_more(count, ending):
    with pytest.raises(GateClosed) as caught:
        require([Unmet("G04", "G04.x", "Lacks it.", "release_manager", "Add it.")] * count, "Planning")

    assert caught.value.message == f"Planning is not possible yet: {ending}"
    assert caught.value.hint == "Add it. (release_manager)"


def test_require__only_warnings__passes():
    require([Unmet("G04", "G04.x", "Mind this.", "release_manager", blocks=False)], "Planning")


def test_evaluate__abandoned_without_a_known_reason__refused(template, green, now):
    facts = in_phase(green, "assess", abandonment=AbandonmentFacts("tired", "x"))

    assert not evaluate(template, facts, "abandon", now, reason="x").allowed
