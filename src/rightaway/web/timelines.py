"""Releases over days: each a row of spans, so that a table shows them without a single measure in its markup."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from django.utils import timezone

DAYS = 28
WEEK = 7
PLANNED, EARLY_LIFE, NOTHING = "planned", "early-life", ""


@dataclass(frozen=True, slots=True)
class Span:
    """Neighbouring days of one kind; `days` is how many columns it takes."""

    kind: str
    days: int


@dataclass(frozen=True, slots=True)
class Row:
    release: Any
    spans: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class Week:
    first: date
    days: tuple[date, ...]


def monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def weeks(first: date) -> tuple[Week, ...]:
    starts = (first + timedelta(days=start) for start in range(0, DAYS, WEEK))
    return tuple(
        Week(start, tuple(start + timedelta(days=number) for number in range(WEEK))) for start in starts
    )


def bounds(first: date) -> tuple[datetime, datetime]:
    """Give the moments at which the shown days begin and end, in the viewer's zone."""
    midnight = datetime.min.time()
    zone = timezone.get_current_timezone()
    return (
        datetime.combine(first, midnight, zone),
        datetime.combine(first + timedelta(days=DAYS), midnight, zone),
    )


def rows(releases: Iterable[Any], first: date) -> list[Row]:
    return [Row(one, tuple(_spans(one, first))) for one in releases]


def _spans(release: Any, first: date) -> Iterator[Span]:
    planned = _days(release.planned_start, release.planned_end)
    early = _days(release.els_starts_at, release.els_ends_at)
    kinds = [_kind(first + timedelta(days=number), planned, early) for number in range(DAYS)]
    for kind, days in groupby(kinds):
        yield Span(kind, len(list(days)))


def _days(start: datetime | None, end: datetime | None) -> tuple[date, date] | None:
    """Give the first and the last day of a period; one without an end is a day."""
    if start is None:
        return None
    return timezone.localdate(start), timezone.localdate(end or start)


def _kind(day: date, planned: tuple[date, date] | None, early: tuple[date, date] | None) -> str:
    if planned and planned[0] <= day <= planned[1]:
        return PLANNED
    return EARLY_LIFE if early and early[0] <= day <= early[1] else NOTHING
