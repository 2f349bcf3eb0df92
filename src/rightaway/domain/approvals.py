"""Approvals: who has to agree to exactly which content, and whether they have."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from rightaway.domain import approval_rules, expressions
from rightaway.domain.approval_matrix import Case, case_of
from rightaway.domain.approval_rules import Approving, Rule, Slots
from rightaway.domain.canonical import digest
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.sentences import Word, said, wordlist

PARTS = ("scope", "plan", "design", "package", "back_out", "deployment_plan", "outcome", "freezes", "rollout")
"""
The parts of a release that an approval can be bound to.

`freezes` are those its planned time lies in, `rollout` what its deployments to production came to.
"""


class Decision(StrEnum):
    APPROVE = "approve"
    DENY = "deny"
    ABSTAIN = "abstain"
    WITHDRAW = "withdraw"


class ApprovalState(StrEnum):
    NOT_REQUESTED = "not_requested"
    NOT_REQUIRED = "not_required"
    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    VOID = "void"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Requirement:
    """
    What one approval asks for.

    Args:
        rule: How votes are counted; see `Rule`.
        roles: Who may give it: roles, and the sources of `approval_sources`, such as `user:anna`.
        bound: The parts of the release the votes are for.
        quorum: How many for `quorum`, the share of those asked for `percent`.
        levels: For `sequence`, the sources of each level.
        due_days: By when votes are expected; people are reminded at half of it and at its end.
        step_up: A vote needs a proof of who votes that is at most some minutes old.
        when: The approval is needed only when this expression holds; empty for always.
        cases: What else it asks for by what the release is; the first that holds counts.
        asked: How many people it was asked of, which `majority` and `percent` are taken of.
        quorums: For `all`, the sources that take more than one vote: boards.
        also: Sources of which one vote each is needed besides what the rule asks for, and whose denial denies.
    """

    key: str
    title: str
    phase: str
    rule: Rule
    roles: tuple[str, ...]
    bound: tuple[str, ...]
    quorum: int = 1
    ttl_days: int = 14
    levels: tuple[tuple[str, ...], ...] = ()
    due_days: int = 3
    step_up: bool = False
    when: str = ""
    cases: tuple[Case, ...] = ()
    asked: int = 0
    quorums: Mapping[str, int] = field(default_factory=dict, hash=False)
    also: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.roles or (self.rule is Rule.SEQUENCE and not (self.levels and all(self.levels))):
            raise Invalid(
                "approval.no_source",
                said("The approval {key} names nobody who could give it.", key=Word(self.key)),
                hint=said("Name at least one role, person or group."),
                at="roles",
            )

    def is_needed(self, facts: expressions.Facts) -> bool:
        return not self.when or expressions.holds(self.when, facts)

    def adapted(self, facts: expressions.Facts) -> "Requirement":
        """Give what is asked of a release with these facts."""
        case = case_of(self.cases, facts)
        if case is None:
            return self
        levels = (*self.levels, *((one,) for one in case.add)) if self.rule is Rule.SEQUENCE else self.levels
        return replace(
            self,
            quorum=self.quorum if case.quorum is None else case.quorum,
            roles=tuple(dict.fromkeys((*self.roles, *case.add))),
            levels=levels,
        )

    def joined(self, also: tuple[str, ...]) -> "Requirement":
        """Give the same with sources that have to approve besides: it never asks for less than before."""
        if self.rule is Rule.ALL:
            return replace(self, roles=tuple(dict.fromkeys((*self.roles, *also))))
        if self.rule is Rule.SEQUENCE:
            last = tuple((one,) for one in also if (one,) not in self.levels)
            return replace(
                self, roles=tuple(dict.fromkeys((*self.roles, *also))), levels=(*self.levels, *last)
            )
        return replace(self, also=also)

    @property
    def sources(self) -> tuple[str, ...]:
        """Everybody who may give it."""
        return tuple(dict.fromkeys((*self.roles, *self.also)))

    @property
    def slots(self) -> Slots:
        """The votes needed, each with the sources that may give it."""
        found = approval_rules.slots(
            self.rule,
            self.roles,
            number=self.quorum,
            asked=self.asked,
            levels=self.levels,
            quorums=self.quorums,
        )
        if not self.also:
            return found
        return (*found, *approval_rules.slots(Rule.ALL, self.also, quorums=self.quorums))


@dataclass(frozen=True, slots=True)
class Voter:
    """A human as they are now; `roles` are the sources they belong to in the scope of the release."""

    person: str
    roles: frozenset[str]
    active: bool = True
    human: bool = True


@dataclass(frozen=True, slots=True)
class Vote:
    """
    One person's word.

    `roles` are the sources they belonged to when voting, `digest` is the bound content they saw. With
    `on_behalf_of` it was given for somebody who had delegated it, and only one of the two is counted.
    """

    person: str
    decision: Decision
    digest: str
    voted_at: datetime
    roles: frozenset[str]
    reason: str = ""
    on_behalf_of: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """The last time the approval was asked for; earlier votes do not answer it."""

    digest: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an approval stands; `missing` pairs the roles of an open slot with why it is open."""

    state: ApprovalState
    missing: tuple[tuple[str, str], ...] = ()
    approved_by: tuple[str, ...] = ()
    denied_by: tuple[str, ...] = ()
    expires_at: datetime | None = None


def bound_digest(requirement: Requirement, manifest: Mapping[str, Any]) -> str:
    """
    Hash the parts of the release that the approval is bound to.

    Raises:
        Invalid: the manifest lacks a part, so nobody could know what was approved.
    """
    absent = [part for part in requirement.bound if part not in manifest]
    if absent:
        raise Invalid(
            "approval.nothing_to_approve",
            said("The release has no {absent} yet.", absent=wordlist(absent)),
            hint=said("Complete it before you ask for {key}.", key=Word(requirement.key)),
            evidence={"missing": absent},
        )
    parts = {part: manifest[part] for part in requirement.bound}
    return digest(parts, label=f"rightaway/approval/{requirement.key}/v1")


def check_source(requirement: Requirement, voters: Iterable[Voter]) -> None:
    """
    Refuse to ask for what nobody could give: an empty source is an error, never a silent pass.

    Raises:
        Refused: a slot no active person can fill, or fewer eligible people than slots.
    """
    people = [voter for voter in voters if voter.active and voter.human]
    filled = approval_rules.fill(requirement.slots, {voter.person: voter.roles for voter in people})
    if len(filled) == len(requirement.slots):
        return
    open_slots = list(
        dict.fromkeys(_name(slot) for index, slot in enumerate(requirement.slots) if index not in filled)
    )
    raise Refused(
        "approval.no_approver",
        said(
            "Not enough people can give {key}: nobody is left for {open_slots}.",
            key=Word(requirement.key),
            open_slots=open_slots,
        ),
        hint=said("Have the role granted to another person in this scope."),
        evidence={"roles": open_slots, "people": [voter.person for voter in people]},
    )


def check_vote(decision: Decision, reason: str, *, seen: str, current: str) -> None:
    """
    Check a vote before it is recorded.

    Raises:
        Invalid: a denial without a reason.
        Refused: the content is no longer what the voter saw.
    """
    if decision is Decision.DENY and not reason.strip():
        raise Invalid(
            "approval.reason_missing",
            said("A denial needs a reason."),
            hint=said("Say what to change."),
            at="reason",
        )
    if seen != current:
        raise Refused(
            "approval.content_changed",
            said("The content changed after you opened it."),
            hint=said("Look at the difference and vote again."),
            evidence={"seen": seen, "current": current},
        )


def check_turn(requirement: Requirement, sources: Collection[str], held: "Standing") -> None:
    """
    Hold a sequence to its order: who belongs to a later level waits for the level before.

    Raises:
        Refused: `approval.not_your_turn`.
    """
    if requirement.rule is not Rule.SEQUENCE or not held.missing:
        return
    turn = requirement.slots[len(requirement.slots) - len(held.missing)]
    if turn.isdisjoint(sources):
        raise Refused(
            "approval.not_your_turn",
            said("The approval {key} waits for {turn} first.", key=Word(requirement.key), turn=_name(turn)),
            hint=said("You are told when it is your turn."),
            evidence={"turn": sorted(turn)},
        )


def standing(
    requirement: Requirement,
    votes: Iterable[Vote],
    *,
    asked: Asked | None,
    current_digest: str,
    now: datetime,
    voters: Iterable[Voter],
) -> Standing:
    """
    Work out where an approval stands at a moment.

    Of each person the last vote counts, if it is for the content as it is now, was given since it was last
    asked for, and the person is active and still holds the role they voted in. One human fills one slot.

    Args:
        requirement: What is asked for.
        votes: All votes ever given on it, oldest first.
        asked: None when nobody asked yet.
        current_digest: The bound content as it is now.
        now: The moment of judgement.
        voters: Everybody who voted or may vote, as they are now.
    """
    if asked is None:
        return Standing(ApprovalState.NOT_REQUESTED, _missing(requirement, {}))
    if asked.digest != current_digest:
        return Standing(ApprovalState.VOID, _missing(requirement, {}))
    last = {v.person: v for v in votes if asked.asked_at <= v.voted_at <= now and v.digest == current_digest}
    given = _usable(requirement, last.values(), {voter.person: voter for voter in voters})
    ttl = timedelta(days=requirement.ttl_days)
    fresh = [one for one in given if now < one.at + ttl]
    denied = _denied_by(requirement, last.values(), fresh)
    if denied:
        return Standing(ApprovalState.DENIED, _missing(requirement, {}), denied_by=denied)
    seats = approval_rules.seated(requirement.rule, requirement.slots, fresh)
    people = tuple(sorted(seats.values()))
    if len(seats) < len(requirement.slots):
        stale = approval_rules.seated(requirement.rule, requirement.slots, given)
        state = ApprovalState.EXPIRED if len(stale) == len(requirement.slots) else ApprovalState.PENDING
        return Standing(state, _missing(requirement, seats), people)
    expires_at = min(one.at for one in fresh if one.person in seats.values()) + ttl
    return Standing(ApprovalState.APPROVED, approved_by=people, expires_at=expires_at)


def _denied_by(
    requirement: Requirement, votes: Collection[Vote], fresh: Collection[Approving]
) -> tuple[str, ...]:
    """Give whose denials decide; none when they do not."""
    denials = [
        v for v in votes if v.decision is Decision.DENY and not v.roles.isdisjoint(requirement.sources)
    ]
    needed = tuple(vote.person for vote in denials if not vote.roles.isdisjoint(requirement.also))
    if needed:
        return needed
    if requirement.rule is Rule.FIRST_RESPONSE:
        # who is asked besides has decided nothing of what the rule asks for
        base = frozenset(requirement.roles)
        first = min((one.at for one in fresh if one.sources & base), default=None)
        denials = [vote for vote in denials if first is None or vote.voted_at < first]
    people = tuple(vote.person for vote in denials)
    is_denied = approval_rules.is_denied(requirement.rule, requirement.slots, people, requirement.asked)
    return people if is_denied else ()


def _usable(
    requirement: Requirement, votes: Collection[Vote], voters: Mapping[str, Voter]
) -> list[Approving]:
    """Give the approvals that count: of active humans who still belong to a source, or whose delegator does."""
    own = {vote.person for vote in votes if vote.decision is not Decision.WITHDRAW and not vote.on_behalf_of}
    found: dict[str, Approving] = {}
    for vote in sorted(votes, key=lambda vote: vote.voted_at, reverse=True):
        authority = vote.on_behalf_of or vote.person
        holder, voter = voters.get(authority), voters.get(vote.person)
        if vote.decision is not Decision.APPROVE or not (_can_act(holder) and _can_act(voter)):
            continue
        assert holder is not None
        sources = vote.roles & holder.roles & frozenset(requirement.sources)
        is_second = authority in found or (vote.on_behalf_of in own)
        if sources and not is_second:
            found[authority] = Approving(vote.person, sources, vote.voted_at)
    return list(found.values())


def _can_act(voter: Voter | None) -> bool:
    return voter is not None and voter.active and voter.human


def _missing(requirement: Requirement, filled: Mapping[int, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_name(slot), f"no valid vote of {_name(slot)} yet")
        for index, slot in enumerate(requirement.slots)
        if index not in filled
    )


def _name(slot: frozenset[str]) -> str:
    return " or ".join(sorted(slot))
