from dataclasses import replace
from datetime import timedelta

import pytest

from rightaway.domain.early_life import early_life_scheduled, exit_allowed, exit_criteria, shortest, uncovered
from rightaway.domain.facts_closure import ShiftFacts
from rightaway.domain.policies import Policy

HOUR = timedelta(hours=1)


def shifts(now, *spans):
    return [ShiftFacts("eva", now + start * HOUR, now + end * HOUR) for start, end in spans]


@pytest.mark.parametrize(
    ("spans", "gaps"),
    [
        ([], [(0, 10)]),
        ([(0, 10)], []),
        ([(-5, 20)], []),
        ([(0, 4), (4, 10)], []),
        ([(4, 10), (0, 6)], []),
        ([(0, 4), (5, 10)], [(4, 5)]),
        ([(2, 3), (5, 8)], [(0, 2), (3, 5), (8, 10)]),
        ([(-5, -1), (12, 20)], [(0, 10)]),
        ([(0, 10), (2, 3)], []),
    ],
)
def test_uncovered__roster__gives_the_gaps(spans, gaps, now):
    found = uncovered(shifts(now, *spans), now, now + 10 * HOUR)

    assert [((a - now) / HOUR, (b - now) / HOUR) for a, b in found] == gaps


@pytest.mark.parametrize(("release_type", "days"), [("major", 14), ("minor", 3), ("emergency", 2), ("", 14)])
def test_shortest__release_type__sets_the_least_time(release_type, days, green):
    facts = replace(green, registration=replace(green.registration, release_type=release_type))

    assert shortest(facts) == timedelta(days=days)


def test_shortest__policy__goes_before_the_type(green, now):
    brief = replace(
        green,
        policy=Policy(early_life_s=20),
        early_life=replace(
            green.early_life,
            starts_at=now,
            ends_at=now + timedelta(seconds=20),
            roster=(ShiftFacts("eva", now, now + HOUR),),
        ),
    )

    assert early_life_scheduled(brief, now) == ()


def test_exit_criteria__period__is_over_at_its_end(green):
    end = green.early_life.ends_at

    met = [exit_criteria(green, moment)[0].met for moment in (end - timedelta(seconds=1), end)]

    assert met == [False, True]


def test_exit_allowed__not_met_and_not_measured__read_differently(green, now):
    held = replace(green.early_life, service_level_met=None, operations_accepted_by="")

    assert [unmet.message for unmet in exit_allowed(replace(green, early_life=held), now)] == [
        "Not measured: The service level is met.",
        "Not so yet: Operations took the service over.",
    ]


def test_exit_criteria__everything_well__all_met(green, now):
    assert {criterion.met for criterion in exit_criteria(green, now)} == {True}


@pytest.mark.parametrize(
    ("key", "values"),
    [
        ("incidents", {"open_major_incidents": None}),
        ("incident_rate", {"incidents_baseline_30_days": None}),
        ("incident_rate", {"incidents_last_3_days": None}),
        ("service_level", {"service_level_met": None}),
    ],
)
def test_exit_criteria__no_source__is_unknown_not_good(key, values, green, now):
    facts = replace(green, early_life=replace(green.early_life, **values))

    assert {c.key: c.met for c in exit_criteria(facts, now)}[key] is None


@pytest.mark.parametrize(
    ("recent", "before", "met"), [(11, 100, True), (12, 100, False), (0, 0, True), (1, 0, False)]
)
def test_exit_criteria__incident_rate__allows_a_tenth_more(recent, before, met, green, now):
    held = replace(green.early_life, incidents_last_3_days=recent, incidents_baseline_30_days=before)

    assert {c.key: c.met for c in exit_criteria(replace(green, early_life=held), now)}["incident_rate"] is met
