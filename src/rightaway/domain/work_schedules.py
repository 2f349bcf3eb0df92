"""Hours in which an organisation works: deadlines are counted in them, not in nights and weekends."""

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from rightaway.domain.errors import Invalid
from rightaway.domain.sentences import said

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WRITTEN = re.compile(rf"({'|'.join(DAYS)})-({'|'.join(DAYS)}) (\d\d:\d\d)-(\d\d:\d\d)")
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkSchedule:
    """
    The same hours on the same weekdays of one time zone.

    Args:
        weekdays: 0 is Monday.
    """

    weekdays: frozenset[int]
    begin: time
    end: time
    zone: str = "UTC"

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Give the working time between two moments; none when the second is the earlier."""
        total = timedelta()
        if end <= start:
            return total
        there = ZoneInfo(self.zone)
        day, last = start.astimezone(there).date(), end.astimezone(there).date()
        whole_weeks = max(0, (last - day).days // 7 - 1)
        if whole_weeks:  # every week holds the same, so that years cost no more than days
            total += whole_weeks * len(self.weekdays) * self._day()
        first_week_end = day + 7 * _DAY
        while day <= last:
            if whole_weeks and day == first_week_end:
                day += whole_weeks * 7 * _DAY
                whole_weeks = 0
                continue
            if day.weekday() in self.weekdays:
                opens = datetime.combine(day, self.begin, there)
                closes = datetime.combine(day, self.end, there)
                total += max(timedelta(), min(closes, end) - max(opens, start))
            day += _DAY
        return total

    def after(self, start: datetime, work: timedelta) -> datetime:
        """Give the moment at which so much working time has passed."""
        there, left = ZoneInfo(self.zone), work
        day = start.astimezone(there).date()
        while True:
            if day.weekday() in self.weekdays:
                opens = max(datetime.combine(day, self.begin, there), start)
                span = datetime.combine(day, self.end, there) - opens
                if span >= left:
                    return (opens + left).astimezone(start.tzinfo)
                left -= max(span, timedelta())
            day += _DAY

    def _day(self) -> timedelta:
        return timedelta(hours=self.end.hour - self.begin.hour, minutes=self.end.minute - self.begin.minute)


def read(text: str, zone: str) -> WorkSchedule:
    """
    Read hours as they are configured: `mon-fri 08:00-18:00`.

    Raises:
        Invalid: it is not written so, ends before it begins, or the zone is unknown.
    """
    found = _WRITTEN.fullmatch(text.strip().lower())
    hint = said("Write it as: {example}", example="mon-fri 08:00-18:00")
    if found is None:
        raise Invalid("work_schedule.form", said("These are no hours of work: {text}", text=text), hint=hint)
    if zone not in available_timezones():
        raise Invalid("work_schedule.zone", said("There is no time zone {zone}.", zone=zone))
    first, last = DAYS.index(found[1]), DAYS.index(found[2])
    try:
        begin, end = time.fromisoformat(found[3]), time.fromisoformat(found[4])
    except ValueError:
        raise Invalid(
            "work_schedule.form", said("These are no hours of work: {text}", text=text), hint=hint
        ) from None
    if last < first or end <= begin:
        raise Invalid("work_schedule.form", said("It ends before it begins: {text}", text=text), hint=hint)
    return WorkSchedule(frozenset(range(first, last + 1)), begin, end, zone)
