"""Facts about the releases that a release has to do with."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.db.models import Q

from rightaway.domain.conflicts import out_of_order
from rightaway.domain.facts_planning import ConflictFacts
from rightaway.domain.facts_relations import RelatedFacts, RelationFacts
from rightaway.domain.guards import finished
from rightaway.domain.relations import ABANDONED, RelationKind, place
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.workflow_checks import ENDS
from rightaway.queries import relations as ask
from rightaway.queries import templates
from rightaway.records.relations.models import Relation
from rightaway.records.releases.models import Release

FactsOf = Callable[[Release, datetime], ReleaseFacts]


def relations(release: Release, now: datetime, facts: FactsOf) -> RelationFacts:
    """
    Give the releases around one, each as far as a rule asks of it.

    Args:
        facts: Gives the facts of a part, to see whether it is done with its phase.
    """
    held = Relation.objects.filter(Q(source=release) | Q(target=release)).exclude(kind=RelationKind.FOLLOWS)
    rows = list(held.values_list("kind", "source_id", "target_id"))
    if not rows:
        return RelationFacts()
    others = Release.objects.filter(pk__in={pk for _kind, *pair in rows for pk in pair}).in_bulk()
    sources: dict[str, list[Release]] = {}
    targets: dict[str, list[Release]] = {}
    for kind, source, target in rows:
        if source == release.pk:
            targets.setdefault(kind, []).append(others[target])
        else:
            sources.setdefault(kind, []).append(others[source])
    parents = targets.get(RelationKind.PART_OF, [])
    return RelationFacts(
        parent=_related(parents[0]) if parents else None,
        parts=tuple(_part(release, one, now, facts) for one in sources.get(RelationKind.PART_OF, [])),
        needed=_deployed(targets.get(RelationKind.DEPENDS_ON, [])),
        dependents=_deployed(sources.get(RelationKind.DEPENDS_ON, [])),
        superseded_by=tuple(_related(one) for one in sources.get(RelationKind.SUPERSEDES, [])),
    )


def conflicts(release: Release) -> tuple[ConflictFacts, ...]:
    """Give where the plan of a release contradicts those of what it depends on."""
    if release.planned_start is None:
        return ()
    needed = Release.objects.filter(
        related_by__kind=RelationKind.DEPENDS_ON, related_by__source=release
    ).exclude(phase=ABANDONED)
    return out_of_order(
        release.planned_start, release.planned_end, _deployed(list(needed.order_by("number")))
    )


def conflicts_behind(release: Release) -> tuple[ConflictFacts, ...]:
    """Give the same from the other side: which dependents begin before this release has ended."""
    behind = Release.objects.filter(
        relations__kind=RelationKind.DEPENDS_ON, relations__target=release
    ).exclude(phase__in=ENDS)
    own = _deployed([release])
    found = ((one, out_of_order(one.planned_start, one.planned_end, own)) for one in behind)
    return tuple(replace(conflict, other=one.number) for one, against in found for conflict in against)


def _related(other: Release, *, is_deployed: bool = False, is_finished: bool = False) -> RelatedFacts:
    return RelatedFacts(
        number=other.number,
        phase=other.phase,
        order=ask.order(other),
        ending=ask.ending(other),
        is_deployed=is_deployed,
        is_finished=is_finished,
        planned_start=other.planned_start,
        planned_end=other.planned_end,
    )


def _deployed(others: list[Release]) -> tuple[RelatedFacts, ...]:
    if not others:
        return ()
    there = ask.deployed(others)
    return tuple(_related(one, is_deployed=one.pk in there) for one in others)


def _part(release: Release, other: Release, now: datetime, facts: FactsOf) -> RelatedFacts:
    """Judge a part that is in the phase of its parent; of one elsewhere the phase says enough."""
    order = ask.order(release)
    if ask.ending(other) or place(order, ask.order(other), other.phase) != order.index(release.phase):
        return _related(other)
    return _related(other, is_finished=finished(templates.of(other), facts(other, now), now))
