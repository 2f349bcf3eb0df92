"""The five DORA figures of one service, each with the number of things it was taken from."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, ngettext

from rightaway.domain.dora import LEAST_FOR_MEDIAN, Figures
from rightaway.queries import cmdb, deployments, metrics, releases
from rightaway.web import plots
from rightaway.web.forms.lists import MetricsFilter
from rightaway.web.pages import page
from rightaway.web.viewers import Viewer

HOUR_S, DAY_S = 3600, 86400
STEPS = ((1, 14), (7, 180), (30, 10_000))


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("metrics.read", None)
    allowed = [one for one in cmdb.services() if viewer.may("metrics.read", one.key)]
    asked = {"service": newest_service(viewer), "days": str(metrics.DEFAULT_DAYS), **request.GET.dict()}
    filters = MetricsFilter(asked, service=[(one.key, one.name) for one in allowed])
    given = filters.chosen()
    service = next((one for one in allowed if one.key == given["service"]), allowed[0] if allowed else None)
    days = int(given["days"] or metrics.DEFAULT_DAYS)
    known = metrics.history(service.key) if service else None
    found = metrics.figures(service.key, days=days, known=known) if service else None
    context = {
        "filters": filters,
        "csv": f"{reverse('export', args=['metrics'])}?{urlencode({'service': given['service'], 'days': days})}",
        "service": service,
        "days": days,
        "figures": shown(found, days) if found else [],
        "least": LEAST_FOR_MEDIAN,
        "plots": plots.of_dora(metrics.trend(known, days=days, step_days=_step(days))) if known else [],
    }
    return render(request, "metrics/index.html", context)


def _step(days: int) -> int:
    """Give the length of one step on the plots in days, so that there are neither few nor very many."""
    return next(step for step, most in STEPS if days <= most)


def newest_service(viewer: Viewer) -> str:
    """Give the service that most likely interests: last deployed to production, else of the newest release."""
    paths = ((deployments.in_production(), "release__service__key"), (releases.releases(), "service__key"))
    for rows, path in paths:
        key = viewer.narrowed(rows, path).values_list(path, flat=True).first()
        if key:
            return str(key)
    return ""


def shown(found: Figures, days: int) -> list[dict[str, Any]]:
    """Put the five figures into words, each with what it was taken from."""
    frequency, lead, rate, recovery, rework = (
        found.frequency,
        found.lead_time,
        found.fail_rate,
        found.recovery,
        found.rework,
    )

    return [
        {
            "title": gettext("Deployment frequency"),
            "text": _per_day(frequency.per_day),
            "n": frequency.n,
            "basis": _from_deployments(frequency.n, days),
        },
        {
            "title": gettext("Change lead time"),
            "text": duration(lead.p50),
            "n": lead.n,
            "basis": ngettext(
                "From %(n)d change in %(days)d days", "From %(n)d changes in %(days)d days", lead.n
            )
            % {"n": lead.n, "days": days},
            "detail": _spread(("p75", lead.p75), ("p90", lead.p90)),
        },
        {
            "title": gettext("Change fail rate"),
            "text": percent(rate.rate),
            "n": rate.n,
            "basis": _from_deployments(rate.n, days),
            "detail": ", ".join(rate.failed),
            "provisional": rate.provisional,
        },
        {
            "title": gettext("Failed deployment recovery time"),
            "text": duration(recovery.p50),
            "n": recovery.n,
            "basis": ngettext(
                "From %(n)d failure in %(days)d days", "From %(n)d failures in %(days)d days", recovery.n
            )
            % {"n": recovery.n, "days": days},
            "detail": _spread(("p90", recovery.p90)),
        },
        {
            "title": gettext("Deployment rework rate"),
            "text": percent(rework.rate),
            "n": rework.n,
            "basis": _from_deployments(rework.n, days),
            "detail": ", ".join(rework.rework),
        },
    ]


def _from_deployments(n: int, days: int) -> str:
    found = ngettext("From %(n)d deployment in %(days)d days", "From %(n)d deployments in %(days)d days", n)
    return found % {"n": n, "days": days}


def _per_day(figure: float | None) -> str:
    return (
        gettext("no data") if figure is None else gettext("%(figure)s per day") % {"figure": f"{figure:.2f}"}
    )


def percent(figure: float | None) -> str:
    return gettext("no data") if figure is None else f"{figure:.0%}"


def duration(length: timedelta | None) -> str:
    """Write a duration in the two biggest units that say something."""
    if length is None:
        return gettext("no data")
    seconds = int(length.total_seconds())
    for size, unit, smaller, small_unit in (
        (DAY_S, "d", HOUR_S, "h"),
        (HOUR_S, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if seconds >= size:
            return f"{seconds // size} {unit} {seconds % size // smaller} {small_unit}"
    return f"{seconds} s"


def _spread(*shown: tuple[str, timedelta | None]) -> str:
    return ", ".join(f"{name} {duration(length)}" for name, length in shown if length is not None)
