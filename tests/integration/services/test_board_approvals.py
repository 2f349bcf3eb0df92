"""A board as who gives an approval of a release: as many votes as its quorum, alternates, and never a silent pass."""

from dataclasses import replace

import pytest
from tests.integration.services.begun import registered
from tests.integration.services.test_boards import away, board
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.approval_rules import Rule, slots
from rightaway.domain.boards import AgendaFilter
from rightaway.domain.errors import Forbidden, Refused
from rightaway.queries import approvers, templates
from rightaway.records.approvals.models import Approval
from rightaway.records.boards.models import Decision
from rightaway.services import approvals, lifecycle

pytestmark = pytest.mark.django_db
KIND = "plan_design"


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    """A release in planning, whose plan a board approves."""
    world = staged("registered", registered)
    lifecycle.fire(actor=actor("rita"), number=world.release, event="start_planning")
    world.set_design()
    template = templates.parsed(Approval._meta.get_field("release").related_model.objects.get().workflow_id)
    changed = [
        replace(one, rule=Rule.ALL, roles=("board:cab",), cases=(), when="") if one.key == KIND else one
        for one in template.approvals
    ]
    found = replace(template, approvals=tuple(changed))
    monkeypatch.setattr(approvers.templates, "of", lambda _release: found)
    return world


def vote(world: World, name: str) -> str:
    digest = Approval.objects.latest("id").digest
    return approvals.vote(
        actor=actor(name), number=world.release, kind=KIND, decision="approve", digest=digest
    ).state


def ask(world: World) -> Approval:
    return approvals.request(actor=actor("rita"), number=world.release, kind=KIND)


def test_slots__of_a_board_in_all__are_as_many_as_its_quorum() -> None:
    found = slots(Rule.ALL, ("board:cab", "service_owner"), quorums={"board:cab": 2})
    assert found == (frozenset({"board:cab"}), frozenset({"board:cab"}), frozenset({"service_owner"}))


def test_request__of_a_board_that_is_not_there_or_too_small__is_refused(world: World) -> None:
    with pytest.raises(Refused) as unknown:
        ask(world)
    assert unknown.value.code == "board.unknown"
    board(agenda=AgendaFilter())
    away("chris")
    away("olga")
    with pytest.raises(Refused) as short:
        ask(world)
    assert short.value.code == "board.no_quorum"


def test_approval__of_a_board__takes_its_quorum_and_writes_the_decision(world: World) -> None:
    board(agenda=AgendaFilter())
    ask(world)
    assert vote(world, "chris") == "pending"
    away("cora")
    assert vote(world, "oscar") == "approved"
    row = Decision.objects.get()
    assert (row.subject, row.outcome) == (f"{world.release}/{KIND}", "approved")
    assert {one["person"] for one in row.votes} == {"chris", "oscar"}


def test_vote__of_an_alternate_while_the_member_is_here__is_refused(world: World) -> None:
    board(agenda=AgendaFilter())
    ask(world)
    with pytest.raises(Forbidden) as refusal:
        vote(world, "oscar")
    assert refusal.value.code == "sod.not_eligible"


def test_vote__on_a_board_that_votes_in_meetings__waits_for_one(world: World) -> None:
    board(agenda=AgendaFilter(), is_async=False)
    ask(world)
    with pytest.raises(Refused) as refusal:
        vote(world, "chris")
    assert refusal.value.code == "board.in_meetings"
