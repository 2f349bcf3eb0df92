"""The workflow of standard changes: no approval on its way, and no way without the authority of a model."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from tests.engine_loop import Fleet
from tests.integration.services import standard
from tests.phases import FakeTargets
from tests.world import SCRIPTS, World, actor

from rightaway.domain.deployment_states import Intent
from rightaway.domain.errors import Forbidden, GateClosed, Invalid
from rightaway.queries import releases as ask
from rightaway.queries import templates
from rightaway.records.approvals.models import Approval
from rightaway.records.changes.models import ChangeModel
from rightaway.records.releases.models import Release
from rightaway.services import change_models, lifecycle, moments, releases

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """A release of one standard change, registered; its targets are in memory."""
    Fleet(monkeypatch, SCRIPTS)
    world = FakeTargets(tmp_path, targets=2).settle()
    standard.register(world)
    return world


def release(world: World) -> Release:
    found = ask.release(world.release)
    assert found is not None
    return found


def codes(refusal: pytest.ExceptionInfo[GateClosed]) -> set[str]:
    return {one["code"] for one in refusal.value.evidence["unmet"]}


def test_standard_change__taken_by_its_evidence__closed_without_an_approval(world: World):
    standard.start_build(world)
    world.build()
    assert release(world).phase == "build_test"
    standard.launch(world, "staging", Intent.DRILL)
    assert release(world).phase == "deployment"
    standard.launch(world)
    assert release(world).phase == "verification"
    standard.finish(world)
    later = timezone.now() + timedelta(hours=1)
    with time_machine.travel(later):
        moments.pass_by(since=later - timedelta(hours=2), now=later)
    found = release(world)
    assert (found.phase, found.outcome) == ("closed", "success")
    assert not Approval.objects.exists()
    assert [one.state for one in found.changes.all()] == ["closed"]


def test_start_build__a_normal_change_in_it__refused(world: World):
    other = World(world.folder, service=world.service)
    number = other.register()
    change = ask.release(number).changes.get().number
    releases.set_scope(actor=actor("rita"), number=number, changes=[])
    releases.set_scope(actor=actor("rita"), number=world.release, changes=[*world.changes, change])
    with pytest.raises(GateClosed) as refusal:
        standard.start_build(world)
    assert "G06.change_not_standard" in codes(refusal)


def test_gate__model_suspended_on_the_way__shut(world: World):
    standard.start_build(world)
    world.build()
    held = ChangeModel.objects.get()
    change_models.move(actor=actor("chris"), number=held.number, event="suspend", reason="It failed.")
    standard.launch(world, "staging", Intent.DRILL)
    found = release(world)
    assert found.phase == "build_test"
    unmet = {one.code for way in ask.standing(found).ways for one in way.unmet}
    assert "G06.model_not_active" in unmet


def test_launch__by_who_wrote_the_model__refused_for_want_of_two_others(world: World):
    standard.start_build(world)
    world.build()
    standard.launch(world, "staging", Intent.DRILL)
    ChangeModel.objects.get().authors.set([actor("dora").user_id])
    with pytest.raises(Forbidden) as refusal:
        standard.launch(world)
    assert refusal.value.code == "sod.no_independent_approver"


def test_rework__from_build__waits_in_assess_for_somebody(world: World):
    standard.start_build(world)
    world.build()
    lifecycle.fire(actor=actor("rita"), number=world.release, event="reassess", reason="Another plan.")
    assert release(world).phase == "assess"


def test_register__unknown_workflow__refused_with_those_there_are(world: World):
    with pytest.raises(Invalid) as refusal:
        releases.register(actor=actor("rita"), service="shop", fields={"title": "x"}, workflow="waterfall")
    assert (refusal.value.code, refusal.value.at) == ("workflow.unknown", "workflow")
    assert refusal.value.hint == "seven_phases, standard_change"


def test_board__two_workflows__phases_of_both_in_order(world: World):
    assert [phase.key for phase in templates.current_phases()] == [
        *("assess", "plan_design", "build_test", "training", "deployment", "back_out", "verification")
    ]
