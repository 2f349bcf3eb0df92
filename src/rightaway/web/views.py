"""Saved views of lists: kept, renamed, shared, begun with, deleted."""

from typing import Any
from urllib.parse import parse_qsl

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.queries import saved_views as ask
from rightaway.services import saved_views as commands
from rightaway.web import lists, places
from rightaway.web.forms.base import CommandForm
from rightaway.web.forms.lists import SaveViewForm, ViewForm
from rightaway.web.pages import act, bound, command, page
from rightaway.web.viewers import Viewer


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("view.save", None)
    defaults = ask.defaults(viewer.user.pk)
    rows = list(ask.views(viewer.user.pk))
    shown = [
        (lists.view(viewer, row, default=row.pk if row.pk in defaults else 0), places.title(row.page))
        for row in rows
    ]
    return render(request, "lists/views.html", {"views": shown})


def _crumbs() -> list[tuple[str, str]]:
    return [(_("Saved views"), reverse("views"))]


@act
def save(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("view.save", None)
    initial = {name: request.GET.get(name, "") for name in ("page", "query")}
    form = SaveViewForm(**bound(request), may_share=viewer.may("view.share", None), initial=initial)

    def run(given: dict[str, Any]) -> str:
        row = commands.save(
            actor=viewer.actor,
            page=given["page"],
            name=given["name"],
            query=dict(parse_qsl(given["query"])),
            shared_with=given.get("shared_with", ""),
        )
        if given["is_default"]:
            commands.set_default(actor=viewer.actor, view_id=row.pk)
        return lists.address(row) or reverse("views")

    return command(
        request,
        form,
        run,
        title=_("Save this view"),
        button=_("Save"),
        back=reverse("views"),
        done=_("The view is saved."),
        text=_("A view keeps the filters and the order of a list under a name."),
        crumbs=_crumbs(),
    )


def _found(viewer: Viewer, view_id: int, *, own: bool = False) -> Any:
    row = ask.view(viewer.user.pk, view_id)
    if row is None or (own and row.owner_id != viewer.user.pk):
        raise NotFound(
            "not_found",
            said("You have no view {view_id}.", view_id=view_id),
            hint=said("It may be deleted, or no longer shared."),
        )
    return row


@act
def edit(request: HttpRequest, viewer: Viewer, view_id: int) -> HttpResponse:
    row = _found(viewer, view_id, own=True)
    initial = {"version": row.version, "name": row.name, "shared_with": row.shared_with}
    return command(
        request,
        ViewForm(**bound(request), may_share=viewer.may("view.share", None), initial=initial),
        lambda given: commands.edit(
            actor=viewer.actor,
            view_id=view_id,
            name=given["name"],
            shared_with=given.get("shared_with"),
            expected_version=given["version"],
        ),
        title=_("Edit the view “{name}”").format(name=row.name),
        button=_("Save"),
        back=reverse("views"),
        done=_("Saved."),
        crumbs=_crumbs(),
    )


@act
def delete(request: HttpRequest, viewer: Viewer, view_id: int) -> HttpResponse:
    row = _found(viewer, view_id, own=True)
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.delete(actor=viewer.actor, view_id=view_id),
        title=_("Delete the view “{name}”").format(name=row.name),
        button=_("Delete"),
        tone="danger",
        back=reverse("views"),
        done=_("The view is deleted."),
        text=_("The records it shows stay. Whom it was shared with loses it too.") if row.shared_with else "",
        crumbs=_crumbs(),
    )


@act
def begin(request: HttpRequest, viewer: Viewer, view_id: int, wish: str) -> HttpResponse:
    """Open a page with this view from now on, or with the whole list again."""
    row = _found(viewer, view_id)
    is_on = wish == "on"

    def run(_given: dict[str, Any]) -> None:
        if is_on:
            commands.set_default(actor=viewer.actor, view_id=view_id)
        else:
            commands.clear_default(actor=viewer.actor, page=row.page)

    return command(
        request,
        CommandForm(**bound(request)),
        run,
        title=_("Begin with “{name}”").format(name=row.name) if is_on else _("Begin with the whole list"),
        button=_("Make it the default") if is_on else _("Clear the default"),
        back=reverse("views"),
        done=_("The list opens with this view.") if is_on else _("The list opens whole again."),
        undo=reverse("view-default", args=[view_id, "off" if is_on else "on"]),
        crumbs=_crumbs(),
    )
