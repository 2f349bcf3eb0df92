"""What comes into people's inboxes, and that it comes with what caused it."""

from datetime import timedelta
from pathlib import Path

import pytest
from tests.integration.services.begun import registered
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.deployment_states import Intent
from rightaway.queries import notifications
from rightaway.queries import people as ask_people
from rightaway.queries import releases as ask
from rightaway.records.deployments.models import TargetRun
from rightaway.records.notifications.models import Notification
from rightaway.services import approvals, deployment_attempts, deployment_progress, deployments, releases
from rightaway.services import notifications as commands
from rightaway.services.deployment_attempts import Intended, Result, Settled

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return staged("nobody told", _untold)


def _untold(folder: Path) -> World:
    world = registered(folder)
    Notification.objects.all().delete()
    return world


def told(name: str, kind: str) -> list[Notification]:
    user = ask_people.user(name)
    assert user is not None
    return [row for row in notifications.inbox(user.pk) if row.kind == kind]


def has(kind: str) -> set[str]:
    return set(Notification.objects.filter(kind=kind).values_list("person__username", flat=True))


def launch(world: World) -> str:
    row = ask.release(world.release)
    assert row is not None
    found = deployments.launch(
        actor=actor("dora"), release=row, environment="staging", intent=Intent.DRILL, reason="drill"
    )
    return found.number


def test_phase_entered__by_a_person__the_other_watchers_are_told(world: World):
    world.plan()
    (row,) = told("stan", "release_moved")
    assert (row.subject_key, row.facts) == (world.release, {"from": "plan_design", "to": "build_test"})
    assert "release_moved" not in {row.kind for row in told("rita", "commented")}


def test_phase_entered__own_act__not_told(world: World):
    from rightaway.services import lifecycle

    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    assert told("rita", "release_moved") == []


def test_approval__asked_for__those_who_could_give_it_and_not_its_authors(world: World):
    world.plan()
    assert {"olga", "chris"} <= has("approval_asked")
    assert not {"rita", "dora", "ada", "stan"} & has("approval_asked")
    (row,) = told("olga", "approval_asked")
    assert (row.by, row.facts) == ("rita", {"approval": "plan_design"})


def test_approval__voided_by_an_edit__those_who_gave_it_and_the_watchers(world: World):
    world.plan()
    Notification.objects.all().delete()
    end = ask.release(world.release).planned_end
    releases.edit(
        actor=actor("ben"), number=world.release, fields={"planned_end": end + timedelta(minutes=1)}
    )
    assert has("approval_voided") == {"olga", "chris", "rita", "stan"}


def test_approval__asked_and_refused__nobody_is_told(world: World):
    from rightaway.domain.errors import RightawayError

    with pytest.raises(RightawayError):
        approvals.request(actor=actor("rita"), number=world.release, kind="build_test")
    assert has("approval_asked") == set()


@pytest.fixture
def deployment(world: World) -> str:
    world.plan()
    world.build()
    number = launch(world)
    Notification.objects.all().delete()
    return number


def test_deployment__begun_and_finished__watchers_and_who_launched_it(deployment: str):
    deployment_progress.start(number=deployment)
    deployment_progress.start(number=deployment)
    assert has("deployment_begun") == {"dora", "rita", "stan"}
    assert len(told("rita", "deployment_begun")) == 1
    deployment_progress.change(number=deployment, event="fail_no_back_out", reason="no more")
    (row,) = told("stan", "deployment_finished")
    assert (row.facts["status"], row.facts["reason"]) == ("failed", "no more")


def test_deployment__backing_out__told_once_for_all_waves(deployment: str):
    deployment_progress.start(number=deployment)
    deployment_progress.reach(number=deployment, ordinal=1)
    from rightaway.records.deployments.models import Wave

    Wave.objects.filter(deployment__number=deployment).update(status="running")
    for _ in range(2):
        deployment_progress.begin_revert(number=deployment, ordinal=1, reason="red")
    assert len(told("rita", "deployment_backing_out")) == 1


def test_attempts__in_doubt_together__one_row_for_those_who_can_decide(deployment: str):
    deployment_progress.start(number=deployment)
    run = TargetRun.objects.get(deployment__number=deployment)
    TargetRun.objects.filter(pk=run.pk).update(status="reverting")
    intents = [Intended(run.pk, f"s{n}", "inverse", 1, n, f"op-{n}", "E2") for n in range(3)]
    going = deployment_attempts.intend(
        number=deployment, ordinal=1, worker="w", fences={run.pk: 1}, intents=intents
    )
    assert going == {run.pk}
    results = [Result(f"op-{n}", "worker_or_link_lost", message="lost") for n in range(3)]
    settled = Settled(run_id=run.pk, event="attempt_in_doubt", results=results)
    for _ in range(2):
        deployment_attempts.settle(number=deployment, settled=[settled])

    assert has("attempt_in_doubt") == {"dora", "ben"}  # who builds decides outside of production
    (row,) = told("dora", "attempt_in_doubt")
    assert (row.subject_kind, row.subject_key, row.facts["attempts"]) == ("deployment", deployment, 3)


def test_unread__many_rows__one_statement(world: World, django_assert_num_queries):
    world.plan()
    user = ask_people.user("olga")
    with django_assert_num_queries(1):
        assert notifications.unread(user.pk) > 0


def test_mark_read__all__only_ones_own(world: World):
    world.plan()
    commands.mark_read(actor=actor("olga"))
    olga, chris = ask_people.user("olga"), ask_people.user("chris")
    assert notifications.unread(olga.pk) == 0
    assert notifications.unread(chris.pk) > 0
