from datetime import UTC, datetime

import pytest

from rightaway.domain.errors import Invalid
from rightaway.intake.times import moment


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("2026-11-20T22:30Z", 22, 30),
        ("2026-11-20T22:30:00Z", 22, 30),
        ("2026-11-20 22:30+01:00", 21, 30),
        ("2026-11-20T22:30:00.000-01:30", 24, 0),
        ("2026-11-20T22:30 Europe/Berlin", 21, 30),
        ("2026-11-20T22:30 UTC", 22, 30),
    ],
)
def test_moment__offset_or_zone__is_a_time_in_utc(text, hour, minute):
    expected = datetime(2026, 11, 20 + hour // 24, hour % 24, minute, tzinfo=UTC)
    assert moment(text) == expected
    assert moment(text).tzinfo is UTC


@pytest.mark.parametrize(
    "zone", ["Fantasy/Place", "EST", "CET", "Etc/GMT+5", "../../etc/passwd", "europe/berlin"]
)
def test_moment__name_that_is_no_place__is_refused(zone):
    with pytest.raises(Invalid) as refused:
        moment(f"2026-11-20T22:30 {zone}")
    assert refused.value.code in {"time.zone", "time.format"}


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "20.11.2026 22:30Z",
        "2026-11-20",
        "2026-W47-5T10:00Z",
        "2026-11-20T25:00Z",
        "0001-01-01T00:00+23:00",
        "2026-11-20T22:30+25:00",
        "٢٠٢٦-11-20T22:30Z",
    ],
)
def test_moment__other_form__is_refused(text):
    with pytest.raises(Invalid) as refused:
        moment(text)
    assert refused.value.code == "time.format"


@pytest.mark.parametrize(
    "wall", ["2026-03-29T01:59", "2026-03-29T03:00", "2026-10-25T01:59", "2026-10-25T03:00"]
)
def test_moment__just_beside_the_change_of_the_clocks__is_read(wall):
    assert moment(f"{wall} Europe/Berlin")


def test_moment__half_hour_change__is_found_too():
    with pytest.raises(Invalid) as refused:
        moment("2026-10-04T02:15 Australia/Lord_Howe")
    assert refused.value.code == "time.nonexistent"
