"""The inbox: what a person was told, each a way to where it happened."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from rightaway.domain.errors import NotFound
from rightaway.domain.sentences import said
from rightaway.queries import notifications as ask
from rightaway.services import notifications as commands
from rightaway.web import telling
from rightaway.web.forms.base import CommandForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer

ALL = "all"


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    shows_all = request.GET.get("show") == ALL
    rows = paged(request, ask.inbox(viewer.user.pk, is_unread=None if shows_all else True))
    address = reverse("inbox")
    context = {
        "rows": rows,
        "told": [telling.told(row) for row in rows],
        "shows_all": shows_all,
        "tabs": [(_("Unread"), address, not shows_all), (_("All"), f"{address}?show={ALL}", shows_all)],
    }
    return render(request, "inbox/index.html", context)


@page
def bell(request: HttpRequest, viewer: Viewer) -> HttpResponse:  # noqa: ARG001 -- the template asks for the count
    """Give the bell of the top bar again."""
    return render(request, "inbox/bell.html")


@page
def follow(request: HttpRequest, viewer: Viewer, notification: int) -> HttpResponse:
    """Lead to where it happened; who goes there has read of it."""
    row = ask.inbox(viewer.user.pk).filter(pk=notification).first()
    if row is None:
        raise NotFound(
            "not_found",
            said("Your inbox has no entry {notification}.", notification=notification),
            hint=said("Look at your inbox."),
        )
    if request.method == "GET":
        commands.mark_read(actor=viewer.actor, notification_id=notification)
    return redirect(telling.target(row))


@act
def read(request: HttpRequest, viewer: Viewer, notification: int | None = None) -> HttpResponse:
    """Mark one thing, or everything, as read."""
    return command(
        request,
        CommandForm(**bound(request)),
        lambda _given: commands.mark_read(actor=viewer.actor, notification_id=notification),
        title=_("Mark as read") if notification else _("Mark everything as read"),
        button=_("Mark as read"),
        back=reverse("inbox"),
        done=_("Marked as read."),
        crumbs=[(_("Inbox"), reverse("inbox"))],
    )
