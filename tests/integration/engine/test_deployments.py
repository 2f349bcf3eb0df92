"""Deployments carried out move by move: on success, failure, doubt, and when people steer."""

import asyncio
from pathlib import Path

import pytest
from tests.engine_loop import Fleet, drive
from tests.world import SCRIPTS, World, actor

from rightaway.domain.deployment_states import Intent
from rightaway.domain.errors import Forbidden, GateClosed, Refused
from rightaway.drivers.fake_world import Fault
from rightaway.queries import deployments as ask
from rightaway.queries import incidents, releases
from rightaway.records.cmdb.models import ConfigurationItem
from rightaway.records.deployments.models import Attempt, Deployment, LogChunk, Permit, TargetRun
from rightaway.services import deployments, lifecycle, plans, workers

pytestmark = pytest.mark.django_db(transaction=True)


class FakeTargets(World):
    """A world whose targets are in memory."""

    def _target(self, key: str, environment: str) -> None:
        super()._target(key, environment)
        from rightaway.records.cmdb.models import Target

        Target.objects.filter(key=key).update(driver="fake", config={})


@pytest.fixture
def fleet(monkeypatch: pytest.MonkeyPatch) -> Fleet:
    return Fleet(monkeypatch, SCRIPTS)


@pytest.fixture
def world(tmp_path: Path, fleet: Fleet) -> World:
    """A release in build and test with a plan for both environments."""
    world = FakeTargets(tmp_path, targets=3).settle()
    world.register()
    world.plan()
    world.build()
    return world


@pytest.fixture
def ready(world: World) -> World:
    """The same release with everything that lets it enter deployment."""
    drill(world)
    world.approve("build_test", "olga")
    world.approve("deployment", "chris", "cora")
    assert releases.release(world.release).phase == "deployment"
    return world


def drill(world: World) -> Deployment:
    number = launch(world, "staging", Intent.DRILL)
    drive(number)
    return Deployment.objects.get(number=number)


def launch(world: World, environment: str = "production", intent: Intent = Intent.PLANNED) -> str:
    row = releases.release(world.release)
    return deployments.launch(actor=actor("dora"), release=row, environment=environment, intent=intent).number


def statuses(number: str) -> dict[str, str]:
    runs = TargetRun.objects.filter(deployment__number=number).select_related("target")
    return {run.target.key: run.status for run in runs}


def test_drill__all_well__deploys_and_goes_back(world: World, fleet: Fleet) -> None:
    row = drill(world)

    assert row.status == "backed_out"
    assert fleet.active == {"s01": ""}
    assert fleet.calls == [
        ("s01", "forward", "unpack"),
        ("s01", "forward", "switch"),
        ("s01", "inverse", "switch"),
    ]


def test_deployment__all_well__every_target_on_the_package_and_records_true(
    ready: World, fleet: Fleet
) -> None:
    number = launch(ready)
    drive(number)

    row = ask.deployment(number)
    digest = row.plan.package.digest
    assert row.status == "succeeded"
    assert {key: fleet.active[key] for key in ready.keys()}  # noqa: SIM118 == dict.fromkeys(ready.keys(), digest)
    items = ConfigurationItem.objects.filter(key__in=ready.keys())
    assert all(item.observed == {"version": "1.0", "digest": digest} for item in items)
    assert row.baseline_before.entries.count() == row.baseline_after.entries.count() == 3
    assert Permit.objects.filter(wave__deployment=row).count() == 2
    assert releases.release(ready.release).phase == "verification"
    assert all(change.state == "implemented" for change in row.release.changes.all())


def test_deployment__all_well__logs_of_each_attempt_are_chained(ready: World) -> None:
    number = launch(ready)
    drive(number)

    attempts = Attempt.objects.filter(run__deployment__number=number)
    assert attempts.count() == 6
    assert all(attempt.log_bytes and len(attempt.log_digest) == 64 for attempt in attempts)
    assert b"unpack on t01" in {bytes(chunk.data).strip() for chunk in LogChunk.objects.all()}


def test_wave__one_target_fails__goes_back_by_itself_and_opens_incident_and_problem(
    ready: World, fleet: Fleet
) -> None:
    fleet.world.inject(Fault.FAIL, target="t02", step="switch")
    number = launch(ready)
    drive(number)

    row = ask.deployment(number)
    assert row.status == "running"
    assert list(row.waves.values_list("status", flat=True)) == ["passed", "reverted"]
    assert fleet.active["t01"] == row.plan.package.digest
    assert not fleet.active.get("t02")
    assert not fleet.active.get("t03")
    assert list(row.holds.filter(cleared_at=None).values_list("kind", flat=True)) == ["decision"]
    incident = incidents.incidents(release=ready.release).get()
    assert incident.link == "caused_by_release"
    assert incident.problems.count() == 1


def test_release__backed_out_after_a_bad_wave__every_target_as_before(ready: World, fleet: Fleet) -> None:
    fleet.world.inject(Fault.FAIL, target="t02", step="switch")
    number = launch(ready)
    drive(number)
    lifecycle.fire(
        actor=actor("rita"),
        number=ready.release,
        event="back_out",
        reason="bad",
        fields={"back_out_reason": "health_failed"},
    )
    drive(number)

    assert ask.deployment(number).status == "backed_out"
    assert not any(map(fleet.active.get, ready.keys()))
    lifecycle.fire(actor=actor("rita"), number=ready.release, event="rework_plan", reason="again")
    row = releases.release(ready.release)
    assert (row.phase, row.attempt) == ("plan_design", 2)


def test_deployment__approval_voided_after_launch__next_wave_is_held(ready: World) -> None:
    number = launch(ready)
    drive(number, until=lambda move: move["act"] == "open_gate" and move["wave"] == 2)
    ready.set_design(**{"size: 1": "size: 2"})
    drive(number)

    row = ask.deployment(number)
    hold = row.holds.get(cleared_at=None)
    assert hold.kind == "gate"
    assert "void" in hold.reason
    assert statuses(number) == {"t01": "done", "t02": "pending", "t03": "pending"}


def test_deployment__paused_and_resumed__goes_on_where_it_stood(ready: World) -> None:
    number = launch(ready)
    drive(number, until=lambda move: move["act"] == "open_gate" and move["wave"] == 2)
    deployments.command(actor=actor("dora"), number=number, name="pause")
    assert drive(number) == []
    deployments.command(actor=actor("dora"), number=number, name="resume")
    drive(number)

    assert ask.deployment(number).status == "succeeded"


def test_deployment__aborted__nothing_new_begins_and_nothing_is_undone(ready: World, fleet: Fleet) -> None:
    number = launch(ready)
    drive(number, until=lambda move: move["act"] == "open_gate" and move["wave"] == 2)
    deployments.command(actor=actor("dora"), number=number, name="abort", reason="no")
    drive(number)

    assert ask.deployment(number).status == "aborted"
    assert statuses(number) == {"t01": "done", "t02": "skipped", "t03": "skipped"}
    assert fleet.active["t01"]


def test_command__same_id_twice__counts_once(ready: World) -> None:
    import uuid

    number, once = launch(ready), uuid.uuid4()
    drive(number, until=lambda move: move["act"] == "reach")
    for _ in range(2):
        deployments.command(actor=actor("dora"), number=number, name="pause", command_id=once)

    assert ask.deployment(number).commands.count() == 1


def test_attempt__process_lost_on_the_target__asks_a_person_and_starts_nothing(
    ready: World, fleet: Fleet
) -> None:
    fleet.world.inject(Fault.LOSE_PROCESS, target="t01", step="unpack")
    number = launch(ready)
    drive(number)

    row = ask.deployment(number)
    assert statuses(number)["t01"] == "in_doubt"
    assert [hold.kind for hold in row.holds.filter(cleared_at=None)] == ["decision"]
    assert [attempt.step_key for attempt in ask.doubtful(row)] == ["unpack"]
    assert ("t01", "forward", "switch") not in fleet.calls


@pytest.mark.parametrize(
    ("resolution", "unpacked", "ends"),
    [("applied", 0, "succeeded"), ("not_applied", 1, "succeeded")],
)
def test_doubt__decided__goes_on_as_decided(
    ready: World, fleet: Fleet, resolution: str, unpacked: int, ends: str
) -> None:
    fleet.world.inject(Fault.LOSE_PROCESS, target="t01", step="unpack")
    number = launch(ready)
    drive(number)
    doubt = ask.doubtful(ask.deployment(number)).get()
    deployments.resolve(actor=actor("dora"), attempt_id=doubt.pk, resolution=resolution, reason="I looked.")
    drive(number)

    assert fleet.calls.count(("t01", "forward", "unpack")) == unpacked
    assert ask.deployment(number).status == ends


def test_doubt__decided_by_a_service_account__refused(ready: World, fleet: Fleet) -> None:
    from rightaway.domain.values import SYSTEM
    from rightaway.queries import people as ask_people
    from rightaway.services import people

    fleet.world.inject(Fault.LOSE_PROCESS, target="t01", step="unpack")
    number = launch(ready)
    drive(number)
    people.create(actor=SYSTEM, username="robot", name="Robot", owner=ask_people.user("dora"))
    doubt = ask.doubtful(ask.deployment(number)).get()

    with pytest.raises(Forbidden):
        deployments.resolve(actor=actor("robot"), attempt_id=doubt.pk, resolution="applied", reason="x")


def test_launch__release_not_in_deployment__refused(world: World) -> None:
    with pytest.raises(Refused) as refusal:
        launch(world)

    assert refusal.value.code == "deployment.wrong_phase"


def test_launch__other_deployment_works_on_the_targets__refused(ready: World) -> None:
    launch(ready)

    with pytest.raises(Refused) as refusal:
        launch(ready)

    assert refusal.value.code == "deployment.busy"


def test_launch__rolled_back__leaves_no_workflow(ready: World) -> None:
    from django.db import connection, transaction

    class UndoError(Exception): ...

    def launch_and_fail() -> None:
        with transaction.atomic():
            launched.append(launch(ready))
            raise UndoError

    launched: list[str] = []
    with pytest.raises(UndoError):
        launch_and_fail()
    (number,) = launched

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM dbos.workflow_status WHERE workflow_uuid = %s", [f"deploy:{number}"]
        )
        assert cursor.fetchone()[0] == 0
    assert not Deployment.objects.filter(number=number).exists()


def test_gate__closed__release_stays_with_the_full_list(world: World) -> None:
    with pytest.raises(GateClosed) as closed:
        lifecycle.fire(actor=actor("rita"), number=world.release, event="abandon", reason="x")

    codes = {one["code"] for one in closed.value.evidence["unmet"]}
    assert {"G90.reason_missing", "G90.comment_missing"} <= codes


def test_plan__target_added_after_compiling__new_plan_voids_the_approval(ready: World) -> None:
    ready._target("t04", "production")
    plan = plans.compile(actor=actor("dora"), number=ready.release)

    assert plan.number == 2
    assert releases.release(ready.release).approvals.get(kind="deployment").state == "void"


def test_reconcile__workflow_gone_while_record_open__started_again(ready: World) -> None:
    number = launch(ready)
    again = workers.restart(number=number, workflow=deployments.WORKFLOW)

    assert again == f"deploy:{number}#2"
    assert workers.open_workflows()[again] == number


def test_release__backed_out_from_verification__new_deployment_undoes_the_old(
    ready: World, fleet: Fleet
) -> None:
    from datetime import timedelta

    from django.utils import timezone

    from rightaway.records.releases.models import Release

    drive(launch(ready))
    until = timezone.now() + timedelta(hours=1)
    Release.objects.filter(number=ready.release).update(rollback_valid_until=until)
    fields = {"back_out_reason": "incident"}
    lifecycle.fire(actor=actor("rita"), number=ready.release, event="back_out", reason="x", fields=fields)
    child = Deployment.objects.get(intent="back_out")
    drive(child.number)

    child.refresh_from_db()
    assert child.status == "backed_out"
    assert child.parent.status == "succeeded"
    assert not any(map(fleet.active.get, ready.keys()))


def test_launch__author_with_one_independent_approver_only__refused(world: World) -> None:
    from rightaway.domain.values import SYSTEM
    from rightaway.queries import people as ask_people
    from rightaway.services import people

    people.grant(actor=SYSTEM, user=ask_people.user("chris"), role="deployment_manager")
    drill(world)
    world.approve("build_test", "olga")
    world.approve("deployment", "chris", "cora")
    row = releases.release(world.release)
    # Chris approved it; as the launcher he no longer counts as independent, which leaves one: enough for him.
    number = deployments.launch(
        actor=actor("chris"), release=row, environment="production", intent=Intent.PLANNED
    ).number

    assert number
    from rightaway.records.approvals.models import Vote

    Vote.objects.filter(voter__username="cora").update(decision="abstain")
    Deployment.objects.filter(number=number).update(status="aborted")
    with pytest.raises(Forbidden) as refusal:
        deployments.launch(actor=actor("chris"), release=row, environment="production", intent=Intent.PLANNED)
    assert refusal.value.code == "sod.no_independent_approver"


def test_log__output_of_a_long_step__stored_once(ready: World, fleet: Fleet) -> None:
    async def talk(operation: object, say: object) -> int:
        say(b"first\n")
        await asyncio.sleep(0.01)
        say(b"second\n")
        return await fleet._step(operation, lambda _: None)

    fleet.world.scripts[SCRIPTS["step"]] = talk
    number = launch(ready)
    drive(number)

    attempt = Attempt.objects.filter(run__deployment__number=number, step_key="unpack").first()
    assert b"".join(bytes(chunk.data) for chunk in attempt.log.order_by("sequence")) == b"first\nsecond\n"
