"""Releases as spans of days."""

from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from django.utils import timezone

from rightaway.web.timelines import DAYS, Span, bounds, monday, rows, weeks

FIRST = date(2026, 11, 16)


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def spans(**given: datetime | None) -> tuple[Span, ...]:
    empty: dict[str, Any] = dict.fromkeys(("planned_start", "planned_end", "els_starts_at", "els_ends_at"))
    (row,) = rows([SimpleNamespace(**{**empty, **given})], FIRST)
    return row.spans


@pytest.mark.parametrize("day", [16, 18, 22])
def test_monday__of_any_day__begins_its_week(day: int) -> None:
    assert monday(date(2026, 11, day)) == FIRST


def test_weeks__of_the_shown_days__are_whole_and_follow_each_other() -> None:
    days = [day for week in weeks(FIRST) for day in week.days]
    assert len(days) == DAYS
    assert days == sorted(set(days))
    assert days[0] == FIRST


def test_spans__plan_with_early_life_after_it__take_the_days_between_their_ends() -> None:
    found = spans(planned_start=at(18), planned_end=at(19), els_starts_at=at(19), els_ends_at=at(22))
    assert found == (Span("", 2), Span("planned", 2), Span("early-life", 3), Span("", DAYS - 7))


def test_spans__plan_that_began_earlier__is_cut_at_the_first_day() -> None:
    assert spans(planned_start=at(1), planned_end=at(16, 1)) == (Span("planned", 1), Span("", DAYS - 1))


def test_spans__start_without_an_end__is_one_day() -> None:
    assert spans(planned_start=at(16)) == (Span("planned", 1), Span("", DAYS - 1))


def test_spans__late_evening_in_utc__fall_on_the_day_of_the_viewers_zone() -> None:
    with timezone.override("Asia/Tokyo"):
        found = spans(planned_start=at(16, 23), planned_end=at(16, 23))
    assert found == (Span("", 1), Span("planned", 1), Span("", DAYS - 2))


def test_bounds__in_the_viewers_zone__begin_at_its_midnight() -> None:
    with timezone.override("Asia/Tokyo"):
        start, end = bounds(FIRST)
    assert start == datetime(2026, 11, 15, 15, tzinfo=UTC)
    assert (end - start).days == DAYS
