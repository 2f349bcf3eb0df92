"""What the release policy asks of a release: freezes and exceptions from them, criteria, what an emergency is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightaway.domain.facts_closure import LinkedRecordFacts
from rightaway.domain.guards import GUARDS, PERMIT_GUARDS
from rightaway.domain.policies import Policy
from rightaway.domain.policy_parts import Freeze
from rightaway.domain.release_facts import ApprovalFacts

HOUR = timedelta(hours=1)
BOUND = "d" * 64


def unmet(guard, facts, now):
    return [(one.code, one.blocks) for one in {**GUARDS, **PERMIT_GUARDS}[guard](facts, now)]


def frozen(facts, start, end, **values):
    """Give the facts under a policy with one freeze between two moments."""
    span = (moment.replace(tzinfo=None).isoformat() for moment in (start, end))
    return replace(facts, policy=Policy(number="POL-1", freezes=(Freeze("Year end", *span, **values),)))


def excepted(facts, now, **values):
    held = ApprovalFacts("freeze_exception", **{"state": "approved", "expires_at": now + HOUR, **values})
    digests = {"approved_digest": BOUND, "current_digest": BOUND}
    return replace(facts, approvals=(*facts.approvals, replace(held, **{**digests, **values})))


def test_freeze__that_ends_before_the_window_or_starts_after_it__is_none_of_its_business(green, now):
    before, after = (green.plan.planned_start, green.plan.planned_end)

    assert unmet("G11", frozen(green, before - HOUR, before), now) == []
    assert unmet("G11", frozen(green, after, after + HOUR), now) == []
    assert unmet("G11", frozen(green, before - HOUR, before + HOUR), now) == [("G11.freeze_overlap", True)]


def test_freeze__soft__warns_and_stops_nothing(green, now):
    facts = frozen(green, now - HOUR, now + HOUR, is_soft=True)

    assert unmet("G11", facts, now) == [("G11.freeze_overlap", False)]
    assert unmet("G31", facts, now) == []


def test_freeze__type_that_it_lets_through__is_free(green, now):
    facts = frozen(green, now - HOUR, now + HOUR, except_types=("minor",))

    assert unmet("G11", facts, now) == []
    assert unmet("G31", facts, now) == []


def test_freeze__wave_that_would_run_into_it__is_not_begun(green, now):
    length = timedelta(seconds=green.next_wave.deploy_s)

    assert unmet("G31", frozen(green, now + length, now + 2 * length), now) == []
    late = frozen(green, now + length - timedelta(seconds=1), now + 2 * length)
    assert unmet("G31", late, now) == [("G31.frozen", True)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"state": "pending"}, [True]),
        ({"approved_digest": "e" * 64}, [True]),
        ({"expires_at": None}, [True]),
    ],
)
def test_exception__from_a_freeze__counts_while_it_stands(values, expected, green, now):
    facts = excepted(frozen(green, now - HOUR, now + HOUR), now, **values)

    assert [blocks for _code, blocks in unmet("G11", facts, now)] == expected
    assert [blocks for _code, blocks in unmet("G31", facts, now)] == expected


def test_exception__is_proposed_only_where_the_workflow_knows_it(green, now):
    facts = frozen(green, now - HOUR, now + HOUR)
    known = excepted(facts, now, state="not_requested")

    (without,), (with_it,) = (GUARDS["G11"](one, now) for one in (facts, known))
    assert "exception" not in str(without.remedy)
    assert "exception" in str(with_it.remedy)


def test_criteria__of_the_policy__are_named_by_every_wave_whatever_case_and_order(green, now):
    policy = Policy(number="POL-1", rollback_criteria=("A P1 incident", "Errors over 1 %"))
    both = "errors over 1 % \nSomething else\na p1 incident"
    waves = tuple(replace(one, rollback_criteria=both) for one in green.plan.waves)
    named = replace(green, policy=policy, plan=replace(green.plan, waves=waves))
    assert unmet("G10", named, now) == []

    one_lacks = (waves[0], replace(waves[1], rollback_criteria="A P1 incident"))
    lacking = replace(named, plan=replace(named.plan, waves=one_lacks))
    assert unmet("G10", lacking, now) == [("G10.rollback_criterion_of_policy_missing", True)]


@pytest.mark.parametrize(
    ("severity", "priority", "expected"), [(2, 2, True), (2, 3, False), (3, 3, True), (1, 2, False)]
)
def test_emergency__incident__is_as_grave_as_the_policy_says(severity, priority, expected, green, now):
    incident = LinkedRecordFacts("INC-1", "incident", "resolved_by_release", priority=priority)
    facts = replace(green, linked=(incident,), policy=Policy(emergency_severity=severity))

    assert (unmet("G07", facts, now) == []) is expected


def test_emergency__advisory__counts_where_the_policy_says_so(green, now):
    registration = replace(green.registration, origin="security_advisory")
    facts = replace(green, linked=(), registration=registration)
    assert unmet("G07", facts, now) == []

    strict = replace(facts, policy=Policy(emergency_by_advisory=False))
    (found,) = GUARDS["G07"](strict, now)
    assert "advisory" not in str(found.remedy)
    assert "known error" in str(found.remedy)
