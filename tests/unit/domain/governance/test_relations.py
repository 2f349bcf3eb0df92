"""Which relations can be, and how those of a release hold it back."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightaway.domain.conflicts import out_of_order
from rightaway.domain.errors import Refused
from rightaway.domain.facts_relations import RelatedFacts, RelationFacts
from rightaway.domain.guards_relations import before_wave, held_by_others
from rightaway.domain.relations import End, RelationKind, check, place, worst
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.workflows import transition

SEVEN = (
    "assess",
    "plan_design",
    "build_test",
    "training",
    "deployment",
    "back_out",
    "verification",
    "closed",
    "abandoned",
)
SHORT = ("assess", "build_test", "deployment", "back_out", "verification", "closed", "abandoned")
MINE = End("REL-1", "plan_design", SEVEN)
OTHER = End("REL-2", "build_test", SEVEN)
CLOSED = replace(OTHER, phase="closed", ending="closed")
ABANDONED = replace(OTHER, phase="abandoned", ending="abandoned")


def related(number="REL-2", phase="plan_design", **more):
    ending = phase if phase in {"closed", "abandoned"} else ""
    return RelatedFacts(number, phase, SEVEN, ending=ending, **more)


def codes(template, way, facts):
    return [one.code for one in held_by_others(template, transition(template, facts.phase, way), facts)]


@pytest.mark.parametrize(
    ("kind", "source", "target", "code"),
    [
        ("depends_on", MINE, replace(MINE), "relation.itself"),
        ("depends_on", MINE, ABANDONED, "relation.over"),
        ("part_of", MINE, CLOSED, "relation.over"),
        ("part_of", replace(MINE, has_parent=True), OTHER, "relation.has_parent"),
        ("part_of", OTHER, MINE, "relation.ahead"),
        ("follows", MINE, OTHER, "relation.not_over"),
        ("supersedes", MINE, CLOSED, "relation.deployed"),
        ("supersedes", MINE, replace(OTHER, is_deployed=True), "relation.deployed"),
    ],
)
def test_check__that_cannot_hold__is_refused_with_its_place(kind, source, target, code):
    with pytest.raises(Refused) as refusal:
        check(RelationKind(kind), source, target, ())
    assert refusal.value.code == code
    assert refusal.value.at in {"kind", "other"}


@pytest.mark.parametrize(
    ("kind", "target"),
    [
        ("depends_on", OTHER),
        ("depends_on", replace(CLOSED, is_deployed=True)),
        ("part_of", OTHER),
        ("follows", CLOSED),
        ("follows", ABANDONED),
        ("supersedes", OTHER),
        ("supersedes", ABANDONED),
    ],
)
def test_check__that_can_hold__is_taken(kind, target):
    check(RelationKind(kind), MINE, target, ())


def test_check__a_circle__names_all_that_would_wait():
    with pytest.raises(Refused) as refusal:
        check(RelationKind.DEPENDS_ON, MINE, OTHER, ("REL-1", "REL-3", "REL-2", "REL-1"))
    assert refusal.value.code == "relation.circle"
    assert refusal.value.evidence["path"] == ["REL-1", "REL-3", "REL-2", "REL-1"]
    assert "REL-3" in str(refusal.value)


@pytest.mark.parametrize(
    ("phase", "found"),
    [("assess", "assess"), ("plan_design", "assess"), ("training", "build_test"), ("closed", "closed")],
)
def test_place__of_a_phase_the_other_workflow_lacks__is_that_of_the_one_before(phase, found):
    assert SHORT[place(SHORT, SEVEN, phase)] == found


@pytest.mark.parametrize(
    ("statuses", "found"),
    [
        ((), ""),
        (("in_progress", "blocked", "closed"), "blocked"),
        (("closed", "awaiting_approval", "in_progress"), "awaiting_approval"),
        (("closed", "closed"), "closed"),
    ],
)
def test_worst__of_parts__wins(statuses, found):
    assert worst(statuses) == found


def test_part__of_a_parent_in_an_earlier_phase__waits_and_goes_back_freely(template):
    relations = RelationFacts(parent=related(phase="plan_design"))
    facts = ReleaseFacts(phase="plan_design", relations=relations)
    assert codes(template, "start_build", facts) == ["G12.parent_behind"]
    assert codes(template, "reassess", facts) == []
    reached = replace(relations, parent=related(phase="build_test"))
    assert codes(template, "start_build", replace(facts, relations=reached)) == []


def test_part__of_an_abandoned_parent__goes_nowhere_until_it_is_taken_out(template):
    facts = ReleaseFacts(phase="assess", relations=RelationFacts(parent=related(phase="abandoned")))
    assert codes(template, "start_planning", facts) == ["G12.parent_abandoned"]


@pytest.mark.parametrize(
    ("part", "is_held"),
    [
        (related(phase="assess"), True),
        (related(phase="plan_design"), True),
        (related(phase="plan_design", is_finished=True), False),
        (related(phase="build_test"), False),
        (related(phase="abandoned"), False),
        (related(phase="closed"), False),
    ],
)
def test_parent__of_a_part__waits_until_it_is_done_with_the_phase(part, is_held, template):
    facts = ReleaseFacts(phase="plan_design", relations=RelationFacts(parts=(part,)))
    assert codes(template, "start_build", facts) == (["G12.part_unfinished"] if is_held else [])


def test_parent__that_accepted_its_back_out__waits_for_no_part_that_waits_for_it(template):
    parts = RelationFacts(parts=(related(phase="deployment", is_finished=True),))
    facts = ReleaseFacts(phase="back_out", relations=parts)
    assert codes(template, "start_verification", facts) == []
    behind = RelationFacts(parent=related(phase="back_out"))
    part = ReleaseFacts(phase="deployment", relations=behind)
    assert codes(template, "start_verification", part) == ["G12.parent_behind"]


def test_parent__closing__waits_for_every_part_to_be_over(template):
    part = related(phase="verification", is_finished=True)
    facts = ReleaseFacts(phase="verification", relations=RelationFacts(parts=(part,)))
    assert codes(template, "close", facts) == ["G12.part_unfinished"]
    over = RelationFacts(parts=(related(phase="closed"),))
    assert codes(template, "close", replace(facts, relations=over)) == []


def test_parent__abandoned_or_backed_out__is_only_warned_of(template):
    relations = RelationFacts(
        parts=(related(),), dependents=(related("REL-3", "deployment", is_deployed=True), related("REL-4"))
    )
    facts = ReleaseFacts(phase="deployment", relations=relations)
    for way, code in (("abandon", "G12.part_open"), ("back_out", "G12.dependent_deployed")):
        found = list(held_by_others(template, transition(template, "deployment", way), facts))
        assert [(one.code, one.blocks) for one in found] == [(code, False)]


def test_superseded_or_depending_on_the_abandoned__goes_nowhere(template):
    relations = RelationFacts(superseded_by=(related(),), needed=(related("REL-3", "abandoned"),))
    facts = ReleaseFacts(phase="assess", relations=relations)
    assert codes(template, "start_planning", facts) == ["G12.superseded", "G12.dependency_abandoned"]
    assert codes(template, "abandon", facts) == []


def test_superseded__by_what_was_abandoned_itself__goes_on(template):
    relations = RelationFacts(superseded_by=(related(phase="abandoned"),))
    facts = ReleaseFacts(phase="assess", relations=relations)
    assert codes(template, "start_planning", facts) == []
    assert relations.successors == ()


def test_back_out__into_a_phase_of_another_name__waits_for_nobody(template):
    renamed = replace(
        template,
        phases=tuple(replace(one, key=one.key.replace("back_out", "undo")) for one in template.phases),
        transitions=tuple(
            replace(one, target=one.target.replace("back_out", "undo")) for one in template.transitions
        ),
    )
    facts = ReleaseFacts(phase="deployment", relations=RelationFacts(parent=related(phase="build_test")))
    assert codes(renamed, "back_out", facts) == []
    assert codes(renamed, "start_verification", facts) == ["G12.parent_behind"]


def test_wave__of_a_dependent__waits_until_what_it_needs_is_deployed():
    waiting = ReleaseFacts(relations=RelationFacts(needed=(related(phase="deployment"),)))
    assert [one.code for one in before_wave(waiting)] == ["G31.dependency_not_deployed"]
    there = RelationFacts(needed=(related(phase="deployment", is_deployed=True),))
    assert list(before_wave(replace(waiting, relations=there))) == []


def test_order__of_windows__conflicts_before_the_end_and_warns_where_there_is_none(now):
    hour = timedelta(hours=1)
    needed = [
        related("REL-2", planned_start=now, planned_end=now + 2 * hour),
        related("REL-3", planned_start=now, planned_end=now + hour),
        related("REL-4"),
        related("REL-5", planned_end=now + 9 * hour, is_deployed=True),
    ]
    found = out_of_order(now + hour, now + 3 * hour, needed)
    assert [(one.other, one.severity, one.kind) for one in found] == [
        ("REL-2", "blocking", "release_dependency"),
        ("REL-4", "warning", "release_dependency"),
    ]
    assert out_of_order(None, None, needed) == ()


WAYS = ("start_planning", "start_build", "start_deployment", "start_verification", "close")


@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=60))
def test_family__whoever_tries_to_move__stays_together_and_is_never_stuck(template, moves):
    """The parent is number 0; what else a phase asks for is a part's readiness, which comes and goes at random."""
    line = [transition(template, phase, way) for phase, way in zip(PHASES, WAYS, strict=True)]
    phases, ready = ["assess"] * 4, [True, False, False, False]

    def may(one):
        if phases[one] == "closed":
            return False
        way = line[PHASES.index(phases[one])]
        parts = tuple(related(f"REL-{other}", phases[other], is_finished=ready[other]) for other in (1, 2, 3))
        around = RelationFacts(parts=parts) if one == 0 else RelationFacts(parent=related("REL-0", phases[0]))
        return not any(held_by_others(template, way, ReleaseFacts(phase=phases[one], relations=around)))

    def move(one):
        if ready[one] and may(one):
            phases[one] = line[PHASES.index(phases[one])].target
            ready[one] = one == 0
        open_parts = [phase for phase in phases[1:] if phase != "closed"]
        assert all(SEVEN.index(phase) <= SEVEN.index(phases[0]) for phase in open_parts)

    for one, becomes_ready in moves:
        ready[one] = ready[one] or becomes_ready
        move(one)
    ready[1:] = [True] * 3
    for _ in range(len(WAYS) * 8):
        for one in range(4):
            ready[one] = True
            move(one)
    assert phases == ["closed"] * 4


PHASES = ("assess", "plan_design", "build_test", "deployment", "verification")
