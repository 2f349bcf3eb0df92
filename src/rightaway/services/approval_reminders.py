"""Votes that are missing as time passes: reminders, who stands in, who else could vote, and the end of an approval."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from rightaway.domain.approvals import ApprovalState, Decision, Requirement
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import SYSTEM, PhaseStatus
from rightaway.queries import approvers, conversations
from rightaway.records.approvals.models import Approval
from rightaway.records.releases.models import Release
from rightaway.services import _asking, _notify, lifecycle

_OPEN = (ApprovalState.PENDING, ApprovalState.APPROVED)


def pass_by(*, now: datetime) -> int:
    """
    Remind of every vote whose moment has come, and end what is too old; give how many approvals were touched.

    At half of the time those asked are reminded, at its end again and who stands in for them is told; half as
    long after that everybody who could fill what is open, and who asked for it.
    """
    due = Approval.objects.filter(
        Q(state=ApprovalState.PENDING, remind_at__lte=now) | Q(state__in=_OPEN, expires_at__lte=now)
    ).exclude(
        release__phase_status=PhaseStatus.ON_HOLD
    )  # nobody can vote; what is too old then ends on resuming
    found = list(due.values_list("pk", "release"))
    for key, release in found:
        with transaction.atomic():
            held = Release.objects.select_for_update().get(pk=release)
            row = Approval.objects.select_for_update().get(pk=key)
            row.release = held
            if row.state in _OPEN and row.expires_at <= now:
                _expire(row)
            elif row.state == ApprovalState.PENDING and row.remind_at and row.remind_at <= now:
                _remind(row, now)
    return len(found)


def expire(*, release: Release, now: datetime) -> None:
    """End the approvals of a release that became too old while nothing ended them: it was on hold."""
    for row in release.approvals.select_for_update().filter(state__in=_OPEN, expires_at__lte=now):
        row.release = release
        _expire(row)


def _expire(row: Approval) -> None:
    row.state, row.remind_at = ApprovalState.EXPIRED, None
    row.version += 1
    row.save()
    _asking.told(SYSTEM, row, "release.approval.expired", {"digest": row.digest})
    subject = _notify.found(SubjectKind.RELEASE, row.release.number)
    people = {row.requested_by_id, *conversations.watchers(subject)}
    _tell(row, NotificationKind.APPROVAL_EXPIRED, people, "expired")
    lifecycle.settle(release=row.release)


def _remind(row: Approval, now: datetime) -> None:
    needed = approvers.requirement(row.release, row.kind)
    row.remind_at, stage = _next(row, now)
    row.save(update_fields=["remind_at"])
    if needed is None:
        return
    holders = approvers.Holders.of(row.release, [needed], now)
    asked, deputies, others = _people(row, needed, holders, now)
    if stage == "half":
        _tell(row, NotificationKind.APPROVAL_REMINDED, asked, stage)
    elif stage == "due":
        _tell(row, NotificationKind.APPROVAL_OVERDUE, asked | deputies, stage)
    else:
        _tell(row, NotificationKind.APPROVAL_OVERDUE, others | deputies | {row.requested_by_id}, stage)


def _next(row: Approval, now: datetime) -> tuple[datetime | None, str]:
    """Give when to remind next, and which reminder it is now; one that was slept through is not caught up with."""
    assert row.due_at is not None
    last = row.due_at + (row.due_at - row.requested_at) / 2
    if now >= last:
        return None, "late"
    return (last, "due") if now >= row.due_at else (row.due_at, "half")


def _people(
    row: Approval, needed: Requirement, holders: approvers.Holders, now: datetime
) -> tuple[set[int], set[int], set[int]]:
    """Give who was asked and whose turn it is, who stands in for them, and everybody who could fill what is open."""
    votes = approvers.votes(row)
    silent = {int(one.person) for one in holders.voters(needed)} - {
        int(vote.person) for vote in votes if vote.decision is not Decision.WITHDRAW
    }
    stands = approvers.standing(needed, row, holders, now)
    slots = approvers.asked(needed, row).slots
    seats = slots[len(slots) - len(stands.missing) :][:1] if needed.levels else slots
    fitting = {int(one.person) for one in holders.voters(needed) if any(one.roles & seat for seat in seats)}
    asked = silent & fitting & {one.pk for one in row.asked_of.all()}
    deputies = {taker for taker, givers in holders.stand_ins(needed).items() if asked & set(givers)}
    return asked, deputies, silent & fitting


def _tell(row: Approval, kind: NotificationKind, people: set[int], stage: str) -> None:
    _notify.tell(
        actor=SYSTEM,
        kind=kind,
        subject=_notify.found(SubjectKind.RELEASE, row.release.number),
        people=people,
        key=f"approval:{row.pk}:{stage}",
        facts={"approval": row.kind},
    )
