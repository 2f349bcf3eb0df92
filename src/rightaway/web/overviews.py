"""All releases at once: as a board by phase, and over time."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rightaway.queries import overviews, templates
from rightaway.web import choices, timelines
from rightaway.web.forms.lists import OverviewFilter, TimelineFilter
from rightaway.web.pages import page, paged
from rightaway.web.viewers import Viewer

IN_A_COLUMN = 20
WAYS = (("releases", _("List")), ("release-board", _("Board")), ("release-timeline", _("Timeline")))


def head(request: HttpRequest, viewer: Viewer, here: str) -> dict[str, Any]:
    """Give what stands over releases: the ways to look at them, as tabs that keep what is filtered by."""
    kept = {name: request.GET[name] for name in ("text", "service") if request.GET.get(name)}
    return {
        "ways": [(title, reverse(name, query=kept), name == here) for name, title in WAYS],
        "may_register": bool(choices.services(viewer, "release.register")),
    }


@page
def board(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    filters = OverviewFilter(request.GET)
    given = filters.chosen()
    mine = viewer.user.pk if given.pop("mine") else None
    rows = viewer.narrowed(overviews.open_releases(**given, person=mine), "service__key")
    counts = overviews.counted(rows)
    phases = templates.current_phases()
    cards = overviews.first_of_each_phase(rows, [phase.key for phase in phases], IN_A_COLUMN)
    context = {
        "filters": filters,
        "columns": [
            {"phase": phase, "count": counts.get(phase.key, 0), "releases": cards.get(phase.key, [])}
            for phase in phases
        ],
        **head(request, viewer, "release-board"),
    }
    return render(request, "releases/board.html", context)


@page
def timeline(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("release.view", None)
    filters = TimelineFilter(request.GET)
    given = filters.chosen()
    today = timezone.localdate()
    first = timelines.monday(given.pop("since") or today)
    found = overviews.within(*timelines.bounds(first), **given)
    cut = paged(request, viewer.narrowed(found, "service__key"))
    context = {
        "filters": filters,
        "page": cut,
        "rows": timelines.rows(cut, first),
        "weeks": timelines.weeks(first),
        "today": today,
        "earlier": _at(request, first - timedelta(days=timelines.DAYS)),
        "later": _at(request, first + timedelta(days=timelines.DAYS)),
        "now": _at(request, None),
        **head(request, viewer, "release-timeline"),
        "undated": viewer.narrowed(overviews.undated(**given), "service__key").count(),
    }
    return render(request, "releases/timeline.html", context)


def _at(request: HttpRequest, first: date | None) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    query.pop("since", None)
    if first:
        query["since"] = first.isoformat()
    return f"?{query.urlencode()}"
