"""Who could be the second person of a proposal hears of it, and of each proposal once."""

import pytest
from tests.integration.services.begun import settled
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.boards import Definition, Member
from rightaway.domain.notifications import NotificationKind
from rightaway.domain.values import SYSTEM
from rightaway.queries import change_models as ask_models
from rightaway.queries import people as ask_people
from rightaway.records.notifications.models import Notification
from rightaway.services import boards, change_models, people

pytestmark = pytest.mark.django_db
MODEL = {
    "title": "Rotate a certificate",
    "implementation_plan": "Rotate it.",
    "test_plan": "Look at it.",
    "remediation_plan": "Put the old one back.",
    "ci_classes": ["application"],
}


@pytest.fixture
def world(db: None) -> World:
    found = staged("settled", settled)
    person = people.create(actor=SYSTEM, username="carla", name="Carla")
    people.grant(actor=SYSTEM, user=person, role="change_manager")
    return found


def told(key: str) -> list[str]:
    """Give who was told that something is proposed, by its number or key, each as often as they were."""
    found = Notification.objects.filter(kind=NotificationKind.PROPOSAL_MADE, subject_key=key)
    return sorted(found.values_list("person__username", flat=True))


def held(quorum: int) -> Definition:
    return Definition(
        title="CAB", kind="cab", chair="chris", members=(Member("chris"), Member("olga")), quorum=quorum
    )


def test_board__proposed__those_who_may_confirm_it_are_told(world: World) -> None:
    boards.propose(actor=actor("root"), key="cab", definition=held(1))

    assert "carla" in told("cab")
    assert "root" not in told("cab")
    assert "rita" not in told("cab")


def test_board__proposed_anew__is_told_again(world: World) -> None:
    boards.propose(actor=actor("root"), key="cab", definition=held(1))
    boards.propose(actor=actor("root"), key="cab", definition=held(2))

    assert told("cab").count("carla") == 2


def test_model__written_over_and_over__is_told_once_for_each_authority_it_asks_for(world: World) -> None:
    number = change_models.define(actor=actor("chris"), services=["shop"], fields=MODEL).number
    change_models.edit(actor=actor("chris"), number=number, fields={"test_plan": "Look twice."})
    assert told(number).count("carla") == 1
    assert "chris" not in told(number)

    row = ask_models.model(number)
    assert row is not None
    change_models.authorise(actor=actor("carla"), number=number, digest=ask_models.current_digest(row))
    change_models.edit(actor=actor("chris"), number=number, fields={"test_plan": "Look again."})

    assert told(number).count("carla") == 2


def test_model__of_a_service__is_told_to_nobody_of_another_service_alone(world: World) -> None:
    person = people.create(actor=SYSTEM, username="bert", name="Bert")
    people.grant(actor=SYSTEM, user=person, role="change_manager", scope="bank")
    assert ask_people.user("bert") is not None

    number = change_models.define(actor=actor("chris"), services=["shop"], fields=MODEL).number

    assert "bert" not in told(number)
    assert "carla" in told(number)
