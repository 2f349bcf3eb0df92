"""Canaries without a baseline: measurements held to conditions, and what is tolerated."""

import pytest

from rightaway.domain.judge import Verdict
from rightaway.domain.thresholds import Limits, Measured, measured, verdict

S, F, U, E = Measured.SUCCESS, Measured.FAILURE, Measured.INCONCLUSIVE, Measured.ERROR


def low(value: float) -> bool:
    return value < 1


def high(value: float) -> bool:
    return value > 2


@pytest.mark.parametrize(
    ("value", "success", "failure", "expected"),
    [
        (0.5, low, high, S),
        (2.5, low, high, F),
        (1.5, low, high, U),
        (0.5, None, high, S),
        (1.5, low, None, U),
        (1.5, None, None, U),
        (None, low, high, E),
        (0.5, low, lambda _: True, F),
    ],
)
def test_measurement__held_to_its_conditions__is_judged(value, success, failure, expected):
    assert measured(value, success, failure) is expected


@pytest.mark.parametrize(
    ("found", "limits", "expected"),
    [
        ([S, S, S], Limits(), Verdict.PASS),
        ([S, F, S], Limits(), Verdict.FAIL),
        ([F, S, S, S, S, S], Limits(), Verdict.FAIL),
        ([S, F, S], Limits(failures=1), Verdict.PASS),
        ([S, F, E, E, E, E, E], Limits(), Verdict.FAIL),
        ([S, E, E, E, E], Limits(), Verdict.PASS),
        ([S, E, E, E, E, E], Limits(), Verdict.INCONCLUSIVE),
        ([S, U], Limits(), Verdict.INCONCLUSIVE),
        ([S, U, S], Limits(inconclusive=1), Verdict.PASS),
        ([S, S, S], Limits(successes_in_a_row=3), Verdict.PASS),
        ([S, S, E, S], Limits(successes_in_a_row=3), Verdict.INCONCLUSIVE),
        ([], Limits(), Verdict.INCONCLUSIVE),
        ([E], Limits(), Verdict.INCONCLUSIVE),
    ],
)
def test_run__of_measurements__is_judged_by_what_is_tolerated(found, limits, expected):
    assert verdict(found, limits) is expected
