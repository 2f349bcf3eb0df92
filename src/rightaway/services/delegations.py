"""Somebody votes for somebody else: named, dated, on everything or on one approval, and shown on the record."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from rightaway.domain.delegations import check_delegation
from rightaway.domain.errors import Forbidden, Invalid
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import said, wordlist
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import Actor, PersonKind
from rightaway.queries import approvers
from rightaway.records.approvals.models import Approval, Delegation
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.services import _audit, _guard, _notify
from rightaway.services.approvals import check_voter, needed

SECOND = timedelta(seconds=1)


@transaction.atomic
def delegate(
    *,
    actor: Actor,
    to: str,
    starts_at: datetime,
    ends_at: datetime,
    release: str = "",
    kind: str = "",
    reason: str = "",
) -> Delegation:
    """
    Let a person vote in the actor's place, from one moment to another (S15).

    Args:
        to: Their account. They vote with what the actor holds, never with what was delegated to the actor.
        release: With `kind`, the one approval it is for; without both it holds for all.

    Raises:
        Forbidden: `sod.delegate_author`, to somebody who wrote what is approved; they could not vote either.
        Invalid: the dates, or a person who cannot vote for anybody.
    """
    giver, taker = _guard.person(actor), _guard.find(User, username=to)
    _guard.require(actor=actor, action="approval.delegate", scope=_guard.ANYWHERE)
    if not taker.is_active or taker.kind != PersonKind.PERSON or giver.kind != PersonKind.PERSON:
        raise Invalid("delegation.person", said("Only people who are here vote for somebody."), at="to")
    now = timezone.now()
    check_delegation(giver.username, taker.username, starts_at=starts_at, ends_at=ends_at, now=now)
    if bool(release) is not bool(kind):
        raise Invalid("delegation.one", said("Name the release and the approval, or neither."), at="kind")
    held = _guard.lock(Release, number=release) if release else None
    if held is not None:
        _check_one(actor, held, kind, taker, now)
    row = Delegation.objects.create(
        giver=giver, taker=taker, starts_at=starts_at, ends_at=ends_at, release=held, kind=kind, reason=reason
    )
    _told(actor, row, "delegated")
    if held is not None:
        held.save()
        _tell_taker(actor, row, held)
    return row


def _check_one(actor: Actor, release: Release, kind: str, taker: User, now: datetime) -> None:
    """Refuse to give what one does not have, and to give it to an author."""
    requirement = needed(release, kind)
    holders = approvers.Holders.of(release, [requirement], now)
    check_voter(actor, requirement, holders)
    wrote = sorted(part for part in requirement.bound if taker.pk in holders.authors.get(part, ()))
    if wrote:
        raise Forbidden(
            "sod.delegate_author",
            said(
                "{taker} wrote the {wrote}, so they cannot vote on it for you either.",
                taker=taker,
                wrote=wordlist(wrote),
            ),
            hint=said("Choose somebody who wrote nothing of it."),
        )


def _tell_taker(actor: Actor, row: Delegation, release: Release) -> None:
    pending = Approval.objects.filter(release=release, kind=row.kind, state="pending").exists()
    _notify.tell(
        actor=actor,
        kind=NotificationKind.APPROVAL_DELEGATED,
        subject=_notify.found(SubjectKind.RELEASE, release.number),
        people=[row.taker_id] if pending else [],
        key=f"delegation:{row.pk}",
        facts={"approval": row.kind},
    )


@transaction.atomic
def end(*, actor: Actor, delegation_id: int) -> Delegation:
    """End a delegation now; votes given under it stay. Who gave it may, and who grants roles."""
    row = _guard.find(Delegation, pk=delegation_id)
    if row.giver_id != actor.user_id:
        _guard.require(actor=actor, action="role.grant")
    now = timezone.now()
    if row.ends_at > now:
        row.ends_at = now
        row.starts_at = min(row.starts_at, now - SECOND)
        row.save(update_fields=["ends_at", "starts_at"])
        _told(actor, row, "ended")
    return row


def _told(actor: Actor, row: Delegation, what: str) -> None:
    _audit.record(
        actor=actor,
        action=f"people.vote.{what}" if row.release is None else f"release.vote.{what}",
        stream=row.release.number if row.release else "people",
        subject=("release", row.release.number) if row.release else ("account", row.giver.username),
        facts={
            "from": row.giver.username,
            "to": row.taker.username,
            "starts_at": row.starts_at.isoformat(),
            "ends_at": row.ends_at.isoformat(),
            "approval": row.kind,
            "reason": row.reason,
        },
    )
