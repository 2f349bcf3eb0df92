"""How people are asked for an approval: the row bound to the content as it is now, and the news of it."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils import timezone

from rightaway.domain.approvals import ApprovalState, Requirement, bound_digest, check_source
from rightaway.domain.errors import Refused
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import Word, said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import Actor
from rightaway.queries import approvers, bound_content
from rightaway.records.approvals.models import Approval
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _binding, _board_votes, _notify


def ask(
    *, actor: Actor, release: Release, requirement: Requirement, by: User, owed: datetime | None = None
) -> Approval:
    """
    Ask everybody who could give the approval, for the release as it is now.

    Args:
        by: Who is named as having asked.
        owed: By when an approval is due that is given after the fact; None for one that is given before.

    Raises:
        Invalid: a part it would be bound to does not exist yet.
        Refused: it stands already, or not enough people could give it.
    """
    now = timezone.now()
    holders = approvers.Holders.of(release, [requirement], now)
    voters = holders.voters(requirement)
    _binding.recheck(actor=actor, release=release)  # the policy may have taken from under it what it stood on
    _make_room(actor, release, requirement, holders)
    manifest = bound_content.manifest(release)
    digest = bound_digest(requirement, manifest)
    _board_votes.check_sources(requirement, holders)
    check_source(replace(requirement, asked=len(voters)), voters)
    due_at = owed or now + timedelta(days=requirement.due_days)
    row = Approval.objects.create(
        release=release,
        kind=requirement.key,
        state=ApprovalState.PENDING,
        manifest={part: manifest[part] for part in requirement.bound},
        digest=digest,
        requested_by=by,
        requested_at=now,
        due_at=due_at,
        remind_at=now + max(due_at - now, timedelta()) / 2,
        expires_at=now + timedelta(days=requirement.ttl_days),
        is_retrospective=owed is not None,
    )
    row.asked_of.set([int(voter.person) for voter in voters])
    told(actor, row, "release.approval.requested", {"digest": digest})
    first = requirement.levels[0] if requirement.levels else requirement.sources
    turn = [voter for voter in voters if not voter.roles.isdisjoint(first)]
    tell(actor, row, [int(voter.person) for voter in turn])
    return row


def _make_room(actor: Actor, release: Release, requirement: Requirement, holders: approvers.Holders) -> None:
    """
    Put away an earlier request: one denied, or one that people may answer now who could not when it was asked.

    One that was granted is put away too when it lacks a vote by now: of somebody who left, or of another source
    which the policy of the service asks since.

    Raises:
        Refused: `approval.stands`.
    """
    people = {int(voter.person) for voter in holders.voters(requirement)}
    rows = release.approvals.filter(kind=requirement.key, state__in=_binding.STANDING)
    for row in rows.prefetch_related("votes", "asked_of"):
        stands = approvers.standing(requirement, row, holders, timezone.now()).state
        if stands == ApprovalState.APPROVED or (
            stands == ApprovalState.PENDING and people <= {one.pk for one in row.asked_of.all()}
        ):
            raise Refused(
                "approval.stands",
                said(
                    "The approval {kind} of {number} is asked for already.",
                    kind=Word(requirement.key),
                    number=release.number,
                ),
            )
        change = {"path": "request", "kind": "changed", "before": row.state, "after": "asked again"}
        _binding.void(actor=actor, row=row, changes=[change])


def tell(actor: Actor, row: Approval, people: list[int]) -> None:
    _notify.tell(
        actor=actor,
        kind=NotificationKind.APPROVAL_ASKED,
        subject=_notify.found(SubjectKind.RELEASE, row.release.number),
        people=people,
        key=f"approval:{row.pk}:asked",
        facts={"approval": row.kind},
    )


def told(actor: Actor, row: Approval, action: str, facts: dict[str, str]) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=row.release.number,
        subject=("release", row.release.number),
        facts={"approval": row.kind, **facts},
        version=row.release.version,
    )
