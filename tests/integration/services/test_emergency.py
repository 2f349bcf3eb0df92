"""An emergency is deployed first and planned afterwards: what it cannot do without, and what it owes."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from tests.engine_loop import Fleet, drive
from tests.integration.services.begun import settled
from tests.phases import FakeTargets
from tests.stages import staged
from tests.world import SCRIPTS, World, actor, plan_fields, registration

from rightaway.domain.deployment_states import Intent
from rightaway.domain.errors import GateClosed, Refused
from rightaway.queries import releases as ask
from rightaway.records.notifications.models import Notification
from rightaway.records.releases.models import Release
from rightaway.services import (
    approvals,
    assurance,
    changes,
    deployments,
    incidents,
    lifecycle,
    moments,
    plans,
    releases,
)

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
PLAN = ("cost_estimate", "communication_plan", "communication_approved_by")


def begun(world: World, severity: int = 1) -> str:
    """Register an emergency from an emergency change and an incident that it ends."""
    change = changes.register(
        actor=actor("stan"), title="Mend", description="d", change_type="emergency", service=world.service
    )
    for name in ("chris", "cora"):
        changes.authorise(actor=actor(name), number=change.number, decision="approve")
    fields = {**registration(), "release_type": "emergency", "urgency": 1}
    row = releases.register(
        actor=actor("rita"), service=world.service, changes=[change.number], fields=fields
    )
    world.release, world.changes = row.number, [change.number]
    releases.set_scope(
        actor=actor("rita"), number=row.number, cis=world.keys(), objectives=["It works again"]
    )
    incident = incidents.record_incident(
        actor=actor("stan"), title="Down", service=world.service, severity=severity
    )
    incidents.link_incident(
        actor=actor("stan"), number=incident.number, release=row.number, link="resolved_by_release"
    )
    return row.number


def start(world: World) -> Release:
    return lifecycle.fire(
        actor=actor("rita"), number=world.release, event="start_emergency_build", reason="The shop is down."
    )


def build(world: World) -> None:
    """Give it the least that it needs: a package with passed smoke tests, and a plan with a way back."""
    begin = timezone.now()
    assurance.schedule_notice(
        actor=actor("rita"), number=world.release, audience="all", text="x", due_at=begin
    )
    assurance.mark_notice_sent(actor=actor("rita"), number=world.release, audience="all")
    fields = {name: value for name, value in plan_fields(timezone.now()).items() if name not in PLAN}
    releases.edit(actor=actor("rita"), number=world.release, fields=fields)
    shift = ("dora", begin - HOUR, begin + timedelta(days=8))
    releases.set_people(
        actor=actor("rita"), number=world.release, stakeholders={"stan": "accept"}, roster=[shift]
    )
    keys = world.keys()
    releases.expect(
        actor=actor("ben"), number=world.release, states={key: {"version": "1.0"} for key in keys}
    )
    world.set_design()
    package = world.admit(world.package())
    assurance.import_junit(
        actor=actor("ben"),
        number=world.release,
        data=b'<testsuite name="s" tests="1"><testcase classname="c" name="a"/></testsuite>',
        suite="smoke",
        level="smoke",
        package_digest=package.digest,
        is_final=True,
    )
    plans.compile(actor=actor("dora"), number=world.release)


def approve(world: World, kind: str, *voters: str) -> None:
    """Have the approval that was asked for given."""
    asked = row(world).approvals.filter(kind=kind).latest("id")
    for name in voters:
        approvals.vote(
            actor=actor(name, "web"), number=world.release, kind=kind, decision="approve", digest=asked.digest
        )


def decided(world: World) -> Release:
    approvals.request(actor=actor("rita"), number=world.release, kind="emergency")
    approve(world, "emergency", "olga", "cora")
    return row(world)


def row(world: World) -> Release:
    return Release.objects.get(number=world.release)


def codes(world: World, event: str) -> set[str]:
    ways = ask.standing(row(world)).ways
    return {one.code for way in ways if way.transition.event == event for one in way.unmet}


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


@pytest.mark.parametrize(("severity", "is_open"), [(2, True), (3, False)])
def test_emergency__incident_of_severity__justifies_it_or_not(world: World, severity: int, is_open: bool):
    begun(world, severity)
    assert ("G07.not_justified" not in codes(world, "start_emergency_build")) is is_open
    if is_open:
        assert start(world).phase == "build_test"
    else:
        with pytest.raises(GateClosed):
            start(world)


def test_emergency__answer_to_a_security_advisory__needs_no_incident(world: World):
    begun(world, severity=4)
    releases.edit(actor=actor("rita"), number=world.release, fields={"origin": "security_advisory"})
    assert start(world).phase == "build_test"


def test_emergency__release_of_another_type__has_no_such_way(world: World):
    begun(world)
    releases.edit(actor=actor("rita"), number=world.release, fields={"release_type": "minor"})
    with pytest.raises(GateClosed) as refusal:
        start(world)
    assert {one["code"] for one in refusal.value.evidence["unmet"]} == {"T30.emergency"}
    with pytest.raises(Refused) as not_needed:
        approvals.request(actor=actor("rita"), number=world.release, kind="emergency")
    assert not_needed.value.code == "approval.not_required"


@pytest.fixture
def expedited(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """An emergency that waits in deployment; nothing of it was rehearsed or approved as others are."""
    Fleet(monkeypatch, SCRIPTS)
    (tmp_path / "mu").mkdir()
    world = FakeTargets(tmp_path / "mu", service="mu", prefix="mu", staging="s-mu").settle()
    begun(world)
    start(world)
    build(world)
    assert decided(world).phase == "deployment"
    return world


def test_emergency__smoke_tests_or_way_back_missing__not_deployed(world: World):
    begun(world)
    start(world)
    assert {"G20.package_missing", "G23.run_missing", "G23.back_out_plan_missing"} <= codes(
        world, "start_emergency_deployment"
    )


@pytest.mark.django_db(transaction=True)
def test_emergency__decided_by_two__deployed_at_once_and_owes_the_approvals_it_skipped(expedited: World):
    found = row(expedited)
    assert found.ratify_by is not None
    assert timedelta(hours=71) < found.ratify_by - timezone.now() <= timedelta(hours=72)
    asked = {one.kind: one for one in found.approvals.filter(is_retrospective=True)}
    assert {(kind, one.state, one.due_at) for kind, one in asked.items()} == {
        (kind, "pending", found.ratify_by) for kind in ("plan_design", "build_test", "deployment")
    }
    deployment = deployments.launch(
        actor=actor("dora"), release=found, environment="production", intent=Intent.PLANNED
    )
    drive(deployment.number)
    after = row(expedited)
    assert after.phase == "verification"
    assert after.paperwork_due_at is not None
    assert {"G61.cost_estimate_missing", "G61.approval_pending"} <= codes(expedited, "close")


@pytest.mark.django_db(transaction=True)
def test_emergency__paperwork_brought_and_approved_afterwards__nothing_is_owed(expedited: World):
    deployment = deployments.launch(
        actor=actor("dora"), release=row(expedited), environment="production", intent=Intent.PLANNED
    )
    drive(deployment.number)
    assert row(expedited).phase == "verification"
    missing = {name: plan_fields(timezone.now())[name] for name in PLAN}
    releases.edit(actor=actor("rita"), number=expedited.release, fields=missing)
    for kind, voters in (
        ("plan_design", ("olga", "chris")),
        ("build_test", ("olga",)),
        ("deployment", ("chris", "cora")),
    ):
        if row(expedited).approvals.filter(kind=kind).latest("id").state == "void":
            again = approvals.request(actor=actor("rita"), number=expedited.release, kind=kind)
            assert (again.is_retrospective, again.due_at) == (True, row(expedited).ratify_by)
        approve(expedited, kind, *voters)
    assert {code for code in codes(expedited, "close") if code.startswith("G61")} == set()


@pytest.mark.django_db(transaction=True)
def test_emergency__paperwork_late__its_manager_is_told_and_a_day_later_change_management(expedited: World):
    due = row(expedited).ratify_by
    assert due is not None
    for late, told in ((HOUR, {"rita"}), (25 * HOUR, {"rita", "chris"})):
        with time_machine.travel(due + late):
            for _ in range(2):
                moments.pass_by(since=due + late - 2 * HOUR, now=timezone.now())
        rows = Notification.objects.filter(kind="paperwork_overdue").select_related("person")
        assert sorted(one.person.username for one in rows) == sorted(told)


@pytest.mark.django_db(transaction=True)
def test_emergency__taken_back_to_build__goes_the_ordinary_way_or_asks_again(expedited: World):
    lifecycle.fire(actor=actor("rita"), number=expedited.release, event="rework_build", reason="Wrong file.")
    found = row(expedited)
    assert (found.phase, found.ratify_by) == ("build_test", None)
    assert found.approvals.filter(kind="emergency").latest("id").state == "void"
