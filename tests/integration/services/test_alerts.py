"""Who is told by alerts that commands raise, each from the real command."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from tests.integration.services.begun import registered
from tests.stages import staged
from tests.world import World, actor, plan_fields, registration

from rightaway.domain.alerts import ALERTS
from rightaway.domain.values import SYSTEM
from rightaway.queries import releases as ask
from rightaway.records.notifications.models import Notification, RaisedAlert
from rightaway.records.releases.models import Release
from rightaway.services import (
    approvals,
    changes,
    lifecycle,
    people,
    releases,
    unauthorised_changes,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return staged("nobody told", _untold)


def _untold(folder: Path) -> World:
    world = registered(folder)
    Notification.objects.all().delete()
    RaisedAlert.objects.all().delete()
    return world


def told(alert: str) -> set[str]:
    """Give who was told by an alert, of whatever kind of it."""
    rows = Notification.objects.filter(kind__in=ALERTS[alert].kinds)
    return set(rows.values_list("person__username", flat=True))


def other_release(world: World, **fields: object) -> Release:
    change = changes.register(
        actor=actor("stan"), title="More", description="d", change_type="normal", service=world.service
    )
    given = {**registration(), "coordinator": "oscar", **fields}
    return releases.register(
        actor=actor("rita"), service=world.service, changes=[change.number], fields=given
    )


def test_a01__release_registered__service_owners_and_the_owning_group(world: World):
    people.define_group(actor=actor("root"), key="team", name="Team", members=["ben"])
    other_release(world)
    assert told("A01") == {"olga", "oscar", "ben"}


def test_a02__phase_entered__watchers_owners_and_who_approves_in_it(world: World):
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    assert {"olga", "oscar", "chris"} <= told("A02")
    assert "rita" not in told("A02")  # nobody is told of their own act


def test_a03__approval_asked_for__those_who_could_give_it(world: World):
    world.plan()
    assert {"olga", "chris"} <= told("A03")


def test_a04__denied__coordinator_and_who_asked(world: World):
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    world.set_design()
    releases.edit(actor=actor("rita"), number=world.release, fields=plan_fields(timezone.now()))
    asked = approvals.request(actor=actor("rita"), number=world.release, kind="plan_design")
    approvals.vote(
        actor=actor("olga"),
        number=world.release,
        kind="plan_design",
        decision="deny",
        digest=asked.digest,
        reason="Too early.",
    )
    (row,) = Notification.objects.filter(kind="approval_denied")
    assert (row.person.username, row.by, row.facts) == ("rita", "olga", {"approval": "plan_design"})


def test_a09__edit_makes_two_releases_meet__both_coordinators_once(world: World):
    now = timezone.now()
    times = {"planned_start": now + timedelta(days=3), "planned_end": now + timedelta(days=3, hours=2)}
    releases.edit(actor=actor("rita"), number=world.release, fields={**times, "coordinator": "stan"})
    other = other_release(world)
    releases.set_scope(actor=actor("rita"), number=other.number, cis=world.keys(), objectives=["x"])
    assert told("A09") == set()
    releases.edit(actor=actor("rita"), number=other.number, fields=times)
    assert told("A09") == {"stan", "oscar"}
    releases.edit(actor=actor("rita"), number=other.number, fields={"title": "Another name"})
    assert Notification.objects.filter(kind="conflict_found").count() == 2


def test_a10__last_change_authorised__release_manager(world: World):
    other = other_release(world)
    number = other.changes.get().number
    for event in ("validate", "assess"):
        changes.move(actor=actor("chris"), number=number, event=event)
    assert told("A10") == set()
    changes.authorise(actor=actor("chris"), number=number, decision="approve")
    assert told("A10") == {"rita"}


def test_a21__changed_without_leave__owners_and_change_managers(world: World):
    unauthorised_changes.record(
        actor=actor("stan"), service=world.service, affected_cis=world.keys(), evidence="Another digest."
    )
    assert told("A21") == {"olga", "oscar", "chris"}
    (row,) = RaisedAlert.objects.filter(alert="A21")
    assert row.steps[0]["people"] == ["chris", "olga", "oscar"]


def test_person__who_may_not_see_the_service__is_not_told(world: World):
    user = people.create(actor=SYSTEM, username="wanda", name="Wanda")
    Release.objects.filter(number=world.release).update(service_owner=user)
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    assert "wanda" not in told("A02")
    assert ask.release(world.release).service_owner == user
