"""The installation as an administrator sees it: what runs, what waits, what the doctor finds, and the remedies."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rightaway import __version__
from rightaway.queries import audit, systems
from rightaway.web.pages import page
from rightaway.web.viewers import Viewer

WARNINGS: dict[str, tuple[str | Promise, str | Promise]] = {
    "no_worker": (
        _("No worker runs: nothing is deployed."),
        _("Start one: rightaway worker, or rightaway serve."),
    ),
    "late_worker": (
        _("A worker has not been heard of for a while."),
        _("If it is gone, others take its work over by themselves; look at its host."),
    ),
    "long_queue": (
        _("A deployment waits for a worker."),
        _("Start another worker, or give the workers more slots (RIGHTAWAY_WORKER_SLOTS)."),
    ),
    "in_error": (
        _("The engine could not carry on with a deployment and tries again."),
        _("The hold on the page of the deployment says why."),
    ),
}


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("system.configure")
    now = timezone.now()
    workers, queue, findings = systems.workers(now), systems.queue(), systems.findings()
    context = {
        "version": __version__,
        "workers": workers,
        "queue": queue,
        "library": systems.library(),
        "chain": audit.chain(),
        "warnings": [WARNINGS[key] for key in systems.warnings(workers, queue)],
        "findings": findings,
        "wrong": [one for one in findings if one.ok is False],
        "looked_at": now,
    }
    return render(request, "administration/system.html", context)
