"""Releases that plan the same configuration item at the same time, as the rules see them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.integration.services.begun import settled
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.facts_planning import ConflictFacts
from rightaway.domain.values import SYSTEM
from rightaway.queries import release_facts
from rightaway.queries import releases as ask
from rightaway.services import cmdb, releases

pytestmark = pytest.mark.django_db
NOON = timezone.now() + timedelta(days=1)


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


def planned(*, at: int, hours: int = 2, cis: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> str:
    """Give a release planned so many hours after noon."""
    start = NOON + timedelta(hours=at)
    fields = {
        "title": "Shop",
        "description": "Better.",
        "release_type": "minor",
        "planned_start": start,
        "planned_end": start + timedelta(hours=hours),
    }
    row = releases.register(actor=actor("rita"), service="shop", fields=fields)
    releases.set_scope(actor=actor("rita"), number=row.number, cis=cis, groups=groups)
    return row.number


def conflicts(number: str) -> tuple[ConflictFacts, ...]:
    row = ask.release(number)
    assert row is not None
    return release_facts.facts(row, timezone.now()).conflicts


def test_conflicts__the_same_item_directly_and_by_a_group__are_one_each_for_the_time_they_overlap(
    world: World,
) -> None:
    cmdb.define_group(actor=SYSTEM, key="both", name="Both", members=["s01", "t01"])
    mine = planned(at=0, cis=("t01",))
    direct, grouped = planned(at=1, cis=("t01",)), planned(at=-1, groups=("both",))
    planned(at=2, cis=("t01",))  # begins when mine ends
    planned(at=0, cis=("s01",))
    found = {one.other: (one.subject, one.overlap_start, one.overlap_end) for one in conflicts(mine)}
    hour = timedelta(hours=1)
    assert found == {
        direct: ("t01", NOON + hour, NOON + 2 * hour),
        grouped: ("t01", NOON, NOON + hour),
    }


def test_conflicts__with_more_releases__take_no_more_statements(world: World) -> None:
    mine = planned(at=0, cis=("t01",))
    counts = []
    for _ in range(2):
        planned(at=0, cis=("t01",))
        with CaptureQueriesContext(connection) as captured:
            conflicts(mine)
        counts.append(len(captured))
    assert counts[0] == counts[1]
