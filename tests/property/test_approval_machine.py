"""Anything people do to an approval, in any order, ends where the plain model says it ends."""

import os
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from tests.property.approval_model import Model

from rightaway.domain.approval_rules import Rule
from rightaway.domain.approvals import Asked, Decision, Requirement, Vote, Voter, standing
from rightaway.domain.separation import Contribution, Person, may_launch, may_vote

PEOPLE = ("ann", "bob", "cem", "dan", "eve")
SOURCES = ("service_owner", "change_manager", "group:dcab")
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
TTL = 12
persons = st.sampled_from(PEOPLE)
EXAMPLES = int(os.environ.get("RIGHTAWAY_TESTS_EXAMPLES", "500"))
"""20,000 in the slow lane: RIGHTAWAY_TESTS_EXAMPLES=20000."""


def at(moment: int) -> datetime:
    return BEGIN + timedelta(days=moment)


class Approvals(RuleBasedStateMachine):
    """Drives the rules of the product and the model with the same deeds; who may not vote is refused by both."""

    @initialize(
        how=st.sampled_from(Rule),
        sources=st.lists(st.sampled_from(SOURCES), min_size=1, unique=True),
        number=st.integers(1, 3),
        levels=st.lists(st.lists(st.sampled_from(SOURCES), min_size=1, unique=True), min_size=1, max_size=3),
        held=st.fixed_dictionaries(
            {one: st.frozensets(st.sampled_from(SOURCES), min_size=1) for one in PEOPLE}
        ),
        also=st.lists(st.sampled_from(SOURCES), max_size=2, unique=True),
    )
    def begin(self, how, sources, number, levels, held, also):
        if how is Rule.PERCENT:
            number *= 30
        if how is Rule.SEQUENCE:
            sources = sorted({one for level in levels for one in level})
        self.now, self.votes = 0, []
        self.model = Model(
            str(how),
            sources,
            number,
            levels,
            TTL,
            {one: set(roles) for one, roles in held.items()},
            set(PEOPLE),
            also,
        )
        self.kind = {
            "rule": how,
            "roles": tuple(sources),
            "quorum": number,
            "levels": tuple(map(tuple, levels)),
        }
        self.also = tuple(also)
        self.ask()

    def requirement(self) -> Requirement:
        asked = len(self.model.asked_of)
        held = Requirement("go", "Go", "plan", bound=("plan",), ttl_days=TTL, asked=asked, **self.kind)
        return held.joined(self.also)

    def voters(self) -> list[Voter]:
        """Everybody who may vote by themselves or could stand in, as the queries give them."""
        model, sources = self.model, self.model.everybody()
        return [
            Voter(one, frozenset(model.held[one] & sources), active=one in model.active)
            for one in PEOPLE
            if one not in model.authors
        ]

    def state(self) -> str:
        model = self.model
        asked = None if model.asked_for is None else Asked(f"c{model.asked_for}", at(model.asked_at))
        return standing(
            self.requirement(),
            self.votes,
            asked=asked,
            current_digest=f"c{model.content}",
            now=at(self.now),
            voters=self.voters(),
        ).state

    @rule()
    def ask(self):
        """Ask, or ask again: earlier votes no longer answer it."""
        self.now += 1
        model = self.model
        model.asked_for, model.asked_at = model.content, self.now
        model.asked_of, model.word = set(model.eligible()), {}

    @rule(people=st.lists(persons, min_size=1, max_size=5, unique=True), decision=st.sampled_from(Decision))
    def vote(self, people, decision):
        for person in people:
            self._vote(person, decision)

    @rule(person=persons, decision=st.sampled_from(Decision))
    def one_votes(self, person, decision):
        self._vote(person, decision)

    def _vote(self, person, decision):
        self.now += 1
        model = self.model
        entitled = model.entitled(person)
        sources, place = entitled or (model.held[person] & model.everybody(), "")
        acts = [Contribution(Person(one), "wrote", "plan") for one in sorted(model.authors)]
        prior = [one for one in self.votes if one.person == person and one.voted_at >= at(model.asked_at)]
        is_active = person in model.active
        refusal = may_vote(Person(person, active=is_active), sources, acts, self.requirement(), prior)
        if person in model.authors or not is_active or not sources:
            assert refusal is not None
        is_again = person in model.word and model.word[person][0] == "approve"
        if decision is not Decision.WITHDRAW and (entitled is None or is_again):
            assert entitled is None or refusal is not None
            return
        is_seen = model.content == model.asked_for  # what was taken back of other content was never recorded
        if decision is Decision.WITHDRAW and (person not in model.word or not is_seen):
            return
        self.votes.append(
            Vote(person, decision, f"c{model.content}", at(self.now), frozenset(sources), on_behalf_of=place)
        )
        if model.content == model.asked_for:
            model.word[person] = (str(decision), self.now, set(sources), place)

    @rule(person=persons)
    def edit(self, person):
        """Write something of what is approved: its author never votes on it again."""
        self.now += 1
        self.model.authors.add(person)
        self.model.content += 1

    @rule(person=persons)
    def leave_or_return(self, person):
        self.model.active ^= {person}

    @rule(person=persons, source=st.sampled_from(SOURCES))
    def grant_or_revoke(self, person, source):
        self.model.held[person] ^= {source}

    @rule(giver=persons, taker=persons)
    def delegate(self, giver, taker):
        if giver != taker:
            self.model.delegated[taker] = giver

    @rule(days=st.integers(1, TTL))
    def wait(self, days):
        self.now += days

    @invariant()
    def both_agree(self):
        if hasattr(self, "model"):
            assert str(self.state()) == self.model.state(self.now)

    @invariant()
    def nobody_launches_alone(self):
        """S3: whoever made it launches only with two others who approved; nobody only with their own approval."""
        if not hasattr(self, "model") or self.model.state(self.now) != "approved":
            return
        model = self.model
        acts = [Contribution(Person(one), "wrote", "plan") for one in sorted(model.authors)]
        approved = {who for who, _, _ in model.counted(self.now, is_fresh=True)}
        for launcher in PEOPLE:
            others = approved - model.authors - {launcher}
            needed = 2 if launcher in model.authors else 1
            refused = may_launch(Person(launcher), acts, approved, production=True) is not None
            assert refused is (len(others) < needed)


Approvals.TestCase.settings = settings(max_examples=EXAMPLES, stateful_step_count=25, deadline=None)
TestApprovals = Approvals.TestCase
