"""Releases driven to their ends by the product's own commands, and the indicators of that."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.engine_loop import Fleet
from tests.integration.services import standard
from tests.phases import FakeTargets
from tests.world import SCRIPTS, World, actor

from rightaway.domain.deployment_states import Intent
from rightaway.domain.dora_facts import Window
from rightaway.domain.indicator_figures import Figure, Indicator
from rightaway.queries import indicators as ask
from rightaway.services import (
    approvals,
    assurance,
    changes,
    incidents,
    lifecycle,
    moments,
    outages,
    release_holds,
    releases,
    reviews,
    unauthorised_changes,
)

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    Fleet(monkeypatch, SCRIPTS)
    return service(tmp_path, "nu")


def service(folder: Path, key: str) -> World:
    (folder / key).mkdir()
    return FakeTargets(folder / key, service=key, prefix=key, staging=f"s-{key}").settle()


def succeeded(world: World) -> str:
    """Take a release of a standard change to its end: rehearsed, deployed, watched, rated 5, closed as successful."""
    number = standard.register(world)
    standard.start_build(world)
    world.build()
    standard.launch(world, "staging", Intent.DRILL)
    standard.launch(world)
    reviews.rate(actor=actor("stan"), number=number, rating=5)
    reviews.measure_objectives(actor=actor("rita"), number=number, results={"It is better": ("met", "seen")})
    reviews.complete(actor=actor("rita"), number=number, went_well="All.", to_change="Nothing.")
    reviews.accept_operations(actor=actor("dora"), number=number, service_level_met=True)
    for one in world.changes:
        changes.move(actor=actor("chris"), number=one, event="close")
    closure = {"closure_code": "successful", "no_lessons_reason": "Nothing was new."}
    releases.edit(actor=actor("rita"), number=number, fields=closure)
    later = timezone.now() + HOUR
    with time_machine.travel(later):
        moments.pass_by(since=later - 2 * HOUR, now=later)
    return number


def abandoned(world: World, reason: str = "not_needed") -> str:
    """Plan a release, have its plan denied by one who may, and give it up."""
    number = world.register()
    lifecycle.fire(actor=actor("rita"), number=number, event="start_planning")
    world.set_design()
    asked = approvals.request(actor=actor("rita"), number=number, kind="plan_design")
    approvals.vote(
        actor=actor("olga"),
        number=number,
        kind="plan_design",
        decision="deny",
        digest=asked.digest,
        reason="Too soon.",
    )
    fields = {"abandon_reason": reason, "abandon_comment": "Not now."}
    lifecycle.fire(actor=actor("rita"), number=number, event="abandon", reason="No.", fields=fields)
    return number


def measured(services: list[str] | None = None, **given: str) -> dict[str, Indicator]:
    now = timezone.now()
    found = ask.measured(Window(now - DAY, now + DAY), services, **given)
    return {one.key: one for one in found.found}


def part(found: Indicator, name: str, group: str = "") -> Figure:
    return next(one for one in found.parts if (one.group, one.name) == (group, name))


def quotient(found: Figure) -> tuple[float, float]:
    return found.numerator, found.denominator


def test_indicators__nothing_ended__say_that_there_is_no_data(world: World) -> None:
    found = measured()
    assert {key for key, one in found.items() if one.whole.value is not None} == set()
    assert {one.whole.basis.count for one in found.values()} == {0}


def test_indicators__one_release_succeeded_and_one_abandoned__are_those_of_the_records(world: World) -> None:
    done = succeeded(world)
    given_up = abandoned(world, "rejected_by_approver")
    found = measured()
    assert quotient(found["K05"].whole) == (1, 1)
    assert found["K05"].whole.counted.numbers == (done,)
    assert quotient(found["K06"].whole) == (0, 1)
    assert quotient(found["K07"].whole) == (1, 1)
    assert quotient(part(found["K07"], "on_time_finish")) == (1, 1)
    assert quotient(found["K14"].whole) == (0, 2)
    assert quotient(found["K16"].whole) == (1, 2)
    assert found["K16"].whole.counted.numbers == (given_up,)
    assert quotient(found["K17"].whole) == (2, 2)
    assert quotient(found["K18"].whole) == (1, 1)
    assert found["K21"].whole.value == 5
    assert quotient(found["K22"].whole) == (1, 1)
    assert found["K22"].whole.counted.numbers == (given_up,)
    assert found["K12"].whole.value is found["K20"].whole.value is None
