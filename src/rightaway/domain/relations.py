"""Relations between releases: their kinds, which of them cannot be, and how far one workflow is in terms of another."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rightaway.domain.errors import Refused
from rightaway.domain.sentences import Sentence, said
from rightaway.domain.values import PhaseStatus


class RelationKind(StrEnum):
    """What the source of a relation is to its target."""

    DEPENDS_ON = "depends_on"
    PART_OF = "part_of"
    FOLLOWS = "follows"
    SUPERSEDES = "supersedes"


K = RelationKind
REVERSE: Mapping[RelationKind, str] = {
    K.DEPENDS_ON: "needed_by",
    K.PART_OF: "parent_of",
    K.FOLLOWS: "followed_by",
    K.SUPERSEDES: "superseded_by",
}
"""What the target of a relation is to its source."""
BINDS_TARGET = frozenset({K.PART_OF, K.SUPERSEDES})
"""Kinds that hold the target back too, so that they need authority over both."""

ABANDONED = "abandoned"
WAITING = frozenset({K.DEPENDS_ON, K.PART_OF})
"""Kinds by which one release waits for another: a dependent for what it needs, a parent for its parts."""


@dataclass(frozen=True, slots=True)
class End:
    """
    One of the two releases of a relation that is to be made.

    Args:
        order: The phases of its workflow.
        ending: `closed`, `abandoned`, or empty for one that is open.
        is_deployed: Its production deployment is done.
        has_parent: It is part of another release already.
    """

    number: str
    phase: str
    order: tuple[str, ...]
    ending: str = ""
    is_deployed: bool = False
    has_parent: bool = False


def check(kind: RelationKind, source: End, target: End, path: Sequence[str]) -> None:
    """
    Refuse a relation that could not hold.

    Args:
        path: The numbers of the circle that it would close; empty for none.

    Raises:
        Refused: `relation.itself`, `relation.circle`, `relation.has_parent`, `relation.ahead`, `relation.over`,
            `relation.not_over` or `relation.deployed`.
    """
    if source.number == target.number:
        raise Refused(
            "relation.itself", said("A release has no relation to itself."), at="other", hint=_ANOTHER
        )
    if path:
        raise Refused(
            "relation.circle",
            said("They would wait for each other: {path}.", path=" → ".join(path)),
            at="other",
            hint=said("Take one of these relations back first."),
            evidence={"path": list(path)},
        )
    _CHECKS[kind](source, target)


def _depends_on(_source: End, target: End) -> None:
    if target.ending and not target.is_deployed:
        raise _over(target)


def _part_of(source: End, target: End) -> None:
    if source.has_parent:
        raise Refused(
            "relation.has_parent",
            said("{number} is part of a release already.", number=source.number),
            at="kind",
            hint=said("Take it out of that one first."),
        )
    if target.ending:
        raise _over(target)
    if place(target.order, source.order, source.phase) > target.order.index(target.phase):
        raise Refused(
            "relation.ahead",
            said(
                "{number} is further on than {other}, of which it would be a part.",
                number=source.number,
                other=target.number,
            ),
            at="other",
            hint=said("Let {other} come as far first.", other=target.number),
        )


def _follows(_source: End, target: End) -> None:
    if not target.ending:
        raise Refused(
            "relation.not_over",
            said("{number} is not over yet.", number=target.number),
            at="other",
            hint=said("Depend on it, if one has to wait for the other."),
        )


def _supersedes(_source: End, target: End) -> None:
    if target.ending == "closed" or target.is_deployed:
        raise Refused(
            "relation.deployed",
            said("{number} is deployed: nothing takes its place any more.", number=target.number),
            at="other",
            hint=said("Let the new release follow it once it is closed."),
        )


def _over(end: End) -> Refused:
    return Refused(
        "relation.over",
        said("{number} is over.", number=end.number),
        at="other",
        hint=_ANOTHER,
    )


_ANOTHER: Sentence = said("Name another release.")
_CHECKS = {K.DEPENDS_ON: _depends_on, K.PART_OF: _part_of, K.FOLLOWS: _follows, K.SUPERSEDES: _supersedes}


def place(order: Sequence[str], own: Sequence[str], phase: str) -> int:
    """
    Give how far a phase of one workflow is in another: the place of the last phase up to it that both have.

    Args:
        order: The phases of the workflow to measure by.
        own: The phases of the workflow that `phase` is of.
    """
    passed = own[: own.index(phase) + 1]
    return max((order.index(one) for one in passed if one in order), default=0)


def worst(statuses: Iterable[str]) -> str:
    """Give the status of the part that is worst off; empty when there is none. Source: lifecycle design 2.10."""
    found = set(statuses)
    return next((str(one) for one in _WORST_FIRST if one in found), "")


_WORST_FIRST = (
    PhaseStatus.BLOCKED,
    PhaseStatus.ON_HOLD,
    PhaseStatus.AWAITING_APPROVAL,
    PhaseStatus.INITIAL,
    PhaseStatus.IN_PROGRESS,
    PhaseStatus.CLOSED,
)
