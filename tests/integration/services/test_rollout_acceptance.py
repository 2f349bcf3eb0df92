"""What was rolled out, accepted by people before it is verified: where the policy of the service asks for it."""

from pathlib import Path

import pytest
from tests.engine_loop import Fleet, drive
from tests.phases import Phases
from tests.world import SCRIPTS, World, actor, held_to

from rightaway.domain.deployment_states import Intent
from rightaway.domain.errors import Invalid, Refused
from rightaway.domain.values import ReleaseType
from rightaway.queries import bound_content
from rightaway.queries import releases as ask
from rightaway.records.releases.models import Release
from rightaway.services import approvals, deployments

pytestmark = pytest.mark.django_db(transaction=True)
KIND = "rollout_acceptance"


def ready(folder: Path, patch: pytest.MonkeyPatch, *types: ReleaseType) -> World:
    world = Phases(folder, Fleet(patch, SCRIPTS))._ready("iota")
    held_to("iota", rollout_acceptance=list(types))
    return world


def rolled_out(world: World) -> Release:
    release = ask.release(world.release)
    assert release is not None
    made = deployments.launch(
        actor=actor("dora"), release=release, environment="production", intent=Intent.PLANNED
    )
    drive(made.number)
    return row(world)


def row(world: World) -> Release:
    found = ask.release(world.release)
    assert found is not None
    return found


def missing(world: World) -> set[str]:
    (way,) = (one for one in ask.standing(row(world)).ways if one.transition.id == "T13")
    return {one.code for one in way.unmet}


def test_release__whose_policy_asks_for_it__is_verified_once_both_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ready(tmp_path, monkeypatch, ReleaseType.MINOR)
    assert rolled_out(world).phase == "deployment"
    assert missing(world) == {"T13.approval_not_requested"}

    asked = approvals.request(actor=actor("rita"), number=world.release, kind=KIND)
    for name, phase in (("dora", "deployment"), ("olga", "verification")):
        approvals.vote(
            actor=actor(name), number=world.release, kind=KIND, decision="approve", digest=asked.digest
        )
        assert row(world).phase == phase

    (came,) = bound_content.manifest(row(world))["rollout"]
    assert came["status"] == "succeeded"
    assert {state for _ordinal, state in came["waves"]} == {"passed"}


def test_release__of_another_type__goes_on_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = ready(tmp_path, monkeypatch, ReleaseType.MAJOR)

    assert rolled_out(world).phase == "verification"


def test_rollout__that_has_not_begun__cannot_be_accepted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = ready(tmp_path, monkeypatch, ReleaseType.MINOR)

    with pytest.raises(Invalid) as refusal:
        approvals.request(actor=actor("rita"), number=world.release, kind=KIND)
    assert refusal.value.code == "approval.nothing_to_approve"


def test_rollout__that_was_denied__stays_where_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    world = ready(tmp_path, monkeypatch, ReleaseType.MINOR)
    rolled_out(world)
    asked = approvals.request(actor=actor("rita"), number=world.release, kind=KIND)

    approvals.vote(
        actor=actor("olga"),
        number=world.release,
        kind=KIND,
        decision="deny",
        digest=asked.digest,
        reason="The shop is slow.",
    )

    assert row(world).phase == "deployment"
    assert missing(world) == {"T13.approval_denied"}
    with pytest.raises(Refused):
        approvals.vote(
            actor=actor("dora"), number=world.release, kind=KIND, decision="approve", digest=asked.digest
        )
