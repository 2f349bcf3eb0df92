from dataclasses import replace
from datetime import timedelta

import pytest

from rightaway.domain.checklists import ItemState, checklist, proven_tasks
from rightaway.domain.facts_evidence import WaiverFacts
from rightaway.domain.facts_planning import CiFacts
from rightaway.domain.release_facts import ReleaseFacts


def states(template, facts, now):
    return {item.key: item.state for item in checklist(template, facts, now)}


def test_checklist__everything_done__satisfied_with_evidence(template, green, now):
    items = checklist(template, replace(green, phase="verification"), now)

    assert {item.state for item in items} == {ItemState.SATISFIED}
    assert all(item.evidence and item.blocks and item.owner for item in items)


def test_checklist__nothing_recorded__nothing_is_ticked(template, now):
    found = states(template, ReleaseFacts(), now)

    assert found.pop("backups") is ItemState.NOT_APPLICABLE
    assert set(found.values()) == {ItemState.PENDING}


def _without(**values):
    return lambda facts, _: replace(facts, **values)


@pytest.mark.parametrize(
    ("key", "broken", "state"),
    [
        ("release_plan", _without(approvals=()), ItemState.PENDING),
        (
            "release_plan",
            lambda f, _: replace(f, approvals=(replace(f.approvals[0], current_digest="0"),)),
            ItemState.FAILED,
        ),
        (
            "release_package",
            lambda f, _: replace(f, package=replace(f.package, verified=False)),
            ItemState.FAILED,
        ),
        ("test_results", _without(test_runs=()), ItemState.PENDING),
        (
            "test_results",
            lambda f, _: replace(f, test_runs=(replace(f.test_runs[0], failed=1), f.test_runs[1])),
            ItemState.FAILED,
        ),
        ("rollback_plan", _without(rehearsals=()), ItemState.PENDING),
        (
            "rollback_plan",
            lambda f, _: replace(f, rehearsals=(replace(f.rehearsals[0], succeeded=False),)),
            ItemState.FAILED,
        ),
        ("communication_plan", _without(notices=()), ItemState.PENDING),
        (
            "communication_plan",
            lambda f, now: replace(f, notices=(replace(f.notices[0], delivered_at=now),)),
            ItemState.FAILED,
        ),
        ("backups", _without(backups=()), ItemState.PENDING),
        (
            "backups",
            lambda f, _: replace(f, backups=(replace(f.backups[0], succeeded=False),)),
            ItemState.FAILED,
        ),
        (
            "sacm_update",
            lambda f, _: replace(f, scope=replace(f.scope, cis=(CiFacts("shop-1", expected="new"),))),
            ItemState.PENDING,
        ),
        (
            "sacm_update",
            lambda f, _: replace(f, scope=replace(f.scope, cis=(replace(f.scope.cis[0], observed="x"),))),
            ItemState.FAILED,
        ),
        (
            "early_life_support",
            lambda f, _: replace(f, early_life=replace(f.early_life, roster=())),
            ItemState.PENDING,
        ),
    ],
)
def test_checklist__one_thing_broken__only_its_item_changes(key, broken, state, template, green, now):
    facts = broken(replace(green, phase="deployment"), now)

    found = states(template, facts, now)

    assert found.pop(key) is state
    assert set(found.values()) == {ItemState.SATISFIED}


def waived(facts, control, now, **values):
    held = {
        "requested_by": "rita",
        "granted_by": "olga",
        "reason": "One-off move of the data centre.",
        "expires_at": now + timedelta(days=1),
        "restore_plan": "Restore last night's backup.",
    }
    return replace(facts, waivers=(WaiverFacts(control, **{**held, **values}),))


@pytest.mark.parametrize(
    ("control", "missing"),
    [
        ("test_results", {"test_runs": ()}),
        ("rollback_plan", {"rehearsals": ()}),
        ("communication_plan", {"notices": ()}),
        ("backups", {"backups": ()}),
    ],
)
def test_checklist__control_waived__says_so_and_blocks_nothing(control, missing, template, green, now):
    facts = waived(replace(green, **missing), control, now)

    items = {item.key: item for item in checklist(template, facts, now)}

    assert items[control].state is ItemState.WAIVED
    assert items[control].unmet == ()


@pytest.mark.parametrize(
    "values",
    [
        {"granted_by": "rita"},
        {"granted_by": ""},
        {"requested_by": ""},
        {"reason": " "},
        {"expires_at": None},
        {"restore_plan": ""},
    ],
    ids=str,
)
def test_checklist__waiver_that_does_not_count__leaves_the_item_open(values, template, green, now):
    facts = waived(replace(green, rehearsals=()), "rollback_plan", now, **values)

    assert states(template, facts, now)["rollback_plan"] is ItemState.PENDING


def test_checklist__waiver_expires__to_the_second(template, green, now):
    facts = waived(replace(green, rehearsals=()), "rollback_plan", now, expires_at=now)

    assert states(template, facts, now - timedelta(seconds=1))["rollback_plan"] is ItemState.WAIVED
    assert states(template, facts, now)["rollback_plan"] is ItemState.PENDING


@pytest.mark.parametrize("control", ["release_plan", "release_package", "sacm_update"])
def test_checklist__control_nobody_may_waive__stays_open(control, template, now):
    facts = waived(ReleaseFacts(), control, now)

    assert states(template, facts, now)[control] is ItemState.PENDING


def test_proven_tasks__evidence_there__need_nobody_to_tick_them(template, green, now):
    found = proven_tasks(template, replace(green, phase="build_test"), now)

    assert list(found) == ["create_release", "test_execution", "rollback_rehearsal"]


def test_proven_tasks__evidence_missing__stay_open(template, green, now):
    found = proven_tasks(template, replace(green, phase="build_test", test_runs=()), now)

    assert list(found) == ["create_release", "rollback_rehearsal"]


def test_proven_tasks__task_without_proof__is_for_a_person(template, green, now):
    assert proven_tasks(template, replace(green, phase="training"), now) == ()
