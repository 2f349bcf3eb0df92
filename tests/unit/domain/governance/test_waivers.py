"""Waivers: what may be asked for, who decides, and what one counts for when its time is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rightaway.domain.checklists import ItemState, checklist, met
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.facts_evidence import WaiverFacts
from rightaway.domain.waivers import WAIVABLE, check, check_decider, check_open, state


def asked(now, **values):
    held = {"requested_by": "rita", "reason": "No data.", "expires_at": now + timedelta(days=1)}
    return WaiverFacts(**{"control": "backups", **held, **values})


@pytest.mark.parametrize("control", WAIVABLE)
def test_waiver__of_a_control_that_can_be_waived__is_accepted(control, now):
    check(asked(now, control=control, restore_plan="Restore."), longest_days=30, now=now)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"control": "release_package"}, "waiver.control"),
        ({"control": "nothing"}, "waiver.control"),
        ({"reason": " "}, "waiver.reason_missing"),
        ({"control": "rollback_plan"}, "waiver.restore_plan_missing"),
        ({"expires_at": None}, "waiver.expiry"),
    ],
)
def test_waiver__that_lacks_something__is_refused(values, code, now):
    with pytest.raises(Invalid) as refusal:
        check(asked(now, **values), longest_days=30, now=now)
    assert refusal.value.code == code


@pytest.mark.parametrize(("after", "is_accepted"), [(0, False), (1, True), (7, True), (8, False)])
def test_waiver__for_longer_than_the_policy_allows__is_refused(after, is_accepted, now):
    wish = asked(now, expires_at=now + timedelta(days=after))
    if is_accepted:
        check(wish, longest_days=7, now=now)
        return
    with pytest.raises(Invalid) as refusal:
        check(wish, longest_days=7, now=now)
    assert refusal.value.at == "expires_at"


@pytest.mark.parametrize("role", ["deployment_manager", "service_owner", "change_manager"])
def test_decider__owner_of_the_control_or_who_waives_gates__may(role):
    check_decider({role}, "deployment_manager")


@pytest.mark.parametrize("role", ["build_engineer", "release_manager", "auditor"])
def test_decider__anybody_else__may_not(role):
    with pytest.raises(Forbidden):
        check_decider({role}, "deployment_manager")


@pytest.mark.parametrize(
    ("values", "stands"),
    [
        ({}, "requested"),
        ({"granted_by": "olga"}, "granted"),
        ({"refused_by": "olga"}, "refused"),
        ({"granted_by": "olga", "withdrawn": True}, "withdrawn"),
        ({"granted_by": "olga", "expires_at": None}, "expired"),
    ],
)
def test_state__of_a_waiver__says_where_it_stands(values, stands, now):
    held = asked(now, **values)
    assert state(held, now) == stands
    if stands == "requested":
        check_open(held, now)
        return
    with pytest.raises(Refused):
        check_open(held, now)


def _item(template, facts, now):
    return next(one for one in checklist(template, facts, now) if one.key == "test_results")


def _waived(green, now, **values):
    held = asked(now, control="test_results", granted_by="olga", **values)
    return replace(green, test_runs=(), waivers=(held,))


def test_item__waived__names_who_why_and_until(template, green, now):
    found = _item(template, _waived(green, now), now)
    assert found.state is ItemState.WAIVED
    assert found.waived is not None
    assert (found.waived.granted_by, found.waived.reason) == ("olga", "No data.")


@pytest.mark.parametrize("values", [{"withdrawn": True}, {"refused_by": "olga"}])
def test_item__waiver_taken_back_or_refused__stands_as_its_evidence(template, green, now, values):
    found = _item(template, _waived(green, now, **values), now)
    assert (found.state, found.waived) == (ItemState.PENDING, None)


def test_item__waiver_over__counts_as_nothing_and_says_so(template, green, now):
    facts = _waived(green, now, expires_at=now)
    found = _item(template, facts, now)
    assert (found.state, found.waived) == (ItemState.PENDING, None)
    (said,) = [one for one in found.unmet if one.code == "waiver.expired"]
    assert "olga" in str(said.message)
    assert not said.blocks


def test_met__control_waived_without_evidence__is_not_met(template, green, now):
    assert not met(template, _waived(green, now), "test_results", now)
    assert met(template, green, "test_results", now)
