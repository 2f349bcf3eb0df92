"""The debt ledger: every debt across releases, settling one, adding an action of a review."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rightaway.domain.sentences import said
from rightaway.queries import debts as ask
from rightaway.services import debts as commands
from rightaway.web import choices, frames, lists
from rightaway.web.forms.closing import DebtForm, SettleForm
from rightaway.web.pages import act, bound, command, page, paged
from rightaway.web.viewers import Viewer


@page
@lists.opens_with_default("debts")
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    around = lists.around(request, viewer, "debts")
    chosen = lists.own(viewer, around["filters"].chosen())
    rows = viewer.narrowed(ask.debts(**chosen, sort=request.GET.get("sort", "")), "release__service__key")
    context = {**around, "rows": _settled_by(viewer, paged(request, rows)), "now": timezone.now()}
    return render(request, "debts/index.html", context)


def _settled_by(viewer: Viewer, rows: Any) -> Any:
    """Mark the rows that the viewer may settle."""
    for row in rows:
        row.may_settle = row.state == "open" and may_settle(viewer, row)
    return rows


def may_settle(viewer: Viewer, row: Any) -> bool:
    return row.owner_id == viewer.user.pk or viewer.may("review.edit", row.release.service.key)


@act
def settle(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = ask.debt(number)
    row = viewer.seen(row, row.release.service.key if row else "", said("debt {number}", number=number))
    if row.owner_id != viewer.user.pk:
        viewer.require("review.edit", row.release.service.key)
    return command(
        request,
        SettleForm(**bound(request), initial={"version": row.version}),
        lambda given: commands.settle(
            actor=viewer.actor, number=number, note=given["note"], expected_version=given["version"]
        ),
        title=_("Settle {number}").format(number=number),
        button=_("Settle"),
        done=_("The debt is settled."),
        back=reverse("debts"),
        text=row.owed,
        crumbs=[(_("Debts"), reverse("debts"))],
    )


@act
def add(request: HttpRequest, viewer: Viewer, number: str) -> HttpResponse:
    row = frames.found(viewer, number)
    viewer.require("review.edit", row.service.key)
    return command(
        request,
        DebtForm(**bound(request), people=choices.persons()),
        lambda given: commands.add(actor=viewer.actor, number=number, **given),
        title=_("Add an action"),
        button=_("Add"),
        done=_("The action is in the ledger of debts until it is settled."),
        **frames.inside(row, "closure", "#actions"),
    )
