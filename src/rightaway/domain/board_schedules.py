"""When a board meets: on weekdays at a time of its own zone, every week or every few weeks."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said

LONGEST_WEEKS = 52
DAYS = 7


@dataclass(frozen=True, slots=True)
class Schedule:
    """
    The weekly times of a board's meetings.

    Args:
        weekdays: 0 is Monday.
        time: Such as `14:30`, by the clock of `zone`, in summer and in winter.
        every_weeks: 1 for every week; counted from the week of `since`.
        since: A day of the first week, as `2026-01-05`.
    """

    weekdays: tuple[int, ...]
    time: str
    zone: str = "UTC"
    every_weeks: int = 1
    since: str = "2026-01-05"


def check(held: Schedule) -> None:
    """Refuse what names no moment (Invalid)."""
    if not held.weekdays or not set(held.weekdays) <= set(range(DAYS)):
        raise Invalid("board.weekdays", said("Name the weekdays on which it meets."), at="weekdays")
    if held.zone not in available_timezones():
        raise Invalid("board.zone", said("There is no time zone '{zone}'.", zone=held.zone), at="zone")
    if not 1 <= held.every_weeks <= LONGEST_WEEKS:
        raise Invalid("board.every_weeks", said("It meets every 1 to 52 weeks."), at="every_weeks")
    try:
        time.fromisoformat(held.time)
        date.fromisoformat(held.since)
    except ValueError:
        raise Invalid(
            "board.time",
            said("'{time}' is no time of day.", time=held.time),
            at="time",
            hint=said("Such as 14:30."),
        ) from None


def next_after(held: Schedule, moment: datetime) -> datetime:
    """Give the first meeting after a moment, in UTC."""
    zone, clock = ZoneInfo(held.zone), time.fromisoformat(held.time)
    day = moment.astimezone(zone).date()
    first = _monday(date.fromisoformat(held.since))
    for step in range(DAYS * (held.every_weeks + 1)):
        found = day + timedelta(days=step)
        weeks = (_monday(found) - first).days // DAYS
        if found.weekday() in held.weekdays and weeks % held.every_weeks == 0:
            at = datetime.combine(found, clock, zone).astimezone(UTC)
            if at > moment:
                return at
    raise AssertionError


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
