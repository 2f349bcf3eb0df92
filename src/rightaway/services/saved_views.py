"""Saved views of lists: kept, renamed, shared with a role, chosen as the default."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.permissions import Role
from rightaway.domain.saved_views import VIEWS_PER_PERSON, check_name, check_page, check_query
from rightaway.domain.sentences import said
from rightaway.domain.values import Actor
from rightaway.queries import saved_views as ask
from rightaway.records.saved_views.models import DefaultView, SavedView
from rightaway.services import _audit, _guard

STREAM = "saved_views"


@transaction.atomic
def save(
    *, actor: Actor, page: str, name: str, query: Mapping[str, object], shared_with: str = ""
) -> SavedView:
    """
    Keep a list as it is asked for now.

    Args:
        page: The page of the list, such as `releases`.
        query: Its parameters: text by name.
        shared_with: A role; whoever holds it in any scope finds the view too.
    """
    owner = _guard.person(actor)
    _guard.require(actor=actor, action="view.save", scope=_guard.ANYWHERE)
    row = SavedView(owner=owner, page=check_page(page), name=check_name(name), query=check_query(query))
    if SavedView.objects.filter(owner=owner).count() >= VIEWS_PER_PERSON:
        raise Refused(
            "view.too_many",
            said("You have {most} views.", most=VIEWS_PER_PERSON),
            hint=said("Delete one first."),
        )
    _check_free(row)
    row.save()
    if shared_with:
        _share(actor, row, shared_with)
        row.save()
    return row


def _check_free(row: SavedView) -> None:
    same = SavedView.objects.filter(owner_id=row.owner_id, page=row.page, name=row.name).exclude(pk=row.pk)
    if same.exists():
        raise Refused(
            "view.name_taken",
            said("You have a view {name} of this page.", name=row.name),
            hint=said("Name it otherwise."),
        )


def _share(actor: Actor, row: SavedView, role: str) -> None:
    _guard.require(actor=actor, action="view.share", scope=_guard.ANYWHERE)
    if role and role not in set(Role):
        raise Invalid(
            "role.unknown",
            said("There is no role '{role}'.", role=role[:60]),
            at="shared_with",
            hint=", ".join(Role),
        )
    facts = {"page": row.page, "name": row.name, "from": row.shared_with, "to": role}
    row.shared_with = role
    _audit.record(
        actor=actor,
        action="view.sharing.changed",
        stream=STREAM,
        subject=("saved_view", str(row.pk)),
        facts=facts,
        version=row.version,
    )


@transaction.atomic
def edit(
    *,
    actor: Actor,
    view_id: int,
    name: str | None = None,
    query: Mapping[str, object] | None = None,
    shared_with: str | None = None,
    expected_version: int | None = None,
) -> SavedView:
    """Rename a view of one's own, keep other parameters in it, or share it otherwise; None leaves as it is."""
    row = _own(actor, view_id, expected_version)
    if name is not None:
        row.name = check_name(name)
        _check_free(row)
    if query is not None:
        row.query = check_query(query)
    if shared_with is not None and shared_with != row.shared_with:
        _share(actor, row, shared_with)
    row.save()
    return row


@transaction.atomic
def delete(*, actor: Actor, view_id: int) -> None:
    row = _own(actor, view_id)
    if row.shared_with:
        _share(actor, row, "")
    row.delete()


def _own(actor: Actor, view_id: int, expected_version: int | None = None) -> SavedView:
    person = _guard.person(actor)
    _guard.require(actor=actor, action="view.save", scope=_guard.ANYWHERE)
    seen = ask.view(person.pk, view_id)
    if seen is None:
        raise _guard.not_found(SavedView, {"id": view_id})
    if seen.owner_id != person.pk:
        raise Forbidden(
            "permission.denied",
            said("This view is of {owner}.", owner=seen.owner),
            hint=said("Save one of your own."),
        )
    return _guard.lock(SavedView, expected_version, pk=view_id)


@transaction.atomic
def set_default(*, actor: Actor, view_id: int) -> SavedView:
    """Begin the view's page with it, for oneself; there is one such view for each page."""
    person = _guard.person(actor)
    row = ask.view(person.pk, view_id)
    if row is None:
        raise _guard.not_found(SavedView, {"id": view_id})
    chosen: dict[str, Any] = {"view": row}
    DefaultView.objects.update_or_create(person=person, page=row.page, defaults=chosen)
    return row


@transaction.atomic
def clear_default(*, actor: Actor, page: str) -> None:
    """Begin a page with the whole list again."""
    DefaultView.objects.filter(person=_guard.person(actor), page=page).delete()
