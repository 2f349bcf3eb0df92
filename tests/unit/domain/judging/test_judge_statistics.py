"""The tests of the judge against known figures, and against the same question asked in another way."""

import math
import random
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightaway.domain import judge_statistics as judged

USUAL = (10, 11, 10, 12, 11, 12, 10, 11, 12, 11)


@pytest.mark.parametrize(
    ("canary", "baseline", "u", "z", "p", "cles", "effect"),
    [
        ((10, 12, 11, 13, 12, 14, 11, 12, 13, 12), USUAL, 75.5, 1.966743, 0.024606, 0.755, 1.090909),
        ((20, 22, 21, 23, 22, 24, 21, 22, 23, 22), USUAL, 100, 3.784777, 0.000077, 1.0, 2.0),
        ((0, 0, 1, 0, 2, 0, 1, 0, 3, 1), (0, 0, 0, 0, 1, 0, 0, 0, 0, 0), 71, 1.921554, 0.027331, 0.71, 8.0),
        (
            (101.2, 99.8, 100.5, 103.1, 98.7, 102.2),
            (100.1, 99.5, 101.0, 100.4, 98.9, 99.9),
            25,
            1.040833,
            0.148977,
            0.694444,
            1.009503,
        ),
        ((5,) * 8, (5,) * 7 + (6,), 28, -1.125, 0.869705, 0.4375, 0.97561),
    ],
    ids=["V1", "V2", "V3", "V4", "V5"],
)
def test_rank_sum__golden_vector__is_as_computed_elsewhere(canary, baseline, u, z, p, cles, effect):
    """Acceptance statement 14 of the execution design; checked there against another implementation."""
    found = judged.rank_sum(canary, baseline)
    z_found = judged.z_higher(found)
    assert (found.u, round(z_found, 6), round(judged.upper_tail(z_found), 6)) == (u, z, p)
    tested = judged.gauge(canary, baseline)
    assert (round(tested.more["cles"], 6), round(tested.effect, 6)) == (cles, effect)


@pytest.mark.parametrize(
    ("events", "exposure", "other", "other_exposure", "p"),
    [
        (30, 1, 10, 1, 0.001111),
        (9, 1, 1, 1, 0.010742),
        (12, 1, 10, 1, 0.415906),
        (9, 10, 10, 90, 0.0000361),
        (8, 5, 1, 5, 10 / 512),
        (0, 1, 0, 1, 1.0),
    ],
    ids=["P1", "P2", "P3", "P4", "V3-as-counts", "nothing"],
)
def test_count__golden_vector__is_as_computed_elsewhere(events, exposure, other, other_exposure, p):
    assert judged.count(events, exposure, other, other_exposure).p == pytest.approx(p, rel=2e-3)


@given(
    events=st.integers(0, 40),
    other=st.integers(0, 40),
    share=st.floats(0.05, 0.95),
)
def test_count__small_enough_to_add_up__equals_the_plain_sum(events, other, share):
    n = events + other
    plain = math.fsum(math.comb(n, k) * share**k * (1 - share) ** (n - k) for k in range(events, n + 1))
    assert judged.count(events, share, other, 1 - share).p == pytest.approx(plain, rel=1e-9)


@given(
    hits=st.integers(0, 30),
    misses=st.integers(0, 30),
    other_hits=st.integers(0, 30),
    other_misses=st.integers(0, 30),
)
def test_ratio__small_enough_to_add_up__equals_the_plain_sum(hits, misses, other_hits, other_misses):
    n, m = hits + misses + 1, other_hits + other_misses + 1
    marked = hits + other_hits
    plain = sum(
        math.comb(n, k) * math.comb(m, marked - k) for k in range(hits, min(n, marked) + 1) if marked - k <= m
    )
    expected = plain / math.comb(n + m, marked)
    assert judged.ratio(hits, n, other_hits, m).p == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("trials", "power"), [(500, 0.07), (1000, 0.39), (2000, 0.84), (5000, 1.0)])
def test_ratio__errors_from_one_to_eight_in_a_thousand__are_found_as_often_as_designed(trials, power):
    """Shares of 300 runs, so within some points of those of the design."""
    chance = random.Random(7)

    def errors(rate: float) -> int:
        return sum(chance.random() < rate for _ in range(trials))

    runs = 300
    found = sum(judged.ratio(errors(0.008), trials, errors(0.001), trials).p < 0.01 for _ in range(runs))
    assert found / runs == pytest.approx(power, abs=0.09)


def test_count__millions_of_events__neither_overflows_nor_hangs():
    found = judged.count(1_002_000, 1, 998_000, 1)
    assert found.p == pytest.approx(0.00233, rel=0.01)
    assert judged.count(2_000_000, 1, 10, 1).p == 0.0


def test_gauge__values_that_resemble_the_one_before__count_for_less():
    walk, chance = [10.0], random.Random(3)
    for _ in range(59):
        walk.append(10 + 0.9 * (walk[-1] - 10) + chance.gauss(0, 0.4))
    shuffled = walk[:]
    chance.shuffle(shuffled)
    higher = [value + 0.5 for value in walk]
    assert judged.autocorrelation(walk) > 0.6
    assert judged.gauge(higher, walk).p > judged.gauge([v + 0.5 for v in shuffled], shuffled).p


@settings(max_examples=50)
@given(
    st.lists(st.integers(0, 50), min_size=2, max_size=30),
    st.lists(st.integers(0, 50), min_size=2, max_size=30),
)
def test_gauge__asked_from_both_sides__gives_the_same_answer(canary, baseline):
    up, down = judged.gauge(canary, baseline), judged.gauge(baseline, canary, higher=False)
    assert (up.p, up.more["z"]) == (down.p, down.more["z"])


def test_gauge__higher_and_higher__is_less_and_less_likely_by_chance():
    p = [judged.gauge([value + step for value in USUAL], USUAL).p for step in range(5)]
    assert all(one > other or one == other == p[-1] for one, other in pairwise(p))


def test_gauge__no_value_varies__proves_nothing():
    assert judged.gauge([5] * 20, [5] * 20).p == 1.0
    assert judged.gauge([0] * 20, [0] * 20).effect == 1.0
    assert judged.gauge([1] * 20, [0] * 20).effect == judged.MOST_EFFECT
