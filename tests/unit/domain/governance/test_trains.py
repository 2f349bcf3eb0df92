"""When a train leaves, and who misses it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightaway.domain.errors import Invalid
from rightaway.domain.trains import (
    BEFORE,
    CutOff,
    Passenger,
    Timetable,
    Unit,
    check,
    cut_offs,
    departure_at,
    is_met,
    missed,
    stops,
    upcoming,
)

HOURS = dict(zip(BEFORE, (96, 48, 24, 4), strict=True))
WEEKLY = Timetable(datetime(2026, 3, 5, 9, tzinfo=UTC), "Europe/Berlin", 2, Unit.WEEK, HOURS, 6)
MONTHLY = replace(WEEKLY, first=datetime(2026, 1, 31, 9, tzinfo=UTC), every=1, unit=Unit.MONTH)
SEVEN = (
    "assess",
    "plan_design",
    "build_test",
    "training",
    "deployment",
    "back_out",
    "verification",
    "closed",
    "abandoned",
)
WHO = Passenger("REL-1", "assess", SEVEN, "build_test", "deployment")


def test_departures__over_the_change_to_summer_time__keep_the_hour_of_the_clock():
    assert [departure_at(WEEKLY, place).isoformat() for place in range(3)] == [
        "2026-03-05T09:00:00+00:00",
        "2026-03-19T09:00:00+00:00",
        "2026-04-02T08:00:00+00:00",
    ]


def test_departures__monthly_from_the_31st__fall_on_the_last_day_of_short_months():
    found = [departure_at(MONTHLY, place) for place in range(14)]
    assert [f"{one:%m-%d}" for one in found[:4]] == ["01-31", "02-28", "03-31", "04-30"]
    assert f"{found[13]:%Y-%m-%d}" == "2027-02-28"


@given(st.integers(1, 52), st.sampled_from(list(Unit)), st.integers(0, 400))
def test_departures__of_any_cadence__rise(every, unit, place):
    held = replace(MONTHLY, every=every, unit=unit)
    assert departure_at(held, place) < departure_at(held, place + 1)


@pytest.mark.parametrize(
    ("changed", "ahead", "at"),
    [
        ({"zone": "Mars/Base"}, 3, "zone"),
        ({"every": 0}, 3, "every"),
        ({"window_h": 169}, 3, "window_h"),
        ({}, 0, "ahead"),
        ({"hours_before": HOURS | {CutOff.CODE_FREEZE: 12}}, 3, "code_freeze_h"),
        ({"hours_before": HOURS | {CutOff.GO_NO_GO: -1}}, 3, "go_no_go_h"),
    ],
)
def test_timetable__that_cannot_be_kept__is_refused_at_its_field(changed, ahead, at):
    with pytest.raises(Invalid) as refusal:
        check(replace(WEEKLY, **changed), ahead)
    assert refusal.value.at == at


def test_timetable__with_cut_offs_at_one_moment__is_taken():
    check(replace(WEEKLY, hours_before=dict.fromkeys(BEFORE, 0)), 12)


def test_cut_offs__of_a_departure__lie_before_it_and_the_last_at_the_end_of_its_window():
    at = departure_at(WEEKLY, 0)
    found = cut_offs(WEEKLY, at)
    assert list(found) == list(CutOff)
    assert found[CutOff.SCOPE_FREEZE] == at - timedelta(days=4)
    assert found[CutOff.SHIP] == at + timedelta(hours=6)


@pytest.mark.parametrize(
    ("changed", "met"),
    [
        ({}, 0),
        ({"phase": "plan_design"}, 1),
        ({"phase": "build_test"}, 2),
        ({"phase": "build_test", "has_package": True}, 3),
        ({"phase": "deployment", "has_package": True}, 4),
        ({"phase": "verification", "has_package": True, "is_deployed": True}, 5),
        ({"phase": "closed", "ending": "closed", "is_deployed": True}, 5),
        ({"phase": "abandoned", "ending": "abandoned", "has_package": True}, 0),
    ],
)
def test_cut_offs__of_a_release__are_met_one_after_the_other(changed, met):
    who = replace(WHO, **changed)
    assert [is_met(one, who) for one in CutOff] == [True] * met + [False] * (5 - met)


def at(hours: int) -> datetime:
    return departure_at(WEEKLY, 0) + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("who", "hours", "cut_off"),
    [
        (WHO, -97, None),
        (WHO, -96, CutOff.SCOPE_FREEZE),
        (replace(WHO, phase="plan_design"), -48, CutOff.CODE_FREEZE),
        (replace(WHO, phase="build_test"), -20, CutOff.PACKAGE_DUE),
        (replace(WHO, phase="build_test", has_package=True), -4, CutOff.GO_NO_GO),
        (replace(WHO, phase="deployment", has_package=True), 7, None),
        (replace(WHO, phase="plan_design", has_package=True), -20, CutOff.CODE_FREEZE),
    ],
)
def test_missed__cut_off__is_the_first_unmet_that_passed_and_never_stops_a_deployment(who, hours, cut_off):
    found = stops(cut_offs(WEEKLY, departure_at(WEEKLY, 0)), who, at(hours))
    stop = missed(found, who)
    assert (stop.cut_off if stop else None) == cut_off


def test_upcoming__cut_off__is_the_first_that_is_not_met():
    who = replace(WHO, phase="build_test")
    found = stops(cut_offs(WEEKLY, departure_at(WEEKLY, 0)), who, at(-90))
    stop = upcoming(found)
    assert stop is not None
    assert (stop.cut_off, stop.state) == (CutOff.PACKAGE_DUE, "due")
