"""Two open releases that plan the same configuration item at the same time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from rightaway.domain.facts_planning import ConflictFacts


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
