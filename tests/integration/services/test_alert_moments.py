"""Alerts that time raises: at which moment, to whom, once, and not for what is held or over."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from tests.integration.services.begun import registered
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.alerts import ALERTS
from rightaway.records.notifications.models import Notification, RaisedAlert
from rightaway.records.releases.models import PhaseVisit, Release, Waiver
from rightaway.services import (
    lifecycle,
    moments,
    notifications,
    outages,
    release_holds,
    unauthorised_changes,
    waivers,
)

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2027, 3, 1, 8, tzinfo=UTC)


@pytest.fixture
def world(db: None) -> World:
    return staged("nobody told", _untold)


def _untold(folder: Path) -> World:
    world = registered(folder)
    Notification.objects.all().delete()
    RaisedAlert.objects.all().delete()
    return world


def told(alert: str) -> set[str]:
    rows = Notification.objects.filter(kind__in=ALERTS[alert].kinds)
    return set(rows.values_list("person__username", flat=True))


def look(now: datetime, since: datetime | None = None) -> None:
    with time_machine.travel(now, tick=False):
        moments.pass_by(since=since or now - timedelta(minutes=5), now=now)


def planned(world: World, begun: datetime, start: datetime) -> None:
    """Let the phase have begun, and the release be planned to start, at these moments."""
    PhaseVisit.objects.filter(release__number=world.release).update(entered_at=begun)
    Release.objects.filter(number=world.release).update(
        planned_start=start, planned_end=start + HOUR, coordinator=None
    )


def shares() -> list[int]:
    rows = RaisedAlert.objects.filter(alert="A05").order_by("id")
    return [row.facts["percent"] for row in rows]


def test_a05__phase_of_a_working_week__told_at_80_100_and_120_percent_of_it(world: World):
    planned(world, MONDAY, MONDAY + timedelta(days=4, hours=10))  # Friday 18:00: 50 hours of work
    look(MONDAY + timedelta(days=3, hours=9))
    assert shares() == []
    look(MONDAY + timedelta(days=4))  # four days of five
    assert (shares(), told("A05")) == ([80], {"rita"})
    look(MONDAY + timedelta(days=4, hours=10))
    look(MONDAY + timedelta(days=5, hours=10))  # Saturday: nobody works, so no time passes
    assert shares() == [80, 100]
    look(MONDAY + timedelta(days=7, hours=10))
    assert (shares(), told("A05")) == ([80, 100, 120], {"rita", "olga", "oscar"})


def test_a05__nobody_looked_for_weeks__the_newest_stage_alone(world: World):
    planned(world, MONDAY, MONDAY + DAY)
    late = MONDAY + timedelta(days=21)
    look(late, since=late - timedelta(days=7))
    look(late + HOUR)
    assert shares() == [120]


def test_a05__release_on_hold__nothing(world: World):
    planned(world, MONDAY, MONDAY + DAY)
    with time_machine.travel(MONDAY, tick=False):
        release_holds.hold(actor=actor("rita"), number=world.release, reason="x", until=MONDAY + 90 * DAY)
    Notification.objects.all().delete()
    look(MONDAY + timedelta(days=21))
    assert not Notification.objects.exists()


def test_a05__phase_left_meanwhile__nothing_of_it(world: World):
    planned(world, MONDAY, MONDAY + DAY)
    coordinator = Release.objects.get(number=world.release).initiated_by
    Release.objects.filter(number=world.release).update(coordinator=coordinator)
    with time_machine.travel(MONDAY + HOUR, tick=False):
        lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    Release.objects.filter(number=world.release).update(planned_start=MONDAY + 300 * DAY)
    look(MONDAY + timedelta(days=21))
    assert shares() == []


def test_a07__starts_tomorrow_and_lacks_its_plan__manager_and_coordinator_once(world: World):
    with time_machine.travel(MONDAY, tick=False):
        lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    Release.objects.filter(number=world.release).update(planned_start=MONDAY + 2 * DAY)
    look(MONDAY + 23 * HOUR)
    assert told("A07") == set()
    look(MONDAY + 25 * HOUR)
    look(MONDAY + 26 * HOUR)
    (row,) = Notification.objects.filter(kind="start_near")
    assert (row.person.username, row.facts["phase"]) == ("rita", "plan_design")
    assert row.facts["count"] > 3


def near(world: World) -> RaisedAlert:
    with time_machine.travel(MONDAY, tick=False):
        lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    Release.objects.filter(number=world.release).update(planned_start=MONDAY + 20 * HOUR)
    look(MONDAY)
    return RaisedAlert.objects.get(alert="A07")


def test_escalation__nobody_looked__service_owners_after_half_a_day_of_work(world: World):
    row = near(world)
    look(MONDAY + 4 * HOUR)
    assert "olga" not in told("A07")
    look(MONDAY + 5 * HOUR)
    assert told("A07") == {"rita", "olga", "oscar"}
    row.refresh_from_db()
    assert [step["people"] for step in row.steps] == [["rita"], ["olga", "oscar"]]
    assert (row.next_at, row.ended) == (None, "told all")


def test_escalation__who_was_told_looked__nobody_else(world: World):
    row = near(world)
    notifications.mark_read(actor=actor("rita"))
    look(MONDAY + 6 * HOUR)
    row.refresh_from_db()
    assert (told("A07"), row.ended) == ({"rita"}, "read")


def test_escalation__what_it_is_about_is_over__nobody_else(world: World):
    row = near(world)
    Release.objects.filter(number=world.release).update(phase="assess")
    look(MONDAY + 6 * HOUR)
    row.refresh_from_db()
    assert (told("A07"), row.ended) == ({"rita"}, "over")


def test_escalation__release_on_hold__waits(world: World):
    near(world)
    with time_machine.travel(MONDAY + HOUR, tick=False):
        release_holds.hold(actor=actor("rita"), number=world.release, reason="x", until=MONDAY + 90 * DAY)
    look(MONDAY + 6 * HOUR)
    assert told("A07") == {"rita"}


def test_a13__planned_outage__told_before_at_its_begin_when_extended_and_at_its_end(world: World):
    start = MONDAY + 30 * HOUR
    with time_machine.travel(MONDAY, tick=False):
        row = outages.record(
            actor=actor("rita"),
            service=world.service,
            fields={
                "title": "Shop closed",
                "kind": "planned",
                "planned_start": start,
                "planned_end": start + HOUR,
            },
        )

    def happens(at: datetime, **times: datetime) -> None:
        type(row).objects.filter(pk=row.pk).update(**times)
        look(at)

    happens(MONDAY)
    assert told("A13") == set()
    happens(start - 23 * HOUR)
    happens(start + timedelta(minutes=2), actual_start=start)
    happens(start + 2 * HOUR)
    happens(start + 4 * HOUR, actual_end=start + 3 * HOUR)
    rows = Notification.objects.filter(kind="downtime", person__username="olga").order_by("id")
    assert [one.facts["moment"] for one in rows] == ["near", "begun", "extended", "ended"]


def test_a21__not_decided_for_a_day_of_work__the_board(world: World):
    with time_machine.travel(MONDAY, tick=False):
        unauthorised_changes.record(
            actor=actor("stan"), service=world.service, affected_cis=world.keys(), evidence="Another digest."
        )
    look(MONDAY + 10 * HOUR)
    assert "cora" in told("A21")


def test_a23__waiver_expires_within_a_week__who_asked_who_granted_and_who_owes(world: World):
    with time_machine.travel(MONDAY, tick=False):
        waivers.ask(
            actor=actor("rita"),
            number=world.release,
            control="backups",
            reason="No data.",
            expires_at=MONDAY + 20 * DAY,
        )
        waiver = Waiver.objects.get()
        waivers.grant(actor=actor("olga"), number=world.release, waiver_id=waiver.pk, owner="ben")
    look(MONDAY + 12 * DAY)
    assert told("A23") == set()
    look(MONDAY + 14 * DAY)
    look(MONDAY + 15 * DAY)
    assert Notification.objects.filter(kind="waiver_expires").count() == len(told("A23"))
    assert told("A23") == {"rita", "olga", "ben"}
    assert not Notification.objects.filter(kind="debt_due").exists()


def test_moments__the_same_minute__looked_at_once(world: World):
    planned(world, MONDAY, MONDAY + DAY)
    late = MONDAY + timedelta(days=21)
    look(late + timedelta(seconds=20), since=late + timedelta(seconds=10))
    assert shares() == []
