"""What must hold for any set of votes, people and contributions."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import assume, given
from hypothesis import strategies as st

from rightaway.domain.approval_rules import WEIGHED, Rule
from rightaway.domain.approvals import (
    ApprovalState,
    Asked,
    Decision,
    Requirement,
    Vote,
    Voter,
    standing,
)
from rightaway.domain.permissions import Role
from rightaway.domain.separation import Contribution, Person, may_vote
from rightaway.domain.values import PersonKind

NOW = datetime(2026, 3, 2, tzinfo=UTC)
ASKED = Asked("now", NOW - timedelta(days=20))
ROLES = ("service_owner", "change_manager", "cab")
PEOPLE = tuple("abcdef")

roles = st.frozensets(st.sampled_from(ROLES))
requirements = st.builds(
    Requirement,
    key=st.just("plan_design"),
    title=st.just("Plan"),
    phase=st.just("plan_design"),
    rule=st.sampled_from(Rule),
    roles=st.lists(st.sampled_from(ROLES), min_size=1, unique=True).map(tuple),
    bound=st.just(("plan",)),
    quorum=st.integers(1, 4),
    levels=st.lists(
        st.lists(st.sampled_from(ROLES), min_size=1, unique=True).map(tuple), min_size=1, max_size=3
    ).map(tuple),
    asked=st.integers(0, 6),
)
SEATED = (Rule.ALL, Rule.ANY, Rule.QUORUM)
voters = st.fixed_dictionaries(dict.fromkeys(PEOPLE, roles)).map(
    lambda held: [Voter(person, granted) for person, granted in held.items()]
)
votes = st.lists(
    st.builds(
        Vote,
        person=st.sampled_from(PEOPLE),
        decision=st.sampled_from(Decision),
        digest=st.sampled_from(["now", "now", "old"]),
        voted_at=st.integers(0, 30 * 24).map(lambda hours: NOW - timedelta(hours=hours)),
        roles=roles,
    ),
    max_size=8,
)


def judge(requirement, given_votes, people, now=NOW):
    return standing(requirement, given_votes, asked=ASKED, current_digest="now", now=now, voters=people)


@given(requirements, votes, voters, st.sampled_from(PEOPLE), roles)
def test_standing__one_more_approval__never_closes_an_open_gate(requirement, cast, people, person, held):
    extra = Vote(person, Decision.APPROVE, "now", NOW, held)
    others = [vote for vote in cast if vote.person != person]

    before, after = judge(requirement, others, people), judge(requirement, [*others, extra], people)

    if before.state is ApprovalState.APPROVED:
        assert after.state is ApprovalState.APPROVED
        assert after.expires_at >= before.expires_at


@given(requirements, votes, voters)
def test_standing__votes_for_other_content__never_count(requirement, cast, people):
    for_now = [vote for vote in cast if vote.digest == "now"]

    assert judge(requirement, cast, people) == judge(requirement, for_now, people)
    assert judge(requirement, [replace(v, digest="old") for v in cast], people).state is ApprovalState.PENDING


@given(requirements, votes, voters)
def test_standing__approved__is_carried_by_enough_different_eligible_humans(requirement, cast, people):
    held = judge(requirement, cast, people)

    if held.state is ApprovalState.APPROVED:
        last = {
            vote.person: vote for vote in cast if vote.digest == "now" and vote.voted_at >= ASKED.asked_at
        }
        now_held = {voter.person: voter.roles for voter in people}
        usable = {p: last[p].roles & now_held[p] & set(requirement.roles) for p in held.approved_by}
        assert len(held.approved_by) == len(requirement.slots) == len(set(held.approved_by))
        assert all(usable.values())
        assert all(last[p].decision is Decision.APPROVE for p in held.approved_by)


@given(requirements, st.sampled_from(SEATED), votes, voters)
def test_standing__seats__agree_with_trying_every_order(requirement, rule, cast, people):
    requirement = replace(requirement, rule=rule)
    last = {v.person: v for v in cast if v.digest == "now" and v.voted_at >= ASKED.asked_at}
    now_held = {voter.person: voter.roles for voter in people}
    fresh = [
        vote.roles & now_held[vote.person]
        for vote in last.values()
        if vote.decision is Decision.APPROVE and vote.voted_at + timedelta(days=14) > NOW
    ]
    denied = any(v.decision is Decision.DENY and v.roles & set(requirement.roles) for v in last.values())
    possible = any(
        all(held & slot for held, slot in zip(order, requirement.slots, strict=True))
        for order in permutations(fresh, len(requirement.slots))
    )

    approved = judge(requirement, cast, people).state is ApprovalState.APPROVED

    assert approved is (possible and not denied)


@given(requirements, votes, voters, st.sampled_from(PEOPLE))
def test_standing__somebody_leaves__never_opens_a_gate(requirement, cast, people, leaver):
    stayed = [replace(voter, active=voter.person != leaver) for voter in people]

    if judge(requirement, cast, stayed).state is ApprovalState.APPROVED:
        assert judge(requirement, cast, people).state is ApprovalState.APPROVED


@given(requirements, votes, voters, st.integers(0, 40))
def test_standing__time_alone__never_opens_a_gate(requirement, cast, people, days):
    later = judge(requirement, cast, people, NOW + timedelta(days=days))

    if later.state is ApprovalState.APPROVED:
        assert judge(requirement, cast, people).state is ApprovalState.APPROVED


people = st.builds(Person, id=st.sampled_from(PEOPLE)) | st.builds(
    Person,
    id=st.just("bot"),
    kind=st.just(PersonKind.SERVICE_ACCOUNT),
    owner=st.sampled_from(PEOPLE),
)
acts = st.sampled_from(["authored", "edited", "submitted", "built"])


@given(people, acts, st.frozensets(st.sampled_from(list(Role))), requirements, st.data())
def test_may_vote__author__never_by_any_role_nor_account(author, act, held, requirement, data):
    made = Contribution(author, act, "plan")
    noise = data.draw(st.lists(st.builds(Contribution, people, acts, st.sampled_from(["plan", "package"]))))

    for voter in (Person(author.human), author, Person("bot", PersonKind.SERVICE_ACCOUNT, author.human)):
        assert may_vote(voter, held, [*noise, made], requirement, []) is not None


@given(people, st.frozensets(st.sampled_from(list(Role))), requirements)
def test_may_vote__allowed__only_an_active_human_with_a_role_of_the_approval(person, held, requirement):
    allowed = may_vote(person, held, [], requirement, []) is None

    assert allowed is (person.kind is PersonKind.PERSON and not held.isdisjoint(requirement.roles))


@given(requirements, votes, voters, st.sampled_from(PEOPLE), roles)
def test_standing__an_abstention__never_opens_a_gate(requirement, cast, people, person, held):
    extra = Vote(person, Decision.ABSTAIN, "now", NOW, held)

    if judge(requirement, [*cast, extra], people).state is ApprovalState.APPROVED:
        assert judge(requirement, cast, people).state is not ApprovalState.PENDING


@given(requirements, st.sampled_from(sorted(WEIGHED)), votes, voters)
def test_standing__weighed__approved_by_the_share_and_denied_only_when_out_of_reach(
    requirement, rule, cast, people
):
    requirement = replace(requirement, rule=rule)
    held = judge(requirement, cast, people)
    share = 50 if requirement.rule is Rule.MAJORITY else requirement.quorum

    if held.state is ApprovalState.APPROVED:
        assert len(held.approved_by) * 100 >= requirement.asked * share
        assert requirement.rule is Rule.PERCENT or len(held.approved_by) * 2 > requirement.asked
    if held.state is ApprovalState.DENIED:
        assert requirement.asked - len(held.denied_by) < len(requirement.slots)


@given(requirements, votes, voters)
def test_standing__sequence__approved_in_the_order_of_its_levels(requirement, cast, people):
    requirement = replace(requirement, rule=Rule.SEQUENCE)
    held = judge(requirement, cast, people)
    last = {v.person: v for v in cast if v.digest == "now" and v.voted_at >= ASKED.asked_at}

    if held.state is ApprovalState.APPROVED:
        times = sorted(last[person].voted_at for person in held.approved_by)
        assert len(set(times)) == len(requirement.levels)
        ordered = sorted(held.approved_by, key=lambda person: last[person].voted_at)
        assert all(last[p].roles & set(level) for p, level in zip(ordered, requirement.levels, strict=True))


@given(requirements, votes, voters, st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))
def test_standing__own_vote_and_that_of_the_delegate__count_once(requirement, cast, people, giver, taker):
    assume(giver != taker)
    others = [vote for vote in cast if vote.person not in {giver, taker}]
    held = frozenset(ROLES)
    everybody = [replace(voter, roles=held) if voter.person == giver else voter for voter in people]
    own = Vote(giver, Decision.APPROVE, "now", NOW, held)
    for_them = Vote(taker, Decision.APPROVE, "now", NOW, held, on_behalf_of=giver)

    both = judge(requirement, [*others, own, for_them], everybody)

    assert both == judge(requirement, [*others, own], everybody)


@given(requirements)
def test_requirement__whatever_it_is__asks_for_at_least_one_vote(requirement):
    assert requirement.slots
    assert judge(requirement, [], []).state is ApprovalState.PENDING
