"""Finding anything: a page, and the same answer as data for the command palette."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rightaway.queries import search as ask
from rightaway.web import places
from rightaway.web.pages import page
from rightaway.web.statuses import words
from rightaway.web.viewers import VIEW, Viewer

MOST_ON_THE_PAGE = 25
# By kind: its word, its icon, the page it leads to; a target has no page of its own.
_KINDS = {
    "release": (_("Release"), "rocket", "release"),
    "deployment": (_("Deployment"), "play", "deployment"),
    "change": (_("Change"), "git-pull-request", "change"),
    "item": (_("Configuration item"), "network", "item"),
    "target": (_("Target"), "server", "targets"),
    "incident": (_("Incident"), "triangle-alert", "incident"),
    "problem": (_("Problem"), "triangle-alert", "problem"),
    "known-error": (_("Known error"), "triangle-alert", "known-error"),
    "article": (_("Article"), "book-open", "article"),
}


@dataclass(frozen=True, slots=True)
class Found:
    """One line of the answer."""

    kind: str
    icon: str
    name: str
    state: str
    url: str


@page
def page_of_results(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    text = request.GET.get("q", "").strip()
    found = _found(viewer, text, MOST_ON_THE_PAGE) if text else []
    return render(request, "web/search.html", {"q": text, "found": found})


@page
def suggestions(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Give what the palette shows: pages when nothing is typed, else pages and records."""
    found = _found(viewer, request.GET.get("q", ""), ask.MOST_OF_A_KIND)
    lines = [
        {"kind": one.kind, "icon": one.icon, "name": one.name, "state": words(one.state), "url": one.url}
        for one in found
    ]
    answer = JsonResponse({"found": lines})
    answer["Cache-Control"] = "no-store"
    return answer


def _found(viewer: Viewer, text: str, most: int) -> list[Found]:
    pages = [
        Found(gettext("Page"), place.icon, str(place.title), "", place.url)
        for place in places.matching(viewer, text)
    ]
    if not viewer.may(VIEW, None):
        return pages
    return pages + [_line(hit) for hit in ask.search(text, scopes=viewer.scopes(), most=most)]


def _line(hit: ask.Hit) -> Found:
    kind, icon, name = _KINDS[hit.kind]
    url = reverse(name) if hit.kind == "target" else reverse(name, args=[hit.key])
    return Found(str(kind), icon, f"{hit.key} {hit.title or ''}".strip(), hit.state, url)
