"""Each indicator on a handful of records whose figures can be computed by hand, and on none."""

from datetime import UTC, datetime, timedelta

import pytest

from rightaway.domain.errors import Invalid
from rightaway.domain.indicator_definitions import DEFINITIONS
from rightaway.domain.indicator_facts import (
    Answer,
    Counted,
    Downtime,
    EarlyIncident,
    Ended,
    Items,
    Owed,
    Rated,
    Recorded,
    Run,
    Spent,
    Stay,
    Stopped,
    Trained,
    Waived,
    period,
)
from rightaway.domain.indicator_figures import NAMED, Figure, Indicator, Unit
from rightaway.domain.indicators import COMPUTED, measure

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
ENDED = (
    Ended("R1", "minor", "success", "successful"),
    Ended("R2", "minor", "success_with_issues", "successful_with_problems"),
    Ended("R3", "emergency", "backed_out", "failed_backed_out"),
    Ended("R4", "major", "partially_backed_out", "partially_implemented"),
    Ended("R5", "major", "abandoned", "rejected"),
    Ended("R6", "minor", "abandoned", "superseded"),
)


def indicator(key: str, known: Recorded) -> Indicator:
    return next(one for one in measure(known) if one.key == key)


def whole(key: str, known: Recorded) -> Figure:
    return indicator(key, known).whole


def part(key: str, known: Recorded, name: str, group: str = "") -> Figure:
    return next(one for one in indicator(key, known).parts if (one.group, one.name) == (group, name))


def quotient(found: Figure) -> tuple[float, float]:
    return found.numerator, found.denominator


def run(release: str, begin: timedelta, end: timedelta, **values: float | bool) -> Run:
    """Give a run planned from noon to two o'clock."""
    return Run(release, NOON, NOON + 2 * HOUR, NOON + begin, NOON + end, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", COMPUTED)
def test_indicator__of_nothing__has_no_value_and_no_records(key: str) -> None:
    found = indicator(key, Recorded())
    assert [one.value for one in (found.whole, *found.parts) if one.value is not None] == []
    assert found.whole.basis == Counted()


def test_definitions__are_of_what_is_computed() -> None:
    assert list(DEFINITIONS) == list(COMPUTED) == [f"K{number:02}" for number in range(5, 23)]


def test_success__counts_what_was_carried_out_by_closure_code() -> None:
    known = Recorded(ended=ENDED)
    assert quotient(whole("K05", known)) == (1, 4)
    assert whole("K05", known).value == 0.25
    assert whole("K05", known).basis == Counted(4, ("R1", "R2", "R3", "R4"))
    assert quotient(part("K05", known, "failed_backed_out")) == (1, 4)
    assert {one.name for one in indicator("K05", known).parts}.isdisjoint({"rejected", "withdrawn"})


def test_backed_out__tells_total_from_partial() -> None:
    known = Recorded(ended=ENDED)
    assert quotient(whole("K06", known)) == (2, 4)
    assert part("K06", known, "backed_out").counted.numbers == ("R3",)
    assert part("K06", known, "partially_backed_out").counted.numbers == ("R4",)


def test_punctuality__a_quarter_of_an_hour_is_on_time_and_overrun_is_of_those_that_overran() -> None:
    known = Recorded(
        runs=(
            run("R1", 15 * MINUTE, 2 * HOUR),
            run("R2", 16 * MINUTE, 2 * HOUR + 10 * MINUTE),
            run("R3", -MINUTE, 2 * HOUR + 50 * MINUTE),
            Run("R4", None, None, NOON, NOON + HOUR),
        )
    )
    assert quotient(whole("K07", known)) == (2, 3)
    assert whole("K07", known).counted.numbers == ("R1", "R3")
    assert quotient(part("K07", known, "on_time_finish")) == (1, 3)
    assert part("K07", known, "window_overrun").value == 30
    assert part("K07", known, "window_overrun").counted.numbers == ("R2", "R3")


def test_punctuality__nobody_overran__overrun_has_no_value() -> None:
    known = Recorded(runs=(run("R1", MINUTE, HOUR),))
    assert part("K07", known, "window_overrun").value is None


STAYS = (
    Stay("R1", "assess", 1, 100, 0),
    Stay("R1", "build_test", 3, 600, 300),
    Stay("R2", "assess", 2, 300, 100),
)


def test_rework__is_every_stay_after_the_first() -> None:
    known = Recorded(ended=ENDED[:2], stays=STAYS)
    assert quotient(whole("K08", known)) == (3, 2)
    assert whole("K08", known).unit is Unit.PER_RELEASE
    assert quotient(part("K08", known, "build_test")) == (2, 2)
    assert part("K08", known, "assess").counted.numbers == ("R2",)


def test_rework__none__is_zero_per_release_and_not_no_data() -> None:
    known = Recorded(ended=ENDED[:1], stays=STAYS[:1])
    assert whole("K08", known).value == 0
    assert indicator("K08", known).parts == ()


def test_phase_times__median_by_phase_and_the_share_that_waited() -> None:
    known = Recorded(stays=STAYS)
    assert quotient(whole("K09", known)) == (400, 1000)
    assert part("K09", known, "assess", "time").value == 200
    assert part("K09", known, "assess", "waiting").value == 0.25
    assert part("K09", known, "build_test", "waiting").value == 0.5


def test_approval_times__median_by_approval_and_by_role_of_the_voters() -> None:
    known = Recorded(
        decisions=(
            Answer("R1", "plan_design", 60),
            Answer("R2", "plan_design", 180),
            Answer("R1", "deployment", 900),
        ),
        votes=(
            Answer("R1", "plan_design", 30, "change_manager"),
            Answer("R2", "plan_design", 90, "change_manager"),
        ),
    )
    assert whole("K10", known).value == 180
    assert part("K10", known, "plan_design", "approval").value == 120
    assert part("K10", known, "deployment", "approval").basis.numbers == ("R1",)
    assert part("K10", known, "change_manager", "voters").value == 60


def test_early_incidents__per_watched_release_by_severity() -> None:
    known = Recorded(
        ended=ENDED,
        watched=("R1", "R2"),
        incidents=(EarlyIncident("I1", "R1", 1), EarlyIncident("I2", "R1", 3), EarlyIncident("I3", "R2", 3)),
    )
    assert quotient(whole("K11", known)) == (3, 2)
    assert whole("K11", known).counted.numbers == ("I1", "I2", "I3")
    assert quotient(part("K11", known, "3", "severity")) == (2, 2)
    assert part("K11", known, "4", "severity").value == 0


def test_downtime__actual_to_planned_and_how_many_took_longer() -> None:
    known = Recorded(downtimes=(Downtime("O1", 100, 50), Downtime("O2", 100, 250)))
    assert whole("K12", known).value == 1.5
    assert part("K12", known, "longer_than_planned").counted.numbers == ("O2",)


def test_estimates__too_much_and_too_little_do_not_cancel_each_other() -> None:
    known = Recorded(
        runs=(run("R1", timedelta(), HOUR), run("R2", timedelta(), 3 * HOUR)),
        spent=(Spent("R1", (100, 120), (60, 30)), Spent("R2", (200, 120)), Spent("R3", (0, 5))),
    )
    assert whole("K13", known).value == 0.5
    assert quotient(whole("K13", known)) == (4 * 3600, 4 * 3600)
    assert part("K13", known, "cost").value == pytest.approx(0.3)
    assert quotient(part("K13", known, "cost")) == (240, 300)
    assert part("K13", known, "cost").basis.numbers == ("R1", "R2")
    assert part("K13", known, "effort").value == 0.5


def test_emergencies__share_of_all_and_late_of_those_that_owe() -> None:
    known = Recorded(ended=ENDED, owed=(Owed("R3", is_late=True), Owed("R7", is_late=False)))
    assert quotient(whole("K14", known)) == (1, 6)
    assert quotient(part("K14", known, "late_paperwork")) == (1, 2)


def test_emergencies__none_owed__late_has_no_value() -> None:
    assert part("K14", Recorded(ended=ENDED[:1]), "late_paperwork").value is None


def test_unauthorised__of_the_changes_that_the_database_counted() -> None:
    known = Recorded(changes=Counted(40, ("C1",)), unauthorised=Counted(2, ("C7", "C9")))
    assert whole("K15", known).value == 0.05
    assert whole("K15", known).counted.numbers == ("C7", "C9")


def test_given_up__superseded_is_beside_rejected_and_withdrawn() -> None:
    known = Recorded(ended=ENDED)
    assert quotient(whole("K16", known)) == (1, 6)
    assert quotient(part("K16", known, "superseded")) == (1, 6)
    assert quotient(part("K16", known, "withdrawn")) == (0, 6)


def test_accuracy__is_of_items_and_names_the_releases_without_a_mismatch() -> None:
    known = Recorded(items=(Items("R1", 3, 3), Items("R2", 5, 3)))
    assert whole("K17", known).value == 0.75
    assert whole("K17", known).counted.numbers == ("R1",)


def test_rehearsals__coverage_and_how_well_they_foretold() -> None:
    known = Recorded(
        runs=(
            run("R1", MINUTE, HOUR, is_rehearsed=True, rehearsed_s=10.0, back_s=15.0),
            run("R2", MINUTE, HOUR, is_rehearsed=True, rehearsed_s=10.0),
            run("R3", MINUTE, HOUR),
        )
    )
    assert quotient(whole("K18", known)) == (2, 3)
    assert part("K18", known, "prediction_error").value == 0.5
    assert part("K18", known, "prediction_error").basis.numbers == ("R1",)


def test_waivers__per_ended_release_and_the_share_that_failed() -> None:
    known = Recorded(
        ended=ENDED[:4], waived=(Waived("R1", 2, has_failed=False), Waived("R3", 1, has_failed=True))
    )
    assert whole("K19", known).value == 0.75
    assert quotient(part("K19", known, "failed_later")) == (1, 2)


def test_training__trained_of_named_and_misuse_for_each_release() -> None:
    known = Recorded(ended=ENDED[:2], trained=(Trained("R1", 10, 9), Trained("R2", 10, 0)), misuse=("INC-1",))
    assert whole("K20", known).value == 0.45
    assert whole("K20", known).counted.numbers == ("R1",)
    assert part("K20", known, "misuse").value == 0.5
    assert part("K20", known, "misuse").counted.numbers == ("INC-1",)


def test_satisfaction__mean_and_share_of_each_mark() -> None:
    known = Recorded(rated=(Rated("R1", 5), Rated("R1", 4), Rated("R2", 1), Rated("R2", 4)))
    assert whole("K21", known).value == 3.5
    assert part("K21", known, "4", "mark").value == 0.5
    assert part("K21", known, "1", "mark").counted.numbers == ("R2",)


def test_gates__caught_of_those_they_stopped() -> None:
    known = Recorded(stopped=(Stopped("R1", has_caught=True), Stopped("R2", has_caught=False)))
    assert whole("K22", known).value == 0.5
    assert whole("K22", known).counted.numbers == ("R1",)


def test_records__are_bounded_and_counted_in_full() -> None:
    many = tuple(Ended(f"R{number:03}", "minor", "success", "successful") for number in range(50, 0, -1))
    basis = whole("K05", Recorded(ended=many)).basis
    assert (basis.count, len(basis.numbers), basis.numbers[0]) == (50, NAMED, "R001")


def test_period__nothing_said__ninety_days_until_now() -> None:
    found = period(None, None, now=NOON)
    assert (found.start, found.end) == (NOON - timedelta(days=90), NOON)


@pytest.mark.parametrize(
    ("since", "code"),
    [(NOON, "period.order"), (NOON + HOUR, "period.order"), (NOON - timedelta(days=732), "period.long")],
)
def test_period__that_cannot_be_measured__refused(since: datetime, code: str) -> None:
    with pytest.raises(Invalid) as refusal:
        period(since, NOON, now=NOON)
    assert (refusal.value.code, refusal.value.at) == (code, "since")


def test_period__of_two_years__accepted() -> None:
    found = period(NOON - timedelta(days=731), NOON, now=NOON)
    assert found.length == timedelta(days=731)
