"""Outages: when something was meant to be down, and when it was."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said


class OutageKind(StrEnum):
    """`extended` is a planned outage that lasted longer than it was planned."""

    PLANNED = "planned"
    UNPLANNED = "unplanned"
    DEGRADATION = "degradation"
    EXTENDED = "extended"


@dataclass(frozen=True, slots=True)
class Times:
    """When it was planned to be and when it was; None while that is not known."""

    planned_start: datetime | None = None
    planned_end: datetime | None = None
    actual_start: datetime | None = None
    actual_end: datetime | None = None

    @property
    def planned(self) -> timedelta | None:
        return _between(self.planned_start, self.planned_end)

    @property
    def actual(self) -> timedelta | None:
        return _between(self.actual_start, self.actual_end)

    @property
    def is_overrun(self) -> bool:
        """Say whether it ended later than it was planned to."""
        return (
            self.planned_end is not None
            and self.actual_end is not None
            and self.actual_end > self.planned_end
        )


def _between(start: datetime | None, end: datetime | None) -> timedelta | None:
    return end - start if start is not None and end is not None else None


def check(kind: str, times: Times) -> None:
    """
    Refuse an outage that cannot have been.

    Raises:
        Invalid: `outage.kind`, `outage.times` or `outage.needs_times`.
    """
    if kind not in set(OutageKind):
        raise Invalid("outage.kind", said("There is no kind of outage '{kind}'.", kind=kind), at="kind")
    for name, start, end in (
        ("planned_end", times.planned_start, times.planned_end),
        ("actual_end", times.actual_start, times.actual_end),
    ):
        if end is not None and (start is None or end <= start):
            raise Invalid("outage.times", said("It would be over before it begins."), at=name)
    is_planned = kind in {OutageKind.PLANNED, OutageKind.EXTENDED}
    if is_planned and (times.planned_start is None or times.planned_end is None):
        raise Invalid(
            "outage.needs_times", said("Say when it is planned to begin and to end."), at="planned_start"
        )
    if not is_planned and times.actual_start is None:
        raise Invalid("outage.needs_times", said("Say when it began."), at="actual_start")


def kind_after(kind: str, times: Times) -> str:
    """Give the kind that the times make of it: a planned outage that overran is extended, and the other way round."""
    if kind == OutageKind.PLANNED and times.is_overrun:
        return OutageKind.EXTENDED
    if kind == OutageKind.EXTENDED and times.actual_end is not None and not times.is_overrun:
        return OutageKind.PLANNED
    return kind
