"""When boards meet: by the clock of their own zone, every week or every few."""

from datetime import UTC, datetime

import pytest

from rightaway.domain.board_schedules import Schedule, check, next_after
from rightaway.domain.errors import Invalid

TUESDAYS = Schedule(weekdays=(1,), time="14:30", zone="Europe/Berlin")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_next__of_a_week__is_by_the_clock_of_the_zone_in_winter_and_in_summer() -> None:
    assert next_after(TUESDAYS, at("2026-01-05T00:00")) == at("2026-01-06T13:30")
    assert next_after(TUESDAYS, at("2026-07-06T00:00")) == at("2026-07-07T12:30")


def test_next__at_the_moment_of_a_meeting__is_the_following_one() -> None:
    assert next_after(TUESDAYS, at("2026-01-06T13:30")) == at("2026-01-13T13:30")


def test_next__every_third_week__counts_from_the_first() -> None:
    held = Schedule(weekdays=(0, 3), time="09:00", every_weeks=3, since="2026-01-05")
    found, moment = [], at("2026-01-05T08:00")
    for _ in range(4):
        moment = next_after(held, moment)
        found.append(f"{moment:%m-%d}")
    assert found == ["01-05", "01-08", "01-26", "01-29"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"weekdays": ()},
        {"weekdays": (7,)},
        {"time": "25:00"},
        {"zone": "Mars/Base"},
        {"every_weeks": 0},
        {"since": "soon"},
    ],
)
def test_check__what_names_no_moment__is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        check(Schedule(**{"weekdays": (1,), "time": "09:00", **wrong}))
