"""Change requests: lists and one change."""

from django.db.models import Q, QuerySet

from rightaway.domain.changes import ChangeState, ChangeType, steps
from rightaway.records.changes.models import Change

# A change's own texts, and the design of its release, would weigh many times more than all of this.
_LISTED = (
    "number",
    "title",
    "state",
    "change_type",
    "priority",
    "service__key",
    "service__name",
    "requester__name",
    "requester__username",
)


def changes(
    *, text: str = "", state: str = "", change_type: str = "", service: str = "", model: str = ""
) -> QuerySet[Change]:
    """List changes, newest first; only what a list shows is read."""
    found = Change.objects.select_related("service", "requester", "release").order_by("-id")
    found = found.only(*_LISTED, "release__number")
    if text:
        found = found.filter(Q(number__icontains=text) | Q(title__icontains=text))
    chosen = {"state": state, "change_type": change_type, "service__key": service, "model__number": model}
    return found.filter(**{name: value for name, value in chosen.items() if value})


def change(number: str) -> Change | None:
    related = ("service", "requester", "release", "model")
    return (
        Change.objects.select_related(*related)
        .prefetch_related("authorisations__person")
        .filter(number=number)
        .first()
    )


def events(row: Change) -> tuple[str, ...]:
    """Give the events the change accepts now, in the order of its table."""
    return steps(row.change_type, row.state)


def may_be_reverted(row: Change) -> bool:
    """Say whether somebody may still decide that the change, which nobody allowed, goes back."""
    return bool(row.is_unauthorised and row.state == ChangeState.REGISTERED)


def changes_awaiting(user_id: int) -> QuerySet[Change]:
    """Give changes that wait for an authorisation by somebody else than their requester."""
    waiting = Q(change_type__in=(ChangeType.NORMAL, ChangeType.PROPOSAL), state=ChangeState.ASSESSED) | Q(
        change_type=ChangeType.EMERGENCY, state=ChangeState.REGISTERED
    )
    return (
        Change.objects.select_related("service", "requester")
        .only(*_LISTED)
        .filter(waiting)
        .exclude(requester_id=user_id)
        .order_by("id")
    )
