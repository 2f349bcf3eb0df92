"""Bundles: independent releases that are followed together, none of which waits for another because of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from rightaway.domain.errors import Refused
from rightaway.domain.relations import worst
from rightaway.domain.sentences import said


class BundleState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Member:
    """
    A release of a bundle.

    Args:
        ending: `closed`, `abandoned`, or empty for one that is open.
    """

    number: str
    phase_status: str
    ending: str = ""
    is_deployed: bool = False
    planned_start: datetime | None = None
    planned_end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """
    How a bundle stands.

    Args:
        starts_at: When the first of its releases is planned to begin; None when none is planned.
        deployed: How many are in production, of those that were not abandoned.
        late: The numbers of those whose planned end passed before they were deployed, in the given order.
        worst: The status of the open release that is worst off; empty when none is open.
    """

    starts_at: datetime | None
    ends_at: datetime | None
    releases: int
    deployed: int
    late: tuple[str, ...]
    worst: str


def progress(members: Sequence[Member], now: datetime) -> Progress:
    counted = [one for one in members if one.ending != "abandoned"]
    starts = [one.planned_start for one in counted if one.planned_start]
    ends = [one.planned_end for one in counted if one.planned_end]
    return Progress(
        starts_at=min(starts, default=None),
        ends_at=max(ends, default=None),
        releases=len(counted),
        deployed=sum(one.is_deployed for one in counted),
        late=tuple(
            one.number
            for one in counted
            if one.planned_end and one.planned_end < now and not (one.is_deployed or one.ending)
        ),
        worst=worst(one.phase_status for one in counted if not one.ending),
    )


def require_open(number: str, state: str) -> None:
    """
    Refuse a change of a bundle that is closed.

    Raises:
        Refused: `bundle.closed`.
    """
    if state == BundleState.CLOSED:
        raise Refused(
            "bundle.closed",
            said("{number} is closed.", number=number),
            hint=said("Begin another bundle."),
        )
