"""The five DORA figures of a service, from recorded events."""

from typing import Annotated, Any

from ninja import Router

from rightaway.api.access import Request, missing, require
from rightaway.api.requests import Asked
from rightaway.intake import fields as of
from rightaway.intake.schema import FileModel
from rightaway.queries import cmdb
from rightaway.queries import metrics as ask

router = Router()


class PeriodFilter(FileModel):
    days: Annotated[int, of.whole(1, 3650)] = ask.DEFAULT_DAYS


@router.get("/services/{service}/metrics", response=dict[str, Any])
def show(request: Request, service: str, asked: Asked[PeriodFilter]) -> dict[str, Any]:
    """Measure one service in production: durations in seconds, rates from 0 to 1, null where there is no data."""
    row = cmdb.item(service)
    if row is None or row.ci_class != "service":
        raise missing(f"service {service:.80}")
    require(request.auth, "metrics.read", service)
    return {"service": service, "days": asked.days, **ask.as_json(ask.figures(service, days=asked.days))}
