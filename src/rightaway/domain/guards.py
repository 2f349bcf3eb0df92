"""What a release still lacks for each way out of its phase: always the full list, never a bare no."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain

from rightaway.domain import conditions
from rightaway.domain.errors import GateClosed
from rightaway.domain.guards_approvals import approval_stands
from rightaway.domain.guards_relations import held_by_others
from rightaway.domain.relations import ABANDONED
from rightaway.domain.release_facts import ReleaseFacts
from rightaway.domain.release_holds import held
from rightaway.domain.rules import ANSWERS, GUARDS, PERMIT_GUARDS, PROOFS
from rightaway.domain.sentences import Title, said, wordlist
from rightaway.domain.unmet import Unmet
from rightaway.domain.workflows import Mode, Template, Transition, transition

__all__ = [
    "GUARDS",
    "PERMIT_GUARDS",
    "PROOFS",
    "Evaluation",
    "Unmet",
    "due",
    "evaluate",
    "evaluate_permit",
    "explain",
    "finished",
    "require",
]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """`unmet` holds everything found, warnings too; only what blocks keeps the way closed."""

    transition: Transition
    unmet: tuple[Unmet, ...]

    @property
    def allowed(self) -> bool:
        return not any(unmet.blocks for unmet in self.unmet)


def evaluate(
    template: Template, facts: ReleaseFacts, event: str, now: datetime, *, reason: str = ""
) -> Evaluation:
    """
    Judge one way out of the phase the release is in.

    Raises:
        TransitionRefused: the phase has no way out of that name.
    """
    way = transition(template, facts.phase, event)
    return Evaluation(way, (*_unmet(template, way, facts, now), *_answers(way, facts, now, reason)))


def explain(template: Template, facts: ReleaseFacts, now: datetime) -> tuple[Evaluation, ...]:
    """Judge every way out of the phase; what a person answers only when taking it is not held against it."""
    ways = template.ways_out(facts.phase)
    return tuple(Evaluation(way, tuple(_unmet(template, way, facts, now))) for way in ways)


def due(template: Template, facts: ReleaseFacts, now: datetime) -> Transition | None:
    """Give the first way that is open and is taken without a person; of the others it asks no more than that."""
    ways = (way for way in template.ways_out(facts.phase) if way.mode is not Mode.MANUAL)
    return next((way for way in ways if _is_open(template, way, facts, now)), None)


def _is_open(template: Template, way: Transition, facts: ReleaseFacts, now: datetime) -> bool:
    asked = chain(_unmet(template, way, facts, now), _answers(way, facts, now, way.title))
    return not any(unmet.blocks for unmet in asked)


def evaluate_permit(template: Template, facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    """Judge whether the next wave may start this second."""
    asked = (unmet for name in template.permit_guards for unmet in PERMIT_GUARDS[name](facts, now))
    return (*held(facts.hold), *asked)


def finished(template: Template, facts: ReleaseFacts, now: datetime) -> bool:
    """Say whether a release has nothing left to do in its phase, whatever the release waits for that it is part of."""
    alone = facts.with_parts(relations=replace(facts.relations, parent=None))
    order = [phase.key for phase in template.phases]
    return any(
        not any(unmet.blocks for unmet in _unmet(template, way, alone, now))
        for way in template.ways_out(facts.phase)
        if order.index(way.target) > order.index(facts.phase)
        and way.target != ABANDONED
        and not way.is_back_out
    )


def require(unmet: Iterable[Unmet], what: str) -> None:
    """
    Refuse to go on while something blocks.

    Raises:
        GateClosed: with everything that is unmet in the evidence.
    """
    found = tuple(unmet)
    blocking = [one for one in found if one.blocks]
    if not blocking:
        return
    first = blocking[0]
    values = {"what": Title(what), "message": first.message, "count": len(blocking) - 1}
    raise GateClosed(
        "gate.closed",
        said("{what} is not possible yet: {message} And {count} more.", **values)
        if len(blocking) > 1
        else said("{what} is not possible yet: {message}", **values),
        hint=said("{remedy} ({owner})", remedy=first.remedy, owner=wordlist(first.owner.split(", "))),
        evidence={
            "unmet": [
                {
                    "rule": one.rule,
                    "code": one.code,
                    "message": one.message,
                    "owner": one.owner,
                    "remedy": one.remedy,
                    "evidence": dict(one.evidence),
                    "blocks": one.blocks,
                }
                for one in found
            ]
        },
    )


def _unmet(template: Template, way: Transition, facts: ReleaseFacts, now: datetime) -> Iterator[Unmet]:
    """Give what is to be put right in the order in which it helps: an edit voids an approval, so that comes last."""
    if way.target not in template.terminal:
        yield from held(facts.hold)
    yield from held_by_others(template, way, facts)
    yield from _condition(way, facts, now)
    for name in way.guards:
        if name not in ANSWERS:
            yield from GUARDS[name](facts, now)
    for key in dict.fromkeys(key for key in (*way.standing, way.approval) if key):
        yield from approval_stands(facts, key, way.id, now)


def _answers(way: Transition, facts: ReleaseFacts, now: datetime, reason: str) -> Iterator[Unmet]:
    yield from _reason(way, reason)
    for name in way.guards:
        if name in ANSWERS:
            yield from GUARDS[name](facts, now)


def _condition(way: Transition, facts: ReleaseFacts, now: datetime) -> tuple[Unmet, ...]:
    if not way.when or conditions.holds(way.when, facts, now):
        return ()
    name = way.when.replace(" ", "_")
    return (
        Unmet(
            way.id,
            f"{way.id}.{name}",
            said("This way is open when {condition}.", condition=conditions.phrase(way.when)),
            "release_manager",
            said("Take another way out of the phase."),
            {"condition": way.when},
        ),
    )


def _reason(way: Transition, reason: str) -> tuple[Unmet, ...]:
    if not way.reason_required or reason.strip():
        return ()
    return (
        Unmet(
            way.id,
            f"{way.id}.reason_missing",
            said("{title} needs a reason.", title=Title(way.title)),
            way.actors[0],
            said("Say why."),
            {"field": "reason"},
        ),
    )
