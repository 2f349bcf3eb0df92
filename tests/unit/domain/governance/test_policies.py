from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rightaway.domain.errors import Invalid
from rightaway.domain.policies import CONTENT, Policy, as_json, content_digest, policy
from rightaway.domain.policy_checks import checked
from rightaway.domain.policy_parts import ExtraApprovers, Freeze, Window, fits_scheme

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
        freezes=(
            Freeze("Year end", "2026-12-18T18:00", "2027-01-04T06:00", "Europe/Berlin", True, ("emergency",)),
        ),
        extra_approvers=(ExtraApprovers("deployment", ("group:security", "user:olga"), ("major",)),),
        rollback_criteria=("A P1 incident",),
        version_scheme="semantic",
    )
    assert as_json(policy(as_json(held))) == as_json(held)
    read = policy(as_json(held))
    assert (read.windows, read.freezes) == (held.windows, held.freezes)
    assert read.extra_approvers == held.extra_approvers


def test_content__in_another_order__has_the_same_digest():
    one = checked({"allowed_types": ["major", "minor"], "lead_time_d": {"major": 1, "minor": 2}})
    other = checked({"lead_time_d": {"minor": 2, "major": 1}, "allowed_types": ["minor", "major"]})
    assert content_digest(as_json(one)) == content_digest(as_json(other))


def test_content__names_every_part_of_a_policy():
    assert set(as_json(Policy())) == set(CONTENT)


def test_span__without_windows__is_always_allowed():
    assert Policy().allows_span(at(0), at(999))
    assert not Policy(windows=(NIGHT,)).allows_span(at(0), at(1))


FREEZE = {
    "title": "Year end",
    "starts": "2026-12-18T18:00",
    "ends": "2027-01-04T06:00",
    "zone": "Europe/Berlin",
}
EXTRA = {"approval": "deployment", "sources": ["group:security"], "types": ["major"]}


@pytest.mark.parametrize(
    ("content", "code", "at"),
    [
        ({"colour": 1}, "policy.field_unknown", "colour"),
        ({"emergency_severity": 6}, "policy.figure", "emergency_severity"),
        ({"emergency_by_advisory": "yes"}, "policy.flag", "emergency_by_advisory"),
        ({"version_scheme": "roman"}, "policy.word", "version_scheme"),
        ({"rollback_criteria": ["x"] * 21}, "policy.too_many", "rollback_criteria"),
        ({"rollback_criteria": ["two\nlines"]}, "policy.criterion", "rollback_criteria"),
        ({"rollback_criteria": [" "]}, "policy.criterion", "rollback_criteria"),
        ({"freezes": [{**FREEZE, "title": " "}]}, "policy.freeze", "freezes"),
        ({"freezes": [{**FREEZE, "starts": "2027-01-04T06:00"}]}, "policy.freeze", "freezes"),
        ({"freezes": [{**FREEZE, "ends": "soon"}]}, "policy.freeze", "freezes"),
        ({"freezes": [{**FREEZE, "ends": "2027-01-04T06:00+01:00"}]}, "policy.freeze", "freezes"),
        ({"freezes": [{**FREEZE, "zone": "Mars/Olympus"}]}, "policy.zone", "freezes"),
        ({"freezes": [{**FREEZE, "except_types": ["tiny"]}]}, "policy.word", "freezes"),
        ({"extra_approvers": [{**EXTRA, "sources": []}]}, "policy.extra_approvers", "extra_approvers"),
        ({"extra_approvers": [{**EXTRA, "sources": ["the boss"]}]}, "policy.source", "extra_approvers"),
        ({"extra_approvers": [{**EXTRA, "types": ["tiny"]}]}, "policy.word", "extra_approvers"),
    ],
)
def test_content__that_cannot_be__is_refused_with_its_place(content, code, at):
    with pytest.raises(Invalid) as refusal:
        checked(content)
    assert (refusal.value.code, refusal.value.at) == (code, at)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-12-18T16:00", "2026-12-18T17:00", False),  # it begins at 18:00 in Berlin, which is 17:00 UTC
        ("2026-12-18T16:00", "2026-12-18T17:01", True),
        ("2026-12-24T00:00", "2026-12-24T01:00", True),
        ("2027-01-04T04:59", "2027-01-05T00:00", True),
        ("2027-01-04T05:00", "2027-01-05T00:00", False),
    ],
)
def test_freeze__by_the_clock_of_its_zone__meets_what_overlaps_it(start, end, expected):
    held = checked({"freezes": [FREEZE]})
    found = held.freezes_in(
        *(datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (start, end)), "major"
    )
    assert bool(found) is expected


def test_freeze__type_that_it_lets_through__does_not_meet_it():
    held = checked({"freezes": [{**FREEZE, "except_types": ["emergency"]}]})
    span = datetime(2026, 12, 24, tzinfo=UTC), datetime(2026, 12, 25, tzinfo=UTC)
    assert held.freezes_in(*span, "emergency") == ()
    assert [one.title for one in held.freezes_in(*span, "minor")] == ["Year end"]


def test_extra_approvers__of_several_lines__are_those_of_the_approval_and_the_type():
    other = {"approval": "deployment", "sources": ["board:cab", "group:security"]}
    held = checked({"extra_approvers": [EXTRA, other]})
    assert held.approve_besides("deployment", "major") == ("group:security", "board:cab")
    assert held.approve_besides("deployment", "minor") == ("board:cab", "group:security")
    assert held.approve_besides("plan_design", "major") == ()


@pytest.mark.parametrize(
    ("scheme", "version", "expected"),
    [
        ("any", "whatever", True),
        ("semantic", "2.4.0", True),
        ("semantic", "2.4.0-rc.1+build.5", True),
        ("semantic", "2.4", False),
        ("semantic", "02.4.0", False),
        ("calendar", "2026.11", True),
        ("calendar", "2026.11.23.2", True),
        ("calendar", "2026.13", False),
        ("calendar", "2.4.0", False),
    ],
)
def test_version__of_a_scheme__is_told_from_others(scheme, version, expected):
    assert fits_scheme(version, scheme) is expected
