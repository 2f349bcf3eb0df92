"""Plots as data: gaps stay gaps, and the table says the same as the picture."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from rightaway.domain.dora import History
from rightaway.domain.dora_facts import DeploymentFact
from rightaway.queries import metrics
from rightaway.web import plots

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def deployed(days_ago: int) -> DeploymentFact:
    at = NOW - timedelta(days=days_ago)
    return DeploymentFact(
        id=f"DEP-{days_ago}",
        started_at=at - timedelta(minutes=5),
        finished_at=at,
        result="succeeded",
        intent="planned",
        targets_changed=2,
        first_exposure_at=at,
    )


def test_trend__of_a_period__has_whole_steps_that_meet_and_end_now() -> None:
    points = metrics.trend(History(), days=30, step_days=7, now=NOW)
    starts = [start for start, _ in points]
    assert starts[-1] == NOW - timedelta(days=7)
    assert {later - start for start, later in pairwise(starts)} == {timedelta(days=7)}
    assert len(points) == 5


def test_trend__counts_each_deployment_in_one_step() -> None:
    known = History(deployments=(deployed(0), deployed(7), deployed(8), deployed(20)))
    points = metrics.trend(known, days=28, step_days=7, now=NOW)
    assert [found.frequency.n for _, found in points] == [0, 1, 1, 2]


def test_plots__of_no_data__have_gaps_and_never_zero() -> None:
    found = plots.of_dora(metrics.trend(History(), days=14, step_days=7, now=NOW))
    assert [one.id for one in found] == [
        "plot-frequency",
        "plot-lead-time",
        "plot-fail-rate",
        "plot-recovery",
        "plot-rework",
    ]
    rates = next(one for one in found if one.id == "plot-fail-rate")
    assert rates.data["series"] == [{"name": "failed", "values": [None, None]}]
    assert [values for _, values in rates.rows] == [["no data"], ["no data"]]
