"""Configuration records: lists, one item with its relations, and whether reality is as expected."""

from collections.abc import Collection

from django.db import connection
from django.db.models import Count, F, Q, QuerySet

from rightaway.domain.values import RelationKind
from rightaway.records.cmdb.models import CIGroup, CIRelation, ConfigurationItem, Environment, Target


def items(
    *, text: str = "", ci_class: str = "", service: str = "", environment: str = ""
) -> QuerySet[ConfigurationItem]:
    found = ConfigurationItem.objects.select_related("service", "environment", "owner").order_by("key")
    if text:
        found = found.filter(Q(key__icontains=text) | Q(name__icontains=text))
    for name, value in (("ci_class", ci_class), ("service__key", service), ("environment__key", environment)):
        if value:
            found = found.filter(**{name: value})
    return found


def item(key: str) -> ConfigurationItem | None:
    return ConfigurationItem.objects.select_related("service", "environment", "owner").filter(key=key).first()


def relations(row: ConfigurationItem) -> QuerySet[CIRelation]:
    return (
        CIRelation.objects.select_related("source", "target")
        .filter(Q(source=row) | Q(target=row))
        .order_by("id")
    )


def reached(ids: Collection[int]) -> int:
    """Count what an outage of these items would touch: themselves, and what depends on them in any number of steps."""
    return len(reached_ids(ids))


def reached_ids(ids: Collection[int]) -> set[int]:
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, {"ids": list(ids), "upward": _UPWARD, "downward": _DOWNWARD})
        return {row[0] for row in cursor.fetchall()}


# Who depends on what: "a depends on b" carries an outage of b to a, "a provides b" one of a to b.
_UPWARD = [RelationKind.DEPENDS_ON, RelationKind.USES, RelationKind.RUNS_ON, RelationKind.CONTAINS]
_DOWNWARD = [RelationKind.PROVIDES]
_REACHED = """
WITH RECURSIVE reached(id) AS (
    SELECT unnest(%(ids)s::bigint[])
    UNION
    SELECT CASE WHEN relation.target_id = reached.id THEN relation.source_id ELSE relation.target_id END
    FROM reached JOIN cmdb_cirelation relation
      ON (relation.target_id = reached.id AND relation.kind = ANY(%(upward)s))
      OR (relation.source_id = reached.id AND relation.kind = ANY(%(downward)s))
)
SELECT id FROM reached
"""


def mismatches() -> QuerySet[ConfigurationItem]:
    """Give items whose observed version is not the expected one."""
    return (
        ConfigurationItem.objects.exclude(expected={})
        .exclude(observed={})
        .exclude(expected__version=F("observed__version"))
        .order_by("key")
    )


def services() -> QuerySet[ConfigurationItem]:
    return ConfigurationItem.objects.filter(ci_class="service").order_by("key")


def environments() -> QuerySet[Environment]:
    return Environment.objects.order_by("key")


def environments_counted() -> QuerySet[Environment]:
    """List environments with the number of their targets as `target_count`."""
    return environments().annotate(target_count=Count("targets"))


def services_counted() -> QuerySet[ConfigurationItem]:
    """List services with owner and the number of their items as `item_count`."""
    return services().select_related("owner").annotate(item_count=Count("components"))


def groups() -> QuerySet[CIGroup]:
    return CIGroup.objects.prefetch_related("members").order_by("key")


def targets(*, environment: str = "") -> QuerySet[Target]:
    found = Target.objects.select_related("ci", "environment", "installation").order_by("key")
    return found.filter(environment__key=environment) if environment else found


def target(key: str) -> Target | None:
    return Target.objects.select_related("ci", "environment").filter(key=key).first()
