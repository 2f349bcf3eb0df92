"""Who gives an approval by what the release is: sources, expressions and cases, as a template has them."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightaway.domain import expressions
from rightaway.domain.approval_matrix import FACTS
from rightaway.domain.approval_rules import Rule
from rightaway.domain.approvals import ApprovalState, Asked, Decision, Vote, Voter, check_turn, standing
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.mappings import Reader
from rightaway.domain.workflow_approvals import approval, check_approval

NOW = datetime(2026, 3, 2, tzinfo=UTC)
MINOR = {
    "release_type": "minor",
    "release_kind": "software",
    "reason": "security",
    "service": "shop",
    "impact_assessment": 3,
    "urgency": 3,
    "changes": 2,
    "cis": 5,
    "cost_estimate": 0,
}
BASE = {"key": "go", "title": "Go", "phase": "build_test", "rule": "any", "roles": ["cab"], "bound": ["plan"]}


def read(**changed):
    reader = Reader("workflow")
    found = approval(reader, {**BASE, **changed}, "/approvals/0")
    check_approval(reader, found, {"build_test"}, "/approvals/0")
    return found, {(error.code, error.at) for error in reader.errors}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('release_type == "minor"', True),
        ('release_type != "minor"', False),
        ('release_type in ["major", "minor"] and changes >= 2', True),
        ('not (changes > 2 or service not in ("shop",))', True),
        ("cis < 5", False),
    ],
)
def test_expression__over_the_facts__is_judged(text, expected):
    expressions.check(text, FACTS)
    assert expressions.holds(text, MINOR) is expected


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "1",
            "release_type",
            "release_tpye == 'minor'",
            "release_type == 3",
            "changes == '3'",
            "changes == True",
        ),
        *(
            "release_type < 'n'",
            "release_type in 'minor'",
            "changes == [1]",
            "1 < changes < 3",
            "__import__('os')",
        ),
        *(
            "release_type.upper() == 'A'",
            "(lambda: 1)()",
            "changes == 2 if 1 else 3",
            "changes == -1",
            "x = 1",
        ),
        *("changes is 2", "changes == 1 +", "(" * 200, "changes == 1 or " * 40 + "changes == 2", "\0"),
    ],
)
def test_expression__that_cannot_be_judged__is_refused(text):
    with pytest.raises(Invalid) as caught:
        expressions.check(text, FACTS)
    assert caught.value.code == "expression.invalid"


@given(st.text(max_size=60))
def test_expression__any_text__is_judged_or_refused(text):
    try:
        expressions.check(text, FACTS)
    except Invalid:
        return
    assert isinstance(expressions.holds(text, MINOR), bool)


def test_approval__every_kind_of_source__is_read():
    found, errors = read(users=["anna"], groups=["dcab"], people=["requester", "stakeholders"])
    assert errors == set()
    assert found.roles == ("cab", "user:anna", "group:dcab", "requester", "stakeholders")


def test_approval__by_release_type__asks_for_more():
    cases = [{"when": 'release_type == "major"', "quorum": "3", "groups": ["dcab"]}]
    found, errors = read(rule="quorum", quorum="2", cases=cases, when='release_type != "emergency"')
    assert errors == set()
    major = found.adapted({**MINOR, "release_type": "major"})
    assert (len(found.adapted(MINOR).slots), len(major.slots), major.roles) == (2, 3, ("cab", "group:dcab"))
    assert found.is_needed(MINOR)
    assert not found.is_needed({**MINOR, "release_type": "emergency"})


@pytest.mark.parametrize(
    ("changed", "code", "at"),
    [
        ({"roles": []}, "approval_without_source", "roles"),
        ({"rule": "sequence"}, "approval_without_source", "levels"),
        ({"rule": "sequence", "levels": [{"roles": ["cab"]}, {}]}, "approval_without_source", "levels"),
        ({"rule": "sequence", "levels": [{"roles": ["cba"]}]}, "unknown_role", "levels/0/roles/0"),
        ({"people": ["customer"]}, "unknown_person", "people/0"),
        ({"rule": "percent", "percent": 101}, "too_many", "percent"),
        ({"rule": "quorum", "quorum": 2, "roles": [], "users": ["anna"]}, "too_many", "quorum"),
        ({"when": "weather == 'good'"}, "bad_expression", "when"),
        ({"cases": [{"when": "changes > 'a'"}]}, "bad_expression", "cases/0/when"),
        ({"cases": [{"when": "changes > 1", "quorum": 2}]}, "no_quorum", "cases/0/quorum"),
    ],
)
def test_approval__that_nobody_could_give_or_judge__is_refused_with_its_place(changed, code, at):
    _, errors = read(**changed)
    assert (f"workflow.{code}", f"/approvals/0/{at}") in errors


def judge(requirement, *cast):
    votes = [
        Vote(person, decision, "now", NOW + timedelta(minutes=minute), frozenset({source}))
        for minute, (person, decision, source) in enumerate(cast)
    ]
    people = [Voter(person, frozenset({source})) for person, _, source in cast]
    asked = Asked("now", NOW)
    return standing(
        requirement, votes, asked=asked, current_digest="now", now=NOW + timedelta(hours=1), voters=people
    )


YES, NO = Decision.APPROVE, Decision.DENY


def test_first_response__denied_after_an_approval__stays_approved_and_the_other_way_round():
    requirement, _ = read(rule="first_response")
    assert judge(requirement, ("a", YES, "cab"), ("b", NO, "cab")).state is ApprovalState.APPROVED
    assert judge(requirement, ("a", NO, "cab"), ("b", YES, "cab")).state is ApprovalState.DENIED
    assert judge(requirement, ("a", Decision.ABSTAIN, "cab"), ("b", YES, "cab")).approved_by == ("b",)


def test_majority__of_five__three_carry_it_and_three_denials_end_it():
    from dataclasses import replace

    requirement = replace(read(rule="majority")[0], asked=5)
    two = (("a", YES, "cab"), ("b", YES, "cab"))
    assert judge(requirement, *two, ("c", NO, "cab")).state is ApprovalState.PENDING
    assert judge(requirement, *two, ("c", YES, "cab")).state is ApprovalState.APPROVED
    assert judge(requirement, *((name, NO, "cab") for name in "abc")).state is ApprovalState.DENIED


def test_percent__of_those_asked__is_rounded_up():
    from dataclasses import replace

    requirement = replace(read(rule="percent", percent="60")[0], asked=4)
    assert len(requirement.slots) == 3


def test_sequence__out_of_turn__is_refused_and_does_not_count():
    requirement, errors = read(rule="sequence", levels=[{"roles": ["service_owner"]}, {"roles": ["cab"]}])
    assert (errors, requirement.rule) == (set(), Rule.SEQUENCE)
    begun = judge(requirement, ("c", YES, "cab"), ("o", YES, "service_owner"))
    assert begun.state is ApprovalState.PENDING
    assert judge(requirement, ("o", YES, "service_owner"), ("c", YES, "cab")).state is ApprovalState.APPROVED
    check_turn(requirement, {"cab"}, begun)
    with pytest.raises(Refused) as caught:
        check_turn(requirement, {"cab"}, judge(requirement))
    assert caught.value.code == "approval.not_your_turn"
