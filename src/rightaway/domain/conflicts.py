"""What open releases plan against each other: one item at one time, or a dependent before what it needs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rightaway.domain.facts_planning import ConflictFacts
from rightaway.domain.facts_relations import RelatedFacts

DEPENDENCY = "release_dependency"
MISSES_DEPARTURE = "misses_departure"


@dataclass(frozen=True, slots=True)
class PlannedUse:
    """A release plans to act on a configuration item between two moments, the second one excluded."""

    release: str
    ci: str
    start: datetime
    end: datetime


def overlaps(mine: Iterable[PlannedUse], others: Iterable[PlannedUse]) -> tuple[ConflictFacts, ...]:
    """Give every overlap between one release and the others, earliest first."""
    theirs = tuple(others)
    pairs = [
        (max(use.start, other.start), use, other)
        for use in mine
        for other in theirs
        if use.ci == other.ci
        and use.release != other.release
        and use.start < other.end
        and other.start < use.end
    ]
    return tuple(
        ConflictFacts(
            kind="ci_overlap",
            severity="blocking",
            state="detected",
            other=other.release,
            subject=use.ci,
            overlap_start=start,
            overlap_end=min(use.end, other.end),
        )
        for start, use, other in sorted(pairs, key=lambda pair: (pair[0], pair[1].ci, pair[2].release))
    )


def out_of_order(
    start: datetime | None, end: datetime | None, needed: Iterable[RelatedFacts]
) -> tuple[ConflictFacts, ...]:
    """
    Give where a window begins before that of a release that has to be deployed first has ended.

    One whose window nobody knows yet is a warning: whoever plans it may still move behind.
    """
    if start is None or end is None:
        return ()
    found = []
    for other in needed:
        if other.is_deployed or (other.planned_end is not None and other.planned_end <= start):
            continue
        unknown = other.planned_end is None
        found.append(
            ConflictFacts(
                kind=DEPENDENCY,
                severity="warning" if unknown else "blocking",
                state="detected",
                other=other.number,
                subject="",
                overlap_start=None if unknown else start,
                overlap_end=other.planned_end,
            )
        )
    return tuple(found)
