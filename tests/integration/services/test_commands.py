"""What commands ask before they do anything: permission before state, values before they are stored."""

import uuid

import pytest
from tests.integration.services.begun import built, settled
from tests.stages import staged
from tests.world import World, actor, registration

from rightaway.domain.deployment_states import Intent
from rightaway.domain.errors import Forbidden, Invalid, NotFound
from rightaway.domain.values import SYSTEM
from rightaway.queries import people as ask_people
from rightaway.queries import releases as ask
from rightaway.records.releases.models import Release
from rightaway.services import approvals, changes, deployments, incidents, lifecycle, people, releases

pytestmark = pytest.mark.django_db
NO_DIGEST = "0" * 64


@pytest.fixture
def world(request: pytest.FixtureRequest, db: None) -> World:
    is_built = "deployment" in request.fixturenames
    return staged("built", built) if is_built else staged("settled", settled)


@pytest.fixture
def release(world: World) -> str:
    return world.register()


@pytest.fixture
def deployment(world: World) -> str:
    """A rehearsal that waits for a worker."""
    row = ask.release(world.release)
    assert row is not None
    return deployments.launch(
        actor=actor("dora"), release=row, environment="staging", intent=Intent.DRILL
    ).number


def command(number: str, command_id: uuid.UUID, name: str = "cancel", **more: str) -> None:
    deployments.command(
        actor=actor(more.pop("by", "dora")), number=number, name=name, command_id=command_id, **more
    )


def test_operator_command__repeated_with_its_id__changes_nothing(deployment: str):
    key = uuid.uuid4()
    command(deployment, key)
    command(deployment, key)


@pytest.mark.parametrize("other", [{"name": "pause"}, {"reason": "another"}, {"by": "rita"}])
def test_operator_command__id_of_another_command__mismatch(deployment: str, other: dict[str, str]):
    key = uuid.uuid4()
    command(deployment, key)
    with pytest.raises(Invalid) as refusal:
        command(deployment, key, **other)
    assert refusal.value.code == "idempotency.mismatch"


def test_operator_command__id_used_for_another_deployment__mismatch(deployment: str):
    key = uuid.uuid4()
    command(deployment, key)
    with pytest.raises(Invalid) as refusal:
        command("DEP-999999", key)
    assert refusal.value.code == "idempotency.mismatch"


@pytest.mark.parametrize("event", ["close", "start_planning", "no_such_event"])
def test_fire__without_the_role__forbidden_whatever_the_state(release: str, event: str):
    with pytest.raises(Forbidden):
        lifecycle.fire(actor=actor("ada"), number=release, event=event)


def test_fire__without_the_role__nothing_is_told_of_what_is_missing(release: str):
    with pytest.raises(Forbidden) as refusal:
        lifecycle.fire(actor=actor("stan"), number=release, event="start_planning")
    assert "unmet" not in refusal.value.evidence


@pytest.mark.parametrize("decision", ["approve", "deny", "withdraw"])
def test_vote__without_the_role__forbidden_before_it_was_asked_for(release: str, decision: str):
    with pytest.raises(Forbidden):
        approvals.vote(
            actor=actor("ada"), number=release, kind="plan_design", decision=decision, digest=NO_DIGEST
        )


def test_launch__without_the_role__forbidden_without_a_plan(release: str):
    row = ask.release(release)
    assert row is not None
    with pytest.raises(Forbidden):
        deployments.launch(actor=actor("ada"), release=row, environment="production")


@pytest.mark.parametrize("field", ["outcome", "closure_code"])
def test_edit__value_that_there_is_not__invalid(release: str, field: str):
    with pytest.raises(Invalid) as refusal:
        releases.edit(actor=actor("rita"), number=release, fields={field: "splendid"})
    assert (refusal.value.code, refusal.value.at) == ("field.choice", field)


@pytest.mark.parametrize("empty", ["", None])
def test_edit__outcome_emptied__accepted(release: str, empty: str | None):
    releases.edit(actor=actor("rita"), number=release, fields={"outcome": "success"})
    row = releases.edit(actor=actor("rita"), number=release, fields={"outcome": empty})
    assert row.outcome == ""


def test_not_found__record_of_two_words__said_in_words(world: World):
    with pytest.raises(NotFound) as refusal:
        releases.register(actor=actor("rita"), service="nothing", fields=registration())
    assert refusal.value.message == "There is no configuration item nothing."


def test_not_found__known_error__said_in_words(release: str):
    with pytest.raises(NotFound) as refusal:
        incidents.link_known_error(
            actor=actor("rita"), release=release, known_error="KE-999999", effect="fixes"
        )
    assert refusal.value.message == "There is no known error KE-999999."


def test_edit__impact_after_the_assessment__priority_follows(release: str):
    lifecycle.fire(actor=actor("rita"), number=release, event="start_planning")
    before = Release.objects.get(number=release).priority

    row = releases.edit(actor=actor("rita"), number=release, fields={"impact": 1, "urgency": 1})

    assert (before, row.priority) == (3, 1)


def test_edit__before_the_assessment__no_priority_yet(release: str):
    row = releases.edit(actor=actor("rita"), number=release, fields={"impact": 1})
    assert row.priority is None


def test_change__of_a_disabled_requester__forbidden(world: World):
    user = ask_people.user("stan")
    assert user is not None
    voice = actor("stan")
    people.disable(actor=SYSTEM, user=user)
    with pytest.raises(Forbidden):
        changes.register(actor=voice, title="x", description="x", change_type="normal", service="shop")
