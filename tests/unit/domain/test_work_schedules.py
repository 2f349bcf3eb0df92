"""Working time between two moments, and the moment after so much of it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightaway.domain.errors import Invalid
from rightaway.domain.work_schedules import WorkSchedule, read

MONDAY = datetime(2027, 3, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
USUAL = read("mon-fri 08:00-18:00", "UTC")
moments = st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def day_by_day(schedule: WorkSchedule, start: datetime, end: datetime) -> timedelta:
    """Count without any short cut."""
    total, day = timedelta(), start.replace(hour=0, minute=0, second=0, microsecond=0)
    while day <= end:
        if day.weekday() in schedule.weekdays:
            opens, closes = day + 8 * HOUR, day + 18 * HOUR
            total += max(timedelta(), min(closes, end) - max(opens, start))
        day += DAY
    return total


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [
        (MONDAY + 8 * HOUR, MONDAY + 18 * HOUR, 10),
        (MONDAY, MONDAY + 12 * HOUR, 4),
        (MONDAY + 17 * HOUR, MONDAY + DAY + 9 * HOUR, 2),
        (MONDAY + 4 * DAY + 17 * HOUR, MONDAY + 7 * DAY + 9 * HOUR, 2),
        (MONDAY + 5 * DAY, MONDAY + 7 * DAY, 0),
        (MONDAY + DAY, MONDAY, 0),
    ],
)
def test_worked__between_moments__hours_of_work_alone(start: datetime, end: datetime, hours: int) -> None:
    assert USUAL.worked(start, end) == hours * HOUR


@given(moments, moments)
def test_worked__any_moments__same_as_counted_day_by_day(start: datetime, end: datetime) -> None:
    assert USUAL.worked(start, end) == (day_by_day(USUAL, start, end) if end > start else timedelta())


@given(moments, st.integers(1, 500))
def test_after__any_work__is_worked_by_then(start: datetime, hours: int) -> None:
    assert USUAL.worked(start, USUAL.after(start, hours * HOUR)) == hours * HOUR


def test_worked__in_another_zone__its_hours() -> None:
    tokyo = read("mon-fri 08:00-18:00", "Asia/Tokyo")
    assert tokyo.worked(MONDAY + 8 * HOUR, MONDAY + 10 * HOUR) == HOUR  # it closes at 9:00 UTC


@pytest.mark.parametrize(
    "text", ["", "always", "fri-mon 08:00-18:00", "mon-fri 18:00-08:00", "mon-fri 25:00-26:00"]
)
def test_read__no_hours__refused(text: str) -> None:
    with pytest.raises(Invalid):
        read(text, "UTC")
