"""Points in time as people write them: with an offset or a zone, or refused."""

import re
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from rightaway.domain.errors import Invalid
from rightaway.intake.texts import quoted

_SHAPE = re.compile(
    r"(?P<local>\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)"
    r"(?:(?P<offset>Z|[+-]\d\d:\d\d)|\ (?P<zone>[A-Za-z][A-Za-z0-9_+/-]{0,60}))?",
    re.ASCII,
)


def moment(text: str) -> datetime:
    """
    Read `2026-03-29T22:30+01:00`, `2026-03-29T21:30:00Z` or `2026-03-29T22:30 Europe/Berlin`.

    Returns:
        The point in time, in UTC.

    Raises:
        Invalid: `time.format`; `time.zone` without offset or with an unknown zone; `time.nonexistent` and
            `time.ambiguous` for local times that a change of the clocks leaves out or has twice.

    Source: RFC 3339 for the shape, RFC 5545 section 3.3.5 for the two odd hours of a year.
    """
    parts = _SHAPE.fullmatch(text)
    if parts is None:
        raise _malformed(text)
    try:
        local = datetime.fromisoformat(parts["local"])
        if parts["offset"]:
            return datetime.fromisoformat(parts["local"] + parts["offset"]).astimezone(UTC)
        if parts["zone"]:
            return in_zone(local, parts["zone"])
    except (ValueError, OverflowError):
        raise _malformed(text) from None
    raise Invalid(
        "time.zone",
        f"{quoted(text)} does not say in which zone.",
        hint=f"Write {parts['local']}Z for UTC, or {parts['local']} Europe/Berlin.",
    )


def zone(name: str) -> ZoneInfo:
    """
    Give a time zone by a name that has its summer time with it.

    Raises:
        Invalid: `time.zone`.
    """
    if name not in _zones():
        raise Invalid(
            "time.zone",
            f"{quoted(name)} is not the name of a time zone.",
            hint="Use a name with a place, such as Europe/Berlin, or UTC.",
        )
    return ZoneInfo(name)


def in_zone(local: datetime, name: str) -> datetime:
    """
    Give the point in time that the clocks of a zone show, in UTC.

    Raises:
        Invalid: `time.zone`, `time.nonexistent`, `time.ambiguous`.
    """
    place = zone(name)
    early, late = (local.replace(tzinfo=place, fold=fold) for fold in (0, 1))
    if early.utcoffset() == late.utcoffset():
        return early.astimezone(UTC)
    # In the gap the earlier reading is later than the other one: going to UTC and back moves the clock.
    if early.astimezone(UTC).astimezone(place).replace(tzinfo=None) != local:
        raise Invalid(
            "time.nonexistent",
            f"On that day the clocks in {name} go past {local:%H:%M}.",
            hint=f"Choose {late.astimezone(UTC):%Y-%m-%dT%H:%M}Z or {early.astimezone(UTC):%Y-%m-%dT%H:%M}Z.",
        )
    raise Invalid(
        "time.ambiguous",
        f"On that day {local:%H:%M} comes twice in {name}.",
        hint=f"Choose {early.astimezone(UTC):%Y-%m-%dT%H:%M}Z or {late.astimezone(UTC):%Y-%m-%dT%H:%M}Z.",
    )


@cache
def _zones() -> frozenset[str]:
    """Abbreviations such as EST hide the summer time they leave out, so only places and UTC count."""
    return frozenset(name for name in available_timezones() if "/" in name and "Etc/" not in name) | {"UTC"}


def _malformed(text: str) -> Invalid:
    return Invalid(
        "time.format",
        f"{quoted(text)} is not a date and time.",
        hint="Write 2026-11-20T22:30Z or 2026-11-20T22:30 Europe/Berlin.",
    )
