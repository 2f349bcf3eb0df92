"""The indicators K05 to K22, from recorded events, for the services that the caller may measure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal

from django.utils import timezone
from ninja import Router

from rightaway.api.access import ANYWHERE, Request, missing, require, scopes
from rightaway.api.requests import Asked, Word
from rightaway.domain.indicator_facts import period
from rightaway.domain.values import Actor
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import cmdb
from rightaway.queries import indicators as ask

router = Router()
READ = "metrics.read"
TypeFilter = Literal["", "major", "minor", "emergency"]


class IndicatorFilter(FileModel):
    """`since` and `until` bound the period: the last 90 days when left out, at most two years."""

    since: of.Moment | None = None
    until: of.Moment | None = None
    service: Word = ""
    release_type: TypeFilter = ""


@router.get("/metrics/indicators", response=dict[str, Any])
def show(request: Request, asked: Asked[IndicatorFilter]) -> dict[str, Any]:
    """
    Measure the releases that ended in a period: each figure with what it was computed from.

    Shares are from 0 to 1, durations in seconds, null where there is no data. `counted` are the records behind the
    numerator and `basis` those it was taken from: how many, and the numbers of the first twenty.
    """
    return ask.as_json(_measured(request.auth, **asked.model_dump()))


def csv(actor: Actor, given: dict[str, Any]) -> Iterator[str]:
    """Give the same as CSV, a line for each figure; what is given was checked as the filter's fields are."""
    return ask.csv(_measured(actor, **given))


def _measured(
    actor: Actor,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    service: str = "",
    release_type: str = "",
) -> ask.Measured:
    window = period(since, until, now=timezone.now())
    return ask.measured(window, _services(actor, service), release_type=release_type)


def _services(actor: Actor, service: str) -> frozenset[str] | None:
    if not service:
        require(actor, READ, ANYWHERE)
        return scopes(actor, READ)
    row = cmdb.item(service)
    if row is None or row.ci_class != "service":
        raise missing(f"service {service:.80}")
    require(actor, READ, service)
    return frozenset({service})
