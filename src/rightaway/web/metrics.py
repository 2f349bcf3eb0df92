"""The five DORA figures of one service, each with the number of things it was taken from."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rightaway.domain.dora import LEAST_FOR_MEDIAN, Figures
from rightaway.queries import cmdb, metrics, releases
from rightaway.web.forms.lists import MetricsFilter
from rightaway.web.pages import page
from rightaway.web.viewers import Viewer

HOUR_S, DAY_S = 3600, 86400


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require("metrics.read", None)
    allowed = [one for one in cmdb.services() if viewer.may("metrics.read", one.key)]
    asked = {"service": _newest(viewer), "days": str(metrics.DEFAULT_DAYS), **request.GET.dict()}
    filters = MetricsFilter(asked, service=[(one.key, one.name) for one in allowed])
    given = filters.chosen()
    service = next((one for one in allowed if one.key == given["service"]), allowed[0] if allowed else None)
    days = int(given["days"] or metrics.DEFAULT_DAYS)
    found = metrics.figures(service.key, days=days) if service else None
    context = {
        "filters": filters,
        "service": service,
        "days": days,
        "figures": _shown(found) if found else [],
        "least": LEAST_FOR_MEDIAN,
    }
    return render(request, "metrics/index.html", context)


def _newest(viewer: Viewer) -> str:
    """Give the service of the newest release: the one that most likely interests."""
    newest = viewer.narrowed(releases.releases(), "service__key").first()
    return str(newest.service.key) if newest else ""


def _shown(found: Figures) -> list[dict[str, Any]]:
    frequency, lead, rate, recovery, rework = (
        found.frequency,
        found.lead_time,
        found.fail_rate,
        found.recovery,
        found.rework,
    )
    return [
        _figure("Deployment frequency", _per_day(frequency.per_day), frequency.n, "successful deployment"),
        _figure(
            "Change lead time",
            duration(lead.p50),
            lead.n,
            "change",
            _spread(lead.p75, lead.p90, "p75", "p90"),
        ),
        _figure(
            "Change fail rate",
            percent(rate.rate),
            rate.n,
            "deployment",
            ", ".join(rate.failed),
            rate.provisional,
        ),
        _figure(
            "Failed deployment recovery time",
            duration(recovery.p50),
            recovery.n,
            "failure",
            _spread(recovery.p90, None, "p90", ""),
        ),
        _figure(
            "Deployment rework rate", percent(rework.rate), rework.n, "deployment", ", ".join(rework.rework)
        ),
    ]


def _figure(
    title: str, text: str, n: int, unit: str, detail: str = "", provisional: int = 0
) -> dict[str, Any]:
    return {"title": title, "text": text, "n": n, "unit": unit, "detail": detail, "provisional": provisional}


def _per_day(figure: float | None) -> str:
    return "no data" if figure is None else f"{figure:.2f} per day"


def percent(figure: float | None) -> str:
    return "no data" if figure is None else f"{figure:.0%}"


def duration(length: timedelta | None) -> str:
    """Write a duration in the two biggest units that say something."""
    if length is None:
        return "no data"
    seconds = int(length.total_seconds())
    for size, unit, smaller, small_unit in (
        (DAY_S, "d", HOUR_S, "h"),
        (HOUR_S, "h", 60, "min"),
        (60, "min", 1, "s"),
    ):
        if seconds >= size:
            return f"{seconds // size} {unit} {seconds % size // smaller} {small_unit}"
    return f"{seconds} s"


def _spread(first: timedelta | None, second: timedelta | None, one: str, two: str) -> str:
    shown = [(one, first), (two, second)]
    return ", ".join(f"{name} {duration(length)}" for name, length in shown if length is not None)
