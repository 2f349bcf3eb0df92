"""
What a release is held to by those it has to do with: the one it is part of, its parts, and what it depends on.

These rules are of every workflow and of every version of one, since a relation is made by people at any time.
Source: a part may not pass its parent and a parent no unfinished part (lifecycle design 2.10).
"""

from collections.abc import Iterator

from rightaway.domain.facts_relations import RelatedFacts
from rightaway.domain.relations import place
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Word, said
from rightaway.domain.unmet import Unmet
from rightaway.domain.workflows import Template, Transition

RULE = "G12"
BACK_OUT = "back_out"
ABANDONED = "abandoned"


def held_by_others(template: Template, way: Transition, facts: ReleaseFacts) -> Iterator[Unmet]:
    """Say which other releases keep this one from going on; going back, or giving up, waits for nobody."""
    relations, order = facts.relations, [phase.key for phase in template.phases]
    if way.target == BACK_OUT:
        yield from _dependents(facts)
    elif way.target == ABANDONED:
        yield from (_orphan(one) for one in relations.parts if not one.ending)
    elif order.index(way.target) > order.index(way.source):
        yield from _replaced(facts)
        yield from _parent(template, way, facts)
        yield from _parts(template, way, facts)


def before_wave(facts: ReleaseFacts) -> Iterator[Unmet]:
    """Say what has to be in production before the next wave of this release may start."""
    yield from _replaced(facts)
    for other in facts.relations.needed:
        if not other.is_deployed and other.ending != ABANDONED:
            yield Unmet(
                "G31",
                "G31.dependency_not_deployed",
                said("It depends on {number}, which is not deployed yet.", number=other.number),
                "release_manager",
                said("Deploy {number} first.", number=other.number),
                _evidence(other),
            )


def _replaced(facts: ReleaseFacts) -> Iterator[Unmet]:
    for other in facts.relations.superseded_by:
        yield Unmet(
            RULE,
            "G12.superseded",
            said("{number} takes its place.", number=other.number),
            "release_manager",
            said("Abandon it as superseded, or take that relation back."),
            _evidence(other, "other"),
            failed=True,
        )
    for other in facts.relations.needed:
        if other.ending == ABANDONED:
            yield Unmet(
                RULE,
                "G12.dependency_abandoned",
                said("It depends on {number}, which was abandoned.", number=other.number),
                "release_manager",
                said("Depend on what does it instead, or take that relation back."),
                _evidence(other, "other"),
                failed=True,
            )


def _parent(template: Template, way: Transition, facts: ReleaseFacts) -> Iterator[Unmet]:
    parent = facts.relations.parent
    if parent is None or parent.ending == "closed":
        return
    if parent.ending == ABANDONED:
        yield Unmet(
            RULE,
            "G12.parent_abandoned",
            said("{number}, of which it is a part, was abandoned.", number=parent.number),
            "release_manager",
            said("Take it out of {number}, or abandon it too.", number=parent.number),
            _evidence(parent, "other"),
            failed=True,
        )
        return
    if way.target in template.terminal:
        return  # a part ends before its parent, which waits for that
    own = [phase.key for phase in template.phases]
    if place(parent.order, own, way.target) > parent.order.index(parent.phase):
        yield Unmet(
            RULE,
            "G12.parent_behind",
            said(
                "{number}, of which it is a part, is in {phase}.",
                number=parent.number,
                phase=Word(parent.phase.replace("_", " ")),
            ),
            "release_manager",
            said("Let {number} go on first; it goes on by itself then.", number=parent.number),
            _evidence(parent),
        )


def _parts(template: Template, way: Transition, facts: ReleaseFacts) -> Iterator[Unmet]:
    if way.source == BACK_OUT:
        return  # its parts are not backed out with it, and wait for it in the phase before
    order = [phase.key for phase in template.phases]
    for part in facts.relations.parts:
        if not part.ending and _is_behind(part, order, way, is_end=way.target in template.terminal):
            yield Unmet(
                RULE,
                "G12.part_unfinished",
                said(
                    "{number}, a part of it, is not done with {phase}.",
                    number=part.number,
                    phase=Word(part.phase.replace("_", " ")),
                ),
                "release_manager",
                said("See what {number} lacks.", number=part.number),
                _evidence(part),
            )


def _is_behind(part: RelatedFacts, order: list[str], way: Transition, *, is_end: bool) -> bool:
    reached, here = place(order, part.order, part.phase), order.index(way.source)
    return is_end or reached < here or (reached == here and not part.is_finished)


def _orphan(part: RelatedFacts) -> Unmet:
    return Unmet(
        RULE,
        "G12.part_open",
        said("{number}, a part of it, is still open.", number=part.number),
        "release_manager",
        said("Take {number} out of it, or abandon it too.", number=part.number),
        _evidence(part),
        blocks=False,
    )


def _dependents(facts: ReleaseFacts) -> Iterator[Unmet]:
    for other in facts.relations.dependents:
        if other.is_deployed:
            yield Unmet(
                RULE,
                "G12.dependent_deployed",
                said("{number} is deployed and depends on it.", number=other.number),
                "deployment_manager",
                said("Back out {number} first, or make sure that it works without.", number=other.number),
                _evidence(other),
                blocks=False,
            )


def _evidence(other: RelatedFacts, key: str = "release") -> dict[str, str]:
    """Say which release is meant: as `release` where it is put right there, as `other` where it is at this one."""
    return {key: other.number, "phase": other.phase}
