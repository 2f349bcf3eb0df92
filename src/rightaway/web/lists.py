"""What every list of records has around it: its filters, its saved views, and itself as CSV."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from rightaway.domain.errors import NotFound
from rightaway.domain.permissions import Role
from rightaway.domain.sentences import said
from rightaway.queries import cmdb, releases
from rightaway.queries import exports as ask
from rightaway.queries import saved_views as ask_views
from rightaway.web import indicators
from rightaway.web.forms import boards
from rightaway.web.forms import lists as forms
from rightaway.web.pages import page
from rightaway.web.statuses import words
from rightaway.web.viewers import EVERYWHERE, Viewer

VIEW = "view"
_NOT_SAVED = {VIEW, "page"}


def _releases(data: Any) -> forms.FilterForm:
    return forms.ReleaseFilter(data, phase=[(key, words(key)) for key in releases.phases_with_counts()])


def _items(data: Any) -> forms.FilterForm:
    classes = cmdb.items().order_by("ci_class").values_list("ci_class", flat=True).distinct()
    return forms.ItemFilter(data, ci_class=[(key, words(key)) for key in classes])


FILTERS: Mapping[str, Callable[[Any], forms.FilterForm]] = {
    "releases": _releases,
    "changes": forms.ChangeFilter,
    "decisions": boards.DecisionFilter,
    "deployments": forms.DeploymentFilter,
    "items": _items,
    "targets": forms.TargetFilter,
    "incidents": forms.StateFilter,
    "problems": forms.StateFilter,
    "known-errors": forms.StateFilter,
    "interactions": forms.StateFilter,
    "articles": forms.ArticleFilter,
    "tasks": forms.TaskFilter,
    "debts": forms.DebtFilter,
    "lessons": forms.LessonFilter,
    "audit": forms.AuditFilter,
}


@dataclass(frozen=True, slots=True)
class View:
    """A saved view as a link."""

    row: Any
    url: str
    is_chosen: bool
    is_default: bool
    is_mine: bool


@dataclass(frozen=True, slots=True)
class Listed:
    """What stands over a list; `save` is where its present filters can be kept, `csv` where they lead to a file."""

    views: list[View]
    whole: str
    save: str
    csv: str

    @property
    def chosen(self) -> str:
        return next((one.row.name for one in self.views if one.is_chosen), "")


def around(request: HttpRequest, viewer: Viewer, name: str) -> dict[str, Any]:
    """Give a list's filters and what stands over it, for its template."""
    query = _query(request.GET)
    default = ask_views.default(viewer.user.pk, name)
    views = [
        view(viewer, row, chosen=request.GET.get(VIEW, ""), default=default.pk if default else 0)
        for row in ask_views.views(viewer.user.pk, page=name)
    ]
    saving = urlencode({"page": name, "query": urlencode(query)})
    listed = Listed(
        views=views,
        whole=f"{reverse(name)}?{VIEW}=none",
        save=f"{reverse('view-save')}?{saving}" if viewer.may("view.save", None) else "",
        csv=f"{reverse('export', args=[name])}?{urlencode(query)}" if _may_export(viewer, name) else "",
    )
    return {"filters": FILTERS[name](request.GET), "listed": listed}


def own(viewer: Viewer, chosen: dict[str, Any]) -> dict[str, Any]:
    """Put the person who looks in the place of the wish for what is theirs."""
    found = dict(chosen)
    return {**found, "person": viewer.user.pk} if found.pop("mine", False) else found


def view(viewer: Viewer, row: Any, *, chosen: str = "", default: int = 0) -> View:
    return View(
        row=row,
        url=address(row),
        is_chosen=chosen == str(row.pk),
        is_default=default == row.pk,
        is_mine=row.owner_id == viewer.user.pk,
    )


def address(row: Any) -> str:
    """Give where a view leads; empty when these pages have no such list."""
    if row.page not in FILTERS:
        return ""
    return f"{reverse(row.page)}?{urlencode({**row.query, VIEW: row.pk})}"


def _query(given: QueryDict) -> dict[str, str]:
    return {key: str(value) for key, value in given.items() if value and key not in _NOT_SAVED}


def opens_with_default(name: str) -> Callable[..., Any]:
    """Begin a list that is opened without a query with the view that the person chose for it."""

    def decorate(index: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
        @wraps(index)
        def opened(request: HttpRequest, viewer: Viewer) -> HttpResponse:
            row = None if request.GET else ask_views.default(viewer.user.pk, name)
            return redirect(address(row)) if row else index(request, viewer)

        return opened

    return decorate


def _may_export(viewer: Viewer, name: str) -> bool:
    found = ask.EXPORTS[name]
    if found.needs:
        return viewer.may(found.needs)
    return not found.is_inside or bool(viewer.roles() - {Role.STAKEHOLDER})


@page
def export(request: HttpRequest, viewer: Viewer, name: str) -> HttpResponseBase:
    """Give a list as CSV, with the filters of its page: what the person may see of it."""
    make = _FIGURES.get(name)
    lines = make(request, viewer) if make else _rows(request, viewer, name)
    response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.now():%Y-%m-%d}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _rows(request: HttpRequest, viewer: Viewer, name: str) -> Any:
    if name not in FILTERS:
        raise NotFound(
            "not_found",
            said("There is no list {name}.", name=name),
            hint=said("Go to the list and follow its link."),
        )
    found = ask.EXPORTS[name]
    if found.needs:
        viewer.require(found.needs)
    else:
        viewer.require("release.view", None)
    chosen = own(viewer, FILTERS[name](request.GET).chosen())
    rows = found.rows(**{key: value for key, value in chosen.items() if value not in ("", None)})
    sees_all = not found.scope or (name == "targets" and viewer.may("target.define", EVERYWHERE))
    return found.lines(rows if sees_all else viewer.narrowed(rows, found.scope, inside=found.is_inside))


def _figures(request: HttpRequest, viewer: Viewer) -> Any:
    keys = [one.key for one in cmdb.services() if viewer.may("metrics.read", one.key)]
    chosen = forms.MetricsFilter(request.GET, service=[(key, key) for key in keys]).chosen()
    days = {"days": int(chosen["days"])} if chosen.get("days") else {}
    return ask.metrics_lines([key for key in keys if chosen.get("service") in ("", None, key)], **days)


_FIGURES: Mapping[str, Callable[[HttpRequest, Viewer], Any]] = {
    ask.METRICS: _figures,
    ask.INDICATORS: indicators.lines,
}
