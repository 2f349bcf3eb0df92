"""Approvals: asked for, voted on by people, bound to the content they saw."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from rightaway.domain import emergency, separation
from rightaway.domain.approvals import (
    ApprovalState,
    Decision,
    Requirement,
    bound_digest,
    check_source,
    check_turn,
    check_vote,
)
from rightaway.domain.changes import ReleaseEvent
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.sentences import Word, said
from rightaway.domain.values import Actor
from rightaway.queries import approvers, bound_content, people, templates
from rightaway.records.approvals.models import Approval
from rightaway.records.approvals.models import Vote as VoteRow
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.services import _asking, _board_votes, _guard, changes, lifecycle, release_alerts
from rightaway.services._people import separation_person
from rightaway.services._release import require_open


@transaction.atomic
def request(*, actor: Actor, number: str, kind: str, expected_version: int | None = None) -> Approval:
    """
    Ask for an approval of the release as it is now.

    Raises:
        Invalid: a part it would be bound to does not exist yet.
        Refused: it stands already, or not enough people could give it.
    """
    release = _guard.lock(Release, number=number)
    requester = _guard.person(actor)
    _guard.require(actor=actor, action="approval.request", scope=release.service.key)
    _guard.unchanged(release, expected_version)
    require_open(release)
    requirement = needed(release, kind)
    row = _asking.ask(
        actor=actor, release=release, requirement=requirement, by=requester, owed=_owed(release, kind)
    )
    release.save()
    lifecycle.settle(release=release)
    return row


def _owed(release: Release, kind: str) -> datetime | None:
    """Give by when an approval is owed that an emergency skipped; None for every other."""
    return release.ratify_by if kind in emergency.OWED else None


def needed(release: Release, kind: str) -> Requirement:
    """
    Give what the approval asks of this release.

    Raises:
        Invalid: the workflow knows no such approval.
        Refused: it is not needed for this release.
    """
    template = templates.of(release)
    if kind not in {one.key for one in template.approvals}:
        known = ", ".join(one.key for one in template.approvals)
        raise Invalid(
            "approval.unknown",
            said("There is no approval '{kind}'.", kind=Word(kind)),
            at="kind",
            hint=said("There are: {known}.", known=known),
        )
    found = approvers.requirement(release, kind)
    if found is None:
        raise Refused(
            "approval.not_required",
            said("The approval {kind} is not needed for {number}.", kind=Word(kind), number=release.number),
            hint=said("It is needed when {when}.", when=template.approval(kind).when),
        )
    return found


@transaction.atomic
def vote(
    *, actor: Actor, number: str, kind: str, decision: str, digest: str, reason: str = "", role: str = ""
) -> Approval:
    """
    Vote on the approval asked for last.

    Args:
        digest: The digest of the content the voter looked at; another content refuses the vote.
        decision: approve, deny, abstain or withdraw.

    Raises:
        Forbidden: `sod.self_approval` and the other rules of separation of duties, by any door.
        Refused: `approval.content_changed`, or the approval is not open.
    """
    release = _guard.lock(Release, number=number)
    voter = _guard.person(actor)
    requirement = needed(release, kind)
    chosen, title = _decision(decision), Word(kind)
    row = Approval.objects.select_for_update().filter(release=release, kind=kind).order_by("-id").first()
    holders = approvers.Holders.of(release, [requirement], timezone.now())
    sources, giver = holders.authority(voter.pk, requirement)
    _check_voter(actor, release, requirement, row, chosen, sources)
    require_open(release)
    if row is None or row.state not in {ApprovalState.PENDING, ApprovalState.APPROVED, ApprovalState.VOID}:
        state = row.state if row else "not asked for"
        raise Refused(
            "approval.not_open",
            said("The approval {kind} of {number} is {state}.", kind=title, number=number, state=Word(state)),
            hint=said("Ask for it first."),
        )
    row.release = release
    current = bound_digest(requirement, bound_content.manifest(release))
    check_vote(chosen, reason, seen=digest, current=current)
    if row.state == ApprovalState.VOID:
        text = said("The approval {kind} is void.", kind=title)
        raise Refused("approval.void", text, hint=said("Ask for it again."))
    if chosen is not Decision.WITHDRAW:
        _check_separation(release, requirement, row, voter, sources)
        _check_asked(requirement, row, holders, giver or voter.pk)
        _check_proof(actor, requirement)
        _board_votes.check_approval_vote(row, sources)
        if chosen is Decision.APPROVE:
            check_source(approvers.asked(requirement, row), holders.voters(requirement))
        check_turn(requirement, sources, approvers.standing(requirement, row, holders, timezone.now()))
    _record(actor, row, voter, chosen, digest=digest, reason=reason, role=role, sources=sources, giver=giver)
    decide(actor, release, requirement, row, holders)
    release.save()
    lifecycle.settle(release=release)
    return row


def _record(
    actor: Actor,
    row: Approval,
    voter: User,
    chosen: Decision,
    *,
    digest: str,
    reason: str,
    role: str,
    sources: frozenset[str],
    giver: int | None,
) -> None:
    usable = sorted(sources)
    VoteRow.objects.update_or_create(
        approval=row,
        voter=voter,
        defaults={
            "role": role if role in usable else (usable or [""])[0],
            "sources": usable,
            "on_behalf_of_id": giver,
            "decision": chosen,
            "reason": reason,
            "digest": digest,
            "door": actor.door,
            "at": timezone.now(),
        },
    )
    facts = {"decision": str(chosen), "digest": digest, "reason": reason}
    if giver:
        facts["on_behalf_of"] = ", ".join(people.names([giver]))
    _asking.told(actor, row, "release.approval.voted", facts)


def _check_proof(actor: Actor, requirement: Requirement) -> None:
    """Refuse a vote on something grave by a token whose owner did not prove just now who they are (S14)."""
    if requirement.step_up and not separation.is_proven(actor.door, actor.proved_at, timezone.now()):
        raise Forbidden(
            "step_up.needed",
            said("A vote on {key} needs a fresh proof of who you are.", key=requirement.key),
            hint=said(
                "Vote on the pages, or with a token you made in your profile in the last five minutes."
            ),
        )


def _check_asked(requirement: Requirement, row: Approval, holders: approvers.Holders, person: int) -> None:
    """Refuse a role that was given, or a group that was joined, while the approval was waiting (S5)."""
    if row.asked_of.filter(pk=person).exists():
        return
    raise Forbidden(
        "sod.granted_meanwhile",
        said("You could not give {key} when it was asked for.", key=Word(requirement.key)),
        hint=said("Have it asked for again; then it is asked of you too."),
        evidence={"eligible": len(holders.voters(requirement))},
    )


def _check_voter(
    actor: Actor,
    release: Release,
    requirement: Requirement,
    row: Approval | None,
    decision: Decision,
    sources: frozenset[str],
) -> None:
    """Refuse who could not vote in any state, before anything of the state is told."""
    voter = _guard.person(actor)
    if decision is Decision.WITHDRAW:
        voted = row is not None and row.votes.filter(voter=voter).exists()
        _guard.require(actor=actor, action="approval.withdraw", scope=release.service.key, own=voted)
        return
    check_eligible(actor, requirement, sources)


def check_eligible(actor: Actor, requirement: Requirement, sources: frozenset[str]) -> None:
    """Refuse who belongs to none of the sources, whoever wrote what and whatever the approval's state."""
    _refuse(separation.may_vote(separation_person(_guard.person(actor)), sources, (), requirement, ()))


def check_voter(actor: Actor, requirement: Requirement, holders: approvers.Holders) -> None:
    """Refuse who has no vote to give, to ask about or to delegate: for want of a role, or as an author."""
    voter = _guard.person(actor)
    check_eligible(actor, requirement, holders.authority(voter.pk, requirement)[0])
    if str(voter.pk) not in {one.person for one in holders.people(requirement)}:
        raise Forbidden(
            "sod.self_approval",
            said("You wrote a part of what is approved, so you have no vote on it."),
            hint=said("Another person with one of the roles has to vote."),
        )


def _refuse(refusal: separation.Refusal | None) -> None:
    if refusal is not None:
        raise Forbidden(refusal.code, refusal.message, hint=refusal.hint)


def _decision(text: str) -> Decision:
    if text not in set(Decision):
        raise Invalid(
            "decision.unknown",
            said("'{text}' is no decision.", text=text),
            at="decision",
            hint=", ".join(Decision),
        )
    return Decision(text)


def _check_separation(
    release: Release, requirement: Requirement, row: Approval, voter: User, sources: frozenset[str]
) -> None:
    acts = [
        separation.Contribution(separation_person(one.person), "wrote", one.part)
        for one in release.contributions.select_related("person")
    ]
    own = [one for one in approvers.votes(row) if one.person == str(voter.pk)]
    _refuse(separation.may_vote(separation_person(voter), sources, acts, requirement, own))


def decide(
    actor: Actor, release: Release, requirement: Requirement, row: Approval, holders: approvers.Holders
) -> None:
    """Store where the approval stands now, and tell of it when that is news."""
    now: datetime = timezone.now()
    stored = Approval.objects.prefetch_related("votes", "asked_of").get(pk=row.pk)
    stands = approvers.standing(requirement, stored, holders, now)
    before = row.state
    row.state = stands.state
    row.version += 1
    if stands.expires_at:
        row.expires_at = stands.expires_at
    if stands.state in {ApprovalState.APPROVED, ApprovalState.DENIED}:
        row.decided_at = now
        row.remind_at = None
    row.save()
    if before == row.state:
        if requirement.levels and row.state == ApprovalState.PENDING:
            level = requirement.slots[len(requirement.slots) - len(stands.missing)]
            _asking.tell(
                actor, row, [int(one.person) for one in holders.voters(requirement) if one.roles & level]
            )
        return
    _asking.told(actor, row, f"release.approval.{_WORDS[stands.state]}", {"digest": row.digest})
    if stands.state in {ApprovalState.APPROVED, ApprovalState.DENIED}:
        _board_votes.decided_approval(actor, row, stands.state)
    if stands.state is ApprovalState.DENIED:
        release_alerts.denied(actor, row)
    event = _FOLLOWED.get(row.kind)
    if stands.state is ApprovalState.APPROVED and event:
        changes.follow(actor=actor, release=release, event=event)


_WORDS = {
    ApprovalState.APPROVED: "granted",
    ApprovalState.DENIED: "denied",
    ApprovalState.PENDING: "reopened",
    ApprovalState.EXPIRED: "expired",
    ApprovalState.VOID: "voided",
    ApprovalState.NOT_REQUESTED: "reopened",
    ApprovalState.NOT_REQUIRED: "reopened",
}
_FOLLOWED = {"build_test": ReleaseEvent.BUILD_TEST_APPROVED, "deployment": ReleaseEvent.DEPLOYMENT_APPROVED}
