"""The indicators K05 to K22 of a period, each with its formula and the records it was computed from."""

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rightaway.domain.dora_facts import Window
from rightaway.domain.errors import Invalid
from rightaway.domain.indicator_definitions import DEFINITIONS, Group
from rightaway.domain.indicator_facts import DEFAULT_DAYS, Counted, period
from rightaway.domain.indicator_figures import Figure, Indicator, Unit
from rightaway.queries import cmdb
from rightaway.queries import indicators as ask
from rightaway.web.durations import span
from rightaway.web.forms.lists import IndicatorFilter
from rightaway.web.pages import page
from rightaway.web.statuses import source, words
from rightaway.web.viewers import Viewer

READ = "metrics.read"
_GROUPS: Mapping[Group, str | Promise] = {
    Group.OUTCOME: _("Outcome"),
    Group.FLOW: _("Flow"),
    Group.CONTROL: _("Control"),
    Group.QUALITY: _("Quality"),
}
_PARTS: Mapping[str, str | Promise] = {
    "on_time_finish": _("Finished within the window"),
    "window_overrun": _("Overrun of the others"),
    "longer_than_planned": _("Longer than planned"),
    "cost": _("Cost"),
    "effort": _("Effort"),
    "late_paperwork": _("Late paperwork"),
    "prediction_error": _("Error of the prediction"),
    "failed_later": _("Failed later"),
    "misuse": _("Used wrongly afterwards"),
}


@page
def index(request: HttpRequest, viewer: Viewer) -> HttpResponse:
    viewer.require(READ, None)
    filters = _filters(request, viewer)
    context: dict[str, Any] = {"filters": filters}
    try:
        found = _measured(viewer, filters)
    except Invalid as error:
        context["problem"] = error
    else:
        last = found.window.end - timedelta(microseconds=1)
        context |= {"found": found, "last": last, "groups": _grouped(found), "csv": _csv(filters)}
    return render(request, "metrics/indicators.html", context)


def lines(request: HttpRequest, viewer: Viewer) -> Iterator[str]:
    """Give what the page shows as CSV."""
    viewer.require(READ, None)
    return ask.csv(_measured(viewer, _filters(request, viewer)))


def _filters(request: HttpRequest, viewer: Viewer) -> IndicatorFilter:
    scopes, today = viewer.scopes(READ), timezone.localdate()
    services = cmdb.services() if scopes is None else cmdb.services().filter(key__in=scopes)
    asked = {
        "since": (today - timedelta(days=DEFAULT_DAYS)).isoformat(),
        "until": today.isoformat(),
        **request.GET.dict(),
    }
    return IndicatorFilter(asked, service=[(one.key, one.name) for one in services])


def _measured(viewer: Viewer, filters: IndicatorFilter) -> ask.Measured:
    given = filters.chosen()
    services = frozenset({given["service"]}) if given["service"] else viewer.scopes(READ)
    return ask.measured(_window(given), services, release_type=given["release_type"])


def _window(given: Mapping[str, Any]) -> Window:
    """Give the whole days from one to the other, as the viewer counts days."""
    since, until = (given.get(name) for name in ("since", "until"))
    return period(
        timezone.make_aware(datetime.combine(since, time.min)) if since else None,
        timezone.make_aware(datetime.combine(until, time.min)) + timedelta(days=1) if until else None,
        now=timezone.now(),
    )


def _csv(filters: IndicatorFilter) -> str:
    given = {name: str(value) for name, value in filters.chosen().items() if value}
    return f"{reverse('export', args=['indicators'])}?{urlencode(given)}"


def _grouped(found: ask.Measured) -> list[tuple[str | Promise, list[dict[str, Any]]]]:
    return [
        (title, [_shown(one) for one in found.found if DEFINITIONS[one.key].group is group])
        for group, title in _GROUPS.items()
    ]


def _shown(one: Indicator) -> dict[str, Any]:
    definition = DEFINITIONS[one.key]
    return {
        "definition": definition,
        "text": text(one.whole),
        "quotient": _quotient(one.whole),
        "parts": [(_label(part), text(part)) for part in one.parts if part.value is not None],
        "counted": _records(one.whole.counted),
        "basis": _records(one.whole.basis),
        "is_same": one.whole.counted == one.whole.basis,
    }


def text(one: Figure) -> str:
    """Write a value with its unit."""
    if one.value is None:
        return gettext("no data")
    match one.unit:
        case Unit.SHARE:
            return f"{one.value:.0%}"
        case Unit.SECONDS:
            return span(one.value)
        case Unit.MINUTES:
            return span(one.value * 60)
        case Unit.PER_RELEASE:
            return gettext("%(figure)s per release") % {"figure": f"{one.value:.2f}"}
    return gettext("%(figure)s of 5") % {"figure": f"{one.value:.1f}"}


def _quotient(one: Figure) -> str:
    if one.value is None or one.unit is Unit.SECONDS or one.counted.count + one.basis.count == 0:
        return ""
    if not float(one.numerator).is_integer() or not float(one.denominator).is_integer():
        return ""  # seconds of which the share says all there is to say
    return f"{one.numerator:g} / {one.denominator:g}"


def _label(one: Figure) -> str:
    match one.group:
        case "severity":
            return gettext("Severity %(number)s") % {"number": one.name}
        case "mark":
            return gettext("Rated %(number)s") % {"number": one.name}
        case "waiting":
            return gettext("Waiting in %(phase)s") % {"phase": words(one.name)}
        case "voters":
            return gettext("Vote of %(role)s") % {"role": source(one.name)}
    return str(_PARTS[one.name]) if one.name in _PARTS else words(one.name)


def _records(found: Counted) -> dict[str, Any]:
    return {
        "count": found.count,
        "numbers": ", ".join(found.numbers),
        "more": found.count - len(found.numbers),
    }
