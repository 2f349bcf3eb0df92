"""Debts: what waivers and reviews left to be done, across releases."""

from datetime import datetime

from django.db.models import Q, QuerySet

from rightaway.domain.debts import DebtState
from rightaway.records.releases.models import Release
from rightaway.records.reviews.models import Debt

RELATED = ("release__service", "owner", "settled_by", "waiver")
SORTS = {"due": "due_at", "number": "id", "release": "release_id"}


def debts(
    *,
    text: str = "",
    state: str = "",
    service: str = "",
    release: str = "",
    origin: str = "",
    person: int | None = None,
    overdue_at: datetime | None = None,
    sort: str = "",
) -> QuerySet[Debt]:
    """
    List debts, the next due first.

    Args:
        person: Account that owes it.
        overdue_at: Only those that are open and were due before this moment.
        sort: One of `SORTS`, with a minus before it for the other direction.
    """
    column = SORTS.get(sort.removeprefix("-"), "due_at")
    found = Debt.objects.select_related(*RELATED).order_by(
        ("-" if sort.startswith("-") else "") + column, "id"
    )
    if text:
        found = found.filter(
            Q(number__icontains=text) | Q(owed__icontains=text) | Q(release__number__icontains=text)
        )
    wanted = {"state": state, "release__service__key": service, "release__number": release, "origin": origin}
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    if overdue_at is not None:
        found = found.filter(state=DebtState.OPEN, due_at__lt=overdue_at)
    return found if person is None else found.filter(owner_id=person)


def debt(number: str) -> Debt | None:
    return debts().filter(number=number).first()


def inherited(release: Release) -> QuerySet[Debt]:
    """Give what earlier releases of the same service still owe."""
    return debts(state=DebtState.OPEN, service=release.service.key).exclude(release=release)
