"""When a deployment will be done: never invented, and right about parallel work, baking, waiting and going back."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rightaway.domain.deployment_states import DeploymentStatus, TargetStatus, WaveStatus
from rightaway.domain.estimates import Course, Pace, TargetWork, WaveWork, estimate, makespan, typical, waves

NOW = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
KNOWN = Pace(there_s=60, back_s=30)
seconds = st.floats(0, 10_000)


def wave(
    status: str, *targets: str, parallel: int = 1, bake_s: int = 0, ordinal: int = 1, **more
) -> WaveWork:
    found = tuple(
        TargetWork(
            TargetStatus(one),
            is_touched=one not in {"pending", "skipped"},
            since=NOW - timedelta(seconds=20) if one in {"applying", "verifying", "reverting"} else None,
        )
        for one in targets
    )
    return WaveWork(ordinal, WaveStatus(status), found, parallel, bake_s, **more)


def course(*held: WaveWork, status: str = "running", **more) -> Course:
    return Course(DeploymentStatus(status), held, **more)


def left(*held: WaveWork, pace: Pace = KNOWN, **more) -> float | None:
    found = estimate(course(*held, **more), pace, NOW)
    return None if found is None else found.left_s


def test_typical__one_slow_target__does_not_move_it():
    assert typical([10, 11, 12, 900]) == 11.5
    assert typical([]) is None


@given(st.lists(seconds, max_size=8), st.integers(0, 40), st.floats(0.1, 500), st.integers(1, 10))
def test_makespan__any_work__lies_between_perfect_sharing_and_one_after_the_other(
    begun, waiting, each, parallel
):
    end = makespan(begun, waiting, each_s=each, parallel=parallel)
    total, places = sum(begun) + waiting * each, max(parallel, len(begun))
    assert end >= max([*begun, each if waiting else 0.0]) - 1e-6
    assert total / places - 1e-6 <= end <= total + 1e-6


@given(st.integers(0, 40), st.floats(0.1, 500), st.integers(1, 10))
def test_makespan__one_more_at_a_time__never_takes_longer(waiting, each, parallel):
    narrow = makespan([], waiting, each_s=each, parallel=parallel)
    assert makespan([], waiting, each_s=each, parallel=parallel + 1) <= narrow + 1e-6


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        ([wave("pending", "pending", "pending", "pending", parallel=2)], 120),
        ([wave("running", "applying", "pending", parallel=2)], 60),
        ([wave("running", "applying", "pending")], 100),
        ([wave("running", "done", "failed", bake_s=90)], 90),
        ([wave("baking", "done", bake_s=90, bake_started_at=NOW - timedelta(seconds=30))], 60),
        ([wave("baking", "done", bake_s=90, bake_started_at=NOW - timedelta(seconds=300))], 0),
        ([wave("passed", "done", bake_s=90), wave("gated", "pending", bake_s=10)], 70),
        ([wave("running", "in_doubt", "done")], 60),
    ],
)
def test_left__on_the_way_forward__is_what_targets_and_baking_still_take(held, expected):
    assert left(*held) == expected


def test_left__of_a_rehearsal__holds_the_way_back_too():
    assert left(wave("pending", "pending", "pending"), is_drill=True) == 180
    assert left(wave("pending", "pending"), is_drill=True, pace=Pace(60, None)) is None


def test_left__going_back__takes_only_what_was_touched():
    held = [
        wave("passed", "done", "done"),
        wave("reverting", "reverting", "reverted"),
        wave("aborted", "skipped"),
    ]
    assert left(*held, status="backing_out") == 70
    assert left(*held, status="backing_out", pace=Pace(60, None)) is None


@pytest.mark.parametrize("status", [one.value for one in DeploymentStatus if one.complete] + ["stopping"])
def test_estimate__of_what_has_ended_or_stops__is_none(status):
    assert left(wave("passed", "done"), status=status) is None


@pytest.mark.parametrize("status", ["failed", "reverting", "reverted", "revert_failed"])
def test_estimate__when_somebody_decides_what_follows__is_none(status):
    assert left(wave(status, "failed"), wave("pending", "pending")) is None


def test_estimate__without_measurements__is_none_until_only_baking_is_left():
    assert left(wave("running", "applying"), pace=Pace()) is None
    assert left(wave("baking", "done", bake_s=60, bake_started_at=NOW), pace=Pace()) == 60


def test_end__of_what_waits_or_has_not_begun__is_not_predicted():
    held = wave("pending", "pending")
    assert estimate(course(held), KNOWN, NOW).ends_at == NOW + timedelta(seconds=60)
    assert estimate(course(held, waits=True), KNOWN, NOW).ends_at is None
    assert estimate(course(held, status="queued"), KNOWN, NOW).ends_at is None


def test_over__is_how_much_longer_it_will_have_taken_than_expected():
    held = wave("running", "done", "applying", "pending")
    found = estimate(course(held, started_at=NOW - timedelta(seconds=200)), KNOWN, NOW)
    assert (found.whole_s, found.left_s, found.over_s) == (180, 100, 120)


def test_waves__follow_each_other__and_backwards_on_the_way_back():
    ahead = course(wave("running", "applying", bake_s=10), wave("pending", "pending", ordinal=2))
    assert {one: found.ends_at - NOW for one, found in waves(ahead, KNOWN, NOW).items()} == {
        1: timedelta(seconds=50),
        2: timedelta(seconds=110),
    }
    back = course(wave("passed", "done"), wave("passed", "done", ordinal=2), status="backing_out")
    assert {one: found.left_s for one, found in waves(back, KNOWN, NOW).items()} == {1: 30, 2: 30}
    assert waves(back, KNOWN, NOW)[1].ends_at == NOW + timedelta(seconds=60)


def test_waves__behind_one_that_nobody_measured__have_no_end():
    mixed = course(wave("running", "applying"), wave("baking", "done", ordinal=2, bake_s=60))
    assert waves(mixed, Pace(), NOW)[2].ends_at is None
