"""The three statistics the DORA figures need."""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta, tzinfo
from statistics import median

from rightaway.domain.dora_facts import Window

ENOUGH = 1e-9


def quantile(values: Collection[timedelta], share: float) -> timedelta | None:
    """
    Give the value below which a share of the values lies, by linear interpolation; None without values.

    Source: Hyndman and Fan (1996), definition 7.
    """
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def survival_quantile(
    ended: Collection[timedelta], running: Collection[timedelta], share: float
) -> timedelta | None:
    """
    Give the time by which a share has ended, when some still run; None if so many never ended.

    Source: Kaplan and Meier (1958), product-limit estimate.
    """
    surviving = 1.0
    for time in sorted(set(ended)):
        at_risk = sum(one >= time for one in (*ended, *running))
        surviving *= 1 - sum(one == time for one in ended) / at_risk
        if surviving <= 1 - share + ENOUGH:
            return time
    return None


def per_week(moments: Iterable[datetime], window: Window, zone: tzinfo | None) -> float | None:
    """
    Give the median, over the whole ISO weeks of a window, of the days with a moment; None without one.

    Source: Four Keys, which fills in the weeks without a deployment.
    """
    days = {moment.astimezone(zone or UTC).date() for moment in moments}
    weeks = _whole_weeks(window, zone or UTC)
    counts = [sum(monday <= day < monday + timedelta(days=7) for day in days) for monday in weeks]
    return float(median(counts)) if counts else None


def _whole_weeks(window: Window, zone: tzinfo) -> list[date]:
    start, end = window.start.astimezone(zone), window.end.astimezone(zone)
    first = start.date() if start.time() == datetime.min.time() else start.date() + timedelta(days=1)
    monday = first + timedelta(days=-first.weekday() % 7)
    weeks = []
    while monday + timedelta(days=7) <= end.date():
        weeks.append(monday)
        monday += timedelta(days=7)
    return weeks
