"""Saved views of lists: a person's own and those shared with a role they hold."""

from django.db.models import Q, QuerySet

from rightaway.queries import people
from rightaway.records.saved_views.models import DefaultView, SavedView


def views(user_id: int, *, page: str = "") -> QuerySet[SavedView]:
    """List the views a person finds, by name."""
    held = people.roles(user_id)
    found = SavedView.objects.filter(Q(owner_id=user_id) | Q(shared_with__in=held))
    found = found.filter(page=page) if page else found
    return found.select_related("owner").order_by("page", "name", "id")


def view(user_id: int, view_id: int) -> SavedView | None:
    return views(user_id).filter(pk=view_id).first()


def default(user_id: int, page: str) -> SavedView | None:
    """Give the view that the page begins with; one that is no longer shared with the person is none."""
    chosen = DefaultView.objects.filter(person_id=user_id, page=page).values("view_id")
    return views(user_id, page=page).filter(pk__in=chosen).first()


def defaults(user_id: int) -> set[int]:
    return set(DefaultView.objects.filter(person_id=user_id).values_list("view_id", flat=True))
