"""The judge's labels, scores and verdicts: what it takes, and that nothing unknown ever passes."""

import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rightaway.domain.judge import (
    Direction,
    Effects,
    Guardrail,
    Judging,
    Label,
    Metric,
    MetricKind,
    Series,
    Verdict,
    guard,
    judge,
)
from rightaway.domain.judge_looks import (
    Next,
    OtherJudgeError,
    evidence,
    judged_again,
    judgement_of,
    next_after,
)

LATENCY = Metric("latency", MetricKind.GAUGE)
ERRORS = Metric("errors", MetricKind.COUNT)
SHARE = Metric("share", MetricKind.RATIO)


def gauge(canary, baseline):
    return Series(tuple((value, 1.0) for value in canary), tuple((value, 1.0) for value in baseline))


def noise(mean, n=60, seed=1, spread=0.1):
    chance = random.Random(seed)
    return [chance.gauss(mean, mean * spread) for _ in range(n)]


def label(metric, series, **how):
    return judge(Judging((metric,), **how), {metric.name: series}).metrics[0].label


SLOW = gauge(noise(125), noise(100, seed=12))
SAME = gauge(noise(100), noise(100, seed=12))


def test_gauge__a_quarter_higher__fails_and_the_same__passes():
    assert label(LATENCY, SLOW) is Label.FAIL
    assert label(LATENCY, SAME) is Label.PASS


def test_gauge__higher_for_sure_but_not_by_much__warns():
    assert label(LATENCY, gauge(noise(110, spread=0.02), noise(100, seed=12, spread=0.02))) is Label.WARN
    assert label(LATENCY, gauge(noise(103, spread=0.005), noise(100, seed=12, spread=0.005))) is Label.PASS


@pytest.mark.parametrize(
    ("direction", "up", "down"),
    [
        (Direction.INCREASE, Label.FAIL, Label.PASS),
        (Direction.DECREASE, Label.PASS, Label.FAIL),
        (Direction.EITHER, Label.FAIL, Label.FAIL),
    ],
)
def test_direction__of_harm__is_what_is_looked_for(direction, up, down):
    metric = replace(LATENCY, direction=direction)
    assert label(metric, SLOW) is up
    assert label(metric, Series(SLOW.baseline, SLOW.canary)) is down


def test_canary__of_two_points__is_inconclusive():
    """Acceptance statement 12: two points against two say nothing, however far apart they are."""
    found = judge(Judging((LATENCY,)), {"latency": gauge([200, 201], [100, 101])})
    assert (found.verdict, found.metrics[0].why) == (Verdict.INCONCLUSIVE, "low_traffic")


def test_canary__whose_metrics_all_fail_to_be_read__is_inconclusive():
    """Acceptance statement 11."""
    broken = {one.name: Series(error="connection refused") for one in (LATENCY, ERRORS, SHARE)}
    found = judge(Judging((LATENCY, ERRORS, SHARE)), broken)
    assert found.verdict is Verdict.INCONCLUSIVE
    assert {one.why for one in found.metrics} == {"error"}
    assert (found.score, found.coverage) == (None, 0.0)


def test_errors__few_but_eight_times_as_many__fail():
    """Acceptance statement 13: of every bucket's few events the sum is what counts."""
    chance = random.Random(5)

    def events(rate: float) -> tuple[tuple[float, float], ...]:
        return tuple((float(sum(chance.random() < rate / 20 for _ in range(20))), 60.0) for _ in range(60))

    assert label(ERRORS, Series(events(0.8), events(0.1))) is Label.FAIL
    assert label(ERRORS, Series(events(0.1), events(0.1))) is Label.PASS


def test_ratio__a_rise_too_small_to_matter__passes_however_sure_it_is():
    def share(hits: int) -> Series:
        return Series(((float(hits), 1_000_000.0),), ((1000.0, 1_000_000.0),))

    assert label(SHARE, share(1900)) is Label.PASS
    assert label(SHARE, share(8000)) is Label.FAIL
    assert label(replace(SHARE, effects=Effects(1.1, 1.5, 0.0001, 0.0005)), share(1900)) is Label.FAIL


@pytest.mark.parametrize(
    ("series", "why"),
    [
        (Series(), "no_data"),
        (gauge([100.0] * 60, []), "no_data"),
        (Series(SAME.canary, (None,) * 60), "no_data"),
        (gauge([float("nan")] * 60, [100.0] * 60), "no_data"),
        (gauge([100.0] * 19, [100.0] * 60), "low_traffic"),
        (gauge([-1.0] * 60, [100.0] * 60), "error"),
        (Series(error="timeout"), "error"),
    ],
)
def test_metric__without_enough_to_judge__is_inconclusive(series, why):
    found = judge(Judging((LATENCY,)), {"latency": series})
    assert (found.metrics[0].label, found.metrics[0].why) == (Label.INCONCLUSIVE, why)
    assert found.verdict is Verdict.INCONCLUSIVE


def test_buckets__before_the_service_is_warm__are_left_out():
    cold = Series(((9.0, 60.0),) * 10 + ((1.0, 60.0),) * 50, ((1.0, 60.0),) * 60)
    assert label(ERRORS, cold) is Label.FAIL
    assert label(ERRORS, cold, warm_up=10) is Label.PASS


def test_looks__more_of_them__share_the_chance_of_a_false_alarm():
    how, series = Judging((LATENCY,)), {"latency": SLOW}
    assert judge(how, series, looks=4).metrics[0].figures["alpha"] == 0.0025


def test_ratio__with_more_hits_than_trials__is_an_error():
    series = Series(((2000.0, 1500.0),), ((10.0, 1500.0),))
    assert judge(Judging((SHARE,)), {"share": series}).metrics[0].why == "error"


# Scores and verdicts


def scored(*labels: str, **how: object) -> Judging:
    """Give metrics that get these labels with `measured`; a weight follows a colon."""
    metrics = []
    for place, text in enumerate(labels):
        _name, _sign, weight = text.partition(":")
        metrics.append(Metric(f"{text}#{place}", MetricKind.GAUGE, weight=int(weight or 1)))
    return Judging(tuple(metrics), **how)


def measured(how: Judging) -> dict[str, Series]:
    found = {
        "fail": SLOW,
        "pass": SAME,
        "warn": gauge(noise(110, spread=0.02), noise(100, seed=12, spread=0.02)),
        "none": Series(),
    }
    return {one.name: found[one.name.split("#")[0].split(":")[0]] for one in how.metrics}


@pytest.mark.parametrize(
    ("labels", "score", "verdict"),
    [
        (("pass:95", "fail:5"), 95, Verdict.PASS),
        (("pass:949", "fail:51"), 94.9, Verdict.MARGINAL),
        (("pass:75", "fail:25"), 75, Verdict.MARGINAL),
        (("pass:749", "fail:251"), 74.9, Verdict.FAIL),
        (("pass:90", "warn:10"), 95, Verdict.PASS),
        (("pass:8", "none:2"), 100, Verdict.PASS),
        (("pass:79", "none:21"), 100, Verdict.INCONCLUSIVE),
    ],
)
def test_score__exactly_at_a_threshold__is_within_it(labels, score, verdict):
    """Acceptance statement 15."""
    how = scored(*labels)
    found = judge(how, measured(how))
    assert (found.score, found.verdict) == (score, verdict)


def test_groups__of_which_one_has_no_label__weigh_as_those_that_have_one():
    how = scored("pass", "fail", "none", group_weights={"a": 3, "b": 1, "c": 96})
    how = replace(
        how,
        metrics=tuple(replace(one, group=key) for one, key in zip(how.metrics, "abc", strict=True)),
        least_coverage=0,
    )
    found = judge(how, measured(how))
    assert (dict(found.groups), found.score) == ({"a": 100, "b": 0}, 75)


def test_critical_metric__that_fails__fails_the_canary_whatever_the_score():
    how = scored("pass:99", "fail:1")
    how = replace(how, metrics=(how.metrics[0], replace(how.metrics[1], is_critical=True)))
    found = judge(how, measured(how))
    assert (found.verdict, found.score, found.decided_by) == (Verdict.FAIL, 0.0, "fail:1#1")


def test_critical_metric__without_an_answer__leaves_it_undecided():
    how = scored("pass:99", "none:1")
    how = replace(how, metrics=(how.metrics[0], replace(how.metrics[1], is_critical=True)))
    assert judge(how, measured(how)).verdict is Verdict.INCONCLUSIVE


def test_dry_run__metric__is_labelled_and_counts_for_nothing():
    how = scored("pass", "fail")
    how = replace(how, metrics=(how.metrics[0], replace(how.metrics[1], is_dry_run=True, is_critical=True)))
    found = judge(how, measured(how))
    assert (found.verdict, found.metrics[1].label) == (Verdict.PASS, Label.FAIL)


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        ([1, 1, 1, 1, 1], Label.PASS),
        ([9, 9, 9, 1, 1], Label.FAIL),
        ([9, 9, 9, 1, 1, 1, 1], Label.PASS),
        ([9, 9, 1, 1, 1], Label.PASS),
        ([9, 9, None, 1, 1], Label.INCONCLUSIVE),
        ([1, 1, 1, None, 1], Label.PASS),
        ([None, None, None], Label.INCONCLUSIVE),
        ([float("nan")] * 5, Label.INCONCLUSIVE),
        ([], Label.INCONCLUSIVE),
    ],
)
def test_guardrail__by_its_last_samples__holds_or_not(samples, expected):
    assert guard(Guardrail("p99", limit=2), samples).label is expected


def test_guardrail__that_breaks__fails_the_canary():
    how = Judging((LATENCY,), (Guardrail("p99", 800),))
    found = judge(how, {"latency": SAME}, {"p99": [900, 900, 900]})
    assert (found.verdict, found.decided_by) == (Verdict.FAIL, "p99")
    lower = Judging((), (Guardrail("up", 1, is_upper=False),))
    assert judge(lower, {}, {"up": [1, 1, 1, 1, 1]}).verdict is Verdict.PASS
    assert judge(lower, {}, {"up": [0, 0, 0]}).verdict is Verdict.FAIL
    assert judge(lower, {}).verdict is Verdict.INCONCLUSIVE


NUMBERS = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True), st.integers(0, 10**6))


@settings(max_examples=200)
@given(
    sides=st.lists(st.tuples(NUMBERS, NUMBERS), max_size=30),
    kind=st.sampled_from(MetricKind),
    direction=st.sampled_from(Direction),
    is_critical=st.booleans(),
)
def test_judge__given_anything__never_passes_what_it_does_not_know(sides, kind, direction, is_critical):
    metric = Metric("m", kind, direction, is_critical=is_critical)

    def side(values):
        return tuple(None if value is None else (float(value), 100.0) for value in values)

    series = Series(side(one for one, _ in sides), side(other for _, other in sides))
    found = judge(Judging((metric,)), {"m": series})
    if found.metrics[0].label is Label.INCONCLUSIVE:
        assert found.verdict is Verdict.INCONCLUSIVE
    else:
        assert (found.verdict is Verdict.PASS) == (found.metrics[0].label is Label.PASS)
    stored = evidence(Judging((metric,)), {"m": series}, {}, looks=1)
    assert judged_again(stored) == stored


# Looks and evidence


@pytest.mark.parametrize(
    ("verdict", "early", "last"),
    [
        (Verdict.PASS, Next.LOOK_AGAIN, Next.PROMOTE),
        (Verdict.MARGINAL, Next.LOOK_AGAIN, Next.ASK),
        (Verdict.FAIL, Next.BACK_OUT, Next.BACK_OUT),
        (Verdict.INCONCLUSIVE, Next.LOOK_AGAIN, Next.HOLD),
    ],
)
def test_look__before_the_last__may_only_stop_early_for_a_failure(verdict, early, last):
    assert (next_after(verdict, is_last=False), next_after(verdict, is_last=True)) == (early, last)


def test_evidence__judged_again__gives_the_same_bytes():
    """Acceptance statement 30."""
    metrics = (replace(LATENCY, effects=Effects(1.01, 1.5)), ERRORS, replace(SHARE, is_dry_run=True))
    how = Judging(metrics, (Guardrail("p99", 800.5),), group_weights={"all": 3})
    series = {"latency": SLOW, "errors": Series(((3.0, 60.0),) * 30, ((1.0, 60.0), None) * 15)}
    stored = evidence(how, series, {"p99": [1.5, None, 700.25, float("inf")]}, looks=3)

    assert judged_again(stored) == stored
    assert judgement_of(stored)["verdict"] in set(Verdict)


def test_evidence__of_which_a_figure_was_changed__gives_other_bytes():
    stored = evidence(Judging((LATENCY,)), {"latency": SLOW}, {}, looks=1)
    forged = stored.replace(b'"verdict":"fail"', b'"verdict":"pass"')

    assert forged != stored
    assert judged_again(forged) == stored
    with pytest.raises(OtherJudgeError):
        judged_again(stored.replace(b"ra-judge/1", b"ra-judge/9"))
