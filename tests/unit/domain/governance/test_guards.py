"""Every guard open, and closed by every single thing it asks for."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightaway.domain.facts_closure import LinkedRecordFacts, ObjectiveFacts, RatingFacts, ReviewFacts
from rightaway.domain.facts_deployment import IncidentFacts, TargetFacts, WaveFacts
from rightaway.domain.facts_evidence import DefectFacts, NoticeFacts, TestRunFacts, UnitFacts
from rightaway.domain.facts_planning import ChangeFacts, ConflictFacts, PlanFacts, PlannedWaveFacts
from rightaway.domain.guards import GUARDS, PERMIT_GUARDS
from rightaway.domain.policies import Policy
from rightaway.domain.policy_parts import Freeze
from rightaway.domain.release_facts import EmergencyFacts, TaskFacts

ALL = {**GUARDS, **PERMIT_GUARDS}
DAY = timedelta(days=1)


def change(facts, path, **values):
    """Give a copy with some fields of one part set; a path of `scope.changes.0` reaches into tuples."""
    if not path:
        return replace(facts, **values)
    head, _, rest = path.partition(".")
    if isinstance(facts, tuple):
        index = int(head)
        return (*facts[:index], change(facts[index], rest, **values), *facts[index + 1 :])
    return replace(facts, **{head: change(getattr(facts, head), rest, **values)})


def failed_run(now):
    return TestRunFacts("smoke", "a" * 64, passed=49, failed=1, ran_at=now)


def frozen(now, title="Year end", **values):
    """Give a freeze of a day that lasts since an hour."""
    since = now.replace(tzinfo=None) - timedelta(hours=1)
    return Freeze(title, since.isoformat(), (since + DAY).isoformat(), **values)


def owing(now, **values):
    return {"emergency": EmergencyFacts(ratify_by=now + DAY, paperwork_due_at=now + DAY), **values}


# guard, part, fields to set (or a function of now giving them), code that must come back
CASES = [
    *(
        ("G01", "registration", {field: " "}, f"G01.{field}_missing")
        for field in ("title", "description", "release_type", "initiated_by", "service")
    ),
    *(
        ("G02", "registration", {field: ""}, f"G02.{field}_missing")
        for field in (
            "title",
            "release_kind",
            "reason",
            "justification",
            "release_model",
            "release_coordinator",
            "owning_group",
            "category",
        )
    ),
    ("G02", "registration", {"requested_end": None}, "G02.requested_end_missing"),
    ("G02", "assessment", {"impact": None}, "G02.impact_missing"),
    ("G02", "assessment", {"urgency": None}, "G02.urgency_missing"),
    ("G03", "assessment", {"impact_assessment": None}, "G03.impact_assessment_missing"),
    ("G03", "assessment", {"value_statement": "x" * 39}, "G03.value_statement_short"),
    ("G03", "assessment", {"assessed_by": ""}, "G03.assessor_missing"),
    ("G03", "assessment", {"assessed_at": None}, "G03.assessor_missing"),
    ("G03", "assessment", {"risk_answers": ("data",)}, "G03.risk_unanswered"),
    ("G04", "scope", {"changes": ()}, "G04.changes_missing"),
    ("G04", "scope", {"cis": ()}, "G04.affected_cis_missing"),
    ("G04", "scope.changes.0", {"other_release": "REL-2"}, "G04.change_in_other_release"),
    ("G06", "scope", {"changes": ()}, "G06.changes_missing"),
    ("G05", "", {"tasks": (TaskFacts("Assess", "assess"),)}, "G05.task_open"),
    ("G07", "", {"linked": ()}, "G07.not_justified"),
    ("G07", "linked.0", {"link": "introduces"}, "G07.not_justified"),
    ("G23", "", {"test_runs": ()}, "G23.run_missing"),
    ("G23", "", lambda now: {"test_runs": (failed_run(now),)}, "G23.pass_rate"),
    ("G23", "back_out_plan", {"executable": False}, "G23.back_out_plan_missing"),
    ("G61", "", lambda now: owing(now, plan=PlanFacts()), "G61.waves_missing"),
    ("G61", "", lambda now: owing(now, approvals=()), "G61.approval_not_requested"),
    ("G10", "plan", {"cost_estimate": ""}, "G10.cost_estimate_missing"),
    (
        "G10",
        "plan",
        {"communication_plan_approved_by": ""},
        "G10.communication_plan_approved_by_missing",
    ),
    ("G10", "plan", {"build_environment": ""}, "G10.build_environment_missing"),
    ("G10", "plan", {"deployment_environment": ""}, "G10.deployment_environment_missing"),
    ("G10", "plan", {"planned_start": None}, "G10.window_missing"),
    ("G10", "plan", lambda now: {"planned_end": now - DAY}, "G10.window_reversed"),
    ("G10", "plan", {"deployment_model": "yolo"}, "G10.deployment_model_missing"),
    ("G10", "plan", {"waves": ()}, "G10.waves_missing"),
    ("G10", "plan", {"waves": (PlannedWaveFacts(1, "", "x"),)}, "G10.success_criteria_missing"),
    ("G10", "plan", {"waves": (PlannedWaveFacts(1, "x", ""),)}, "G10.rollback_criteria_missing"),
    ("G10", "scope.changes.0", {"state": "assessed"}, "G10.change_not_authorised"),
    ("G07", "policy", {"emergency_by_known_error": False}, "G07.not_justified"),
    ("G10", "policy", {"rollback_criteria": ("A P1 incident",)}, "G10.rollback_criterion_of_policy_missing"),
    ("G11", "policy", lambda now: {"freezes": (frozen(now),)}, "G11.freeze_overlap"),
    ("G31", "policy", lambda now: {"freezes": (frozen(now),)}, "G31.frozen"),
    ("G20", "", {"policy": Policy(version_scheme="semantic")}, "G20.version_scheme"),
    (
        "G11",
        "",
        {"conflicts": (ConflictFacts("ci_overlap", "blocking", "acknowledged", "REL-2", "shop-1"),)},
        "G11.conflict",
    ),
    ("G20", "package", {"digest": ""}, "G20.package_missing"),
    ("G20", "package", {"status": "rejected"}, "G20.package_missing"),
    ("G20", "package", {"units": ()}, "G20.package_missing"),
    ("G20", "package", {"verified": False}, "G20.not_in_library"),
    ("G20", "package", {"units": (UnitFacts("web", "", "p", "c"),)}, "G20.unit_digest_missing"),
    ("G20", "package", {"units": (UnitFacts("web", "d", "", "c"),)}, "G20.unit_provenance_missing"),
    ("G20", "package", {"units": (UnitFacts("web", "d", "p", ""),)}, "G20.unit_configuration_missing"),
    ("G21", "", {"test_runs": ()}, "G21.run_missing"),
    ("G21", "package", {"digest": "e" * 64}, "G21.run_missing"),
    ("G21", "test_runs.0", {"passed": 0, "failed": 0}, "G21.run_missing"),
    ("G21", "test_runs.0", {"failed": 1}, "G21.pass_rate"),
    ("G21", "test_runs.1", {"passed": 97, "failed": 3}, "G21.pass_rate"),
    ("G21", "", {"defects": (DefectFacts("DEF-1", "major"),)}, "G21.defect_open"),
    ("G21", "", {"defects": (DefectFacts("DEF-1", "critical"),)}, "G21.defect_open"),
    ("G22", "back_out_plan", {"executable": False}, "G22.back_out_plan_missing"),
    ("G22", "back_out_plan", {"steps_without_inverse": ("drop",)}, "G22.irreversible"),
    ("G22", "", {"rehearsals": ()}, "G22.rehearsal_missing"),
    ("G22", "package", {"digest": "e" * 64}, "G22.rehearsal_missing"),
    ("G22", "rehearsals.0", {"back_out_digest": "other"}, "G22.rehearsal_missing"),
    ("G22", "rehearsals.0", {"succeeded": False}, "G22.rehearsal_failed"),
    ("G22", "rehearsals.0", {"duration_s": None}, "G22.rehearsal_failed"),
    ("G22", "rehearsals.0", lambda now: {"ran_at": now - 15 * DAY}, "G22.rehearsal_old"),
    ("G25", "", {"tasks": (TaskFacts("Teach", "training"),)}, "G25.task_open"),
    ("G25", "", {"trainings": ()}, "G25.audience_missing"),
    ("G25", "trainings.0", {"attended": 7}, "G25.attendance"),
    ("G25", "trainings.1", {"attended": 3}, "G25.attendance"),
    ("G25", "trainings.0", {"named": 0, "attended": 0}, "G25.attendance"),
    ("G25", "articles.2", {"state": "draft"}, "G25.article_unpublished"),
    ("G30", "approvals.2", {"state": "pending"}, "G30.approval_pending"),
    ("G30", "scope.changes.0", {"state": "built"}, "G30.change_not_authorised"),
    ("G30", "scope.cis.0", {"expected": ""}, "sacm_update.expected_state_missing"),
    ("G30", "scope", {"cis": ()}, "sacm_update.affected_cis_missing"),
    ("G30", "early_life", {"on_call": ""}, "early_life_support.on_call_missing"),
    ("G30", "early_life", {"criteria_agreed": False}, "early_life_support.criteria_missing"),
    ("G30", "early_life", {"starts_at": None}, "early_life_support.period_missing"),
    ("G30", "early_life", lambda now: {"ends_at": now - 2 * DAY}, "early_life_support.period_short"),
    ("G30", "early_life", {"roster": ()}, "early_life_support.roster_gap"),
    ("G30", "", {"notices": ()}, "G30.notices_missing"),
    ("G30", "", {"notices": (NoticeFacts("staff"),)}, "G30.notice_time_missing"),
    ("G30", "", {"articles": ()}, "G30.article_unpublished"),
    ("G30", "plan", {"planned_end": None}, "G30.window_missing"),
    ("G30", "plan", {"deploy_s": None}, "G30.estimate_missing"),
    ("G30", "", {"rehearsals": ()}, "G30.estimate_missing"),
    ("G30", "plan", {"deploy_s": 4 * 3600}, "G30.window_short"),
    *(("G31", f"approvals.{index}", {"state": "void"}, "G31.approval_void") for index in range(3)),
    ("G31", "approvals.2", {"current_digest": "f" * 64}, "G31.approval_void"),
    ("G31", "approvals.2", lambda now: {"expires_at": now}, "G31.approval_expired"),
    ("G31", "scope.changes.0", {"state": "backed_out"}, "G31.change_not_authorised"),
    (
        "G31",
        "plan",
        lambda now: {"planned_start": now + DAY, "planned_end": now + 2 * DAY},
        "G31.window_closed",
    ),
    ("G31", "plan", lambda now: {"planned_end": now}, "G31.window_closed"),
    ("G31", "plan", {"planned_start": None}, "G31.window_missing"),
    ("G31", "", {"next_wave": None}, "G31.wave_missing"),
    ("G31", "", {"rehearsals": ()}, "G31.estimate_missing"),
    ("G31", "next_wave", {"deploy_s": 3 * 3600}, "G31.back_out_does_not_fit"),
    ("G31", "", {"notices": ()}, "communication_plan.notices_missing"),
    ("G31", "notices.0", {"delivered_at": None}, "communication_plan.notice_undelivered"),
    ("G31", "notices.0", lambda now: {"delivered_at": now - DAY}, "communication_plan.notice_late"),
    ("G31", "", {"backups": ()}, "backups.missing"),
    ("G31", "backups.0", {"succeeded": False}, "backups.failed"),
    ("G31", "backups.0", {"verified_at": None}, "backups.unverified"),
    ("G31", "backups.0", lambda now: {"taken_at": now - timedelta(hours=25)}, "backups.old"),
    ("G31", "backups.0", {"restore_tested": False}, "backups.restore_untested"),
    ("G31", "", {"incidents": (IncidentFacts("INC-1", 1, "storefront"),)}, "G31.incident_open"),
    ("G40", "deployment", {"status": "running"}, "G40.deployment_unfinished"),
    ("G40", "deployment", {"status": "failed"}, "G40.deployment_unfinished"),
    ("G40", "deployment", {"waves": (WaveFacts(1, "passed"),)}, "G40.wave_unfinished"),
    ("G40", "deployment", {"waves": (WaveFacts(1, "reverted"),)}, "G40.wave_unfinished"),
    ("G40", "scope.cis.0", {"managed": "old"}, "G40.managed_differs"),
    ("G40", "scope.changes.0", {"state": "implementing"}, "G40.change_unfinished"),
    ("G40", "scope.changes.0", {"state": "backed_out"}, "G40.change_unfinished"),
    ("G50", "back_out", {"reason": "felt like it"}, "G50.reason_missing"),
    ("G50", "back_out", {"decided_by": ""}, "G50.decision_maker_missing"),
    ("G50", "back_out", {"automatic": True}, "G50.rule_missing"),
    ("G55", "deployment.targets.0", {"status": "revert_failed"}, "G55.not_restored"),
    ("G55", "deployment.targets.0", {"observed": "new"}, "G55.differs_from_baseline"),
    ("G55", "deployment.targets.0", {"baseline": "", "observed": ""}, "G55.differs_from_baseline"),
    ("G55", "deployment", {"targets": ()}, "G55.targets_missing"),
    ("G60", "early_life", {"open_major_incidents": 1}, "G60.early_life_incidents"),
    ("G60", "early_life", lambda now: {"ends_at": now + DAY}, "G60.early_life_period"),
    ("G60", "early_life", {"incidents_last_3_days": 2}, "G60.early_life_incident_rate"),
    ("G60", "early_life", {"service_level_met": False}, "G60.early_life_service_level"),
    ("G60", "early_life", {"open_known_errors_without_workaround": 1}, "G60.early_life_workarounds"),
    ("G60", "early_life", {"operations_accepted_by": ""}, "G60.early_life_acceptance"),
    ("G60", "scope.changes.0", {"state": "implemented"}, "G60.change_open"),
    ("G60", "scope.cis.0", {"observed": "old"}, "sacm_update.observed_differs"),
    ("G60", "scope.cis.0", {"observed": "old"}, "G60.early_life_cmdb"),
    ("G60", "review", {"lessons": ()}, "G60.lessons_missing"),
    ("G60", "linked.0", {"disposition": ""}, "G60.disposition_missing"),
    ("G60", "closure", {"closure_code": "fine"}, "G60.closure_code_missing"),
    ("G60", "closure", {"outcome": "backed_out"}, "G60.problem_missing"),
    ("G90", "abandonment", {"reason": "bored"}, "G90.reason_missing"),
    ("G90", "abandonment", {"comment": " "}, "G90.comment_missing"),
]


@pytest.mark.parametrize("name", [one for one in ALL if one != "G06"])  # that is for standard changes
def test_guard__everything_done__open(name, green, now):
    assert ALL[name](green, now) == ()


@pytest.mark.parametrize(("name", "path", "values", "code"), CASES, ids=[f"{c[0]}-{c[3]}" for c in CASES])
def test_guard__one_thing_missing__names_it(name, path, values, code, green, now):
    broken = change(green, path, **(values(now) if callable(values) else values))

    assert code in {unmet.code for unmet in ALL[name](broken, now) if unmet.blocks}


@pytest.mark.parametrize(("name", "path", "values", "code"), CASES, ids=[f"{c[0]}-{c[3]}" for c in CASES])
def test_unmet__of_every_case__says_who_and_what_to_do(name, path, values, code, green, now):
    broken = change(green, path, **(values(now) if callable(values) else values))

    assert all(unmet.owner and unmet.remedy and unmet.message for unmet in ALL[name](broken, now))


# Codes that mean: the evidence is there, and it says no. All others mean that it is not there yet.
SAYS_NO = {
    "G10.window_reversed",
    "G10.change_not_authorised",
    "G11.conflict",
    "G11.freeze_overlap",
    "G20.version_scheme",
    "G31.frozen",
    "G20.not_in_library",
    "G21.pass_rate",
    "G23.pass_rate",
    "G21.defect_open",
    "G22.irreversible",
    "G22.rehearsal_failed",
    "G22.rehearsal_old",
    "G25.attendance",
    "G30.window_short",
    "G31.approval_void",
    "G31.approval_expired",
    "G31.change_not_authorised",
    "G31.window_closed",
    "G31.back_out_does_not_fit",
    "G31.incident_open",
    "G40.managed_differs",
    "G40.wave_unfinished",
    "G55.differs_from_baseline",
    "backups.failed",
    "communication_plan.notice_late",
    "early_life_support.period_short",
    "sacm_update.observed_differs",
    *(code for _, _, _, code in CASES if code.startswith("G60.early_life_")),
}


# These depend on what is there: nobody named or too few there, a window to come or one that is over.
SOMETIMES = {
    code: {True, False} for code in ("G10.change_not_authorised", "G25.attendance", "G31.window_closed")
}


@pytest.mark.parametrize("code", sorted({case[3] for case in CASES}))
def test_unmet__of_every_kind__tells_failed_from_not_there_yet(code, green, now):
    found = set()
    for name, path, values, expected in CASES:
        if expected == code:
            broken = change(green, path, **(values(now) if callable(values) else values))
            found |= {unmet.failed for unmet in ALL[name](broken, now) if unmet.code == code}

    assert found <= SOMETIMES.get(code, {code in SAYS_NO})


def test_cases__against_the_registry__close_every_guard():
    assert {case[0] for case in CASES} == set(ALL)


@pytest.mark.parametrize("name", sorted(set(ALL) - {"G05", "G11", "G61"}))
def test_guard__nothing_recorded__closed(name, now, green):
    empty = type(green)()

    assert any(unmet.blocks for unmet in ALL[name](empty, now))


def test_registered_fields__several_missing__lists_them_all(green, now):
    broken = change(green, "registration", category="", reason="", title="")

    assert [unmet.code for unmet in GUARDS["G02"](broken, now)] == [
        "G02.title_missing",
        "G02.reason_missing",
        "G02.category_missing",
    ]


def test_scope__planned_ahead_with_a_window__needs_no_change(green, now):
    planned = change(change(green, "registration", origin="planned"), "scope", changes=())

    assert GUARDS["G04"](planned, now) == ()


def test_scope__group_instead_of_items__is_enough(green, now):
    assert GUARDS["G04"](change(green, "scope", cis=(), ci_groups=("web",)), now) == ()


@pytest.mark.parametrize(
    ("second", "warns"),
    [
        (ChangeFacts("CHG-2", service="storefront"), False),
        (ChangeFacts("CHG-2", service="payroll"), True),
    ],
)
def test_scope__changes_that_share_nothing__only_warns(second, warns, green, now):
    mixed = change(green, "scope", changes=(*green.scope.changes, second))

    found = GUARDS["G04"](mixed, now)

    assert [unmet.code for unmet in found] == (["G04.changes_unrelated"] if warns else [])
    assert not any(unmet.blocks for unmet in found)


def test_scope__changes_of_two_services_in_one_window__belong_together(green, now):
    window = {"planned_start": now, "planned_end": now + DAY}
    mixed = change(
        green,
        "scope",
        changes=(ChangeFacts("CHG-1", service="a", **window), ChangeFacts("CHG-2", service="b", **window)),
    )

    assert GUARDS["G04"](mixed, now) == ()


def test_tasks__optional_or_of_another_phase__do_not_block(green, now):
    tasks = (TaskFacts("Later", "verification"), TaskFacts("Nice", "assess", mandatory=False))

    assert GUARDS["G05"](replace(green, tasks=tasks), now) == ()


def test_plan__authorisation_expected_later__waits_for_go_no_go(green, now):
    later = change(
        change(green, "scope.changes.0", state="assessed"), "plan", authorisation_expected_later=True
    )

    assert GUARDS["G10"](later, now) == ()
    assert {unmet.code for unmet in GUARDS["G30"](later, now)} == {"G30.change_not_authorised"}


@pytest.mark.parametrize("state", ["accepted", "resolved", "stale"])
def test_conflict__settled__does_not_block(state, green, now):
    conflict = ConflictFacts("ci_overlap", "blocking", state, "REL-2", "shop-1")

    assert GUARDS["G11"](replace(green, conflicts=(conflict,)), now) == ()


def test_tests__newer_run_passes__older_failure_is_history(green, now):
    older = replace(failed_run(now), ran_at=now - 30 * DAY)

    assert GUARDS["G21"](replace(green, test_runs=(*green.test_runs, older)), now) == ()


def test_tests__newest_run_fails__closed_and_marked_failed(green, now):
    found = GUARDS["G21"](replace(green, test_runs=(*green.test_runs, failed_run(now))), now)

    assert [(unmet.code, unmet.failed) for unmet in found] == [("G21.pass_rate", True)]


@pytest.mark.parametrize("severity", ["minor", "cosmetic"])
def test_tests__lesser_defect_open__passes(severity, green, now):
    assert GUARDS["G21"](replace(green, defects=(DefectFacts("DEF-1", severity),)), now) == ()


def test_permit__other_priorities_open__passes(green, now):
    minor = replace(green, incidents=(IncidentFacts("INC-1", 2, "storefront"),))

    assert PERMIT_GUARDS["G31"](minor, now) == ()


def test_permit__stateless_wave__needs_no_backup(green, now):
    stateless = change(replace(green, backups=()), "next_wave", stateful_targets=())

    assert PERMIT_GUARDS["G31"](stateless, now) == ()


def test_permit__back_out_fits_to_the_second__open_until_then(green, now):
    exact = change(green, "plan", planned_end=now + timedelta(seconds=900 + 600))

    assert PERMIT_GUARDS["G31"](exact, now) == ()
    assert [u.code for u in PERMIT_GUARDS["G31"](exact, now + timedelta(seconds=1))] == [
        "G31.back_out_does_not_fit"
    ]


@pytest.mark.parametrize(("release_type", "days"), [("major", 5), ("minor", 2), ("emergency", 0)])
def test_notices__lead_time__follows_the_release_type(release_type, days, green, now):
    start = green.plan.planned_start
    on_time = change(green, "registration", release_type=release_type)
    on_time = change(on_time, "notices.0", delivered_at=start - days * DAY)
    late = change(on_time, "notices.0", delivered_at=start - days * DAY + timedelta(seconds=1))

    codes = [{u.code for u in PERMIT_GUARDS["G31"](facts, now)} for facts in (on_time, late)]

    assert codes == [set(), {"communication_plan.notice_late"}]


@pytest.mark.parametrize("status", ["skipped", "reverted", "aborted"])
def test_waves__absence_accepted_by_name__finished(status, green, now):
    waves = (WaveFacts(1, "passed", healthy=True), WaveFacts(2, status, accepted_by="dana"))
    partial = change(green, "deployment", waves=waves, status="succeeded_partial")

    assert GUARDS["G40"](partial, now) == ()


def test_waves__change_backed_out_with_a_disposition__finished(green, now):
    removed = change(green, "scope.changes.0", state="backed_out", disposition="moved to REL-2")

    assert GUARDS["G40"](removed, now) == ()


def test_back_out__decided_by_a_rule__carries_what_it_measured(green, now):
    automatic = change(
        green, "back_out", decided_by="", automatic=True, rule="failure_budget", measurements=("2 of 3",)
    )

    assert GUARDS["G50"](automatic, now) == ()


def test_restored__untouched_targets__are_not_asked_about(green, now):
    targets = (TargetFacts("shop-2", "pending"), *green.deployment.targets)

    assert GUARDS["G55"](change(green, "deployment", targets=targets), now) == ()


def test_restored__listed_difference_accepted__counts(green, now):
    accepted = change(
        green, "deployment.targets.0", status="abandoned", observed="", difference_accepted_by="dana"
    )

    assert GUARDS["G55"](accepted, now) == ()


def test_closure__early_life_waived__asks_for_the_rest(green, now):
    waived = change(green, "early_life", waived_by="olga", operations_accepted_by="")

    assert GUARDS["G60"](waived, now) == ()


def test_closure__nobody_measures_a_criterion__shown_but_not_blocking(green, now):
    found = GUARDS["G60"](change(green, "early_life", service_level_met=None), now)

    assert [(u.code, u.blocks) for u in found] == [("G60.early_life_service_level", False)]


@pytest.mark.parametrize(
    ("review", "code"),
    [
        ({"held_at": None}, "G60.review_missing"),
        ({"objectives": (ObjectiveFacts("Faster"),)}, "G60.objectives_missing"),
        ({"objectives": ()}, "G60.objectives_missing"),
        ({"ratings": (RatingFacts("olga"),)}, "G60.ratings_missing"),
        ({"root_cause": ""}, "G60.root_cause_missing"),
    ],
)
def test_closure__backed_out_release__must_be_reviewed(review, code, green, now):
    problem = LinkedRecordFacts("PRB-1", "problem", disposition="keep_open")
    ended = {"outcome": "backed_out", "closure_code": "failed_backed_out"}
    failed = change(replace(green, linked=(problem,)), "closure", **ended)

    assert GUARDS["G60"](failed, now) == ()
    assert [u.code for u in GUARDS["G60"](change(failed, "review", **review), now)] == [code]


def test_closure__quiet_minor_release__needs_lessons_only(green, now):
    bare = replace(green, review=ReviewFacts(no_lessons_reason="Nothing differed from the plan."))

    assert GUARDS["G60"](bare, now) == ()


@pytest.mark.parametrize(
    ("state", "standing", "is_open"),
    [
        ("registered", "active", True),
        ("registered", "suspended", False),
        ("registered", "tampered", False),
        ("closed", "suspended", True),
    ],
)
def test_standard_changes__by_the_model_they_stand_under__open_or_not(green, now, state, standing, is_open):
    held = ChangeFacts("CHG-9", "standard", state, model="CHM-1", model_standing=standing)
    facts = replace(green, scope=replace(green.scope, changes=(held,)))
    assert (GUARDS["G06"](facts, now) == ()) is is_open


@pytest.mark.parametrize(
    ("has_stakeholders", "code"), [(True, "notices_missing"), (False, "stakeholders_missing")]
)
def test_notices__none_planned__asks_first_for_somebody_who_could_be_told(has_stakeholders, code, green, now):
    facts = replace(green, notices=(), has_stakeholders=has_stakeholders)

    assert f"G30.{code}" in {one.code for one in GUARDS["G30"](facts, now)}
