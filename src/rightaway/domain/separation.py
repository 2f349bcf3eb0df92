"""
Separation of duties: rules about persons that no role lifts.

S-numbers are those of the security design, section 4.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from rightaway.domain.approvals import Decision, Requirement, Vote
from rightaway.domain.permissions import Role
from rightaway.domain.sentences import Sentence, Word, said, wordlist
from rightaway.domain.values import PersonKind

GOVERNING = frozenset({Role.RELEASE_MANAGER, Role.DEPLOYMENT_MANAGER, Role.CHANGE_MANAGER, Role.CAB})
OTHERS_FOR_AUTHOR = 2
PROOF_LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts; a service account acts for the human who owns it."""

    id: str
    kind: PersonKind = PersonKind.PERSON
    owner: str = ""
    active: bool = True

    @property
    def human(self) -> str:
        return self.owner if self.kind is PersonKind.SERVICE_ACCOUNT else self.id


@dataclass(frozen=True, slots=True)
class Contribution:
    """
    A person authored, edited, submitted, built or launched a part of a release.

    `part` is one of `approvals.PARTS`: only who contributed to what an approval is bound to may not give it.
    """

    person: Person
    act: str
    part: str


def is_proven(door: str, proved_at: datetime | None, now: datetime) -> bool:
    """Say whether a grave act may be done (S14): pages ask for the password themselves, a token carries its proof."""
    return door == "web" or (proved_at is not None and now - PROOF_LASTS < proved_at <= now)


@dataclass(frozen=True, slots=True)
class Refusal:
    code: str
    message: Sentence
    hint: Sentence


def may_vote(
    person: Person,
    roles_in_scope: Collection[str],
    contributions: Iterable[Contribution],
    requirement: Requirement,
    prior_votes: Iterable[Vote],
) -> Refusal | None:
    """
    Say why a person may not vote on an approval; None when they may (S1, S2, S4, S8).

    Args:
        person: Who wants to vote.
        roles_in_scope: The roles they hold in the scope of the release now.
        contributions: Everything anybody did to the release since the content was last approved.
        requirement: The approval.
        prior_votes: The votes on this approval since it was last asked for, oldest first.
    """
    if person.kind is PersonKind.SERVICE_ACCOUNT:
        return Refusal(
            "sod.service_account", said("A service account never approves."), said("A person has to vote.")
        )
    if not person.active or set(roles_in_scope).isdisjoint(requirement.sources):
        return Refusal(
            "sod.not_eligible",
            said("You hold none of the roles that give {key}.", key=Word(requirement.key)),
            said("It is given by: {roles}.", roles=wordlist(requirement.sources)),
        )
    parts = sorted({c.part for c in contributions if _same_human(c, person, requirement)})
    if parts:
        return Refusal(
            "sod.self_approval",
            said(
                "You contributed to what is approved ({parts}), so you cannot approve it in any role.",
                parts=wordlist(parts),
            ),
            said("Another person with one of the roles has to vote."),
        )
    if _holds_slot(person, prior_votes):
        return Refusal(
            "sod.second_vote",
            said("You have approved this already; one person fills one place."),
            said("Withdraw your vote first if you want to change it."),
        )
    return None


def _same_human(contribution: Contribution, person: Person, requirement: Requirement) -> bool:
    return contribution.person.human == person.human and contribution.part in requirement.bound


def _holds_slot(person: Person, votes: Iterable[Vote]) -> bool:
    own = [vote for vote in votes if vote.person == person.id]
    return bool(own) and own[-1].decision is Decision.APPROVE


def may_launch(
    person: Person,
    contributions: Iterable[Contribution],
    approvers: Collection[str],
    *,
    production: bool,
    standard_change: bool = False,
) -> Refusal | None:
    """
    Say why a person may not launch a deployment; None when they may (S3, S4).

    Args:
        person: Who launches.
        contributions: Who authored what; acts of `launched` do not count as authorship.
        approvers: The humans whose votes the deployment approval stands on.
        production: Nothing is asked outside production.
        standard_change: It runs under a standard change whose template is approved and unexpired.
    """
    if not production:
        return None
    if person.kind is PersonKind.SERVICE_ACCOUNT and not standard_change:
        return Refusal(
            "sod.service_account",
            said("A service account launches production only under an authorised standard change."),
            said("Let a deployment manager launch it."),
        )
    authors = {c.person.human for c in contributions if c.act != "launched"}
    others = set(approvers) - authors - {person.human}
    needed = OTHERS_FOR_AUTHOR if person.human in authors else 1
    if len(others) >= needed:
        return None
    return Refusal(
        "sod.no_independent_approver",
        said(
            "{needed} approvers who neither made nor launch this are needed; there are {count}.",
            needed=needed,
            count=len(others),
        ),
        said("Have it approved by somebody else, or let somebody else launch it."),
    )


def may_hold(roles: Collection[str], *, production: bool) -> Refusal | None:
    """Say why a set of roles may not be held by one person; None when it may (S6)."""
    held = set(roles)
    if Role.AUDITOR in held and len(held) > 1:
        return Refusal(
            "sod.auditor_alone",
            said("An auditor cannot hold another role."),
            said("Grant the other roles to somebody else."),
        )
    clash = sorted(held & GOVERNING)
    if production and Role.ADMIN in held and clash:
        return Refusal(
            "sod.admin_governs",
            said("An admin cannot be {clash} where production is touched.", clash=wordlist(clash)),
            said("Grant the roles to two people."),
        )
    return None


def may_record_evidence(
    person: Person, *, registered_by: Person | None, typed: bool, expected_builder: str = ""
) -> Refusal | None:
    """
    Say why evidence about a package is not taken from a person; None when it is (S12).

    Args:
        person: Who brings the evidence.
        registered_by: Who registered the package it is about.
        typed: Entered by hand, as opposed to a file made by a tool.
        expected_builder: The only identity the project takes evidence from; empty when none is set.
    """
    if expected_builder and person.id != expected_builder:
        return Refusal(
            "sod.unexpected_builder",
            said(
                "Evidence for this project comes from {expected_builder}.", expected_builder=expected_builder
            ),
            said("Import it with that identity."),
        )
    if typed and registered_by is not None and registered_by.human == person.human:
        return Refusal(
            "sod.own_test_result",
            said("Who registered the package cannot type in its test result."),
            said("Import the file the test tool wrote, or let somebody else record it."),
        )
    return None
