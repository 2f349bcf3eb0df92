"""Alerts that a production deployment raises as the engine carries it out, and afterwards."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from tests.engine_loop import Fleet, drive
from tests.phases import Phases
from tests.world import SCRIPTS, World, actor

from rightaway.domain.alerts import ALERTS
from rightaway.domain.estimates import Pace
from rightaway.drivers.fake_world import Fault
from rightaway.queries import estimates
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import Permit
from rightaway.records.notifications.models import Notification, RaisedAlert
from rightaway.records.releases.models import Release
from rightaway.records.reviews.models import EarlyLife
from rightaway.services import incidents, lifecycle, moments

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def phases(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Phases:
    return Phases(tmp_path, Fleet(monkeypatch, SCRIPTS))


@pytest.fixture
def world(phases: Phases) -> World:
    """A release that may be deployed."""
    return phases._ready("shop")


def told(alert: str) -> set[str]:
    rows = Notification.objects.filter(kind__in=ALERTS[alert].kinds)
    return set(rows.values_list("person__username", flat=True))


def raised(alert: str) -> list[dict[str, object]]:
    return [row.facts for row in RaisedAlert.objects.filter(alert=alert).order_by("id")]


def look(after: timedelta = timedelta(minutes=2)) -> None:
    now = timezone.now() + after
    with time_machine.travel(now, tick=False):
        moments.pass_by(since=now - timedelta(minutes=1, seconds=1), now=now)


def test_a11_a12_a14__deployment_from_begin_to_end__waves_changes_and_no_rehearsal(
    phases: Phases, world: World
):
    assert raised("A14") == []  # what was rehearsed told of no wave
    assert told("A11") == {"stan"}
    drive(phases._launch(world))
    moved = [(one["wave"], one["status"]) for one in raised("A14")]
    assert moved == [("one", "running"), ("one", "passed"), ("rest", "running"), ("rest", "passed")]
    assert {"dora", "rita", "stan"} <= told("A14")
    assert told("A12") == {"rita", "olga", "oscar"}
    assert (raised("A20"), raised("A24"), raised("A16")) == ([], [], [])


def test_a08__gate_finds_something__manager_and_who_owns_the_control(phases: Phases, world: World):
    incidents.record_incident(actor=actor("stan"), title="Down", service="shop", severity=1)
    drive(phases._launch(world))
    (facts,) = raised("A08")
    assert facts["wave"] == "one"
    assert "rita" in told("A08")


def test_a14_a17__wave_fails_and_is_backed_out__told_and_paged(phases: Phases, world: World):
    second = world.keys()[1]
    phases.fleet.world.inject(Fault.FAIL, target=second, step="switch")
    number = phases._launch(world)
    drive(number)
    assert ("rest", "failed") in [(one["wave"], one["status"]) for one in raised("A14")]
    lifecycle.fire(
        actor=actor("rita"),
        number=world.release,
        event="back_out",
        reason="bad",
        fields={"back_out_reason": "health_failed"},
    )
    drive(number)
    assert {"dora", "stan"} <= told("A17")
    rows = Notification.objects.filter(kind="deployment_backing_out", subject_key=number)
    assert all("is_rehearsal" not in row.facts for row in rows)


def test_a16__window_is_over_and_it_still_runs__once(phases: Phases, world: World):
    number = phases._launch(world)
    drive(number, until=lambda move: move["act"] == "open_gate" and move["wave"] == 2)
    assert raised("A16") == []
    look(timedelta(hours=7))  # it was planned to be done after six
    look(timedelta(hours=8))
    assert len(raised("A16")) == 1
    assert told("A16") == {"dora", "rita", "olga", "oscar"}


def test_a15__way_back_takes_half_an_hour__told_a_quarter_of_an_hour_before_it_no_longer_fits(
    phases: Phases, world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(estimates, "_pace", lambda _row: (Pace(60, 900), estimates.Basis.REHEARSAL, 1, ""))
    number = phases._launch(world)
    drive(number, until=lambda move: move["act"] == "open_gate" and move["wave"] == 2)
    end = Release.objects.get(number=world.release).planned_end - timezone.now()
    look(end - timedelta(minutes=50))
    assert raised("A15") == []
    look(end - timedelta(minutes=40))
    look(end - timedelta(minutes=20))
    assert len(raised("A15")) == 1
    assert told("A15") == {"dora", "rita"}


def test_a15__way_back_was_never_measured__nobody_says_when_it_is_too_late(
    phases: Phases, world: World, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(estimates, "_pace", lambda _row: (Pace(60), estimates.Basis.OWN, 1, ""))
    drive(phases._launch(world), until=lambda move: move["act"] == "open_gate" and move["wave"] == 2)
    look(timedelta(hours=5, minutes=59))
    assert raised("A15") == []


def test_a18__incident_within_72_hours__who_changed_the_service_and_not_later(phases: Phases, world: World):
    drive(phases._launch(world))
    for title, at in (("Late", 73 * HOUR), ("Slow", 71 * HOUR)):
        incidents.record_incident(
            actor=actor("stan"), title=title, service="shop", severity=3, detected_at=timezone.now() + at
        )
    (facts,) = raised("A18")
    assert facts == {"release": world.release}
    assert told("A18") == {"rita"}


def test_a19__last_day_and_not_accepted__at_risk(phases: Phases, world: World):
    drive(phases._launch(world))
    incidents.record_incident(
        actor=actor("olga"),
        title="Slow",
        service="shop",
        severity=1,
        release=world.release,
        link="caused_by_release",
    )
    EarlyLife.objects.update(ends_at=timezone.now() + 3 * DAY)
    look(DAY)
    assert raised("A19") == []
    look(2 * DAY + HOUR)
    (row,) = RaisedAlert.objects.filter(alert="A19")
    assert (row.kind, told("A19")) == ("early_life_at_risk", {"rita", "olga", "oscar"})


def test_a20__item_is_not_as_expected__its_owner_and_the_coordinator(phases: Phases, world: World):
    number = phases._launch(world)
    key = world.keys()[0]
    drive(number, until=lambda move: move["act"] == "open_gate" and move["wave"] == 2)
    ConfigurationItem.objects.filter(key=key).update(expected={"version": "7.0"})
    drive(number)
    (facts,) = raised("A20")
    assert facts["items"] == [key]
    assert told("A20") == {"rita"}


def test_a24__permit_voided_while_it_runs__nothing_is_sent_and_auditors_are_paged(
    phases: Phases, world: World
):
    number = phases._launch(world)
    drive(number, until=lambda move: move["act"] not in {"start", "reach", "open_gate"})
    Permit.objects.update(voided_at=timezone.now(), voided_reason="test")
    before = len(phases.fleet.calls)
    drive(number, until=lambda move: move["act"] in {"settle", "wait"})
    assert len(phases.fleet.calls) == before
    assert len(raised("A24")) == 1
    assert {"ada", "rita"} <= told("A24")
