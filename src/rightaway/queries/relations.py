"""Which releases have to do with each other, who waits for whom, and what is in production."""

from collections.abc import Collection, Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from rightaway.domain.deployment_states import Intent
from rightaway.domain.guards_results import FINISHED_DEPLOYMENTS
from rightaway.domain.relations import ABANDONED, WAITING, End, RelationKind
from rightaway.domain.values import EnvironmentTier, Outcome
from rightaway.domain.workflow_checks import ENDS
from rightaway.queries import templates
from rightaway.records.audit.models import AuditEvent
from rightaway.records.deployments.models import Deployment
from rightaway.records.relations.models import Relation
from rightaway.records.releases.models import Release

IN_USE = frozenset({Outcome.SUCCESS, Outcome.SUCCESS_WITH_ISSUES, Outcome.PARTIAL})
_ENDS = ("source__service", "target__service", "by")


def of_release(release: Release) -> QuerySet[Relation]:
    """List the relations of a release, as source or as target, in the order in which they were made."""
    found = Relation.objects.filter(Q(source=release) | Q(target=release))
    return found.select_related(*_ENDS).order_by("id")


def relation(release: Release, relation_id: int) -> Relation | None:
    """Give a relation whose source is this release: that is where it is made and taken back."""
    return Relation.objects.select_related(*_ENDS).filter(source=release, pk=relation_id).first()


def circle(kind: RelationKind, source: Release, target: Release) -> list[str]:
    """Give the numbers of the circle that a new relation would close, along those there are; empty for none."""
    waits, awaited = (target, source) if kind is RelationKind.PART_OF else (source, target)
    before: dict[int, int | None] = {awaited.pk: None}
    level = [awaited.pk]
    while level and waits.pk not in before:
        fresh = {to: start for start, to in _edges(kind, level) if to not in before}
        before |= fresh
        level = list(fresh)
    if waits.pk not in before:
        return []
    path: list[int] = []
    step = before[waits.pk]
    while step is not None:
        path.insert(0, step)
        step = before[step]
    numbers = dict(Release.objects.filter(pk__in=path).values_list("pk", "number"))
    return [waits.number, *(numbers[one] for one in path), waits.number]


def _edges(kind: RelationKind, level: list[int]) -> Iterator[tuple[int, int]]:
    """Give what those of a level wait for: a dependent for what it needs and a parent for its parts, as one thing."""
    if kind not in WAITING:
        yield from Relation.objects.filter(kind=kind, source__in=level).values_list("source_id", "target_id")
        return
    depends = Relation.objects.filter(kind=RelationKind.DEPENDS_ON, source__in=level)
    yield from depends.values_list("source_id", "target_id")
    contains = Relation.objects.filter(kind=RelationKind.PART_OF, target__in=level)
    yield from contains.values_list("target_id", "source_id")


def end(release: Release) -> End:
    """Give one end of a relation that is to be made."""
    return End(
        number=release.number,
        phase=release.phase,
        order=order(release),
        ending=ending(release),
        is_deployed=is_deployed(release),
        has_parent=release.relations.filter(kind=RelationKind.PART_OF).exists(),
    )


def order(release: Release) -> tuple[str, ...]:
    return tuple(phase.key for phase in templates.of(release).phases)


def ending(release: Release) -> str:
    return release.phase if release.phase in ENDS else ""


def is_deployed(release: Release) -> bool:
    """Say whether what a release brings to production is there: its own, and that of its parts."""
    return release.pk in deployed([release])


def deployed(releases: Collection[Release]) -> frozenset[int]:
    """Give those of which everything that they bring to production is there, their parts included."""
    held = Relation.objects.filter(kind=RelationKind.PART_OF, target__in=[one.pk for one in releases])
    parts: dict[int, list[Release]] = {}
    for row in held.exclude(source__phase=ABANDONED).select_related("source"):
        parts.setdefault(row.target_id, []).append(row.source)
    there = deployed([part for found in parts.values() for part in found]) if parts else frozenset()
    newest = _newest(releases)
    return frozenset(
        one.pk
        for one in releases
        if _is_there(one, [part.pk in there for part in parts.get(one.pk, [])], newest=newest.get(one.pk))
    )


def _newest(releases: Collection[Release]) -> dict[int, bool]:
    """Say of each release that was deployed to production whether its newest deployment brought everything there."""
    real = Deployment.objects.exclude(intent=Intent.DRILL).filter(
        release__in=[one.pk for one in releases], environment__tier=EnvironmentTier.PRODUCTION
    )
    rows = real.order_by("release_id", "-id").distinct("release_id")
    return {
        one.release_id: one.intent != Intent.BACK_OUT and one.status in FINISHED_DEPLOYMENTS for one in rows
    }


def _is_there(release: Release, parts: list[bool], *, newest: bool | None) -> bool:
    if release.phase in ENDS:
        return release.outcome in IN_USE
    if newest is False:
        return False
    return bool(newest or parts) and all(parts)


def moved_since(since: datetime) -> QuerySet[Release]:
    """List the open releases that have to do with one of which something was recorded after a moment."""

    def touched(other: str) -> Exists:
        events = AuditEvent.objects.filter(stream=OuterRef(f"{other}__number"), at__gt=since)
        return Exists(events)

    found = Relation.objects.exclude(kind=RelationKind.FOLLOWS)
    pairs = [
        found.filter(touched(other)).values(end)
        for end, other in (("source", "target"), ("target", "source"))
    ]
    return (
        Release.objects.filter(Q(pk__in=pairs[0]) | Q(pk__in=pairs[1])).exclude(phase__in=ENDS).order_by("pk")
    )
