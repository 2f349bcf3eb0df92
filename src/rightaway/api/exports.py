"""Lists as CSV, as long as they are, for spreadsheets."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.utils import timezone
from ninja import Router

from rightaway.api import indicators
from rightaway.api.access import EVERYWHERE, Request, allowed, missing, require, require_any_role, visible
from rightaway.api.requests import Asked, Word
from rightaway.domain.errors import Invalid
from rightaway.domain.values import Actor
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import cmdb
from rightaway.queries import exports as ask

router = Router()


class ExportFilter(FileModel):
    """The filters of all lists; each list takes those of its own."""

    text: Word | None = None
    state: Word | None = None
    status: Word | None = None
    phase: Word | None = None
    kind: Word | None = None
    change_type: Word | None = None
    ci_class: Word | None = None
    service: Word | None = None
    environment: Word | None = None
    release: Word | None = None
    board: Word | None = None
    is_open: of.Flag | None = None
    stream: Word | None = None
    actor: Word | None = None
    action: Word | None = None
    object_id: Word | None = None
    since: of.Moment | None = None
    until: of.Moment | None = None
    release_type: indicators.TypeFilter | None = None
    days: Annotated[int, of.whole(1, 3650)] | None = None


@router.get("/exports/{name}.csv")
def export(request: Request, name: str, asked: Asked[ExportFilter]) -> StreamingHttpResponse:
    """
    Give a list as CSV: what the caller may see of it, with the filters of that list.

    The lists are releases, changes, tasks, decisions (of boards), deployments, items, targets, incidents,
    problems, known-errors, interactions, articles, audit, metrics (the DORA figures of each service), and
    indicators (those of the releases that ended in a period). A text that a spreadsheet would run as a formula
    begins with an apostrophe.
    """
    given = {key: value for key, value in asked.model_dump().items() if value not in (None, "")}
    response = StreamingHttpResponse(
        _FIGURES[name](request.auth, given) if name in _FIGURES else _rows(request.auth, name, given),
        content_type="text/csv; charset=utf-8",
    )
    response["Content-Disposition"] = f'attachment; filename="{name}-{timezone.now():%Y-%m-%d}.csv"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _rows(actor: Actor, name: str, given: dict[str, Any]) -> Any:
    found = ask.EXPORTS.get(name)
    if found is None:
        raise missing(f"list {name:.40}")
    _check(given, found.filters)
    if found.needs:
        require(actor, found.needs)
    return found.lines(_narrowed(actor, name, found, found.rows(**given)))


def _narrowed(actor: Actor, name: str, found: ask.Export, rows: QuerySet[Any]) -> QuerySet[Any]:
    if not found.scope:
        require_any_role(actor)
        return rows
    if name == "targets" and allowed(actor, "target.define", EVERYWHERE):
        return rows
    return visible(actor, rows, scope=found.scope, owner=found.owner, inside=found.is_inside)


def _metrics(actor: Actor, given: dict[str, Any]) -> Any:
    _check(given, frozenset({"days", "service"}))
    wanted = given.pop("service", "")
    keys = [one.key for one in cmdb.services() if allowed(actor, "metrics.read", one.key)]
    return ask.metrics_lines([key for key in keys if wanted in ("", key)], **given)


def _indicators(actor: Actor, given: dict[str, Any]) -> Any:
    _check(given, frozenset({"since", "until", "service", "release_type"}))
    return indicators.csv(actor, given)


_FIGURES: Mapping[str, Callable[[Actor, dict[str, Any]], Any]] = {
    ask.METRICS: _metrics,
    ask.INDICATORS: _indicators,
}


def _check(given: dict[str, Any], filters: frozenset[str]) -> None:
    unknown = sorted(set(given) - filters)
    if unknown:
        raise Invalid(
            "query.unknown",
            f"This list has no filter {unknown[0]!r}.",
            at=unknown[0],
            hint=f"It has: {', '.join(sorted(filters))}.",
        )
