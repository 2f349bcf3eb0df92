"""Approvals: asked for, voted on by people, bound to the content they saw."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from rightaway.domain import separation
from rightaway.domain.approvals import (
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
from rightaway.domain.changes import ReleaseEvent
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import Word, said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import Actor, PersonKind
from rightaway.queries import bound_content, templates
from rightaway.records.approvals.models import Approval
from rightaway.records.approvals.models import Vote as VoteRow
from rightaway.records.people.models import RoleBinding, User
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _guard, _notify, changes, lifecycle
from rightaway.services._people import separation_person


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
    requirement = _requirement(release, kind)
    if release.approvals.filter(
        kind=kind, state__in=[ApprovalState.PENDING, ApprovalState.APPROVED]
    ).exists():
        raise Refused(
            "approval.stands",
            said("The approval {kind} of {number} is asked for already.", kind=Word(kind), number=number),
        )
    release.approvals.filter(kind=kind, state=ApprovalState.DENIED).update(state=ApprovalState.VOID)
    manifest = bound_content.manifest(release)
    digest = bound_digest(requirement, manifest)
    voters = _voters(release, requirement)
    check_source(requirement, voters)
    now = timezone.now()
    row = Approval.objects.create(
        release=release,
        kind=kind,
        state=ApprovalState.PENDING,
        manifest={part: manifest[part] for part in requirement.bound},
        digest=digest,
        requested_by=requester,
        requested_at=now,
        expires_at=now + timedelta(days=requirement.ttl_days),
    )
    release.save()
    _told(actor, row, "release.approval.requested", {"digest": digest})
    _notify.tell(
        actor=actor,
        kind=NotificationKind.APPROVAL_ASKED,
        subject=_notify.found(SubjectKind.RELEASE, number),
        people=[int(voter.person) for voter in voters],
        key=f"approval:{row.pk}:asked",
        facts={"approval": kind},
    )
    lifecycle.settle(release=release)
    return row


def _requirement(release: Release, kind: str) -> Requirement:
    template = templates.of(release)
    if kind not in {one.key for one in template.approvals}:
        known = ", ".join(one.key for one in template.approvals)
        raise Invalid(
            "approval.unknown",
            said("There is no approval '{kind}'.", kind=Word(kind)),
            at="kind",
            hint=said("There are: {known}.", known=known),
        )
    return template.approval(kind)


def _voters(release: Release, requirement: Requirement) -> list[Voter]:
    """Give who could vote: active people with a role, leaving out the authors of what is bound."""
    authors = {
        contribution.person.owner_id or contribution.person_id
        for contribution in release.contributions.select_related("person").filter(part__in=requirement.bound)
    }
    held = RoleBinding.objects.filter(role__in=requirement.roles, scope__in=[release.service.key, "*"])
    roles: dict[int, set[str]] = {}
    for binding in held.exclude(user_id__in=authors):
        roles.setdefault(binding.user_id, set()).add(binding.role)
    users = User.objects.filter(pk__in=roles, is_active=True, kind=PersonKind.PERSON)
    return [Voter(str(user.pk), frozenset(roles[user.pk])) for user in users]


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
    requirement = _requirement(release, kind)
    chosen, title = _decision(decision), Word(kind)
    row = Approval.objects.select_for_update().filter(release=release, kind=kind).order_by("-id").first()
    if row is not None:
        row.release = release
    _check_voter(actor, release, requirement, row, chosen)
    if row is None or row.state not in {ApprovalState.PENDING, ApprovalState.APPROVED, ApprovalState.VOID}:
        state = row.state if row else "not asked for"
        raise Refused(
            "approval.not_open",
            said("The approval {kind} of {number} is {state}.", kind=title, number=number, state=Word(state)),
            hint=said("Ask for it first."),
        )
    current = bound_digest(requirement, bound_content.manifest(release))
    check_vote(chosen, reason, seen=digest, current=current)
    if row.state == ApprovalState.VOID:
        text = said("The approval {kind} is void.", kind=title)
        raise Refused("approval.void", text, hint=said("Ask for it again."))
    roles = _guard.roles_of(voter.pk, release.service.key)
    if chosen is not Decision.WITHDRAW:
        _check_separation(release, requirement, row, voter, roles)
    usable = sorted(roles & set(requirement.roles))
    VoteRow.objects.update_or_create(
        approval=row,
        voter=voter,
        defaults={
            "role": role if role in usable else (usable or [""])[0],
            "decision": chosen,
            "reason": reason,
            "digest": digest,
            "door": actor.door,
            "at": timezone.now(),
        },
    )
    _told(actor, row, "release.approval.voted", {"decision": str(chosen), "digest": digest, "reason": reason})
    _decide(actor, release, requirement, row)
    release.save()
    lifecycle.settle(release=release)
    return row


def _check_voter(
    actor: Actor, release: Release, requirement: Requirement, row: Approval | None, decision: Decision
) -> None:
    """Refuse who could not vote in any state, before anything of the state is told."""
    voter, scope = _guard.person(actor), release.service.key
    if decision is Decision.WITHDRAW:
        voted = row is not None and row.votes.filter(voter=voter).exists()
        _guard.require(actor=actor, action="approval.withdraw", scope=scope, own=voted)
        return
    roles = _guard.roles_of(voter.pk, scope)
    _refuse(separation.may_vote(separation_person(voter), roles, (), requirement, ()))


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
    release: Release, requirement: Requirement, row: Approval, voter: User, roles: frozenset[str]
) -> None:
    acts = [
        separation.Contribution(separation_person(one.person), "wrote", one.part)
        for one in release.contributions.select_related("person")
    ]
    _refuse(
        separation.may_vote(separation_person(voter), roles, acts, requirement, _votes(row, before=voter))
    )


def _votes(row: Approval, before: User | None = None) -> list[Vote]:
    rows = row.votes.select_related("voter").order_by("at", "id")
    return [
        Vote(
            person=str(one.voter_id),
            decision=Decision(one.decision),
            digest=one.digest,
            voted_at=one.at,
            roles=frozenset(_guard.roles_of(one.voter_id, row.release.service.key)),
            reason=one.reason,
        )
        for one in rows
        if before is None or one.voter_id == before.pk
    ]


def _decide(actor: Actor, release: Release, requirement: Requirement, row: Approval) -> None:
    votes = _votes(row)
    people = {vote.person: Voter(vote.person, vote.roles) for vote in votes}
    now: datetime = timezone.now()
    stands = standing(
        requirement,
        votes,
        asked=Asked(row.digest, row.requested_at),
        current_digest=row.digest,
        now=now,
        voters=people.values(),
    )
    before = row.state
    row.state = stands.state
    row.version += 1
    if stands.expires_at:
        row.expires_at = stands.expires_at
    if stands.state in {ApprovalState.APPROVED, ApprovalState.DENIED}:
        row.decided_at = now
    row.save()
    if before == row.state:
        return
    _told(actor, row, f"release.approval.{_WORDS[stands.state]}", {"digest": row.digest})
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
}
_FOLLOWED = {"build_test": ReleaseEvent.BUILD_TEST_APPROVED, "deployment": ReleaseEvent.DEPLOYMENT_APPROVED}


def _told(actor: Actor, row: Approval, action: str, facts: dict[str, str]) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=row.release.number,
        subject=("release", row.release.number),
        facts={"approval": row.kind, **facts},
        version=row.release.version,
    )
