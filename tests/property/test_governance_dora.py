"""What must hold for the figures of any history."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from rightaway.domain.dora import History, measure
from rightaway.domain.dora_facts import ChangeFact, DeploymentFact, IncidentFact, RemediationFact, Window
from rightaway.domain.dora_statistics import quantile, survival_quantile

NOW = datetime(2026, 3, 12, tzinfo=UTC)
WINDOW = Window(NOW - timedelta(days=90), NOW)
RESULTS = ["succeeded", "succeeded_partial", "failed", "backed_out", "aborted", "rejected", "running"]
IDS = [f"D{i}" for i in range(6)]

moments = st.integers(0, 120 * 24).map(lambda hours: NOW - timedelta(hours=hours))
maybe = moments | st.none()
spans = st.timedeltas(timedelta(0), timedelta(days=30))


@st.composite
def deployments(draw):
    start = draw(moments)
    exposed = start + draw(st.timedeltas(timedelta(0), timedelta(hours=2)))
    return DeploymentFact(
        id="",
        started_at=start,
        finished_at=draw(st.sampled_from([exposed, exposed + timedelta(hours=1)])),
        result=draw(st.sampled_from(RESULTS)),
        intent=draw(st.sampled_from(["planned", "hotfix", "redeploy", "back_out", "drill"])),
        targets_changed=draw(st.integers(0, 3)),
        first_exposure_at=draw(st.sampled_from([exposed, None])),
        left_degraded=draw(st.booleans()),
        repairs=draw(st.sampled_from(["", *IDS])),
        on_calendar=draw(st.booleans()),
        defect=draw(st.booleans()),
        emergency=draw(st.booleans()),
    )


def _named(runs):
    return tuple(
        DeploymentFact(**{name: getattr(run, name) for name in run.__slots__} | {"id": f"D{index}"})
        for index, run in enumerate(runs)
    )


histories = st.builds(
    History,
    deployments=st.lists(deployments(), max_size=6).map(_named),
    changes=st.lists(
        st.builds(
            ChangeFact,
            id=st.just("C"),
            deployments=st.lists(st.sampled_from(IDS), unique=True).map(tuple),
            committed_at=maybe,
            approved_at=maybe,
        ),
        max_size=5,
    ).map(tuple),
    incidents=st.lists(
        st.builds(
            IncidentFact,
            id=st.just("I"),
            detected_at=moments,
            resolved_at=maybe,
            caused_by=st.sampled_from(["", *IDS]),
            confirmed=st.booleans(),
        ),
        max_size=5,
    ).map(tuple),
    remediations=st.lists(
        st.builds(
            RemediationFact, deployment=st.sampled_from(IDS), kind=st.just("backout"), verified_at=moments
        ),
        max_size=5,
    ).map(tuple),
)


@given(histories)
def test_rates__any_history__lie_between_none_and_all(history):
    found = measure(history, WINDOW, now=NOW)

    for rate, n in ((found.fail_rate.rate, found.fail_rate.n), (found.rework.rate, found.rework.n)):
        assert (rate is None) is (n == 0)
        assert rate is None or 0 <= rate <= 1


@given(histories)
def test_fail_rate__any_history__is_bounded_by_low_and_high(history):
    rate = measure(history, WINDOW, now=NOW).fail_rate

    if rate.rate is not None:
        assert 0 <= rate.exposed_rate <= rate.rate
        assert rate.low <= rate.rate <= rate.high <= 1
        assert len(set(rate.failed)) == len(rate.failed) <= rate.n


@given(histories)
def test_times__any_history__are_never_negative_and_ordered(history):
    found = measure(history, WINDOW, now=NOW)

    for series in (found.lead_time, found.lead_time_without_commits):
        assert (series.p50 is None) is (series.n == 0)
        assert series.p50 is None or timedelta() < series.p50 <= series.p75 <= series.p90
    if found.recovery.p50 is not None:
        assert timedelta() <= found.recovery.p50
        assert found.recovery.p90 is None or found.recovery.p50 <= found.recovery.p90


@given(histories)
def test_recovery__any_history__accounts_for_every_failure(history):
    found = measure(history, WINDOW, now=NOW)

    recovery = found.recovery
    assert recovery.n + recovery.still_open + recovery.unmeasured == len(found.fail_rate.failed)


@given(histories)
def test_frequency__any_history__counts_no_more_than_there_were(history):
    found = measure(history, WINDOW, now=NOW)

    assert found.frequency.n <= found.fail_rate.n
    assert found.frequency.days_per_week is None or 0 <= found.frequency.days_per_week <= 7


@given(histories, st.randoms())
def test_measure__order_of_the_records__does_not_matter(history, random):
    shuffled = History(
        *(
            tuple(random.sample(part, len(part)))
            for part in (history.deployments, history.changes, history.incidents, history.remediations)
        )
    )

    one, other = measure(history, WINDOW, now=NOW), measure(shuffled, WINDOW, now=NOW)

    assert set(one.fail_rate.failed) == set(other.fail_rate.failed)
    assert (one.lead_time, one.recovery, one.frequency) == (other.lead_time, other.recovery, other.frequency)


@given(st.lists(spans, min_size=1), st.sampled_from([0.0, 0.5, 0.9, 1.0]))
def test_quantile__any_values__lies_between_the_least_and_the_greatest(values, share):
    assert min(values) <= quantile(values, share) <= max(values)


@given(st.lists(spans, min_size=1), st.lists(spans))
def test_survival__more_still_running__never_ends_sooner(ended, running):
    alone, beside = survival_quantile(ended, [], 0.5), survival_quantile(ended, running, 0.5)

    assert alone in ended
    assert beside is None or beside >= alone
