"""The shipped template, and everything that a template is refused for."""

import copy
from datetime import timedelta

import pytest

from rightaway.domain.errors import Invalid, TransitionRefused
from rightaway.domain.workflow_templates import parse
from rightaway.domain.workflows import SYSTEM, Mode, may_take, takers, transition

EVENTS = [
    "start_planning",
    "start_build",
    "start_training",
    "start_deployment",
    "start_verification",
    "reassess",
    "rework_plan",
    "rework_build",
    "fail_tests",
    "back_out",
    "resume_deployment",
    "close",
    "abandon",
    "start_emergency_build",
    "start_emergency_deployment",
    "resume_emergency",
    "hold",
    "reopen",
]

# Every way there is; all other pairs are refused. Kept apart from the template on purpose.
WAYS = {
    ("assess", "start_planning"): "plan_design",
    ("assess", "abandon"): "abandoned",
    ("assess", "start_emergency_build"): "build_test",
    ("plan_design", "start_build"): "build_test",
    ("plan_design", "reassess"): "assess",
    ("plan_design", "abandon"): "abandoned",
    ("build_test", "start_training"): "training",
    ("build_test", "start_deployment"): "deployment",
    ("build_test", "start_emergency_deployment"): "deployment",
    ("build_test", "rework_plan"): "plan_design",
    ("build_test", "fail_tests"): "plan_design",
    ("build_test", "abandon"): "abandoned",
    ("training", "start_deployment"): "deployment",
    ("training", "rework_build"): "build_test",
    ("deployment", "start_verification"): "verification",
    ("deployment", "back_out"): "back_out",
    ("deployment", "rework_build"): "build_test",
    ("deployment", "abandon"): "abandoned",
    ("back_out", "start_verification"): "verification",
    ("back_out", "resume_deployment"): "deployment",
    ("back_out", "resume_emergency"): "deployment",
    ("back_out", "rework_plan"): "plan_design",
    ("verification", "close"): "closed",
    ("verification", "back_out"): "back_out",
}
PHASES = [
    "assess",
    "plan_design",
    "build_test",
    "training",
    "deployment",
    "back_out",
    "verification",
    "closed",
    "abandoned",
]


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("event", EVENTS)
def test_transition__every_pair__leads_where_it_should_or_is_refused(phase, event, template):
    target = WAYS.get((phase, event))

    if target:
        assert transition(template, phase, event).target == target
    else:
        with pytest.raises(TransitionRefused) as caught:
            transition(template, phase, event)
        assert set(caught.value.evidence["allowed"]) == {e for p, e in WAYS if p == phase}


def test_template__its_events_and_phases__are_the_ones_checked(template):
    assert {way.event for way in template.transitions} <= set(EVENTS)
    assert [phase.key for phase in template.phases] == PHASES


def test_template__back_out__is_never_behind_an_approval(template):
    ways = [way for way in template.transitions if way.event == "back_out"]

    assert [(way.approval, way.standing) for way in ways] == [("", ()), ("", ())]


def test_template__way_back__voids_the_approval_that_leads_out_again(template):
    order = [phase.key for phase in template.phases]
    for way in template.transitions:
        if order.index(way.target) < order.index(way.source) and way.target != "assess":
            out = {w.approval for w in template.ways_out(way.target) if w.mode is Mode.ON_APPROVAL}
            assert out <= set(way.voids), way.id


def test_template__every_item_of_the_seed__is_on_the_checklist(template):
    assert [item.key for item in template.checklist] == [
        "release_plan",
        "release_package",
        "test_results",
        "rollback_plan",
        "communication_plan",
        "backups",
        "sacm_update",
        "early_life_support",
    ]


def test_may_take__automatic_way__is_for_the_system_alone(template):
    way = transition(template, "plan_design", "start_build")

    assert may_take(way, [SYSTEM])
    assert not may_take(way, ["release_manager", "admin"])


def test_may_take__back_out__is_for_those_who_answer_for_it(template):
    way = transition(template, "deployment", "back_out")

    assert may_take(way, ["service_owner"])
    assert not may_take(way, ["build_engineer"])


def _set(at, value):
    def edit(mapping):
        *path, last = at
        for step in path:
            mapping = mapping[step]
        if value is None:
            del mapping[last]
        else:
            mapping[last] = value

    return edit


def _append(name, value):
    return lambda mapping: mapping[name].append(value)


BROKEN = [
    (_set(["key"], None), "workflow.field_missing", "/key"),
    (_set(["version"], "one"), "workflow.not_a_number", "/version"),
    (_set(["title_"], "x"), "workflow.unknown_field", "/title_"),
    (_set(["phases"], "assess"), "workflow.not_a_list", "/phases"),
    (_set(["phases"], []), "workflow.no_phases", "/phases"),
    (_set(["phases", 0], "assess"), "workflow.not_a_mapping", "/phases/0"),
    (_set(["terminal"], []), "workflow.no_terminal", "/terminal"),
    (_set(["terminal", 0], "clsd"), "workflow.unknown_phase", "/terminal"),
    (_set(["terminal", 0], 7), "workflow.not_a_text", "/terminal/0"),
    (_append("phases", {"key": "limbo", "title": "Limbo"}), "workflow.unreachable_phase", "/phases"),
    (_append("phases", {"key": "limbo", "title": "Limbo"}), "workflow.stuck_phase", "/phases"),
    (_append("phases", {"key": "assess", "title": "Again"}), "workflow.duplicate", "/phases"),
    (_set(["transitions", 1, "id"], "T02"), "workflow.duplicate", "/transitions"),
    (_set(["approvals", 1, "key"], "plan_design"), "workflow.duplicate", "/approvals"),
    (_set(["checklist", 1, "key"], "release_plan"), "workflow.duplicate", "/checklist"),
    (_set(["tasks", 1, "key"], "identify_affected_systems"), "workflow.duplicate", "/tasks"),
    (_set(["transitions", 0, "from"], "closed"), "workflow.leaves_terminal", "/transitions"),
    (_set(["transitions", 0, "from"], "closed"), "workflow.forbidden", "/transitions/0"),
    (_set(["transitions", 0, "from"], "assess_"), "workflow.unknown_phase", "/transitions/0/from"),
    (_set(["transitions", 0, "to"], "nowhere"), "workflow.unknown_phase", "/transitions/0/to"),
    (_set(["transitions", 0, "event"], "abandon"), "workflow.duplicate_event", "/transitions"),
    (_set(["transitions", 0, "event"], ""), "workflow.not_a_text", "/transitions/0/event"),
    (_set(["transitions", 0, "mode"], "magic"), "workflow.unknown_mode", "/transitions/0/mode"),
    (_set(["transitions", 0, "guards", 0], "G99"), "workflow.unknown_guard", "/transitions/0/guards/0"),
    (_set(["transitions", 0, "guards", 0], "G31"), "workflow.unknown_guard", "/transitions/0/guards/0"),
    (_set(["transitions", 0, "when"], "sunny"), "workflow.unknown_condition", "/transitions/0/when"),
    (_set(["transitions", 0, "actors"], []), "workflow.no_actor", "/transitions/0/actors"),
    (_set(["transitions", 0, "actors"], ["boss"]), "workflow.unknown_actor", "/transitions/0/actors/0"),
    (_set(["transitions", 0, "voids"], ["x"]), "workflow.unknown_approval", "/transitions/0/voids/0"),
    (_set(["transitions", 0, "standing"], ["x"]), "workflow.unknown_approval", "/transitions/0/standing/0"),
    (
        _set(["transitions", 0, "reason_required"], "yes"),
        "workflow.not_a_flag",
        "/transitions/0/reason_required",
    ),
    (_set(["transitions", 2, "approval"], "plan"), "workflow.unknown_approval", "/transitions/2/approval"),
    (_set(["transitions", 2, "approval"], None), "workflow.no_approval", "/transitions/2/approval"),
    (_set(["transitions", 2, "actors"], ["cab"]), "workflow.not_automatic", "/transitions/2/actors"),
    (_set(["approvals", 0, "roles"], []), "workflow.approval_without_source", "/approvals/0/roles"),
    (_set(["approvals", 0, "roles"], ["boss"]), "workflow.unknown_role", "/approvals/0/roles/0"),
    (_set(["approvals", 0, "rule"], "some"), "workflow.unknown_rule", "/approvals/0/rule"),
    (_set(["approvals", 0, "phase"], "x"), "workflow.unknown_phase", "/approvals/0/phase"),
    (_set(["approvals", 0, "bound"], []), "workflow.unbound", "/approvals/0/bound"),
    (_set(["approvals", 0, "bound"], ["soul"]), "workflow.unknown_part", "/approvals/0/bound/0"),
    (_set(["approvals", 0, "ttl_days"], 0), "workflow.not_a_number", "/approvals/0/ttl_days"),
    (_set(["approvals", 0, "quorum"], True), "workflow.not_a_number", "/approvals/0/quorum"),
    (_set(["checklist", 0, "approval"], "x"), "workflow.unknown_approval", "/checklist/0/approval"),
    (_set(["checklist", 0, "approval"], None), "workflow.unproved", "/checklist/0"),
    (_set(["checklist", 1, "proof"], ["G99"]), "workflow.unknown_proof", "/checklist/1/proof/0"),
    (_set(["checklist", 1, "blocks"], ["T99"]), "workflow.unknown_transition", "/checklist/1/blocks/0"),
    (_set(["tasks", 0, "phase"], "x"), "workflow.unknown_phase", "/tasks/0/phase"),
    (_set(["tasks", 0, "proof"], ["x"]), "workflow.unknown_proof", "/tasks/0/proof/0"),
    (_set(["tasks", 0, "mandatory"], 1), "workflow.not_a_flag", "/tasks/0/mandatory"),
    (_set(["tasks", 0, "category"], "x"), "workflow.unknown_category", "/tasks/0/category"),
    (_set(["tasks", 0, "kind"], "x"), "workflow.unknown_kind", "/tasks/0/kind"),
    (_set(["tasks", 0, "kind"], "manual"), "workflow.other_kind", "/tasks/0/proof"),
    (_set(["tasks", 4, "kind"], "automated"), "workflow.task_without_end", "/tasks/4/proof"),
    (_set(["tasks", 4, "kind"], "decision"), "workflow.task_without_end", "/tasks/4/outcomes"),
    (_set(["tasks", 4, "kind"], "checkpoint"), "workflow.task_without_end", "/tasks/4/voters"),
    (_set(["tasks", 4, "approval"], "x"), "workflow.unknown_approval", "/tasks/4/approval"),
    (_set(["tasks", 4, "voters"], {"roles": ["x"]}), "workflow.unknown_role", "/tasks/4/voters/roles/0"),
    (
        _set(["tasks", 4, "outcomes"], [{"key": "a", "title": "A", "skips": ["x"]}]),
        "workflow.unknown_task",
        "/tasks/4/outcomes/0/skips/0",
    ),
    (_set(["tasks", 1, "after"], ["x"]), "workflow.unknown_task", "/tasks/1/after/0/task"),
    (_set(["tasks", 1, "after"], ["review"]), "workflow.later_phase", "/tasks/1/after/0/task"),
    (_set(["tasks", 1, "after"], ["create_release"]), "workflow.task_cycle", "/tasks/1/after"),
    (
        _set(["tasks", 1, "after"], [{"task": "test_execution", "type": "x"}]),
        "workflow.unknown_type",
        "/tasks/1/after/0/type",
    ),
    (
        _set(["tasks", 1, "after"], [{"task": "test_execution", "lag_min": -1}]),
        "workflow.not_a_number",
        "/tasks/1/after/0/lag_min",
    ),
    (_set(["tasks", 1, "duration_min"], 600_000), "workflow.too_long", "/tasks/1/duration_min"),
    (_set(["permit_guards"], ["G30"]), "workflow.unknown_permit_guard", "/permit_guards/0"),
]


@pytest.mark.parametrize(("edit", "code", "at"), BROKEN, ids=[f"{code}{at}" for _, code, at in BROKEN])
def test_parse__broken_template__names_problem_and_place(edit, code, at, mapping):
    broken = copy.deepcopy(mapping)
    edit(broken)

    with pytest.raises(Invalid) as caught:
        parse(broken)

    assert (code, at) in {(error.code, error.at) for error in caught.value.errors}


def test_parse__several_problems__come_all_at_once(mapping):
    broken = copy.deepcopy(mapping)
    broken["transitions"][0]["guards"] = ["G2"]
    broken["approvals"][0]["roles"] = []
    del broken["title"]

    with pytest.raises(Invalid) as caught:
        parse(broken)

    assert len(caught.value.errors) == 3
    assert caught.value.message == "The workflow template has problems: 3."


def test_parse__word_nearly_right__is_offered_the_right_one(mapping):
    broken = copy.deepcopy(mapping)
    broken["transitions"][0]["gaurds"] = broken["transitions"][0].pop("guards")

    with pytest.raises(Invalid) as caught:
        parse(broken)

    assert [error.hint for error in caught.value.errors] == ["Did you mean guards?"]


@pytest.mark.parametrize("document", [None, [], "text", 7])
def test_parse__not_a_mapping__is_refused(document):
    with pytest.raises(Invalid):
        parse(document)


def test_parse__negated_condition__is_known(template):
    assert transition(template, "build_test", "start_deployment").when == "not training_required"


def test_takers__event_of_the_phase__those_of_the_way(template):
    way = template.ways_out(template.initial)[0]
    assert takers(template, template.initial, way.event) == set(way.actors)


def test_takers__event_of_no_phase__those_who_take_another_way_out(template):
    expected = {actor for way in template.ways_out(template.initial) for actor in way.actors}
    assert takers(template, template.initial, "no_such_event") == expected


def test_takers__phase_without_a_way_out__somebody_all_the_same(template):
    (terminal, *_) = template.terminal
    assert takers(template, terminal, "no_such_event")


def test_parse__tasks_that_wait_for_each_other__names_the_circle(mapping):
    broken = copy.deepcopy(mapping)
    broken["tasks"][1]["after"] = ["rollback_rehearsal"]
    broken["tasks"][3]["after"] = ["test_execution"]
    broken["tasks"][2]["after"] = [{"task": "create_release", "type": "start_start"}]

    with pytest.raises(Invalid) as caught:
        parse(broken)

    (error,) = caught.value.errors
    assert (error.code, error.at) == ("workflow.task_cycle", "/tasks/1/after")
    assert "create_release → rollback_rehearsal → test_execution → create_release" in error.message


def test_parse__task_with_all_it_can_say__read(mapping):
    full = copy.deepcopy(mapping)
    full["tasks"].append(
        {
            "key": "go_or_not",
            "phase": "build_test",
            "category": "review",
            "title": "Go or not",
            "owner": "release_manager",
            "kind": "checkpoint",
            "voters": {"roles": ["cab"], "people": ["cora"]},
            "quorum": 2,
            "after": ["create_release", {"task": "test_execution", "type": "start_start", "lag_min": "30"}],
            "duration_min": "15",
            "cost": 0,
        }
    )

    task = parse(full).tasks[-1]

    assert (task.kind, task.voter_roles, task.voters, task.quorum) == ("checkpoint", ("cab",), ("cora",), 2)
    assert [(one.after, one.type, one.lag) for one in task.after] == [
        ("create_release", "finish_start", timedelta(0)),
        ("test_execution", "start_start", timedelta(minutes=30)),
    ]
    assert (task.duration_min, task.cost, task.effort_min) == (15, 0, None)
