"""The five figures, first on the worked example, then case by case."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from rightaway.domain.dora import History, measure
from rightaway.domain.dora_facts import (
    ChangeFact,
    DeploymentFact,
    IncidentFact,
    RemediationFact,
    Window,
)

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
NOW = datetime(2026, 3, 12, tzinfo=UTC)
WINDOW = Window(NOW - 10 * DAY, NOW)
MONDAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(text, day=4):
    hour, minute = map(int, text.split(":"))
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def deployment(name, finished_at=NOW - 5 * DAY, **values):
    times = {"started_at": finished_at - MINUTE, "first_exposure_at": finished_at}
    return DeploymentFact(name, **{**times, "finished_at": finished_at, "result": "succeeded", **values})


def figures(*deployments, window=WINDOW, now=NOW, zone=None, changes=(), incidents=(), remediations=()):
    history = History(deployments, tuple(changes), tuple(incidents), tuple(remediations))
    return measure(history, window, now=now, zone=zone)


@pytest.fixture(scope="module")
def example():
    """Source: the worked example of execution design 5.6."""
    return figures(
        deployment("D1", at("08:00")),
        deployment("D2", at("09:55"), started_at=at("09:45"), first_exposure_at=at("09:50")),
        deployment(
            "D3",
            at("14:03"),
            started_at=at("13:58"),
            first_exposure_at=at("14:00"),
            result="backed_out",
        ),
        deployment("D4", at("10:50"), started_at=at("10:40"), intent="hotfix", repairs="D2"),
        deployment("D5", NOW - 2 * HOUR),
        incidents=[
            IncidentFact("I1", at("10:00"), at("10:30"), caused_by="D2", confirmed=True),
            IncidentFact("I2", at("10:10"), at("11:00"), caused_by="D2", confirmed=True),
        ],
        remediations=[
            RemediationFact("D2", "hotfix", at("10:50")),
            RemediationFact("D3", "backout", at("14:04")),
        ],
    )


def test_example__fail_rate__counts_deployments_not_incidents(example):
    rate = example.fail_rate

    assert (rate.rate, rate.n, rate.failed) == (0.4, 5, ("D2", "D3"))
    assert (rate.low, rate.high, rate.provisional) == (0.4, 0.4, 1)


def test_example__recovery__is_the_median_of_the_earliest_restorations(example):
    assert (example.recovery.p50, example.recovery.n) == (32 * MINUTE, 2)
    assert example.recovery.still_open == 0


def test_example__rework__is_the_hotfix(example):
    assert (example.rework.rate, example.rework.n, example.rework.rework) == (0.2, 5, ("D4",))


def test_example__frequency__counts_what_succeeded(example):
    assert (example.frequency.per_day, example.frequency.n) == (0.4, 4)


def test_measure__nothing_recorded__no_figure_is_zero():
    found = figures()

    assert found.frequency.per_day is None
    assert found.lead_time.p50 is None
    assert found.fail_rate.rate is found.fail_rate.low is found.fail_rate.high is None
    assert found.recovery.p50 is None
    assert found.rework.rate is None


def test_frequency__quiet_window_of_a_service_in_use__is_a_true_zero():
    found = figures(deployment("D1", NOW - 40 * DAY))

    assert found.frequency.per_day == 0
    assert found.fail_rate.rate is None


@pytest.mark.parametrize(
    "values",
    [
        {"result": "running", "finished_at": None},
        {"result": "rejected"},
        {"result": "cancelled"},
        {"result": "aborted", "first_exposure_at": None},
        {"targets_changed": 0},
        {"same_content": True},
        {"intent": "drill"},
        {"intent": "back_out"},
    ],
    ids=str,
)
def test_counting__what_is_no_deployment__is_not_counted(values):
    found = figures(deployment("D1"), replace(deployment("D2"), **values))

    assert found.fail_rate.n == 1


def test_counting__aborted_after_users_met_it__counts_as_failed_when_degraded():
    found = figures(deployment("D1", result="aborted", left_degraded=True))

    assert found.fail_rate.rate == 1


def test_counting__the_window__takes_its_start_and_leaves_its_end():
    inside = figures(deployment("D1", WINDOW.start), deployment("D2", WINDOW.end))

    assert inside.frequency.n == 1


@pytest.mark.parametrize(
    "other", [deployment("D1", WINDOW.end), deployment("D1", intent="drill")], ids=["later", "drill"]
)
def test_frequency__nothing_that_counts_until_the_end_of_the_window__has_no_figure(other):
    assert figures(other).frequency.per_day is None


def test_frequency__weeks__include_empty_ones_and_drop_incomplete_ones():
    window = Window(MONDAY - 21 * DAY, MONDAY + 3 * DAY)
    days = [MONDAY - 20 * DAY, MONDAY - 19 * DAY, MONDAY - 19 * DAY, MONDAY - 6 * DAY, MONDAY, MONDAY + DAY]
    found = figures(*(deployment(f"D{i}", day + HOUR) for i, day in enumerate(days)), window=window)

    assert found.frequency.days_per_week == 1  # weeks of 2, 0 and 1 days; the last one is incomplete


def test_frequency__days__are_those_of_the_service():
    window = Window(MONDAY - HOUR, MONDAY + 7 * DAY - HOUR)
    moments = [MONDAY + 22 * HOUR, MONDAY + 23 * HOUR + 30 * MINUTE]

    def days(zone):
        return figures(
            *(deployment(f"D{i}", moment) for i, moment in enumerate(moments)), window=window, zone=zone
        ).frequency.days_per_week

    assert days(ZoneInfo("Europe/Berlin")) == 2
    assert days(UTC) is None  # no whole week in UTC


def test_lead_time__first_success__counts_from_the_commit():
    found = figures(
        deployment("D1", NOW - 5 * DAY, result="backed_out"),
        deployment("D2", NOW - 4 * DAY),
        deployment("D3", NOW - 3 * DAY),
        changes=[ChangeFact("C1", ("D1", "D2", "D3"), committed_at=NOW - 6 * DAY)],
    )

    assert (found.lead_time.p50, found.lead_time.n) == (2 * DAY, 1)


def test_lead_time__deployed_before_the_window__is_not_counted_again():
    found = figures(
        deployment("D1", NOW - 15 * DAY),
        deployment("D2"),
        changes=[ChangeFact("C1", ("D1", "D2"), committed_at=NOW - 20 * DAY)],
    )

    assert found.lead_time.n == 0


def test_lead_time__several__are_interpolated():
    ages = [1, 2, 3, 10]
    found = figures(
        deployment("D1"),
        changes=[ChangeFact(f"C{a}", ("D1",), committed_at=NOW - 5 * DAY - a * DAY) for a in ages],
    )

    assert (found.lead_time.p50, found.lead_time.p75) == (2.5 * DAY, 4.75 * DAY)


def test_lead_time__committed_after_the_deployment__excluded_and_counted():
    found = figures(deployment("D1"), changes=[ChangeFact("C1", ("D1",), committed_at=NOW - 5 * DAY)])

    assert (found.lead_time.p50, found.lead_time.n, found.lead_time.excluded) == (None, 0, 1)


def test_lead_time__no_commits__is_a_series_of_its_own():
    found = figures(deployment("D1"), changes=[ChangeFact("C1", ("D1",), approved_at=NOW - 7 * DAY)])

    assert found.lead_time.n == 0
    assert found.lead_time_without_commits.p50 == 2 * DAY


def test_lead_time__deployed_again_after_a_failure__keeps_its_date_and_is_marked():
    found = figures(
        deployment("D1", NOW - 5 * DAY),
        deployment("D2", NOW - 4 * DAY, intent="hotfix", repairs="D1"),
        changes=[ChangeFact("C1", ("D1", "D2"), committed_at=NOW - 6 * DAY)],
    )

    assert (found.lead_time.p50, found.lead_time.bounced) == (DAY, 1)


@pytest.mark.parametrize(("carried", "repaired"), [(("D1",), "D1"), (("D1", "D2"), "")])
def test_lead_time__not_both_failed_and_deployed_again__is_not_marked(carried, repaired):
    found = figures(
        deployment("D1", NOW - 5 * DAY),
        deployment("D2", NOW - 4 * DAY, repairs=repaired),
        changes=[ChangeFact("C1", carried, committed_at=NOW - 6 * DAY)],
    )

    assert (found.lead_time.n, found.lead_time.bounced) == (1, 0)


def incident(detected_at, caused_by="D1", **values):
    return IncidentFact("I1", detected_at, **{"caused_by": caused_by, "confirmed": True, **values})


@pytest.mark.parametrize(
    ("event", "failed"),
    [
        (incident(NOW - 5 * DAY + HOUR), True),
        (incident(NOW - 5 * DAY), True),
        (incident(NOW - 5 * DAY + 72 * HOUR), True),
        (incident(NOW - 5 * DAY + 73 * HOUR), False),
        (incident(NOW - 5 * DAY - MINUTE), False),
        (incident(NOW - 5 * DAY + HOUR, confirmed=False), False),
        (incident(NOW - 5 * DAY + HOUR, needed_intervention=False), False),
        (incident(NOW - 5 * DAY + HOUR, caused_by="D9"), False),
    ],
    ids=[
        "confirmed",
        "first moment",
        "last moment",
        "too late",
        "before",
        "unconfirmed",
        "harmless",
        "another",
    ],
)
def test_fail_rate__incident__counts_only_when_laid_to_the_deployment(event, failed):
    assert figures(deployment("D1"), incidents=[event]).fail_rate.rate == failed


def test_fail_rate__next_deployment__takes_over():
    found = figures(
        deployment("D1", NOW - 5 * DAY),
        deployment("D2", NOW - 5 * DAY + HOUR),
        incidents=[incident(NOW - 5 * DAY + 2 * HOUR)],
    )

    assert found.fail_rate.failed == ()


def test_fail_rate__stopped_before_any_user__is_kept_apart():
    found = figures(deployment("D1", result="backed_out", first_exposure_at=None), deployment("D2"))

    assert (found.fail_rate.rate, found.fail_rate.exposed_rate) == (0.5, 0)


def test_fail_rate__young_deployment_beside_an_open_incident__is_in_doubt():
    found = figures(
        deployment("D1", NOW - 2 * HOUR),
        incidents=[IncidentFact("I1", NOW - HOUR)],
    )

    rate = found.fail_rate
    assert (rate.rate, rate.low, rate.high, rate.provisional) == (0, 0, 1, 1)


@pytest.mark.parametrize(
    ("event", "in_doubt"),
    [
        (IncidentFact("I1", NOW - 2 * HOUR), True),
        (IncidentFact("I1", NOW - 3 * HOUR), False),
        (IncidentFact("I1", NOW - HOUR, resolved_at=NOW), False),
        (IncidentFact("I1", NOW - HOUR, caused_by="D9"), False),
    ],
    ids=["at once", "before", "resolved", "of another"],
)
def test_fail_rate__young_deployment__is_in_doubt_only_beside_an_open_unexplained_incident(event, in_doubt):
    found = figures(deployment("D1", NOW - 2 * HOUR), incidents=[event])

    assert found.fail_rate.high == in_doubt


@pytest.mark.parametrize(("age", "provisional"), [(72 * HOUR - MINUTE, 1), (72 * HOUR, 0)])
def test_fail_rate__deployment__is_provisional_while_it_may_still_be_blamed(age, provisional):
    assert figures(deployment("D1", NOW - age)).fail_rate.provisional == provisional


@pytest.mark.parametrize(("after", "failed"), [(72 * HOUR, ("D1",)), (72 * HOUR + MINUTE, ())])
def test_fail_rate__repaired_by_a_hotfix__counts_within_the_time(after, failed):
    first = deployment("D1", NOW - 5 * DAY)
    repair = deployment("D2", NOW - DAY, started_at=NOW - 5 * DAY + after, intent="hotfix", repairs="D1")

    assert figures(first, repair).fail_rate.failed == failed


def test_fail_rate__old_deployment_beside_an_open_incident__is_not():
    found = figures(deployment("D1"), incidents=[IncidentFact("I1", NOW - HOUR)])

    assert (found.fail_rate.high, found.fail_rate.provisional) == (0, 0)


def backed_out(name, exposed_at, **values):
    return deployment(name, exposed_at + MINUTE, result="backed_out", first_exposure_at=exposed_at, **values)


def test_recovery__backed_out_in_seconds__stays_seconds():
    start = NOW - DAY
    found = figures(
        backed_out("D1", start),
        remediations=[RemediationFact("D1", "backout", start + timedelta(seconds=40))],
    )

    assert found.recovery.p50 == timedelta(seconds=40)


def test_recovery__confirmed_impact__is_the_start():
    start = NOW - DAY
    found = figures(
        backed_out("D1", start, first_impact_at=start + 5 * MINUTE),
        remediations=[RemediationFact("D1", "backout", start + 9 * MINUTE)],
    )

    assert found.recovery.p50 == 4 * MINUTE


def test_recovery__several_incidents__end_with_the_last_and_prefer_restoration():
    start = NOW - 5 * DAY
    found = figures(
        deployment("D1", start),
        incidents=[
            incident(start + MINUTE, resolved_at=start + 10 * MINUTE),
            incident(start + MINUTE, resolved_at=start + 5 * HOUR, restored_at=start + 30 * MINUTE),
        ],
    )

    assert found.recovery.p50 == 30 * MINUTE


def test_recovery__one_incident_still_open__the_failure_is_open():
    start = NOW - 5 * DAY
    found = figures(
        deployment("D1", start),
        incidents=[incident(start + MINUTE, resolved_at=start + HOUR), incident(start + MINUTE)],
    )

    assert (found.recovery.p50, found.recovery.n, found.recovery.still_open) == (None, 0, 1)


def test_recovery__many_still_open__uses_the_survival_estimate():
    starts = [NOW - (i + 1) * DAY for i in range(5)]
    found = figures(
        *(backed_out(f"D{i}", start) for i, start in enumerate(starts)),
        remediations=[RemediationFact(f"D{i}", "backout", starts[i] + (i + 1) * HOUR) for i in range(3)],
    )

    assert (found.recovery.p50, found.recovery.p90) == (3 * HOUR, None)  # 3 of 5 ended, after 1, 2, 3 hours


def test_recovery__few_still_open__are_left_out_and_counted():
    starts = [NOW - (i + 1) * DAY for i in range(6)]
    found = figures(
        *(backed_out(f"D{i}", start) for i, start in enumerate(starts)),
        remediations=[RemediationFact(f"D{i}", "backout", starts[i] + HOUR) for i in range(5)],
    )

    assert (found.recovery.p50, found.recovery.n, found.recovery.still_open) == (HOUR, 5, 1)


def test_recovery__one_in_five_still_open__is_many():
    starts = [NOW - (i + 1) * DAY for i in range(5)]
    found = figures(
        *(backed_out(f"D{i}", start) for i, start in enumerate(starts)),
        remediations=[RemediationFact(f"D{i}", "backout", starts[i] + (i + 1) * HOUR) for i in range(4)],
    )

    assert found.recovery.p50 == 3 * HOUR  # interpolation over the 4 closed ones would say 2.5


@pytest.mark.parametrize(("after", "took"), [(timedelta(), timedelta()), (DAY, DAY), (DAY + MINUTE, None)])
def test_recovery__restored_between_start_and_now__counts(after, took):
    start = NOW - DAY
    found = figures(backed_out("D1", start), remediations=[RemediationFact("D1", "backout", start + after)])

    assert found.recovery.p50 == took


def test_recovery__no_user_met_it__has_no_time():
    found = figures(deployment("D1", result="backed_out", first_exposure_at=None))

    assert (found.recovery.p50, found.recovery.unmeasured) == (None, 1)


@pytest.mark.parametrize(
    ("values", "rework"),
    [
        ({"intent": "hotfix"}, True),
        ({"on_calendar": False, "defect": True}, True),
        ({"on_calendar": True, "defect": True}, False),
        ({"on_calendar": False}, False),
        ({"intent": "back_out"}, True),
    ],
    ids=str,
)
def test_rework__unplanned_for_a_defect__counts(values, rework):
    assert figures(deployment("D1", **values)).rework.rate == rework


def test_rework__emergency_without_a_defect__is_shown_not_counted():
    found = figures(deployment("D1", emergency=True, on_calendar=False))

    assert (found.rework.rate, found.rework.unclassified) == (0, ("D1",))


@pytest.mark.parametrize(
    "values",
    [{"emergency": True, "intent": "hotfix"}, {"emergency": True, "defect": True}, {"emergency": False}],
    ids=str,
)
def test_rework__everything_else__is_classified(values):
    assert figures(deployment("D1", **values)).rework.unclassified == ()


def test_rework__back_out_that_touched_nothing__is_no_run():
    assert figures(deployment("D1", intent="back_out", targets_changed=0)).rework.rate is None


def test_rework__older_than_half_a_year__is_left_out():
    found = figures(deployment("D1", NOW - 181 * DAY, intent="back_out"), deployment("D2"))

    assert (found.rework.rate, found.rework.n) == (0, 1)


def test_rework__looks_back_half_a_year():
    found = figures(deployment("D1", NOW - 170 * DAY, intent="hotfix"), deployment("D2"))

    assert (found.rework.rate, found.rework.n) == (0.5, 2)
