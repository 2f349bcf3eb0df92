from datetime import timedelta

import pytest

from rightaway.domain.conflicts import PlannedUse, overlaps

HOUR = timedelta(hours=1)


@pytest.fixture
def use(now):
    return lambda release, ci, start, end: PlannedUse(release, ci, now + start * HOUR, now + end * HOUR)


@pytest.mark.parametrize(
    ("start", "end", "found"),
    [(-2, 0, False), (-2, 1, True), (1, 2, True), (-1, 9, True), (4, 5, False), (0, 4, True)],
)
def test_overlaps__same_item__only_when_the_times_meet(start, end, found, use):
    assert bool(overlaps([use("REL-1", "db", 0, 4)], [use("REL-2", "db", start, end)])) is found


def test_overlaps__found__names_the_other_and_the_time(use, now):
    (conflict,) = overlaps([use("REL-1", "db", 0, 4)], [use("REL-2", "db", 3, 6)])

    assert (conflict.kind, conflict.severity, conflict.state) == ("ci_overlap", "blocking", "detected")
    assert (conflict.other, conflict.subject) == ("REL-2", "db")
    assert (conflict.overlap_start, conflict.overlap_end) == (now + 3 * HOUR, now + 4 * HOUR)


def test_overlaps__other_item_or_same_release__none(use):
    assert overlaps([use("REL-1", "db", 0, 4)], [use("REL-2", "web", 0, 4), use("REL-1", "db", 0, 4)]) == ()


def test_overlaps__several__come_in_order_of_time(use):
    others = [use("REL-3", "db", 2, 3), use("REL-2", "db", 1, 2)]

    assert [c.other for c in overlaps([use("REL-1", "db", 0, 4)], others)] == ["REL-2", "REL-3"]
