"""The targets a deployment design selects, described as the plan compiler wants them."""

from typing import Any

from django.db.models import Q

from rightaway.domain.plans import PlannedTarget
from rightaway.records.cmdb.models import Target

Json = dict[str, Any]


def selected(design: Json, environment: str) -> list[PlannedTarget]:
    """Give the active targets of the environment that the design's selection names, by key."""
    found = Target.objects.select_related("ci").filter(environment__key=environment, is_active=True)
    select = design["select"]
    if select.get("service"):
        found = found.filter(Q(ci__service__key=select["service"]) | Q(ci__key=select["service"]))
    elif select.get("ci_group"):
        found = found.filter(ci__groups__key=select["ci_group"])
    elif select.get("targets"):
        found = found.filter(key__in=select["targets"])
    rows = [row for row in found.distinct().order_by("key") if set(select.get("tags") or ()) <= set(row.tags)]
    return [_planned(row) for row in rows]


def _planned(row: Target) -> PlannedTarget:
    values = {name: str(value) for name, value in row.ci.attributes.items()}
    values |= {"key": row.key, "ci": row.ci.key, "failure_domain": row.failure_domain}
    values.setdefault("address", str(row.config.get("host", "127.0.0.1")))
    return PlannedTarget(
        key=row.key,
        ci=row.ci.key,
        driver=row.driver,
        identity={
            name: str(value) if isinstance(value, float) else value for name, value in row.config.items()
        },
        values=values,
        failure_domain=row.failure_domain,
        is_retired=row.ci.status in {"retired", "retiring", "missing"},
    )
