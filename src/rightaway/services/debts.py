"""The debt ledger: actions of reviews are added, debts are settled, and who owes one is told when it is due."""

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from rightaway.domain.debts import SOON, DebtState
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.sentences import said
from rightaway.domain.subjects import SubjectKind
from rightaway.domain.values import SYSTEM, Actor
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.records.reviews.models import Debt
from rightaway.services import _debts, _guard, _notify


@transaction.atomic
def add(*, actor: Actor, number: str, owed: str, owner: str, due_at: datetime) -> Debt:
    """Record an action of the review, with who does it and until when; it outlives the release."""
    release = _guard.lock(Release, number=number)
    _guard.require(actor=actor, action="review.edit", scope=release.service.key)
    release.save()
    person = _guard.find(User, username=owner)
    return _debts.owe(
        actor=actor, release=release, owed=owed, owner=person, due_at=due_at, now=timezone.now()
    )


@transaction.atomic
def settle(*, actor: Actor, number: str, note: str, expected_version: int | None = None) -> Debt:
    """
    Close a debt with a note that says what was done; its owner may, and who may edit the review.

    Raises:
        Refused: it is settled already.
    """
    row = _guard.lock(Debt, number=number)
    action = "release.view" if row.owner_id == actor.user_id else "review.edit"
    _guard.require(actor=actor, action=action, scope=row.release.service.key)
    _guard.unchanged(row, expected_version)
    if row.state != DebtState.OPEN:
        raise Refused("debt.settled", said("{number} is settled.", number=number))
    if not note.strip():
        raise Invalid("debt.note_missing", said("Say what settles it."), at="note")
    _guard.person(actor)
    _debts.settle(actor=actor, row=row, settlement=note, now=timezone.now())
    return row


def pass_by(*, since: datetime, now: datetime) -> None:
    """
    Tell who owes something a week before it is due, and when it is due.

    That a waiver expires is an alert of its own (A23), raised at the same moment; its debt is not told beside it.
    """
    for early, kind in ((SOON, NotificationKind.DEBT_DUE), (SOON * 0, NotificationKind.DEBT_OVERDUE)):
        come = Debt.objects.filter(
            state=DebtState.OPEN, due_at__gt=since + early, due_at__lte=now + early
        ).select_related("release")
        if early:
            come = come.exclude(waiver__expires_at=F("due_at"))
        for row in come:
            _notify.tell(
                actor=SYSTEM,
                kind=kind,
                subject=_notify.found(SubjectKind.RELEASE, row.release.number),
                people=[row.owner_id],
                key=f"debt:{row.number}:{kind}:{row.due_at:%s}",
                facts={"title": row.owed, "due_at": row.due_at.isoformat()},
            )
