"""
What a release is held to by those it has to do with: the one it is part of, its parts, and what it depends on.

These rules are of every workflow and of every version of one, since a relation is made by people at any time.
Source: a part may not pass its parent and a parent no unfinished part (lifecycle design 2.10).
"""

from collections.abc import Iterator
from typing import Any

from rightaway.domain.facts_relations import RelatedFacts
from rightaway.domain.relations import ABANDONED, place
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.sentences import Sentence, Word, said
from rightaway.domain.unmet import Unmet
from rightaway.domain.workflows import Template, Transition


def held_by_others(template: Template, way: Transition, facts: ReleaseFacts) -> Iterator[Unmet]:
    """Say which other releases keep this one from going on; going back, or giving up, waits for nobody."""
    order = [phase.key for phase in template.phases]
    if way.is_back_out:
        yield from _dependents(facts)
    elif way.target == ABANDONED:
        yield from _orphans(facts)
    elif order.index(way.target) > order.index(way.source):
        yield from _replaced(facts)
        yield from _parent(template, way, facts)
        yield from _parts(template, way, facts)


def before_wave(facts: ReleaseFacts) -> Iterator[Unmet]:
    """Say what has to be in production before the next wave of this release may start."""
    yield from _replaced(facts)
    for other in facts.relations.needed:
        if not other.is_deployed and other.ending != ABANDONED:
            yield _there(
                "G31.dependency_not_deployed",
                other,
                said("It depends on {number}, which is not deployed yet.", number=other.number),
                said("Deploy {number} first.", number=other.number),
            )


def _replaced(facts: ReleaseFacts) -> Iterator[Unmet]:
    for other in facts.relations.successors:
        yield _here(
            "G12.superseded",
            other,
            said("{number} takes its place.", number=other.number),
            said("Abandon it as superseded, or take that relation back."),
        )
    for other in facts.relations.needed:
        if other.ending == ABANDONED:
            yield _here(
                "G12.dependency_abandoned",
                other,
                said("It depends on {number}, which was abandoned.", number=other.number),
                said("Depend on what does it instead, or take that relation back."),
            )


def _parent(template: Template, way: Transition, facts: ReleaseFacts) -> Iterator[Unmet]:
    parent = facts.relations.parent
    if parent is None or parent.ending == "closed":
        return
    if parent.ending == ABANDONED:
        yield _here(
            "G12.parent_abandoned",
            parent,
            said("{number}, of which it is a part, was abandoned.", number=parent.number),
            said("Take it out of {number}, or abandon it too.", number=parent.number),
        )
        return
    if way.target in template.terminal:
        return  # a part ends before its parent, which waits for that
    own = [phase.key for phase in template.phases]
    if place(parent.order, own, way.target) > parent.order.index(parent.phase):
        yield _there(
            "G12.parent_behind",
            parent,
            said(
                "{number}, of which it is a part, is in {phase}.",
                number=parent.number,
                phase=Word(parent.phase.replace("_", " ")),
            ),
            said("Let {number} go on first; it goes on by itself then.", number=parent.number),
        )


def _parts(template: Template, way: Transition, facts: ReleaseFacts) -> Iterator[Unmet]:
    if template.is_backing_out(way.source):
        return  # its parts are not backed out with it, and wait for it in the phase before
    order = [phase.key for phase in template.phases]
    for part in facts.relations.parts:
        if not part.ending and _is_behind(part, order, way, is_end=way.target in template.terminal):
            yield _there(
                "G12.part_unfinished",
                part,
                said(
                    "{number}, a part of it, is not done with {phase}.",
                    number=part.number,
                    phase=Word(part.phase.replace("_", " ")),
                ),
                said("See what {number} lacks.", number=part.number),
            )


def _is_behind(part: RelatedFacts, order: list[str], way: Transition, *, is_end: bool) -> bool:
    reached, here = place(order, part.order, part.phase), order.index(way.source)
    return is_end or reached < here or (reached == here and not part.is_finished)


def _orphans(facts: ReleaseFacts) -> Iterator[Unmet]:
    for part in facts.relations.parts:
        if not part.ending:
            yield _there(
                "G12.part_open",
                part,
                said("{number}, a part of it, is still open.", number=part.number),
                said("Take {number} out of it, or abandon it too.", number=part.number),
                blocks=False,
            )


def _dependents(facts: ReleaseFacts) -> Iterator[Unmet]:
    for other in facts.relations.dependents:
        if other.is_deployed:
            yield _there(
                "G12.dependent_deployed",
                other,
                said("{number} is deployed and depends on it.", number=other.number),
                said("Back out {number} first, or make sure that it works without.", number=other.number),
                blocks=False,
            )


def _there(code: str, other: RelatedFacts, message: Sentence, remedy: Sentence, **more: Any) -> Unmet:
    """Say what is put right at the other release, which the evidence names as `release`."""
    evidence = {"release": other.number, "phase": other.phase}
    return Unmet(code.partition(".")[0], code, message, "release_manager", remedy, evidence, **more)


def _here(code: str, other: RelatedFacts, message: Sentence, remedy: Sentence) -> Unmet:
    """Say what is put right at this release, since the other one is over or takes its place."""
    evidence = {"other": other.number, "phase": other.phase}
    return Unmet(code.partition(".")[0], code, message, "release_manager", remedy, evidence, failed=True)
