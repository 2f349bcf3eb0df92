"""What an estimate rests on: earlier deployments, else the rehearsal, else the run itself, else nothing."""

from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.engine_loop import Fleet, drive
from tests.world import SCRIPTS, World, actor

from rightaway.domain.deployment_states import Intent
from rightaway.domain.deployments import Act
from rightaway.queries import deployments as ask
from rightaway.queries import estimates, releases
from rightaway.queries.estimates import Basis, Forecast
from rightaway.records.cmdb.models import Target
from rightaway.services import deployments

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A release that may enter deployment as soon as it is rehearsed; its targets are in memory."""
    Fleet(monkeypatch, SCRIPTS)
    world = World(tmp_path, targets=3).settle()
    Target.objects.update(driver="fake", config={})
    world.register()
    world.plan()
    world.build()
    return world


def launch(world: World, environment: str, intent: Intent) -> str:
    row = releases.release(world.release)
    return deployments.launch(actor=actor("dora"), release=row, environment=environment, intent=intent).number


def forecast(number: str) -> Forecast:
    row = ask.deployment(number)
    return estimates.forecast(row, ask.grid(row), ask.at_work(row), timezone.now())


def test_forecast__with_more_history__rests_on_the_best_there_is(world: World) -> None:
    first = launch(world, "staging", Intent.DRILL)
    assert forecast(first) == Forecast(Basis.NOTHING)
    drive(first, until=lambda move: move["act"] == Act.SETTLE)
    assert (forecast(first).basis, forecast(first).count, forecast(first).whole) == (Basis.OWN, 1, None)
    drive(first)

    again = launch(world, "staging", Intent.DRILL)
    found = forecast(again)
    assert (found.basis, found.count) == (Basis.EARLIER, 1)
    assert found.whole.left_s > 0
    assert found.whole.ends_at is None  # nothing began yet
    drive(again)

    world.approve("build_test", "olga")
    world.approve("deployment", "chris", "cora")
    real = launch(world, "production", Intent.PLANNED)
    drive(real, until=lambda move: move["act"] == Act.RUN)
    found = forecast(real)
    assert (found.basis, found.rehearsal) == (Basis.REHEARSAL, again)
    assert found.whole.ends_at < found.waves[2].ends_at + timezone.timedelta(seconds=1)
    assert set(found.waves) == {1, 2}


def test_forecast__of_more_targets__takes_no_more_statements(world: World) -> None:
    number = launch(world, "staging", Intent.DRILL)
    before = statements(number)
    drive(number, until=lambda move: move["act"] == Act.SETTLE)
    assert statements(number) == before


def statements(number: str) -> int:
    row = ask.deployment(number)
    grid, at_work = ask.grid(row), ask.at_work(row)
    with CaptureQueriesContext(connection) as found:
        estimates.forecast(row, grid, at_work, timezone.now())
    return len(found)
