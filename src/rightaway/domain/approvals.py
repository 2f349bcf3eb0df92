"""Approvals: who has to agree to exactly which content, and whether they have."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from rightaway.domain.canonical import digest
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.sentences import Word, said, wordlist

PARTS = ("scope", "plan", "design", "package", "back_out", "deployment_plan", "outcome")
"""The parts of a release that an approval can be bound to."""


class Rule(StrEnum):
    ALL = "all"
    ANY = "any"
    QUORUM = "quorum"


class Decision(StrEnum):
    APPROVE = "approve"
    DENY = "deny"
    ABSTAIN = "abstain"
    WITHDRAW = "withdraw"


class ApprovalState(StrEnum):
    NOT_REQUESTED = "not_requested"
    PENDING = "pending"
    APPROVED = "approved"
    DENIED = "denied"
    VOID = "void"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Requirement:
    """
    What one approval asks for.

    `all` needs one vote for each role, `any` one vote of any of them, `quorum` as many votes as `quorum` says
    from holders of any of them. `bound` names the parts of the release the votes are for.
    """

    key: str
    title: str
    phase: str
    rule: Rule
    roles: tuple[str, ...]
    bound: tuple[str, ...]
    quorum: int = 1
    ttl_days: int = 14

    def __post_init__(self) -> None:
        if not self.roles:
            raise Invalid(
                "approval.no_source",
                said("The approval {key} names nobody who could give it.", key=Word(self.key)),
                hint=said("Name at least one role."),
                at="roles",
            )

    @property
    def slots(self) -> tuple[frozenset[str], ...]:
        """The votes needed, each with the roles that may give it."""
        if self.rule is Rule.ALL:
            return tuple(frozenset({role}) for role in self.roles)
        return (frozenset(self.roles),) * (self.quorum if self.rule is Rule.QUORUM else 1)


@dataclass(frozen=True, slots=True)
class Voter:
    """A human as they are now; `roles` are those held in the scope of the release."""

    person: str
    roles: frozenset[str]
    active: bool = True
    human: bool = True


@dataclass(frozen=True, slots=True)
class Vote:
    """`roles` are those the person held when voting; `digest` is the bound content they saw."""

    person: str
    decision: Decision
    digest: str
    voted_at: datetime
    roles: frozenset[str]
    reason: str = ""


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
    filled = _fill(requirement.slots, {voter.person: voter.roles for voter in people})
    if len(filled) == len(requirement.slots):
        return
    open_slots = [_name(slot) for index, slot in enumerate(requirement.slots) if index not in filled]
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
    denied = tuple(v.person for v in last.values() if v.decision is Decision.DENY and _may(requirement, v))
    if denied:
        return Standing(ApprovalState.DENIED, _missing(requirement, {}), denied_by=denied)
    given = _usable(requirement, last.values(), {voter.person: voter for voter in voters})
    ttl = timedelta(days=requirement.ttl_days)
    fresh = _fill(requirement.slots, {p: r for p, (r, at) in given.items() if now < at + ttl})
    if len(fresh) < len(requirement.slots):
        stale = _fill(requirement.slots, {p: r for p, (r, _) in given.items()})
        state = ApprovalState.EXPIRED if len(stale) == len(requirement.slots) else ApprovalState.PENDING
        return Standing(state, _missing(requirement, fresh), tuple(sorted(fresh.values())))
    expires_at = min(given[person][1] for person in fresh.values()) + ttl
    return Standing(ApprovalState.APPROVED, approved_by=tuple(sorted(fresh.values())), expires_at=expires_at)


def _may(requirement: Requirement, vote: Vote) -> bool:
    return not vote.roles.isdisjoint(requirement.roles)


def _usable(
    requirement: Requirement, votes: Collection[Vote], voters: Mapping[str, Voter]
) -> dict[str, tuple[frozenset[str], datetime]]:
    """Give the approvals that count, newest first, with the roles each may stand for."""
    found = {}
    for vote in sorted(votes, key=lambda vote: vote.voted_at, reverse=True):
        voter = voters.get(vote.person)
        if vote.decision is Decision.APPROVE and voter and voter.active and voter.human:
            roles = vote.roles & voter.roles & frozenset(requirement.roles)
            if roles:
                found[vote.person] = (roles, vote.voted_at)
    return found


def _fill(slots: tuple[frozenset[str], ...], people: Mapping[str, frozenset[str]]) -> dict[int, str]:
    """
    Seat as many people as possible, each on one slot; people named first are never unseated.

    Source: augmenting paths for bipartite matching (Kuhn 1955).
    """
    seated: dict[int, str] = {}

    def seat(person: str, tried: set[int]) -> bool:
        for index, slot in enumerate(slots):
            if index in tried or slot.isdisjoint(people[person]):
                continue
            tried.add(index)
            if index not in seated or seat(seated[index], tried):
                seated[index] = person
                return True
        return False

    for person in people:
        seat(person, set())
    return seated


def _missing(requirement: Requirement, filled: Mapping[int, str]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (_name(slot), f"no valid vote of {_name(slot)} yet")
        for index, slot in enumerate(requirement.slots)
        if index not in filled
    )


def _name(slot: frozenset[str]) -> str:
    return " or ".join(sorted(slot))
