"""
The canary judge `ra-judge/1`: labels every metric, scores the groups, and gives a verdict that anybody can recompute.

It fails closed: what could not be measured is never a pass. Source: execution design, 1.10.2.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rightaway.domain import judge_statistics as statistics
from rightaway.domain.judge_statistics import Tested

VERSION = "ra-judge/1"


class MetricKind(StrEnum):
    """`gauge`: a value per bucket. `count`: events per exposure. `ratio`: hits out of trials."""

    GAUGE = "gauge"
    COUNT = "count"
    RATIO = "ratio"


class Direction(StrEnum):
    """What is harmful."""

    INCREASE = "increase"
    DECREASE = "decrease"
    EITHER = "either"


class Label(StrEnum):
    PASS = "pass"  # noqa: S105 -- no password
    WARN = "warn"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


class Why(StrEnum):
    """Why a metric is inconclusive."""

    NO_DATA = "no_data"
    LOW_TRAFFIC = "low_traffic"
    ERROR = "error"


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105 -- no password
    MARGINAL = "marginal"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"


@dataclass(frozen=True, slots=True)
class Effects:
    """From which size on a difference matters: canary to baseline, and for ratios also one less the other."""

    warn: float
    fail: float
    warn_difference: float = 0.0
    fail_difference: float = 0.0


USUAL: Mapping[MetricKind, Effects] = {
    MetricKind.GAUGE: Effects(1.05, 1.20),
    MetricKind.COUNT: Effects(1.5, 2.0),
    MetricKind.RATIO: Effects(1.25, 1.5, 0.0025, 0.005),
}


@dataclass(frozen=True, slots=True)
class Metric:
    """
    What is compared, and how.

    Args:
        weight: Of the metric within its group.
        is_critical: One that fails fails the canary, one without an answer leaves it undecided.
        is_required: It counts for how much of what was asked for is known.
        is_dry_run: It is judged and shown, and counts for nothing.
        effects: None for those usual for its kind.
        least: Gauge: buckets on both sides. Ratio: trials on each side. Count: exposure on each side.
    """

    name: str
    kind: MetricKind
    direction: Direction = Direction.INCREASE
    group: str = "all"
    weight: int = 1
    is_critical: bool = False
    is_required: bool = True
    is_dry_run: bool = False
    effects: Effects | None = None
    least: float | None = None

    @property
    def matters(self) -> Effects:
        return self.effects or USUAL[self.kind]

    @property
    def enough(self) -> float:
        return ENOUGH[self.kind] if self.least is None else self.least


ENOUGH: Mapping[MetricKind, float] = {MetricKind.GAUGE: 20, MetricKind.COUNT: 1, MetricKind.RATIO: 1000}

Bucket = tuple[float, float]
"""Value and exposure; of a gauge the exposure is not looked at, of a ratio it is the number of trials."""


@dataclass(frozen=True, slots=True)
class Series:
    """
    What was measured, one place for each bucket of time on both sides; None where nothing was.

    `error` says why a query failed: then nothing else counts.
    """

    canary: tuple[Bucket | None, ...] = ()
    baseline: tuple[Bucket | None, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class Judging:
    """
    How a canary is judged.

    Args:
        alpha: Chance of a false alarm of one metric over all looks.
        warm_up: So many buckets from the beginning are left out.
        group_weights: By group; 1 for one that is not named.
        least_coverage: Share of what is required that has to be known.
        passing: A score from which on it passes; `marginal` likewise.
    """

    metrics: tuple[Metric, ...]
    guardrails: tuple["Guardrail", ...] = ()
    alpha: float = 0.01
    warm_up: int = 0
    group_weights: Mapping[str, int] = field(default_factory=dict)
    least_coverage: float = 0.8
    passing: float = 95
    marginal: float = 75


@dataclass(frozen=True, slots=True)
class Guardrail:
    """
    A limit that needs no baseline: broken by `breaches` of the last `last` samples.

    `is_upper`: what is above the limit breaks it, else what is below.
    """

    name: str
    limit: float
    is_upper: bool = True
    breaches: int = 3
    last: int = 5


@dataclass(frozen=True, slots=True)
class Judged:
    """
    One metric or guardrail.

    Args:
        why: Of one that is inconclusive.
        direction: In which a metric was tested; of two the worse.
        figures: Of its test.
    """

    name: str
    label: Label
    why: str = ""
    direction: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Judgement:
    """
    The judge's word on one look.

    `score` runs from 0 to 100; None where nothing has a label. `decided_by` names what decided it, if one thing did.
    """

    verdict: Verdict
    score: float | None
    coverage: float
    metrics: tuple[Judged, ...]
    guardrails: tuple[Judged, ...]
    groups: Mapping[str, float]
    decided_by: str = ""


def judge(
    how: Judging,
    series: Mapping[str, Series],
    samples: Mapping[str, Sequence[float | None]] | None = None,
    *,
    looks: int = 1,
) -> Judgement:
    """
    Judge one look.

    Args:
        how: What is compared.
        series: What was measured of each metric; one that is not named has no data.
        samples: Of each guardrail, oldest first; None where none could be taken.
        looks: How many looks there are in all, which shares the chance of a false alarm among them.
    """
    alpha = how.alpha / looks
    metrics = tuple(_metric(one, series.get(one.name, Series()), alpha, how.warm_up) for one in how.metrics)
    rails = tuple(guard(one, (samples or {}).get(one.name, ())) for one in how.guardrails)
    counted = [(one, found) for one, found in zip(how.metrics, metrics, strict=True) if not one.is_dry_run]
    groups, score = _score(how, counted)
    coverage = _coverage([(one, found) for one, found in counted if one.is_required])
    verdict, decided_by = _verdict(how, counted, rails, coverage, score)
    if verdict is Verdict.FAIL and decided_by:
        score = 0.0
    return Judgement(verdict, score, coverage, metrics, rails, groups, decided_by)


def _metric(one: Metric, series: Series, alpha: float, warm_up: int) -> Judged:
    if series.error:
        return Judged(one.name, Label.INCONCLUSIVE, Why.ERROR)
    both = zip(series.canary[warm_up:], series.baseline[warm_up:], strict=False)
    common = [(mine, other) for mine, other in both if _is_known(mine) and _is_known(other)]
    canary, baseline = [mine for mine, _other in common if mine], [other for _mine, other in common if other]
    if not common:
        return Judged(one.name, Label.INCONCLUSIVE, Why.NO_DATA)
    if not _is_enough(one, canary, baseline):
        return Judged(one.name, Label.INCONCLUSIVE, Why.LOW_TRAFFIC)
    if not all(_makes_sense(one, *bucket) for bucket in (*canary, *baseline)):
        return Judged(one.name, Label.INCONCLUSIVE, Why.ERROR)
    if one.direction is not Direction.EITHER:
        return _labelled(one, _tested(one, canary, baseline, one.direction), alpha, one.direction)
    ways = (Direction.INCREASE, Direction.DECREASE)
    found = [_labelled(one, _tested(one, canary, baseline, way), alpha / 2, way) for way in ways]
    return max(found, key=lambda judged: _WORSE.index(judged.label))


LARGEST = 1e12
"""What is beyond it was not measured, but made up by a query."""
_WORSE = (Label.PASS, Label.WARN, Label.FAIL)


def _is_known(bucket: Bucket | None) -> bool:
    return bucket is not None and all(math.isfinite(one) and abs(one) <= LARGEST for one in bucket)


def _makes_sense(one: Metric, value: float, exposure: float) -> bool:
    """Say whether a bucket can be of such a metric: a quotient of negative values says nothing."""
    return value >= 0 and exposure >= 0 and (one.kind is not MetricKind.RATIO or value <= exposure)


def _is_enough(one: Metric, canary: Sequence[Bucket], baseline: Sequence[Bucket]) -> bool:
    if one.kind is MetricKind.GAUGE:
        return len(canary) >= max(one.enough, 2)
    least = min(math.fsum(exposure for _value, exposure in side) for side in (canary, baseline))
    return least >= one.enough and least > 0


def _tested(
    one: Metric, canary: Sequence[Bucket], baseline: Sequence[Bucket], direction: Direction
) -> Tested:
    higher = direction is Direction.INCREASE
    if one.kind is MetricKind.GAUGE:
        return statistics.gauge(
            [value for value, _exposure in canary], [value for value, _exposure in baseline], higher=higher
        )
    sides = (canary, baseline) if higher else (baseline, canary)
    (hits, exposure), (other_hits, other_exposure) = (
        (math.fsum(value for value, _ in side), math.fsum(exposure for _, exposure in side)) for side in sides
    )
    if one.kind is MetricKind.COUNT:
        return statistics.count(round(hits), exposure, round(other_hits), other_exposure)
    return statistics.ratio(round(hits), round(exposure), round(other_hits), round(other_exposure))


def _labelled(one: Metric, found: Tested, alpha: float, direction: Direction) -> Judged:
    effect, matters = found.effect, one.matters
    if one.kind is MetricKind.GAUGE and direction is Direction.DECREASE:
        effect = statistics.kept(1 / effect) if effect else statistics.MOST_EFFECT
    label = Label.PASS
    if found.p < alpha:
        if effect >= matters.fail and found.difference >= matters.fail_difference:
            label = Label.FAIL
        elif effect >= matters.warn and found.difference >= matters.warn_difference:
            label = Label.WARN
    figures = {"p": found.p, "effect": effect, "alpha": statistics.kept(alpha), **found.more}
    if one.kind is MetricKind.RATIO:
        figures["difference"] = found.difference
    return Judged(one.name, label, direction=str(direction), figures=figures)


def guard(one: Guardrail, samples: Sequence[float | None]) -> Judged:
    """Judge a limit by the last samples; it is undecided while those without an answer could break it."""
    last = samples[-one.last :]
    known = [value for value in last if value is not None and math.isfinite(value)]
    broken = sum(value > one.limit if one.is_upper else value < one.limit for value in known)
    figures = {"broken": float(broken), "known": float(len(known)), "limit": one.limit}
    if broken >= one.breaches:
        return Judged(one.name, Label.FAIL, figures=figures)
    unknown = len(last) - len(known)
    if not known or broken + unknown >= one.breaches:
        return Judged(one.name, Label.INCONCLUSIVE, Why.NO_DATA, figures=figures)
    return Judged(one.name, Label.PASS, figures=figures)


_VALUE = {Label.PASS: 1.0, Label.WARN: 0.5, Label.FAIL: 0.0}
Counted = Sequence[tuple[Metric, Judged]]


def _score(how: Judging, counted: Counted) -> tuple[dict[str, float], float | None]:
    """Score each group that has a label, and all of them by the weights of those."""
    groups: dict[str, float] = {}
    for key in dict.fromkeys(one.group for one, _found in counted):
        labelled = [(one, found) for one, found in counted if one.group == key and found.label in _VALUE]
        whole = sum(one.weight for one, _found in labelled)
        if whole:
            groups[key] = statistics.kept(
                100 * math.fsum(one.weight * _VALUE[found.label] for one, found in labelled) / whole
            )
    weights = {key: how.group_weights.get(key, 1) for key in groups}
    whole = sum(weights.values())
    if not whole:
        return groups, None
    return groups, statistics.kept(math.fsum(groups[key] * weight for key, weight in weights.items()) / whole)


def _coverage(required: Counted) -> float:
    whole = sum(one.weight for one, _found in required)
    if not whole:
        return 1.0
    return statistics.kept(sum(one.weight for one, found in required if found.label in _VALUE) / whole)


def _verdict(
    how: Judging, counted: Counted, rails: Sequence[Judged], coverage: float, score: float | None
) -> tuple[Verdict, str]:
    """Give the first that holds: both thresholds are inclusive, everywhere."""
    critical = [*(found for one, found in counted if one.is_critical), *rails]
    for label, verdict in ((Label.FAIL, Verdict.FAIL), (Label.INCONCLUSIVE, Verdict.INCONCLUSIVE)):
        decisive = next((found for found in critical if found.label is label), None)
        if decisive is not None:
            return verdict, decisive.name
    if not counted and rails:
        return Verdict.PASS, ""  # limits alone were asked for, and they hold
    if score is None or coverage < how.least_coverage:
        return Verdict.INCONCLUSIVE, ""
    if score >= how.passing:
        return Verdict.PASS, ""
    return (Verdict.MARGINAL if score >= how.marginal else Verdict.FAIL), ""
