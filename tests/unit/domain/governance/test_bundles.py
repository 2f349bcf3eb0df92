"""How releases that are followed together stand."""

from datetime import timedelta

import pytest

from rightaway.domain.bundles import Member, progress, require_open
from rightaway.domain.errors import Refused

HOUR = timedelta(hours=1)


def test_progress__of_several__spans_their_windows_and_names_the_late(now):
    members = [
        Member("REL-1", "closed", ending="closed", is_deployed=True, planned_start=now - 9 * HOUR),
        Member("REL-2", "blocked", planned_start=now - 3 * HOUR, planned_end=now - HOUR),
        Member("REL-3", "in_progress", is_deployed=True, planned_end=now - HOUR),
        Member("REL-4", "in_progress", planned_start=now, planned_end=now + 2 * HOUR),
        Member(
            "REL-5", "closed", ending="abandoned", planned_start=now - 99 * HOUR, planned_end=now + 99 * HOUR
        ),
    ]
    found = progress(members, now)
    assert (found.starts_at, found.ends_at) == (now - 9 * HOUR, now + 2 * HOUR)
    assert (found.deployed, found.releases) == (2, 4)
    assert (found.late, found.worst) == (("REL-2",), "blocked")


def test_progress__of_none__has_nothing_to_say(now):
    found = progress([], now)
    assert (found.starts_at, found.ends_at, found.releases, found.worst) == (None, None, 0, "")


def test_bundle__closed__changes_no_more():
    with pytest.raises(Refused) as refusal:
        require_open("BUN-1", "closed")
    assert refusal.value.code == "bundle.closed"
    require_open("BUN-1", "open")
