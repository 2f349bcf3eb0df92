"""Every rule of an approval does what its line in the reference says."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import pytest

from rightaway.domain.approval_rules import Rule
from rightaway.domain.approvals import (
    ApprovalState,
    Asked,
    Decision,
    Requirement,
    Vote,
    Voter,
    standing,
)

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "approvals.md"
NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
SEEN = "a" * 64
ROLE_OF = {"a": "service_owner", "b": "change_manager", "c": "change_manager", "d": "cab"}
ROLES = ("service_owner", "change_manager", "cab")
WORDS = {"+": Decision.APPROVE, "-": Decision.DENY, "0": Decision.ABSTAIN, "x": Decision.WITHDRAW}


@pytest.mark.parametrize(
    ("heading", "words"), [("Rules", Rule), ("Decisions", Decision), ("States", ApprovalState)]
)
def test_reference__table_of_each_enumeration__has_a_line_for_each_member(heading: str, words: type[StrEnum]):
    section = PAGE.read_text().split(f"## {heading}\n")[1].split("\n## ")[0]
    lines = re.findall(r"^\| `(\w+)` \| (.+) \|$", section, re.MULTILINE)
    assert [word for word, _ in lines] == list(words)
    assert all(text.strip() for _, text in lines)


def judged(rule: Rule, votes: str, *, number: int) -> str:
    """Judge an approval of which four people were asked; `b+ c-` is what they said, one after the other."""
    requirement = Requirement(
        *("plan_design", "Plan", "plan_design", rule, ROLES, ("plan",)),
        quorum=number,
        levels=tuple((role,) for role in ROLES) if rule is Rule.SEQUENCE else (),
        asked=len(ROLE_OF),
    )
    said = [
        Vote(who, WORDS[word], SEEN, NOW - timedelta(hours=9 - hour), frozenset({ROLE_OF[who]}))
        for hour, (who, word) in enumerate(votes.split())
    ]
    people = [Voter(name, frozenset({role})) for name, role in ROLE_OF.items()]
    asked = Asked(SEEN, NOW - timedelta(days=1))
    return str(standing(requirement, said, asked=asked, current_digest=SEEN, now=NOW, voters=people).state)


CASES = [
    ("all", 1, "a+ b+", "pending"),
    ("all", 1, "a+ b+ c+", "pending"),
    ("all", 1, "a+ b+ d+", "approved"),
    ("all", 1, "a+ b- d+", "denied"),
    ("any", 1, "a0", "pending"),
    ("any", 1, "a0 c+", "approved"),
    ("any", 1, "c-", "denied"),
    ("first_response", 1, "a0 b+ c-", "approved"),
    ("first_response", 1, "a0 b- c+", "denied"),
    ("majority", 1, "a+ b+", "pending"),
    ("majority", 1, "a+ b+ c- d+", "approved"),
    ("majority", 1, "a- b+ c+", "pending"),
    ("majority", 1, "a- b-", "denied"),
    ("quorum", 2, "b+", "pending"),
    ("quorum", 2, "b+ c+", "approved"),
    ("quorum", 2, "b+ c-", "denied"),
    ("percent", 51, "a+ b+", "pending"),
    ("percent", 51, "a+ b+ c+", "approved"),
    ("percent", 50, "a+ b+", "approved"),
    ("percent", 75, "a- b+ c+", "pending"),
    ("percent", 75, "a- b-", "denied"),
    ("sequence", 1, "b+ a+ d+", "pending"),
    ("sequence", 1, "a+ b+ d+", "approved"),
    ("sequence", 1, "a+ b-", "denied"),
]


@pytest.mark.parametrize(("rule", "number", "votes", "state"), CASES)
def test_rule__with_these_votes__is_decided_as_the_reference_says(
    rule: str, number: int, votes: str, state: str
):
    assert judged(Rule(rule), votes, number=number) == state


def test_cases__of_all_rules__show_each_given_denied_and_waiting():
    shown = {(rule, state) for rule, _, _, state in CASES}
    waiting = {(rule, "pending") for rule in Rule if rule is not Rule.FIRST_RESPONSE}
    assert shown == {(rule, state) for rule in Rule for state in ("approved", "denied")} | waiting


def test_withdrawal__of_the_vote_that_decided__is_as_if_it_had_not_been_given():
    assert judged(Rule.ANY, "c+ cx", number=1) == "pending"
