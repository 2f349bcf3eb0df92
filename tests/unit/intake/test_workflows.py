"""Workflows as text: each kind of problem is found at its line, and forms add without touching what stands there."""

import difflib
from collections.abc import Callable
from typing import Any

import pytest

from rightaway.domain.errors import Invalid, NotFound
from rightaway.domain.workflow_versions import SHIPPED
from rightaway.intake import workflow_edits
from rightaway.intake.workflows import reading, shipped

SEVEN, STANDARD = (shipped(key) for key in SHIPPED)
APPROVAL = {"key": "security", "title": "Security", "rule": "all", "roles": ["cab"], "bound": ["package"]}
TASK = {"key": "look", "phase": "build_test", "category": "review", "title": "Look: at it", "owner": "cab"}
NOBODY = "  - key: verification\n    title: Verification\n    phase: verification\n    rule: all\n"
ABANDON = "    mode: manual\n    guards: [G90]\n    actors: "
LOST = "phases:\n  - {key: lost, title: Lost}\n"

# What is replaced in the shipped text, by what, the code, and what stands at the place of the problem.
WRONG: dict[str, tuple[str, str, str, str]] = {
    "guard": ("guards: [G02, G03,", "guards: [G02, G0X,", "unknown_guard", "G0X"),
    "permit guard": ("permit_guards: [G31]", "permit_guards: [G31, G32]", "unknown_permit_guard", "G32"),
    "approval without source": (
        f"{NOBODY}    roles: [service_owner, stakeholder]\n",
        NOBODY,
        "approval_without_source",
        "key: verification\n    title: Verification\n    phase",
    ),
    "approval of nobody": (
        "roles: [service_owner, stakeholder]",
        "roles: []",
        "approval_without_source",
        "[]",
    ),
    "approval unknown": (
        "approval: plan_design\n    guards",
        "approval: plan\n    guards",
        "unknown_approval",
        "plan\n",
    ),
    "approval unnamed": ("    approval: verification\n    guards", "    guards", "no_approval", "id: T20"),
    "unbound": ("bound: [outcome]", "bound: []", "unbound", "[]"),
    "unreachable": (
        "phases:\n",
        "phases:\n  - {key: first, title: First}\n",
        "unreachable_phase",
        "- {key: first",
    ),
    "end unknown": ("terminal: [closed,", "terminal: [over, closed,", "unknown_end", "[over"),
    "leaves an end": (
        "from: verification\n    to: closed",
        "from: closed\n    to: closed",
        "leaves_terminal",
        "- id: T02",
    ),
    "owner of a task": (
        "    owner: build_engineer\n    proof: [expected_states_set]\n  - key: create",
        "    owner: builder\n    proof: [expected_states_set]\n  - key: create",
        "unknown_role",
        "builder",
    ),
    "owner of an item": (
        "title: Release plan approved by the stakeholders\n    owner: release_manager",
        "title: Release plan approved by the stakeholders\n    owner: admin",
        "unknown_role",
        "admin\n    approval",
    ),
    "prohibition dropped": (
        "  - {from: training, to: back_out}\n",
        "",
        "forbidden_dropped",
        "- {from: training, to: abandoned}",
    ),
    "prohibited way": (
        "from: training\n    to: build_test",
        "from: training\n    to: abandoned",
        "forbidden",
        "id: T12",
    ),
    "proof": ("proof: [G40]", "proof: [G4O]", "unknown_proof", "G4O"),
    "condition": ("when: restored", "when: repaired", "unknown_condition", "repaired"),
    "effect": ("effects: [new_attempt]", "effects: [new_attemt]", "unknown_effect", "new_attemt"),
    "effect afterwards": ("after: [back_out_deployments]", "after: [undo]", "unknown_effect", "undo"),
    "actor": (
        "actors: [system]\n    effects: [start",
        "actors: [me]\n    effects: [start",
        "unknown_actor",
        "me]",
    ),
    "no actor": (f"{ABANDON}[release_manager]\n", f"{ABANDON}[]\n", "no_actor", "[]"),
    "not automatic": (
        "guards: [G60, G61, G05]\n    actors: [system]",
        "guards: [G60, G61, G05]\n    actors: [cab]",
        "not_automatic",
        "[cab]",
    ),
    "no gate": ("permit_guards: [G31]", "permit_guards: []", "no_gate", "[]"),
    "no authority": (
        "- key: deployment\n",
        "- key: go\n",
        "no_authority",
        "- key: plan_design\n    title: Plan and design\n",
    ),
    "launch phase": ("launch: [deployment]", "launch: [deploying]", "unknown_phase", "deploying"),
    "blocks": ("blocks: [T04]", "blocks: [T4]", "unknown_transition", "T4]"),
    "duplicate": ("- key: review\n", "- key: cmdb_update\n", "duplicate", "- key: identify"),
    "field": ("    mode: manual\n", "    mode: manual\n    modus: x\n", "unknown_field", "x\n"),
    "base": ("version: 1\n", "version: 1\nextends: nothing\n", "unknown_base", "nothing"),
    "other key": ("key: seven_phases", "key: eight_phases", "other_key", "eight_phases"),
}


def place_of(text: str, what: str) -> str:
    """Give `line:column` of the first occurrence."""
    at = text.index(what)
    return f"{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"


@pytest.mark.parametrize("name", WRONG)
def test_problem__of_each_kind__found_with_its_place(name: str):
    before, after, code, there = WRONG[name]
    assert before in SEVEN
    text = SEVEN.replace(before, after, 1)
    found = reading(text, key="seven_phases")
    assert found.template is None
    places = {one.place for one in found.problems if one.code == f"workflow.{code}"}
    assert place_of(text, there) in places, [(one.code, one.place) for one in found.problems]


def test_phase__that_cannot_be_left__found():
    text = SEVEN.replace(LOST[:8], LOST, 1).replace("to: plan_design", "to: lost", 1)
    assert "workflow.stuck_phase" in {one.code for one in reading(text).problems}


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: [1", "yaml.syntax", "1:6"),
        ("a: 1\na: 2", "yaml.duplicate_key", "2:1"),
        ("- 1", "workflow.not_a_mapping", "1:1"),
        ("", "yaml.empty", "1:1"),
    ],
)
def test_text__that_is_no_workflow__one_problem_with_its_place(text: str, code: str, place: str):
    found = reading(text)
    assert (found.body, [(one.code, one.place) for one in found.problems]) == (None, [(code, place)])
    with pytest.raises(Invalid):
        workflow_edits.add_task(text, TASK)


def test_extension__under_another_key__keeps_the_prohibitions_of_its_base():
    text = workflow_edits.rename(SEVEN, "own", "Our own", "seven_phases")
    assert reading(text, key="own").problems == ()
    dropped = text.replace("  - {from: training, to: back_out}\n", "")
    assert [one.code for one in reading(dropped, key="own").problems] == ["workflow.forbidden_dropped"]


def test_sound__with_problems__refused_with_all_of_them():
    with pytest.raises(Invalid) as refusal:
        reading(SEVEN.replace("G90", "G99")).sound()
    assert refusal.value.code == "workflow.invalid"
    assert len(refusal.value.errors) == SEVEN.count("G90")


ADDITIONS: dict[str, Callable[[str], str]] = {
    "task": lambda text: workflow_edits.add_task(text, TASK),
    "checklist": lambda text: workflow_edits.add_checklist_item(
        text, {"key": "look", "title": "Look", "owner": "cab", "proof": ["G11"], "blocks": []}
    ),
    "approval": lambda text: workflow_edits.add_approval(text, [last(text)], APPROVAL),
    "guard": lambda text: workflow_edits.add_guard(text, last(text), "G11"),
}


def last(text: str) -> str:
    """Give the way that closes the release."""
    return "T20" if text == SEVEN else "S13"


@pytest.mark.parametrize("addition", ADDITIONS)
@pytest.mark.parametrize("text", [SEVEN, STANDARD], ids=SHIPPED)
def test_addition__to_a_shipped_workflow__touches_no_other_line(text: str, addition: str):
    added = ADDITIONS[addition](text)
    assert reading(added).problems == ()
    lines = [line for line in difflib.ndiff(text.splitlines(), added.splitlines()) if line[0] == "-"]
    gone = {line[2:].strip().split(":")[0] for line in lines}
    assert gone <= {"standing", "guards", "voids", "approvals"}
    assert [line for line in text.splitlines() if "#" in line] == [
        line for line in added.splitlines() if "#" in line
    ]


def test_approval__added_to_ways_that_have_one__stands_beside_it_and_is_voided_on_the_way_back():
    added = reading(workflow_edits.add_approval(SEVEN, ["T07", "T08"], APPROVAL)).sound()
    ways: dict[str, Any] = {way.id: way for way in added.transitions}
    assert ways["T07"].standing == ways["T08"].standing == ("plan_design", "security")
    assert added.approval("security").phase == "build_test"
    assert {key for key, way in ways.items() if "security" in way.voids} == {
        *("T09", "T09A", "T12", "T15", "T19")
    }


def test_approval__for_ways_out_of_two_phases__refused():
    with pytest.raises(Invalid) as refusal:
        workflow_edits.add_approval(SEVEN, ["T04", "T08"], APPROVAL)
    assert refusal.value.code == "workflow.ways_of_phases"


def test_guard__twice_or_of_no_way__changes_nothing_or_is_refused():
    once = workflow_edits.add_guard(SEVEN, "T05", "G11")
    assert workflow_edits.add_guard(once, "T05", "G11") == once
    with pytest.raises(NotFound):
        workflow_edits.add_guard(SEVEN, "T99", "G11")
