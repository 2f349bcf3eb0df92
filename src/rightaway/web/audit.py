"""The audit log: who did what, and the proof that nothing was changed afterwards."""

from datetime import UTC, datetime, time

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rightaway.queries import audit
from rightaway.services import audit as seals
from rightaway.web.forms.lists import AuditFilter
from rightaway.web.pages import page, paged
from rightaway.web.viewers import Viewer


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("audit.read")
    filters = AuditFilter(request.GET)
    given = filters.chosen()
    since = given["since"]
    given["since"] = datetime.combine(since, time.min, UTC) if since else None
    context = {"rows": paged(request, audit.events(**given)), "filters": filters}
    return render(request, "audit/index.html", context)


@page
def verification(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    """Recompute the whole chain now; nothing that was stored about it is believed."""
    viewer.require("audit.read")
    count, broken = seals.verify()
    waiting = audit.events().filter(seal__isnull=True).count()
    return render(request, "audit/verification.html", {"count": count, "broken": broken, "waiting": waiting})
