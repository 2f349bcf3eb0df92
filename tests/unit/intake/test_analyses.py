"""Files of canary analyses: what they become, and what of them cannot be, with its place."""

import pytest

from rightaway.domain.errors import Invalid
from rightaway.domain.judge import Direction, Effects, Guardrail, MetricKind
from rightaway.intake.analyses import CanaryAnalysis
from rightaway.intake.schema import read
from rightaway.intake.yaml import load_yaml

HEAD = """\
kind: canary-analysis
source: {kind: prometheus, url: "http://prometheus:9090"}
"""
GAUGE = "metrics: [{name: latency, kind: gauge, canary: a, baseline: b}]\n"


def parsed(text: str) -> CanaryAnalysis:
    return read(load_yaml((HEAD + text).encode()), CanaryAnalysis)


def test_analysis__with_everything__becomes_what_the_judge_takes() -> None:
    found = parsed("""\
step_s: 30
buckets: 40
warm_up: 4
alpha: 0.001
passing: 90
marginal: 60.5
least_coverage: 50
group_weights: {speed: 3}
metrics:
  - {name: latency, kind: gauge, direction: either, group: speed, weight: 2, critical: true, canary: a, baseline: b,
     warn: 1.01, fail: 1.1, least: 30}
  - {name: errors, kind: ratio, required: false, dry_run: true, canary: a, baseline: b, canary_exposure: c,
     baseline_exposure: d, warn: 1.1, fail: 2, warn_difference: 0.001, fail_difference: 0.01}
guardrails:
  - {name: p99, query: q, above: 0.8, breaches: 2, last: 4}
  - {name: up, query: u, below: 1}
""").judging()

    latency, errors = found.metrics
    assert (latency.kind, latency.direction, latency.weight) == (MetricKind.GAUGE, Direction.EITHER, 2)
    assert (latency.is_critical, latency.effects, latency.enough) == (True, Effects(1.01, 1.1), 30)
    assert (errors.is_required, errors.is_dry_run) == (False, True)
    assert errors.effects == Effects(1.1, 2, 0.001, 0.01)
    assert found.guardrails == (Guardrail("p99", 0.8, True, 2, 4), Guardrail("up", 1, is_upper=False))
    assert (found.alpha, found.passing, found.marginal, found.least_coverage) == (0.001, 90, 60.5, 0.5)
    assert (found.warm_up, dict(found.group_weights)) == (4, {"speed": 3})


@pytest.mark.parametrize(
    ("text", "code", "at"),
    [
        ("buckets: 3\n", "analysis.empty", "1:1"),
        ("metrics: [{name: e, kind: ratio, canary: a, baseline: b}]\n", "analysis.trials", "3:27"),
        (
            "metrics: [{name: e, kind: count, canary: a, baseline: b, canary_exposure: c}]\n",
            "analysis.exposure",
            "3:27",
        ),
        (
            "metrics: [{name: e, kind: gauge, canary: a, baseline: b, canary_exposure: c, baseline_exposure: d}]\n",
            "analysis.exposure",
            "3:27",
        ),
        (
            "metrics: [{name: e, kind: gauge, canary: a, baseline: b, warn: 1.2}]\n",
            "analysis.effects",
            "3:64",
        ),
        (
            "metrics: [{name: e, kind: gauge, canary: a, baseline: b, warn: 2, fail: 1.5}]\n",
            "analysis.effects",
            "3:64",
        ),
        (
            "metrics: [{name: e, kind: gauge, canary: a, baseline: b, warn: 1e3, fail: 5}]\n",
            "number.range",
            "3:64",
        ),
        (
            "metrics: [{name: e, kind: gauge, canary: a, baseline: b, warn: much, fail: 5}]\n",
            "type.expected_number",
            "3:64",
        ),
        ("guardrails: [{name: g, query: q}]\n", "analysis.limit", "3:14"),
        ("guardrails: [{name: g, query: q, above: 1, below: 2}]\n", "analysis.limit", "3:41"),
        ("guardrails: [{name: g, query: q, above: 1, breaches: 6}]\n", "analysis.limit", "3:54"),
        (GAUGE + "buckets: 5\nwarm_up: 5\n", "analysis.warm_up", "5:10"),
        (GAUGE + "marginal: 96\n", "analysis.score", "4:11"),
        (GAUGE + "group_weights: {sped: 2}\n", "analysis.group", "4:16"),
        (
            GAUGE + "guardrails: [{name: Latency, query: q, above: 1}]\n",
            "name.confusable",
            "4:21",
        ),
    ],
)
def test_analysis__that_cannot_be__is_refused_with_its_place(text: str, code: str, at: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parsed(text)
    assert (refusal.value.code, refusal.value.at) == (code, at)


@pytest.mark.parametrize("url", ["ftp://x", "http://user:word@x", "http://x/?a=1", "prometheus"])
def test_source__address_that_is_none__is_refused(url: str) -> None:
    with pytest.raises(Invalid):
        read(load_yaml((HEAD + GAUGE).replace("http://prometheus:9090", url).encode()), CanaryAnalysis)
