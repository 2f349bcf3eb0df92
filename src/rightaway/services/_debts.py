"""Debts as they come and go with the release they are of."""

from datetime import datetime
from typing import Any

from rightaway.domain.checklists import met
from rightaway.domain.debts import DebtOrigin, DebtState, check
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.values import SYSTEM, Actor
from rightaway.domain.workflows import Template
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release, Waiver
from rightaway.records.reviews.models import Debt
from rightaway.services import _audit
from rightaway.services._numbers import next_number


def owe(
    *,
    actor: Actor,
    release: Release,
    owed: str,
    owner: User,
    due_at: datetime,
    now: datetime,
    waiver: Waiver | None = None,
) -> Debt:
    """Write down what is owed from now on; without a waiver it is an action of the review."""
    check(owed, due_at, now)
    row = Debt.objects.create(
        number=next_number("DBT"),
        release=release,
        origin=DebtOrigin.WAIVER if waiver else DebtOrigin.REVIEW,
        waiver=waiver,
        owed=owed,
        owner=owner,
        due_at=due_at,
    )
    facts = {"owed": owed, "owner": owner.username, "due_at": due_at.isoformat()}
    told(actor, row, "release.debt.opened", facts)
    return row


def settle(*, actor: Actor, row: Debt, settlement: str, now: datetime) -> None:
    row.state, row.settlement, row.settled_at = DebtState.SETTLED, settlement, now
    row.settled_by_id = actor.user_id
    row.save()
    told(actor, row, "release.debt.settled", {"settlement": settlement})


def settle_met(release: Release, template: Template, facts: ReleaseFacts, now: datetime) -> None:
    """Settle what was owed for a control that is met by its evidence after all."""
    owed = Debt.objects.select_related("waiver").filter(
        release=release, state=DebtState.OPEN, waiver__isnull=False
    )
    for row in owed:
        assert row.waiver is not None
        if met(template, facts, row.waiver.control, now):
            row.version += 1
            settle(actor=SYSTEM, row=row, settlement=f"{row.waiver.control} is met by its evidence", now=now)


def told(actor: Actor, row: Debt, action: str, facts: dict[str, Any]) -> None:
    _audit.record(
        actor=actor,
        action=action,
        stream=row.release.number,
        subject=("debt", row.number),
        facts=facts,
        version=row.version,
    )
