"""The exact edges of the guards, and what they say there."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightaway.domain.facts_deployment import NextWaveFacts, WaveFacts
from rightaway.domain.facts_evidence import BackupFacts, NoticeFacts, TestRunFacts
from rightaway.domain.facts_planning import ChangeFacts
from rightaway.domain.guards import GUARDS, PERMIT_GUARDS
from rightaway.domain.guards_results import cmdb_verified

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


def codes(guard, facts, now):
    return [unmet.code for unmet in {**GUARDS, **PERMIT_GUARDS}[guard](facts, now)]


def planned(facts, **values):
    return replace(facts, plan=replace(facts.plan, **values))


def with_changes(facts, *changes):
    return replace(facts, scope=replace(facts.scope, changes=changes))


def test_value_statement__of_the_least_length__is_enough(green, now):
    facts = replace(green, assessment=replace(green.assessment, value_statement="x" * 40))

    assert codes("G03", facts, now) == []


@pytest.mark.parametrize("unknown", ["planned_start", "planned_end"])
def test_scope__half_a_window__reserves_nothing(unknown, green, now):
    facts = with_changes(replace(green, registration=replace(green.registration, origin="planned")))

    assert codes("G04", planned(facts, **{unknown: None}), now) == ["G04.changes_missing"]


def test_scope__windows_that_only_touch__are_not_one_window(green, now):
    first = ChangeFacts("CHG-1", service="a", planned_start=now, planned_end=now + DAY)
    second = ChangeFacts("CHG-2", service="b", planned_start=now + DAY, planned_end=now + 2 * DAY)

    assert codes("G04", with_changes(green, first, second), now) == ["G04.changes_unrelated"]


def test_plan__window_of_no_length__is_refused(green, now):
    assert codes("G10", planned(green, planned_start=now, planned_end=now), now) == ["G10.window_reversed"]


@pytest.mark.parametrize(
    ("state", "disposition", "open_", "failed"),
    [
        ("assessed", "", False, {False}),
        ("assessed", "moved", False, {False}),
        ("rejected", "", False, {True}),
        ("rejected", "dropped", True, set()),
        ("withdrawn", "dropped", True, set()),
    ],
)
def test_changes__taken_out__count_only_with_a_word_on_what_becomes_of_them(
    state, disposition, open_, failed, green, now
):
    facts = with_changes(green, ChangeFacts("CHG-1", "normal", state, disposition=disposition))

    found = GUARDS["G30"](facts, now)

    assert (found == ()) is open_
    assert {unmet.failed for unmet in found} == failed


@pytest.mark.parametrize(
    ("state", "disposition", "done"),
    [
        ("closed", "", True),
        ("rejected", "dropped", True),
        ("rejected", "", False),
        ("implemented", "later", False),
    ],
)
def test_closure__changes__are_closed_or_taken_out(state, disposition, done, green, now):
    facts = with_changes(green, ChangeFacts("CHG-1", "normal", state, disposition=disposition))

    assert codes("G60", facts, now) == ([] if done else ["G60.change_open"])


@pytest.mark.parametrize("level", ["smoke", "regression"])
def test_tests__one_level_fails__is_the_one_named(level, green, now):
    bad = TestRunFacts(level, "a" * 64, passed=1, failed=1, ran_at=now)

    (found,) = GUARDS["G21"](replace(green, test_runs=(*green.test_runs, bad)), now)

    assert found.evidence["level"] == level


def test_rehearsal__at_its_greatest_age__still_counts(green, now):
    facts = replace(green, rehearsals=(replace(green.rehearsals[0], ran_at=now - 14 * DAY),))

    assert codes("G22", facts, now) == []
    assert codes("G22", facts, now + SECOND) == ["G22.rehearsal_old"]


def test_backup__at_its_greatest_age__still_counts(green, now):
    facts = replace(green, backups=(replace(green.backups[0], taken_at=now - DAY),))

    assert codes("G31", facts, now) == []
    assert codes("G31", facts, now + SECOND) == ["backups.old"]


@pytest.mark.parametrize(
    "other", [BackupFacts("db-2"), BackupFacts("db-1"), BackupFacts("db-2", restore_tested=True)], ids=str
)
def test_backup__of_another_target_or_never_taken__does_not_count(other, green, now):
    taken = replace(other, taken_at=now if other.target == "db-2" else None, verified_at=now)

    assert codes("G31", replace(green, backups=(taken,)), now) == ["backups.missing"]


def test_backup__newer_one_failed__the_older_does_not_help(green, now):
    newer = replace(green.backups[0], taken_at=now, succeeded=False)

    assert codes("G31", replace(green, backups=(*green.backups, newer)), now) == ["backups.failed"]


def test_notice__scheduled_but_not_sent__is_enough_to_go_but_not_to_start(green, now):
    facts = replace(green, notices=(NoticeFacts("staff", scheduled_at=now + DAY),))

    assert codes("G30", facts, now) == []
    assert codes("G31", facts, now) == ["communication_plan.notice_undelivered"]


def test_window__exactly_long_enough__is(green, now):
    needed = (1800 + 600) * 1.15 * SECOND
    start = green.plan.planned_start

    assert codes("G30", planned(green, planned_end=start + needed), now) == []
    assert codes("G30", planned(green, planned_end=start + needed - SECOND), now) == ["G30.window_short"]


def test_window__first_moment_is_in_and_last_is_not(green, now):
    start, end = green.plan.planned_start, green.plan.planned_end
    facts = replace(green, backups=(replace(green.backups[0], taken_at=start - SECOND),))

    assert codes("G31", facts, start) == []
    (early,) = PERMIT_GUARDS["G31"](facts, start - SECOND)
    (late,) = PERMIT_GUARDS["G31"](facts, end)

    assert (early.code, early.failed, early.remedy) == (
        "G31.window_closed",
        False,
        "Wait until 2026-03-02 09:00 UTC.",
    )
    assert (late.code, late.failed, late.remedy) == (
        "G31.window_closed",
        True,
        "Plan a new window and have it approved.",
    )


@pytest.mark.parametrize(("rule", "measurements"), [("budget", ()), ("", ("2 of 3",))])
def test_back_out__automatic__names_both_rule_and_measures(rule, measurements, green, now):
    decision = replace(green.back_out, automatic=True, rule=rule, measurements=measurements)

    assert codes("G50", replace(green, back_out=decision), now) == ["G50.rule_missing"]


@pytest.mark.parametrize(
    ("missing", "owner", "remedy"),
    [
        (
            ("cab", "service_owner"),
            "cab, service_owner",
            "Remind those who may still vote: cab, service_owner.",
        ),
        ((), "release_manager", "Remind the approvers, who may still vote."),
    ],
)
def test_approval__waiting__names_those_who_may_still_vote(missing, owner, remedy, green, now):
    waiting = replace(green.approvals[2], state="pending", missing_roles=missing)
    facts = replace(green, approvals=(*green.approvals[:2], waiting))

    (found,) = GUARDS["G30"](facts, now)

    assert (found.owner, found.remedy) == (owner, remedy)


def test_approval__denied__is_for_the_release_manager(green, now):
    denied = replace(green.approvals[2], state="denied", missing_roles=("cab",))

    (found,) = GUARDS["G30"](replace(green, approvals=(*green.approvals[:2], denied)), now)

    assert found.owner == "release_manager"


@pytest.mark.parametrize(
    ("wave", "message", "failed"),
    [
        (WaveFacts(1, "passed"), "Wave 1 passed without a good health check.", True),
        (WaveFacts(1, "reverted", healthy=True), "Wave 1 is reverted.", True),
        (WaveFacts(1, "baking"), "Wave 1 is baking.", False),
    ],
)
def test_wave__not_good__says_how_it_stands(wave, message, failed, green, now):
    (found,) = GUARDS["G40"](replace(green, deployment=replace(green.deployment, waves=(wave,))), now)

    assert (found.message, found.failed) == (message, failed)


@pytest.mark.parametrize(
    ("held", "message", "remedy"),
    [
        ({"status": ""}, "Nothing of the release is deployed to production yet.", "Launch the deployment."),
        ({"status": "running"}, "DEP-1 is running.", "Let it finish."),
        (
            {"status": "running", "waits_for": "paused: lunch"},
            "DEP-1 waits: paused: lunch.",
            "Decide on the page of DEP-1.",
        ),
        (
            {"status": "backed_out", "waves": (WaveFacts(1, "aborted"),)},
            "DEP-1 is backed out.",
            "Launch it again, or take another way out of the phase.",
        ),
    ],
)
def test_deployment__unfinished__says_how_it_stands_and_what_to_do(held, message, remedy, green, now):
    (found,) = GUARDS["G40"](replace(green, deployment=replace(green.deployment, **held)), now)

    assert (found.message, found.remedy) == (message, remedy)


def test_deployment__gate_shut__names_what_the_gate_lacks_first(green, now):
    waiting = replace(green.deployment, status="running", gate=NextWaveFacts(1, ("shop-1",)))
    told = replace(green.notices[0], delivered_at=None)

    found = GUARDS["G40"](replace(green, deployment=waiting, notices=(told,)), now)

    assert [one.code for one in found] == [
        "communication_plan.notice_undelivered",
        "G40.deployment_unfinished",
    ]


@pytest.mark.parametrize(
    ("expected", "observed", "message", "failed"),
    [
        ("new", "old", "It is not seen that shop-1 is new; the observed state is old.", True),
        ("new", "", "It is not seen that shop-1 is new; the observed state is unknown.", False),
    ],
)
def test_cmdb__differs__says_what_was_seen(expected, observed, message, failed, green, now):
    ci = replace(green.scope.cis[0], expected=expected, observed=observed)
    facts = replace(green, scope=replace(green.scope, cis=(ci,)))

    found = next(u for u in GUARDS["G60"](facts, now) if u.rule == "sacm_update")

    assert (found.message, found.failed) == (message, failed)


def test_cmdb__before_the_deployment__is_pending_and_blocks_nothing(green, now):
    ci = replace(green.scope.cis[0], changed=False)
    facts = replace(green, phase="build_test", scope=replace(green.scope, cis=(ci,)))

    (found,) = cmdb_verified(facts, now)

    assert (found.code, found.blocks) == ("sacm_update.pending_post_deploy", False)
    assert cmdb_verified(replace(facts, phase="verification"), now) == ()
