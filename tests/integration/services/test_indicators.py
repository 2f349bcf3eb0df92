"""Releases driven to their ends by the product's own commands, and the indicators of that."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from tests.engine_loop import Fleet, drive
from tests.integration.services import standard, test_emergency
from tests.phases import FakeTargets
from tests.world import SCRIPTS, World, actor

from rightaway.domain.deployment_states import Intent
from rightaway.domain.dora_facts import Window
from rightaway.domain.indicator_figures import Figure, Indicator
from rightaway.queries import indicators as ask
from rightaway.records.releases.models import Release
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
    trainings,
    unauthorised_changes,
    waivers,
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


def deployed(world: World) -> str:
    """Take a release of a standard change into early life support: rehearsed and deployed."""
    number = standard.register(world)
    standard.start_build(world)
    world.build()
    standard.launch(world, "staging", Intent.DRILL)
    standard.launch(world)
    return number


def succeeded(world: World) -> str:
    number = deployed(world)
    close(world)
    return number


def close(world: World, after: timedelta = HOUR) -> None:
    """Bring what closing asks for: rated 5, as successful; it ends by itself when its early life is over."""
    number = world.release
    reviews.rate(actor=actor("stan"), number=number, rating=5)
    reviews.measure_objectives(actor=actor("rita"), number=number, results={"It is better": ("met", "seen")})
    reviews.complete(actor=actor("rita"), number=number, went_well="All.", to_change="Nothing.")
    reviews.accept_operations(actor=actor("dora"), number=number, service_level_met=True)
    for one in world.changes:
        changes.move(actor=actor("chris"), number=one, event="close")
    closure = {"closure_code": "successful", "no_lessons_reason": "Nothing was new."}
    releases.edit(actor=actor("rita"), number=number, fields=closure)
    later = timezone.now() + after
    with time_machine.travel(later):
        moments.pass_by(since=later - after - HOUR, now=later)


def abandoned(world: World, reason: str = "not_needed") -> str:
    """Plan a release, have its plan denied by one who may, and give it up."""
    number = world.register()
    lifecycle.fire(actor=actor("rita"), number=number, event="start_planning")
    world.set_design()
    asked = approvals.request(actor=actor("rita"), number=number, kind="plan_design")
    deny(number, asked.digest)
    give_up(number, reason)
    return number


def deny(number: str, digest: str) -> None:
    given = {"kind": "plan_design", "decision": "deny", "digest": digest, "reason": "Too soon."}
    approvals.vote(actor=actor("olga"), number=number, **given)


def give_up(number: str, reason: str = "not_needed") -> None:
    fields = {"abandon_reason": reason, "abandon_comment": "Not now."}
    lifecycle.fire(actor=actor("rita"), number=number, event="abandon", reason="No.", fields=fields)


def measured(services: list[str] | None = None, **given: str) -> dict[str, Indicator]:
    now = timezone.now()
    found = ask.measured(Window(now - DAY, now + 7 * DAY), services, **given)
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


def test_indicators__records_around_a_release__are_counted_once_and_where_they_belong(world: World) -> None:
    number = deployed(world)
    olga, dora = actor("olga"), actor("dora")
    for severity, link in ((2, "caused_by_release"), (3, "resolved_by_release"), (4, "")):
        row = incidents.record_incident(
            actor=olga, title="Slow", service="nu", severity=severity, release=number, link=link
        )
        incidents.resolve_incident(actor=olga, number=row.number, resolution="Waited.")
    incidents.mark_misuse(actor=olga, number=row.number, misunderstood="Where the button is.")
    begin = timezone.now() - 2 * HOUR
    times = {"planned_start": begin, "planned_end": begin + HOUR}
    actual = {"actual_start": begin, "actual_end": begin + HOUR * 1.5}
    outage = outages.record(
        actor=olga,
        service="nu",
        fields={"title": "Down", "kind": "planned", **times, **actual},
        source={"release": number},
    )
    asked = waivers.ask(
        actor=actor("rita"),
        number=number,
        control="backups",
        reason="No data.",
        expires_at=timezone.now() + DAY,
    )
    waivers.grant(actor=actor("oscar"), number=number, waiver_id=asked.pk)
    assurance.record_training(
        actor=dora, number=number, audience="desk", mode="workshop", invited=8, attended=6
    )
    rita = actor("rita")
    trainings.plan(actor=rita, number=number, audience="shop", fields={"mode": "workshop", "pass_mark": 60})
    trainings.invite(actor=rita, number=number, audience="shop", names=["Ann", "Bob"])
    for name, score in (("Ann", 90), ("Bob", 50)):
        trainings.attend(actor=rita, number=number, audience="shop", name=name, source="trainer", score=score)
    unauthorised_changes.record(
        actor=actor("stan"), service="nu", affected_cis=world.keys()[:1], evidence="It is another file."
    )
    close(world, after=5 * DAY)  # so many incidents have to be some days ago
    found = measured()
    assert quotient(found["K11"].whole) == (2, 1)
    assert part(found["K11"], "3", "severity").value == 0
    assert found["K12"].whole.value == 1.5
    assert found["K12"].whole.basis.numbers == (outage.number,)
    assert quotient(found["K19"].whole) == (1, 1)
    assert quotient(part(found["K19"], "failed_later")) == (1, 1)
    assert quotient(found["K20"].whole) == (7, 10)
    assert quotient(part(found["K20"], "misuse")) == (1, 1)
    assert quotient(found["K15"].whole) == (1, 2)


def test_waiting__approval_and_hold_at_the_same_time__no_minute_counts_twice(world: World) -> None:
    begin = timezone.now() - 20 * HOUR
    with time_machine.travel(begin, tick=False) as clock:
        number = world.register()
        clock.move_to(begin + HOUR)
        lifecycle.fire(actor=actor("rita"), number=number, event="start_planning")
        world.set_design()
        asked = approvals.request(actor=actor("rita"), number=number, kind="plan_design")
        clock.move_to(begin + 3 * HOUR)
        release_holds.hold(
            actor=actor("rita"), number=number, reason="Nobody has time.", until=begin + 9 * HOUR
        )
        clock.move_to(begin + 5 * HOUR)
        release_holds.resume(actor=actor("rita"), number=number)
        deny(number, asked.digest)
        clock.move_to(begin + 9 * HOUR)
        give_up(number)
    found = measured()["K09"]
    hour = HOUR.total_seconds()
    assert quotient(found.whole) == (4 * hour, 9 * hour)
    assert part(found, "plan_design", "time").value == 8 * hour
    assert part(found, "plan_design", "waiting").value == 0.5
    assert part(found, "assess", "waiting").value == 0
    assert part(measured()["K10"], "plan_design", "approval").value == 4 * hour


def test_indicators__more_releases_with_everything__the_same_statements(world: World, tmp_path: Path) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            measured()
        return len(captured)

    succeeded(world)
    few = statements()
    succeeded(service(tmp_path, "xi"))
    assert (statements(), quotient(measured()["K05"].whole)) == (few, (2, 2))
    assert quotient(measured(["xi"])["K05"].whole) == (1, 1)


def test_backed_out__after_a_rehearsal__how_well_that_foretold_the_way_back(world: World) -> None:
    number = standard.register(world)
    standard.start_build(world)
    watched = {"els_ends_at": timezone.now() + DAY}  # for as long it can go back
    releases.edit(actor=actor("rita"), number=number, fields=watched)
    world.build()
    standard.launch(world, "staging", Intent.DRILL)
    standard.launch(world)
    lifecycle.fire(
        actor=actor("rita"),
        number=number,
        event="back_out",
        reason="It is slow.",
        fields={"back_out_reason": "health_failed"},
    )
    back = Release.objects.get(number=number).deployments.latest("id")
    drive(back.number)
    end(number, outcome="backed_out", closure_code="failed_backed_out")
    found = measured()
    assert quotient(found["K05"].whole) == (0, 1)
    assert found["K06"].whole.counted.numbers == (number,)
    assert quotient(part(found["K06"], "partially_backed_out")) == (0, 1)
    assert quotient(found["K18"].whole) == (1, 1)
    assert part(found["K18"], "prediction_error").basis.numbers == (number,)
    assert quotient(found["K17"].whole) == (0, 0)


def end(number: str, **fields: str) -> None:
    """Let a release be over as it is, without what closing asks for."""
    Release.objects.filter(number=number).update(closed_at=timezone.now(), **fields)


@pytest.mark.parametrize("is_late", [False, True])
def test_emergency__approved_after_its_time__is_late(world: World, is_late: bool) -> None:
    test_emergency.begun(world)
    test_emergency.start(world)
    test_emergency.build(world)
    due = test_emergency.decided(world).ratify_by
    assert due is not None
    moment = due + HOUR if is_late else due - HOUR
    with time_machine.travel(moment):
        for kind, voters in (
            ("plan_design", ("olga", "chris")),
            ("build_test", ("olga",)),
            ("deployment", ("chris", "cora")),
        ):
            test_emergency.approve(world, kind, *voters)
        end(world.release, outcome="success", closure_code="successful")
    found = measured()["K14"]
    assert quotient(found.whole) == (1, 1)
    assert quotient(part(found, "late_paperwork")) == (int(is_late), 1)
