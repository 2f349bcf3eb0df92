from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rightaway.domain.policies import CONTENT, Policy, Window, as_json, checked, content_digest, policy

MONDAY = datetime(2026, 11, 23, tzinfo=UTC)
NIGHT = Window((0,), "22:00", "04:00", "UTC")


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        (22, 28, True),
        (23, 24, True),
        (25, 27, True),  # Tuesday morning, in what opened on Monday
        (21.9, 23, False),
        (27, 28.1, False),
        (1, 2, False),  # Monday morning: it did not open on Sunday
        (22, 28 + 7 * 24, False),
    ],
)
def test_window__over_midnight__holds_what_lies_within_one_opening(start, end, expected):
    assert NIGHT.holds(at(start), at(end)) is expected


def test_window__opens_by_the_clock_of_its_zone_in_summer_and_winter():
    window = Window((0, 1, 2, 3, 4, 5, 6), "22:00", "23:00", "Europe/Berlin")
    for month in (1, 7):
        start = datetime(2026, month, 6, 22, tzinfo=ZoneInfo("Europe/Berlin"))
        assert window.holds(start.astimezone(UTC), start + timedelta(hours=1))
        assert not window.holds(start - timedelta(minutes=1), start)


def test_policy__read_back__is_the_same():
    held = Policy(
        allowed_types=("minor",),
        windows=(NIGHT,),
        lead_time_d={"major": 5},
        pass_pct={"uat": 90},
        notice_lead_s=7,
    )
    assert as_json(policy(as_json(held))) == as_json(held)
    assert policy(as_json(held)).windows == (NIGHT,)


def test_content__in_another_order__has_the_same_digest():
    one = checked({"allowed_types": ["major", "minor"], "lead_time_d": {"major": 1, "minor": 2}})
    other = checked({"lead_time_d": {"minor": 2, "major": 1}, "allowed_types": ["minor", "major"]})
    assert content_digest(as_json(one)) == content_digest(as_json(other))


def test_content__names_every_part_of_a_policy():
    assert set(as_json(Policy())) == set(CONTENT)


def test_span__without_windows__is_always_allowed():
    assert Policy().allows_span(at(0), at(999))
    assert not Policy(windows=(NIGHT,)).allows_span(at(0), at(1))
