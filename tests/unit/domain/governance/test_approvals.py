"""Who has agreed to exactly which content."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from rightaway.domain.approval_rules import Rule
from rightaway.domain.approvals import (
    PARTS,
    ApprovalState,
    Asked,
    Decision,
    Requirement,
    Vote,
    Voter,
    bound_digest,
    check_source,
    check_vote,
    standing,
)
from rightaway.domain.errors import Invalid, Refused

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
ASKED_AT = NOW - timedelta(days=2)
SEEN = "a" * 64
SO, CM, CAB = "service_owner", "change_manager", "cab"


def need(rule=Rule.ALL, roles=(SO, CM), quorum=1):
    return Requirement(
        "plan_design", "Plan and design", "plan_design", rule, roles, ("scope", "plan"), quorum
    )


def vote(person, *roles, decision=Decision.APPROVE, digest=SEEN, days_ago=1.0):
    return Vote(person, decision, digest, NOW - timedelta(days=days_ago), frozenset(roles))


def voters(**roles):
    return [Voter(name, frozenset(held.split())) for name, held in roles.items()]


PEOPLE = voters(olga=SO, mark=CM, cora=CAB, both=f"{SO} {CM}")


def judge(votes, requirement=None, *, people=PEOPLE, now=NOW, asked=True, current=SEEN):
    return standing(
        requirement or need(),
        votes,
        asked=Asked(SEEN, ASKED_AT) if asked else None,
        current_digest=current,
        now=now,
        voters=people,
    )


def test_standing__nobody_asked__not_requested():
    assert judge([vote("olga", SO), vote("mark", CM)], asked=False).state is ApprovalState.NOT_REQUESTED


def test_standing__all_roles_voted__approved_until_the_oldest_vote_ages():
    held = judge([vote("olga", SO, days_ago=2), vote("mark", CM)])

    assert held.state is ApprovalState.APPROVED
    assert held.approved_by == ("mark", "olga")
    assert held.expires_at == NOW - timedelta(days=2) + timedelta(days=14)


def test_standing__one_role_missing__says_which():
    held = judge([vote("olga", SO)])

    assert held.state is ApprovalState.PENDING
    assert held.missing == ((CM, "no valid vote of change_manager yet"),)


def test_standing__one_human_with_both_roles__fills_one_slot():
    assert judge([vote("both", SO, CM)]).state is ApprovalState.PENDING


@pytest.mark.parametrize("other", [vote("olga", SO), vote("mark", CM)])
def test_standing__human_with_both_roles_and_another__are_seated_so_that_it_fits(other):
    for votes in ([vote("both", SO, CM), other], [other, vote("both", SO, CM)]):
        assert judge(votes).state is ApprovalState.APPROVED


def test_standing__any__one_vote_of_any_role_is_enough():
    assert judge([vote("mark", CM)], need(Rule.ANY)).state is ApprovalState.APPROVED


def test_standing__quorum__counts_humans_of_any_role():
    requirement = need(Rule.QUORUM, (SO, CM, CAB), quorum=2)

    assert judge([vote("cora", CAB)], requirement).state is ApprovalState.PENDING
    assert judge([vote("cora", CAB), vote("cora", CAB)], requirement).state is ApprovalState.PENDING
    assert judge([vote("cora", CAB), vote("mark", CM)], requirement).state is ApprovalState.APPROVED


def test_standing__content_changed_after_asking__void():
    assert judge([vote("olga", SO), vote("mark", CM)], current="b" * 64).state is ApprovalState.VOID


def test_standing__votes_for_other_content__do_not_count():
    assert judge([vote("olga", SO, digest="b" * 64), vote("mark", CM)]).state is ApprovalState.PENDING


def test_standing__votes_from_before_it_was_asked_again__do_not_count():
    assert judge([vote("olga", SO, days_ago=3), vote("mark", CM)]).state is ApprovalState.PENDING


def test_standing__vote_from_the_future__does_not_count_yet():
    assert judge([vote("olga", SO, days_ago=-1), vote("mark", CM)]).state is ApprovalState.PENDING


def test_standing__denied__stays_denied_whatever_others_say():
    held = judge([vote("mark", CM, decision=Decision.DENY), vote("olga", SO), vote("both", CM, SO)])

    assert held.state is ApprovalState.DENIED
    assert held.denied_by == ("mark",)


def test_standing__denial_of_somebody_without_the_role__changes_nothing():
    votes = [vote("cora", CAB, decision=Decision.DENY), vote("olga", SO), vote("mark", CM)]

    assert judge(votes).state is ApprovalState.APPROVED


@pytest.mark.parametrize("decision", [Decision.WITHDRAW, Decision.ABSTAIN])
def test_standing__vote_taken_back__leaves_the_slot_open(decision):
    votes = [vote("olga", SO), vote("mark", CM), vote("olga", SO, decision=decision, days_ago=0.5)]

    assert judge(votes).state is ApprovalState.PENDING


def test_standing__denial_changed_to_approval__counts_the_last_word():
    votes = [vote("olga", SO, decision=Decision.DENY), vote("mark", CM), vote("olga", SO, days_ago=0.5)]

    assert judge(votes).state is ApprovalState.APPROVED


@pytest.mark.parametrize(
    "olga",
    [
        Voter("olga", frozenset({SO}), active=False),
        Voter("olga", frozenset({SO}), human=False),
        Voter("olga", frozenset({CAB})),
        None,
    ],
    ids=["left", "service account", "lost the role", "unknown"],
)
def test_standing__approver_no_longer_eligible__does_not_count(olga):
    people = [voter for voter in PEOPLE if voter.person != "olga"] + ([olga] if olga else [])

    assert judge([vote("olga", SO), vote("mark", CM)], people=people).state is ApprovalState.PENDING


def test_standing__role_granted_after_the_vote__does_not_count():
    assert judge([vote("olga", CAB), vote("mark", CM)]).state is ApprovalState.PENDING


def test_standing__at_the_end_of_its_life__expires_to_the_second():
    votes = [vote("olga", SO), vote("mark", CM)]
    end = judge(votes).expires_at

    assert judge(votes, now=end - timedelta(seconds=1)).state is ApprovalState.APPROVED
    assert judge(votes, now=end).state is ApprovalState.EXPIRED


def test_standing__more_votes_than_needed__the_newest_carry_it():
    votes = [vote("olga", SO, days_ago=2), vote("mark", CM, days_ago=1), vote("cora", CAB, days_ago=0)]

    held = judge(votes, need(Rule.QUORUM, (SO, CM, CAB), quorum=2))

    assert held.expires_at == NOW - timedelta(days=1) + timedelta(days=14)


def test_requirement__without_roles__is_an_error():
    with pytest.raises(Invalid) as caught:
        need(roles=())

    assert caught.value.code == "approval.no_source"


def test_check_source__enough_people__passes():
    check_source(need(), PEOPLE)


@pytest.mark.parametrize(
    "people",
    [
        [],
        voters(olga=SO),
        voters(both=f"{SO} {CM}"),
        [*voters(olga=SO), Voter("mark", frozenset({CM}), active=False)],
        [*voters(olga=SO), Voter("bot", frozenset({CM}), human=False)],
    ],
    ids=["nobody", "one role", "one human for two", "left", "service account"],
)
def test_check_source__nobody_could_give_it__is_an_error_not_a_pass(people):
    with pytest.raises(Refused) as caught:
        check_source(need(), people)

    assert caught.value.code == "approval.no_approver"


def test_check_source__one_role_without_a_holder__names_it():
    with pytest.raises(Refused) as caught:
        check_source(need(), voters(olga=SO))

    assert caught.value.evidence == {"roles": [CM], "people": ["olga"]}


def test_check_vote__denial_without_a_word__refused():
    with pytest.raises(Invalid) as caught:
        check_vote(Decision.DENY, " ", seen=SEEN, current=SEEN)

    assert caught.value.at == "reason"


def test_check_vote__content_moved_on__refused():
    with pytest.raises(Refused) as caught:
        check_vote(Decision.APPROVE, "", seen=SEEN, current="b" * 64)

    assert caught.value.code == "approval.content_changed"


def test_check_vote__same_content__passes():
    check_vote(Decision.APPROVE, "", seen=SEEN, current=SEEN)
    check_vote(Decision.DENY, "no cost estimate", seen=SEEN, current=SEEN)


@pytest.mark.parametrize("part", PARTS)
def test_bound_digest__one_part_changed__differs_only_if_bound(part):
    manifest = {name: {"content": 1} for name in PARTS}
    changed = {**manifest, part: {"content": 2}}

    differs = bound_digest(need(), manifest) != bound_digest(need(), changed)

    assert differs is (part in need().bound)


def test_bound_digest__same_content_for_another_approval__is_another_digest():
    manifest = {"scope": [], "plan": {}}

    assert bound_digest(need(), manifest) != bound_digest(replace(need(), key="deployment"), manifest)


def test_bound_digest__part_not_there_yet__refused():
    with pytest.raises(Invalid) as caught:
        bound_digest(need(), {"scope": []})

    assert caught.value.code == "approval.nothing_to_approve"


SECURITY = "group:security"


def joined(rule=Rule.QUORUM, roles=(SO, CM, CAB), quorum=2, also=(SECURITY,)):
    return need(rule, roles, quorum).joined(also)


@pytest.mark.parametrize("rule", [Rule.ALL, Rule.ANY, Rule.FIRST_RESPONSE, Rule.QUORUM])
def test_joined__whatever_the_rule__needs_a_vote_of_the_other_source_more(rule):
    people = voters(olga=SO, mark=CM, cora=CAB, sam=SECURITY)
    without = [vote("olga", SO), vote("mark", CM), vote("cora", CAB)]

    assert judge(without, joined(rule), people=people).state is ApprovalState.PENDING
    assert (
        judge([*without, vote("sam", SECURITY)], joined(rule), people=people).state is ApprovalState.APPROVED
    )
    assert judge([vote("sam", SECURITY)], joined(rule), people=people).state is ApprovalState.PENDING


def test_joined__source_that_votes_anyway__needs_one_of_its_own():
    people = voters(olga=SO, mark=CM, cora=CAB, nils=CM)
    two = [vote("olga", SO), vote("cora", CAB)]

    assert judge([*two, vote("mark", CM)], joined(also=(CM,)), people=people).state is ApprovalState.APPROVED
    assert judge(two, joined(also=(CM,)), people=people).state is ApprovalState.PENDING


def test_joined__sequence__votes_last():
    held = replace(need(Rule.ALL), rule=Rule.SEQUENCE, levels=((SO,), (CM,))).joined((SECURITY,))
    assert [sorted(slot) for slot in held.slots] == [[SO], [CM], [SECURITY]]


def test_joined__denial_of_the_other_source__denies_under_every_rule():
    people = voters(olga=SO, mark=CM, cora=CAB, sam=SECURITY)
    denied = [vote("olga", SO), vote("mark", CM), vote("sam", SECURITY, decision=Decision.DENY)]

    for rule in (Rule.MAJORITY, Rule.FIRST_RESPONSE, Rule.QUORUM, Rule.ALL):
        held = replace(joined(rule), asked=4)
        assert judge(denied, held, people=people).denied_by == ("sam",), rule


def test_joined__first_response__is_that_of_those_whom_the_workflow_asks():
    people = voters(olga=SO, sam=SECURITY)
    early = vote("sam", SECURITY, days_ago=1.5)

    held = judge(
        [early, vote("olga", SO, decision=Decision.DENY)], joined(Rule.FIRST_RESPONSE), people=people
    )

    assert held.state is ApprovalState.DENIED


def test_joined__nobody_more__is_the_same():
    for rule in (Rule.ALL, Rule.ANY, Rule.QUORUM):
        assert need(rule).joined(()) == need(rule)
