"""An approval is given for bytes: whatever changes one of them voids it, in the same transaction."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.utils import timezone
from tests.stages import staged
from tests.world import SCRIPTS, World, actor

from rightaway.domain.errors import Forbidden, Refused
from rightaway.domain.values import SYSTEM
from rightaway.queries import approvers, bound_content
from rightaway.queries import people as ask
from rightaway.records.approvals.models import Approval
from rightaway.records.audit.models import AuditEvent
from rightaway.records.releases.models import Release
from rightaway.services import approvals, people, plans, releases

pytestmark = pytest.mark.django_db


@pytest.fixture
def approved(db: None) -> World:
    """A release built and planned, with its three approvals before deployment given."""
    return staged("approved", _approved)


def _approved(folder: Path) -> World:
    world = World(folder).settle()
    world.register()
    world.plan()
    world.build()
    world.approve("build_test", "olga")
    world.approve("deployment", "chris", "cora")
    return world


def states(world: World) -> dict[str, str]:
    rows = Approval.objects.filter(release__number=world.release).order_by("id")
    return {row.kind: row.state for row in rows}


def one_byte_of_the_package(world: World) -> None:
    world.admit(world.package("1.1"))


def one_byte_of_a_script(world: World) -> None:
    world.admit(world.package(step=SCRIPTS["step"] + "\n"))


def one_byte_of_the_back_out_script(world: World) -> None:
    world.admit(world.package(back_switch=SCRIPTS["back_switch"] + "\n"))


def a_wave(world: World) -> None:
    world.set_design(**{"size: 1": "size: 2"})


def the_back_out_plan(world: World) -> None:
    world.set_design(**{"inverse: nothing": "inverse: back_switch"})


def the_window(world: World) -> None:
    end = Release.objects.get(number=world.release).planned_end + timedelta(seconds=1)
    releases.edit(actor=actor("rita"), number=world.release, fields={"planned_end": end})


def the_scope(world: World) -> None:
    releases.set_scope(actor=actor("rita"), number=world.release, cis=world.keys()[:1])


@pytest.mark.parametrize(
    ("edit", "voided"),
    [
        (one_byte_of_the_package, {"build_test", "deployment"}),
        (one_byte_of_a_script, {"build_test", "deployment"}),
        (one_byte_of_the_back_out_script, {"build_test", "deployment"}),
        (a_wave, {"plan_design", "deployment", "build_test"}),
        (the_back_out_plan, {"plan_design", "deployment", "build_test"}),
        (the_window, {"plan_design", "deployment"}),
        (the_scope, {"plan_design", "build_test", "deployment"}),
    ],
)
def test_approval__bound_content_edited__voided_with_the_difference(
    approved: World, edit: Callable[[World], None], voided: set[str]
) -> None:
    assert set(states(approved).values()) == {"approved"}

    edit(approved)

    assert {kind for kind, state in states(approved).items() if state == "void"} == voided
    rows = Approval.objects.filter(release__number=approved.release, state="void")
    assert all(row.difference and row.difference[0]["path"] for row in rows)
    assert AuditEvent.objects.filter(action="release.approval.voided").count() == len(voided)


def test_approval__wording_edited__stands(approved: World) -> None:
    releases.edit(actor=actor("rita"), number=approved.release, fields={"description": "Other words."})

    assert set(states(approved).values()) == {"approved"}


def test_approval__same_plan_compiled_again__stands(approved: World) -> None:
    plans.compile(actor=actor("dora"), number=approved.release)

    assert set(states(approved).values()) == {"approved"}


@pytest.mark.parametrize("door", ["web", "api", "cli"])
def test_vote__author_of_the_plan_by_any_door__refused(approved: World, door: str) -> None:
    people.grant(actor=SYSTEM, user=ask.user("rita"), role="service_owner")
    the_window(approved)
    row = approvals.request(actor=actor("rita"), number=approved.release, kind="plan_design")

    with pytest.raises(Forbidden) as refusal:
        approvals.vote(
            actor=actor("rita", door),
            number=approved.release,
            kind="plan_design",
            decision="approve",
            digest=row.digest,
        )

    assert refusal.value.code == "sod.self_approval"


def test_vote__content_changed_since_it_was_seen__refused_and_not_recorded(approved: World) -> None:
    old = Approval.objects.get(release__number=approved.release, kind="plan_design")
    the_window(approved)
    approvals.request(actor=actor("rita"), number=approved.release, kind="plan_design")

    with pytest.raises(Refused) as refusal:
        approvals.vote(
            actor=actor("olga"),
            number=approved.release,
            kind="plan_design",
            decision="approve",
            digest=old.digest,
        )

    assert refusal.value.code == "approval.content_changed"
    assert not Approval.objects.latest("id").votes.exists()


def test_request__nobody_could_give_it__refused(approved: World) -> None:
    from rightaway.records.people.models import RoleBinding

    the_window(approved)
    RoleBinding.objects.filter(role="change_manager").delete()

    with pytest.raises(Refused) as refusal:
        approvals.request(actor=actor("rita"), number=approved.release, kind="plan_design")

    assert refusal.value.code == "approval.no_approver"


def test_launch__with_a_change_that_was_backed_out__is_refused_with_what_to_do(approved: World) -> None:
    from rightaway.domain.deployment_states import Intent
    from rightaway.records.changes.models import Change
    from rightaway.services import deployments

    release = Release.objects.get(number=approved.release)
    release.phase = "deployment"
    release.save()
    Change.objects.filter(release=release).update(state="backed_out")
    with pytest.raises(Refused) as refused:
        deployments.launch(
            actor=actor("dora"), release=release, environment="production", intent=Intent.PLANNED, reason=""
        )
    assert (refused.value.code, refused.value.evidence["change"]) == (
        "deployment.change_not_authorised",
        approved.changes[0],
    )


OTHER_VALUES = {
    "origin": "problem",
    "release_type": "major",
    "release_kind": "mixed",
    "reason": "security",
    "outcome": "partial",
    "closure_code": "rejected",
    "risk_answers": {"outage": "yes"},
    "training_required": True,
}


def another(name: str) -> object:
    if name in OTHER_VALUES:
        return OTHER_VALUES[name]
    if name in releases.PEOPLE:
        return "oscar"
    if name in releases.TIMES:
        return timezone.now() + timedelta(days=33)
    return "Something else." if name in releases.TEXTS else 2 if name in releases.SCALES else 4711


def test_edit__each_field_in_turn__voids_the_approvals_that_bind_it_and_no_launch_is_possible(
    approved: World,
) -> None:
    """Every field that can be edited is either on the list of those that bind nothing, or voids."""
    voids = {}
    for name in sorted(releases.EDITABLE):
        point = transaction.savepoint()
        release = Release.objects.get(number=approved.release)
        before = bound_content.manifest(release)
        edited = releases.edit(actor=actor("rita"), number=approved.release, fields={name: another(name)})
        voids[name] = {kind for kind, state in states(approved).items() if state == "void"}
        is_bound = bound_content.manifest(edited) != before
        assert is_bound is (name not in {*bound_content.COSMETIC, "no_lessons_reason"}), (
            name
        )  # with an outcome only
        stands = approvers.approved_by(edited, "deployment", timezone.now())
        assert bool(stands) is ("deployment" not in voids[name]), name
        transaction.savepoint_rollback(point)
    of_plan = {"plan_design", "deployment"}
    assert {name for name, kinds in voids.items() if kinds == of_plan} == {
        *("planned_start", "planned_end", "communication_plan", "cost_estimate"),
        *("els_starts_at", "els_ends_at", "els_exit_criteria"),
    }
    assert {name for name, kinds in voids.items() if kinds == {*of_plan, "build_test"}} == {
        *("release_type", "release_kind", "origin", "reason", "impact_assessment", "urgency", "risk_answers")
    }
    outcome = {"outcome", "closure_code", "no_lessons_reason"}
    assert {name for name, kinds in voids.items() if not kinds} == bound_content.COSMETIC | outcome
