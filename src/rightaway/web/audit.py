"""The audit log: who did what, and the proof that nothing was changed afterwards."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rightaway.queries import audit
from rightaway.services import audit as seals
from rightaway.web import lists
from rightaway.web.pages import page, paged
from rightaway.web.viewers import Viewer


@page
@lists.opens_with_default("audit")
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("audit.read")
    around = lists.around(request, viewer, "audit")
    context = {"rows": paged(request, audit.events(**around["filters"].chosen())), **around}
    return render(request, "audit/index.html", context)


@page
def verification(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Recompute the whole chain now; nothing that was stored about it is believed."""
    viewer.require("audit.read")
    count, broken = seals.verify()
    waiting = audit.events().filter(seal__isnull=True).count()
    return render(request, "audit/verification.html", {"count": count, "broken": broken, "waiting": waiting})
