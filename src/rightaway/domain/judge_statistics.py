"""The tests of the canary judge: exact where counts are compared, by ranks where samples are; the same everywhere."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

DIGITS = 12
"""Significant digits of every figure: what is beyond them differs between machines."""
MOST_CORRELATION = 0.95
MOST_EFFECT = 1e9
"""What stands for a quotient without a baseline."""
MOST_EXACT = 1_000_000
"""Up to so many events a tail is added up."""
_NOTHING = 1e-40


def kept(value: float) -> float:
    """Round to the digits on which all machines agree."""
    return float(f"{value:.{DIGITS}g}")


@dataclass(frozen=True, slots=True)
class RankSum:
    """
    How samples of two sides are mixed by rank.

    Args:
        u: Mann and Whitney's U of the canary: pairs in which it is higher, a tie counts half.
        difference: U less what it would be on average if nothing differed.
        sigma: Its spread if nothing differed, corrected for ties; 0 when all values are equal.
    """

    u: float
    difference: float
    sigma: float


def rank_sum(canary: Sequence[float], baseline: Sequence[float]) -> RankSum:
    """
    Compare two samples by ranks.

    Source: Mann and Whitney (1947); correction for ties of Hollander and Wolfe, Nonparametric Statistical Methods, 4.1.
    """
    m, n = len(canary), len(baseline)
    ordered = sorted([(value, True) for value in canary] + [(value, False) for value in baseline])
    ranks, ties, place = 0.0, 0, 0
    while place < len(ordered):
        end = place
        while end < len(ordered) and ordered[end][0] == ordered[place][0]:
            end += 1
        size, rank = end - place, (place + end + 1) / 2
        ranks += rank * sum(is_canary for _value, is_canary in ordered[place:end])
        ties += size**3 - size
        place = end
    u = ranks - m * (m + 1) / 2
    spread = m * n / 12 * ((m + n + 1) - ties / ((m + n) * (m + n - 1)))
    return RankSum(u, u - m * n / 2, math.sqrt(max(spread, 0.0)))


def z_higher(found: RankSum) -> float:
    """Give how many spreads the canary is higher than chance, half a step taken off; negated sides give "lower"."""
    return (found.difference - 0.5) / found.sigma if found.sigma else 0.0


def upper_tail(z: float) -> float:
    """Give the share of a normal distribution above `z`."""
    return 0.5 * math.erfc(z / math.sqrt(2))


def autocorrelation(values: Sequence[float]) -> float:
    """Give how much each value says of the next one: the correlation at lag 1; 0 for values that do not vary."""
    mean = fmean(values)
    spread = math.fsum((value - mean) ** 2 for value in values)
    if not spread:
        return 0.0
    return math.fsum((one - mean) * (other - mean) for one, other in pairwise(values)) / spread


@dataclass(frozen=True, slots=True)
class Tested:
    """
    One comparison.

    Args:
        p: How likely a difference as large would be by chance, in the direction that was asked for.
        effect: Canary to baseline: 1 is no difference.
        difference: For ratios, the canary's share less the baseline's; else 0.
        more: Figures that explain it, by name.
    """

    p: float
    effect: float
    difference: float
    more: dict[str, float]


def gauge(canary: Sequence[float], baseline: Sequence[float], *, higher: bool = True) -> Tested:
    """
    Test whether samples are higher than others, or lower; there are values on both sides, none is negative.

    Points that follow each other resemble each other, so that there are fewer of them than it seems: the distance
    is shortened by the mean autocorrelation of both sides.
    """
    found = rank_sum(canary, baseline) if higher else rank_sum(baseline, canary)
    rho = (autocorrelation(canary) + autocorrelation(baseline)) / 2
    rho = min(max(rho, 0.0), MOST_CORRELATION)
    z = z_higher(found)
    corrected = z / math.sqrt((1 + rho) / (1 - rho))
    p = upper_tail(corrected) if found.sigma else 1.0
    pairs = len(canary) * len(baseline)
    return Tested(
        kept(p),
        kept(_quotient(fmean(canary), fmean(baseline))),
        0.0,
        {
            "u": kept(found.u if higher else pairs - found.u),
            "z": kept(z),
            "rho": kept(rho),
            "z_corrected": kept(corrected),
            "cles": kept((found.u if higher else pairs - found.u) / pairs),
            "median_effect": kept(_quotient(median(canary), median(baseline))),
        },
    )


def _quotient(one: float, other: float) -> float:
    if other:
        return one / other
    return MOST_EFFECT if one else 1.0


def count(events: int, exposure: float, other_events: int, other_exposure: float) -> Tested:
    """
    Test whether the first side has more events for its exposure; both exposures are above 0.

    Source: Przyborowski and Wilenski (1940): given their sum, one of two Poisson counts is binomial.
    """
    both = events + other_events
    share = exposure / (exposure + other_exposure)
    odds = exposure / other_exposure
    if both > MOST_EXACT:
        p = _normal_tail(events, both * share, both * share * (1 - share))
    else:
        p = _tail(
            at=events,
            first=0,
            last=both,
            mode=min(both, int((both + 1) * share)),
            step=lambda k: (both - k) / (k + 1) * odds,
        )
    effect = ((events + 0.5) / exposure) / ((other_events + 0.5) / other_exposure)
    return Tested(kept(p), kept(effect), 0.0, {"share": kept(share)})


def ratio(hits: int, trials: int, other_hits: int, other_trials: int) -> Tested:
    """
    Test whether a larger share of the first side's trials hit; both have trials.

    Source: Fisher's exact test (1922), one-sided.
    """
    drawn, rest, marked = trials, other_trials, hits + other_hits
    if min(marked, drawn + rest - marked) > MOST_EXACT:
        share = marked / (drawn + rest)
        spread = drawn * share * (1 - share) * rest / (drawn + rest - 1)
        p = _normal_tail(hits, drawn * share, spread)
    else:
        p = _tail(
            at=hits,
            first=max(0, marked - rest),
            last=min(drawn, marked),
            mode=(drawn + 1) * (marked + 1) // (drawn + rest + 2),
            step=lambda k: (marked - k) * (drawn - k) / ((k + 1) * (rest - marked + k + 1)),
        )
    effect = ((hits + 0.5) / (trials + 1)) / ((other_hits + 0.5) / (other_trials + 1))
    difference = hits / trials - other_hits / other_trials
    return Tested(kept(p), kept(effect), kept(difference), {})


def _normal_tail(at: int, mean: float, variance: float) -> float:
    """Approximate the same for numbers so large that nobody could tell the difference."""
    return upper_tail((at - 0.5 - mean) / math.sqrt(variance)) if variance > 0 else 1.0


def _tail(*, at: int, first: int, last: int, mode: int, step: Callable[[int], float]) -> float:
    """
    Give how likely `at` or more is, of a distribution known by how much likelier each value is than the one before.

    Beginning where it is likeliest nothing overflows, and only four operations are used, which every machine rounds
    alike; logarithms and gamma functions it would not.
    """
    mode = min(max(mode, first), last)
    above, below = [1.0], []
    size = 1.0
    for k in range(mode, last):
        size *= step(k)
        if size < _NOTHING:
            break
        above.append(size)
    size = 1.0
    for k in range(mode - 1, first - 1, -1):
        size /= step(k)
        if size < _NOTHING:
            break
        below.append(size)
    whole = math.fsum((*above, *below))
    if at > mode:
        return math.fsum(above[at - mode :]) / whole
    return math.fsum((*above, *below[: mode - at])) / whole
