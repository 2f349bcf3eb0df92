from datetime import UTC, datetime

import pytest

from rightaway.domain.approval_rules import Rule
from rightaway.domain.approvals import Decision, Requirement, Vote
from rightaway.domain.permissions import Role
from rightaway.domain.separation import (
    GOVERNING,
    Contribution,
    Person,
    may_hold,
    may_launch,
    may_record_evidence,
    may_vote,
)
from rightaway.domain.values import PersonKind

NEED = Requirement("plan_design", "Plan", "plan_design", Rule.ANY, ("service_owner",), ("plan", "scope"))
OLGA, MARK = Person("olga"), Person("mark")
BOT = Person("ci-bot", PersonKind.SERVICE_ACCOUNT, owner="olga")


def vote(person, decision=Decision.APPROVE):
    when = datetime(2026, 3, 2, tzinfo=UTC)
    return Vote(person, decision, "a" * 64, when, frozenset({"service_owner"}))


def asked(person=OLGA, roles=("service_owner",), contributions=(), votes=()):
    refusal = may_vote(person, roles, contributions, NEED, votes)
    return refusal.code if refusal else None


def test_may_vote__eligible_and_uninvolved__yes():
    assert asked() is None


@pytest.mark.parametrize("act", ["authored", "edited", "submitted", "built"])
@pytest.mark.parametrize("part", NEED.bound)
def test_may_vote__touched_what_is_bound__no(act, part):
    assert asked(contributions=[Contribution(OLGA, act, part)]) == "sod.self_approval"


def test_may_vote__their_service_account_made_it__no():
    assert asked(contributions=[Contribution(BOT, "built", "plan")]) == "sod.self_approval"


def test_may_vote__touched_what_this_approval_is_not_about__yes():
    assert asked(contributions=[Contribution(OLGA, "built", "package")]) is None


def test_may_vote__somebody_else_made_it__yes():
    assert asked(contributions=[Contribution(MARK, "authored", "plan")]) is None


def test_may_vote__service_account__never():
    assert asked(BOT) == "sod.service_account"


@pytest.mark.parametrize("roles", [(), ("cab",), ("admin", "release_manager")])
def test_may_vote__without_the_role__no(roles):
    assert asked(roles=roles) == "sod.not_eligible"


def test_may_vote__account_disabled__no():
    assert asked(Person("olga", active=False)) == "sod.not_eligible"


@pytest.mark.parametrize(
    ("votes", "code"),
    [
        ([vote("olga")], "sod.second_vote"),
        ([vote("olga"), vote("olga", Decision.WITHDRAW)], None),
        ([vote("olga", Decision.DENY)], None),
        ([vote("mark")], None),
    ],
    ids=["approved", "withdrew", "denied", "another"],
)
def test_may_vote__votes_given_before__one_place_per_person(votes, code):
    assert asked(votes=votes) == code


AUTHORED = [Contribution(MARK, "authored", "plan"), Contribution(MARK, "launched", "deployment_plan")]


@pytest.mark.parametrize(
    ("person", "approvers", "allowed"),
    [
        (OLGA, [], False),
        (OLGA, ["olga"], False),
        (OLGA, ["mark"], False),
        (OLGA, ["cora"], True),
        (MARK, ["cora"], False),
        (MARK, ["cora", "olga"], True),
        (MARK, ["cora", "mark"], False),
    ],
)
def test_may_launch__production__needs_approvers_who_are_neither_author_nor_launcher(
    person, approvers, allowed
):
    refusal = may_launch(person, AUTHORED, approvers, production=True)

    assert (refusal is None) is allowed


def test_may_launch__launched_before__is_not_an_author():
    assert may_launch(OLGA, [Contribution(OLGA, "launched", "plan")], ["cora"], production=True) is None


def test_may_launch__outside_production__asks_nothing():
    assert may_launch(MARK, AUTHORED, [], production=False) is None


@pytest.mark.parametrize(("standard", "code"), [(False, "sod.service_account"), (True, None)])
def test_may_launch__service_account__only_under_a_standard_change(standard, code):
    refusal = may_launch(BOT, [], ["cora"], production=True, standard_change=standard)

    assert (refusal.code if refusal else None) == code


@pytest.mark.parametrize("other", [role for role in Role if role is not Role.AUDITOR])
def test_may_hold__auditor__holds_nothing_else(other):
    assert may_hold([Role.AUDITOR, other], production=False).code == "sod.auditor_alone"


@pytest.mark.parametrize("governing", sorted(GOVERNING))
def test_may_hold__admin__does_not_govern_production(governing):
    assert may_hold([Role.ADMIN, governing], production=True).code == "sod.admin_governs"
    assert may_hold([Role.ADMIN, governing], production=False) is None


@pytest.mark.parametrize("role", Role)
def test_may_hold__one_role__is_always_fine(role):
    assert may_hold([role], production=True) is None


@pytest.mark.parametrize(
    ("person", "typed", "builder", "code"),
    [
        (OLGA, True, "", "sod.own_test_result"),
        (OLGA, False, "", None),
        (MARK, True, "", None),
        (MARK, False, "ci-bot", "sod.unexpected_builder"),
        (BOT, False, "ci-bot", None),
        (BOT, True, "ci-bot", "sod.own_test_result"),
    ],
)
def test_may_record_evidence__who_and_how__decides(person, typed, builder, code):
    refusal = may_record_evidence(person, registered_by=OLGA, typed=typed, expected_builder=builder)

    assert (refusal.code if refusal else None) == code


def test_refusal__any__says_what_to_do():
    refusal = may_vote(OLGA, ["service_owner"], [Contribution(OLGA, "edited", "plan")], NEED, [])

    assert (
        refusal.message == "You contributed to what is approved (plan), so you cannot approve it in any role."
    )
    assert refusal.hint
