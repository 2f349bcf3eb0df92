"""A release on hold: nothing is decided or edited meanwhile, and it goes on where it was."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from tests.engine_loop import Fleet, drive
from tests.integration.services.begun import built, registered
from tests.phases import Phases
from tests.stages import staged
from tests.world import SCRIPTS, World, actor

from rightaway.domain.deployment_states import Intent
from rightaway.domain.errors import Forbidden, GateClosed, Invalid, Refused, RightawayError
from rightaway.queries import approvals as ask_approvals
from rightaway.queries import releases as ask
from rightaway.records.audit.models import AuditEvent
from rightaway.records.deployments.models import Deployment
from rightaway.records.notifications.models import Notification
from rightaway.records.releases.models import Release, ReleaseHold
from rightaway.services import (
    approvals,
    assurance,
    deployment_gate,
    deployments,
    lifecycle,
    moments,
    plans,
    release_holds,
    releases,
    reviews,
    tasks,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ABANDON = {"abandon_reason": "not_needed", "abandon_comment": "The need is gone."}


def planned(folder: Path) -> World:
    """A release whose plan waits for its second vote."""
    world = registered(folder)
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    world.set_design()
    world.approve("plan_design", "olga")
    return world


@pytest.fixture
def waiting(db: None) -> World:
    return staged("hold-planned", planned)


def row(world: World) -> Release:
    return Release.objects.get(number=world.release)


def hold(
    world: World, *, by: str = "rita", until: datetime | None = None, reason: str = "No staff."
) -> Release:
    end = until or timezone.now() + 2 * DAY
    return release_holds.hold(actor=actor(by), number=world.release, reason=reason, until=end)


def resume(world: World) -> Release:
    return release_holds.resume(actor=actor("rita"), number=world.release)


def vote(world: World) -> None:
    asked = row(world).approvals.get(kind="plan_design")
    approvals.vote(
        actor=actor("chris"),
        number=world.release,
        kind="plan_design",
        decision="approve",
        digest=asked.digest,
    )


def test_hold__then_resume__is_where_it_was_with_both_recorded(waiting: World):
    before = row(waiting)
    hold(waiting)
    held = row(waiting)
    assert (held.phase, held.phase_status) == (before.phase, "on_hold")
    resumed = resume(waiting)
    assert (resumed.phase, resumed.phase_status) == (before.phase, before.phase_status)
    (kept,) = ReleaseHold.objects.all()
    assert (kept.reason, kept.held_by.username, kept.resumed_by.username) == ("No staff.", "rita", "rita")
    told = AuditEvent.objects.filter(stream=waiting.release).order_by("id").values_list("action", flat=True)
    assert [one for one in told if one.endswith(("held", "resumed"))] == [
        "release.record.held",
        "release.record.resumed",
    ]


COMMANDS: dict[str, Callable[[World], object]] = {
    "vote": vote,
    "request": lambda w: approvals.request(actor=actor("rita"), number=w.release, kind="build_test"),
    "edit": lambda w: releases.edit(actor=actor("rita"), number=w.release, fields={"on_call": "Ben"}),
    "scope": lambda w: releases.set_scope(actor=actor("rita"), number=w.release, cis=[]),
    "design": World.set_design,
    "task": lambda w: tasks.finish(
        actor=actor("rita"),
        number=w.release,
        key="identify_affected_systems",
        state="skipped",
        note="x",
    ),
    "package": lambda w: w.admit(w.package()),
    "compile": lambda w: plans.compile(actor=actor("dora"), number=w.release),
    "review": lambda w: reviews.rate(actor=actor("stan"), number=w.release, rating=5),
}


@pytest.mark.parametrize("name", COMMANDS)
def test_hold__command_that_changes_the_release__waits_until_it_is_resumed(
    waiting: World, name: str, tmp_path: Path
):
    waiting.folder = tmp_path
    hold(waiting)
    with pytest.raises(Refused) as refusal:
        COMMANDS[name](waiting)
    assert refusal.value.code == "hold.held"


def test_hold__evidence_that_comes__is_taken_in(waiting: World):
    hold(waiting)
    assurance.record_defect(actor=actor("ben"), number=waiting.release, title="Slow", severity="minor")
    assert row(waiting).defects.count() == 1


def test_hold__every_way_but_the_end__is_shut_and_says_why(waiting: World):
    hold(waiting)
    for one in ask.standing(row(waiting)).ways:
        codes = {unmet.code for unmet in one.unmet}
        assert ("hold.held" in codes) is (one.transition.target != "abandoned"), one.transition.id
    with pytest.raises(GateClosed):
        lifecycle.fire(actor=actor("rita"), number=waiting.release, event="reassess", reason="Again.")
    lifecycle.fire(actor=actor("rita"), number=waiting.release, event="abandon", reason="No.", fields=ABANDON)
    ended = row(waiting)
    assert (ended.phase, ended.phase_status) == ("abandoned", "closed")
    assert not ended.holds.filter(resumed_at__isnull=True).exists()


def test_hold__vote_that_opened_a_way_before__takes_it_only_after_resuming(db: None):
    world = staged("hold-built", built)
    assert row(world).phase == "build_test"
    hold(world)
    lifecycle.settle(release=row(world))
    assert row(world).phase_status == "on_hold"


def test_hold__approval_of_it__is_not_in_the_list_of_what_waits(waiting: World):
    chris = actor("chris").user_id
    assert chris is not None
    assert ask_approvals.waiting(chris).count() == 1
    hold(waiting)
    assert ask_approvals.waiting(chris).count() == 0
    resume(waiting)
    assert ask_approvals.waiting(chris).count() == 1


def test_hold__longer_than_an_approval_lives__it_is_asked_for_again(waiting: World):
    began = timezone.now()
    hold(waiting, until=began + 20 * DAY)
    with time_machine.travel(began + 15 * DAY):
        moments.pass_by(since=began, now=timezone.now())
        asked = row(waiting).approvals.get(kind="plan_design")
        assert asked.state == "pending"  # nobody could vote, so nothing ends
        resume(waiting)
        asked.refresh_from_db()
        assert asked.state == "expired"


def test_hold__its_time_over__tells_who_holds_it_once_and_holds_on(waiting: World):
    end = timezone.now() + DAY
    hold(waiting, until=end)
    with time_machine.travel(end + timedelta(minutes=1)):
        for _ in range(2):
            moments.pass_by(since=end - DAY, now=timezone.now())
    (told,) = Notification.objects.filter(kind="hold_over")
    assert (told.person.username, told.facts["reason"]) == ("rita", "No staff.")
    assert row(waiting).phase_status == "on_hold"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"by": "dora"}, "permission.denied"),
        ({"reason": "  "}, "hold.reason"),
        ({"until": timezone.now() - DAY}, "hold.until"),
    ],
)
def test_hold__what_cannot_be_held__is_refused(waiting: World, change: dict[str, object], code: str):
    with pytest.raises((Forbidden, Invalid)) as refusal:
        hold(waiting, **change)  # type: ignore[arg-type]
    assert isinstance(refusal.value, RightawayError)
    assert refusal.value.code == code
    assert row(waiting).phase_status != "on_hold"


def test_hold__held_or_resumed_twice__refused(waiting: World):
    hold(waiting)
    with pytest.raises(Refused) as refusal:
        hold(waiting)
    assert refusal.value.code == "hold.held"
    resume(waiting)
    with pytest.raises(Refused) as refusal:
        resume(waiting)
    assert refusal.value.code == "hold.not_held"


def test_hold__over__refused(waiting: World):
    lifecycle.fire(actor=actor("rita"), number=waiting.release, event="abandon", reason="No.", fields=ABANDON)
    with pytest.raises(Refused) as refusal:
        hold(waiting)
    assert refusal.value.code == "release.closed"


def launched(folder: Path, fleet: Fleet) -> tuple[World, str]:
    world = Phases(folder, fleet)._ready("iota")
    launch = deployments.launch(
        actor=actor("dora"), release=row(world), environment="production", intent=Intent.PLANNED
    )
    return world, launch.number


@pytest.mark.django_db(transaction=True)
def test_hold__while_a_wave_works_on_targets__refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    world, number = launched(tmp_path, Fleet(monkeypatch, SCRIPTS))
    drive(number, until=lambda move: move["act"] == "run")
    with pytest.raises(Refused) as refusal:
        hold(world)
    assert (refusal.value.code, refusal.value.evidence) == ("hold.wave_running", {"deployments": [number]})


@pytest.mark.django_db(transaction=True)
def test_hold__before_the_first_wave__its_gate_stays_shut_and_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    world, number = launched(tmp_path, Fleet(monkeypatch, SCRIPTS))
    hold(world)
    deployment = Deployment.objects.get(number=number)
    wave = deployment.waves.get(ordinal=1)
    shut = deployment_gate.judge(deployment, wave)
    assert (shut.is_open, "No staff." in shut.text) == (False, True)
    resume(world)
    assert deployment_gate.judge(Deployment.objects.get(number=number), wave).is_open
