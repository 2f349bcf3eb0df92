"""Changes on hold, proposals, and changes that were made without leave."""

import pytest
from tests.integration.services.begun import settled
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.queries import changes as ask
from rightaway.queries import risk
from rightaway.records.changes.models import Change
from rightaway.services import changes, releases, unauthorised_changes

pytestmark = pytest.mark.django_db
RELEASE = {"title": "R", "description": "d", "release_type": "minor"}


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


def register(kind: str = "normal", **fields: object) -> str:
    row = changes.register(
        actor=actor("stan"), title="Yen", description="d", change_type=kind, service="shop", fields=fields
    )
    return row.number


def authorised(kind: str = "normal") -> str:
    number = register(kind)
    for event in ("validate", "assess"):
        changes.move(actor=actor("chris"), number=number, event=event)
    changes.authorise(actor=actor("chris"), number=number, decision="approve")
    return number


def move(number: str, event: str) -> str:
    return changes.move(actor=actor("chris"), number=number, event=event).state


def held(number: str) -> Change:
    row = ask.change(number)
    assert row is not None
    return row


def unauthorised() -> str:
    row = unauthorised_changes.record(
        actor=actor("stan"), service="shop", affected_cis=["t01"], evidence="Log says root."
    )
    return row.number


def test_hold__authorised_change__comes_back_authorised(world: World):
    number = authorised()
    assert move(number, "hold") == "on_hold"
    assert ask.events(held(number)) == ("resume", "withdraw")
    assert move(number, "resume") == "authorised"


def test_hold__content_edited_meanwhile__comes_back_to_be_decided_again(world: World):
    number = authorised()
    move(number, "hold")
    changes.edit(actor=actor("stan"), number=number, fields={"test_plan": "Another."})
    assert move(number, "resume") == "registered"
    assert held(number).authorised_at is None


def test_proposal__put_into_a_release__refused_and_authorised_again_after_an_edit(world: World):
    number = authorised("proposal")
    with pytest.raises(Refused) as refusal:
        releases.register(actor=actor("rita"), service="shop", changes=[number], fields=RELEASE)
    assert refusal.value.code == "change.proposal_carries_nothing"
    changes.edit(actor=actor("stan"), number=number, fields={"description": "Other."})
    assert held(number).state == "registered"


def test_register__class_and_window__checked(world: World):
    assert held(register(rfc_class="major")).rfc_class == "major"
    early, late = (held(register()).created_at for _ in range(2))
    assert held(register(planned_start=early, planned_end=late)).planned_end == late
    for fields, code in (
        ({"rfc_class": "huge"}, "change.rfc_class"),
        ({"planned_start": late, "planned_end": early}, "change.window"),
    ):
        with pytest.raises(Invalid) as refusal:
            register(**fields)
        assert refusal.value.code == code


def test_unauthorised__recorded__filled_in_and_raises_the_risk(world: World):
    before = risk.of_change(held(register())).facts.unauthorised
    row = held(unauthorised())
    assert (row.change_type, row.state, row.title) == (
        "emergency",
        "registered",
        "Changed without leave: t01",
    )
    assert "No deployment has touched it before." in row.description
    assert risk.of_change(held(register())).facts.unauthorised == before + 1
    for fields, code in (
        ({"evidence": " "}, "change.evidence_needed"),
        ({"affected_cis": []}, "change.items_needed"),
    ):
        with pytest.raises(Invalid) as refusal:
            unauthorised_changes.record(
                actor=actor("stan"), **{"service": "shop", "affected_cis": ["t01"], "evidence": "x"} | fields
            )
        assert refusal.value.code == code


def test_unauthorised__two_people_accept_it__reviewed(world: World):
    number = unauthorised()
    with pytest.raises(Forbidden):
        changes.authorise(actor=actor("stan"), number=number, decision="approve")
    changes.authorise(actor=actor("chris"), number=number, decision="approve")
    assert held(number).state == "registered"
    changes.authorise(actor=actor("cora"), number=number, decision="approve")
    assert held(number).state == "review"
    with pytest.raises(Refused):
        unauthorised_changes.revert(actor=actor("chris"), number=number, reason="x")


def test_unauthorised__taken_back__rejected_and_another_change_does_it(world: World):
    number = unauthorised()
    with pytest.raises(Forbidden):
        unauthorised_changes.revert(actor=actor("stan"), number=number, reason="Not ours.")
    back = unauthorised_changes.revert(actor=actor("cora"), number=number, reason="Not ours.")
    assert (held(number).state, held(number).disposition) == ("rejected", f"Taken back by {back.number}")
    assert [one.key for one in back.affected_cis.all()] == ["t01"]
