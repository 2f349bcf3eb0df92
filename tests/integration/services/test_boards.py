"""Boards: two people define one, its members decide on changes and releases, each with a vote of their own."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.integration.services.begun import settled
from tests.stages import staged
from tests.world import World, actor

from rightaway.domain.boards import AgendaFilter, Definition, Member, definition_digest
from rightaway.domain.errors import Forbidden, Invalid, Refused
from rightaway.domain.values import SYSTEM
from rightaway.queries import boards as ask
from rightaway.queries import people as ask_people
from rightaway.records.boards.models import Board, Decision
from rightaway.records.changes.models import Change
from rightaway.services import boards, changes, people

pytestmark = pytest.mark.django_db
NORMAL = AgendaFilter(change_types=("normal",))


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


def held(**fields: object) -> Definition:
    given = {
        "title": "CAB",
        "kind": "cab",
        "chair": "chris",
        "members": (Member("chris"), Member("cora", "oscar"), Member("olga")),
        "quorum": 2,
        "agenda": NORMAL,
    }
    return Definition(**{**given, **fields})


def board(key: str = "cab", **fields: object) -> Board:
    """Have one person propose a board and another confirm it."""
    row = boards.propose(actor=actor("root"), key=key, definition=held(**fields))
    if ask_people.user("carla") is None:
        second = people.create(actor=SYSTEM, username="carla", name="Carla")
        people.grant(actor=SYSTEM, user=second, role="change_manager")
    return boards.confirm(actor=actor("carla"), key=key, digest=definition_digest(row.proposed))


def assessed(kind: str = "normal", by: str = "stan", **fields: object) -> str:
    number = changes.register(
        actor=actor(by), title="New", description="d", change_type=kind, service="shop", fields=fields
    ).number
    for event in ("validate", "assess") if kind == "normal" else ():
        changes.move(actor=actor("chris"), number=number, event=event)
    return number


def decide(name: str, number: str, decision: str = "approve", note: str = "") -> str:
    return changes.authorise(actor=actor(name), number=number, decision=decision, note=note).state


def away(member: str, **by: object) -> None:
    boards.set_away(actor=actor(member), key="cab", member=member, away_from=timezone.now(), away_until=None)


def test_board__proposed__decides_nothing_until_another_person_confirms_it(world: World) -> None:
    row = boards.propose(actor=actor("root"), key="cab", definition=held())
    number = assessed()
    assert ask.deciding(Change.objects.get(number=number)) is None
    with pytest.raises(Forbidden) as refusal:
        boards.confirm(actor=actor("root"), key="cab", digest=definition_digest(row.proposed))
    assert refusal.value.code == "sod.self_approval"
    with pytest.raises(Forbidden) as joining:
        boards.confirm(actor=actor("chris"), key="cab", digest=definition_digest(row.proposed))
    assert joining.value.code == "sod.self_grant"
    board()
    found = ask.deciding(Change.objects.get(number=number))
    assert found is not None
    assert found.board.key == "cab"


def test_board__edited__keeps_what_is_in_force_until_it_is_confirmed(world: World) -> None:
    board()
    boards.propose(actor=actor("root"), key="cab", definition=held(quorum=1))
    assert Board.objects.get().quorum == 2
    with pytest.raises(Refused) as refusal:
        boards.confirm(actor=actor("carla"), key="cab", digest="0" * 64)
    assert refusal.value.code == "board.other_content"
    boards.discard(actor=actor("carla"), key="cab")
    assert Board.objects.get().proposed == {}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"quorum": 4}, "board.quorum"),
        ({"chair": "rita"}, "board.chair"),
        ({"members": (Member("chris", "cora"), Member("cora"))}, "board.alternate"),
        ({"members": (Member("chris"), Member("ada"))}, "board.member"),
        ({"agenda": AgendaFilter(change_types=("standard",))}, "board.filter"),
        ({"agenda": AgendaFilter(change_types=("emergency",)), "quorum": 1}, "board.emergency_quorum"),
        ({"agenda": AgendaFilter(approvals=("nothing",))}, "board.filter"),
    ],
)
def test_propose__what_could_never_work__is_refused(
    world: World, fields: dict[str, object], code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        boards.propose(actor=actor("root"), key="cab", definition=held(**fields))
    assert refusal.value.code == code


def test_change__of_a_board__takes_the_votes_of_its_members_up_to_the_quorum(world: World) -> None:
    board()
    number = assessed()
    assert decide("chris", number) == "assessed"
    with pytest.raises(Forbidden) as refusal:
        decide("oscar", number)  # a service owner, and no member while Cora is here
    assert refusal.value.code == "board.not_seated"
    assert decide("cora", number) == "authorised"
    row = Decision.objects.get()
    assert (row.subject, row.outcome) == (number, "approved")
    assert [vote["person"] for vote in row.votes] == ["chris", "cora"]


def test_change__denied_by_a_member__is_rejected_with_the_reason_in_the_decision(world: World) -> None:
    board()
    number = assessed()
    assert decide("cora", number, "reject", "Not now.") == "rejected"
    row = Decision.objects.get()
    assert (row.outcome, row.votes[0]["note"]) == ("denied", "Not now.")


def test_alternate__while_the_member_is_away__fills_the_same_seat(world: World) -> None:
    board()
    number = assessed()
    decide("cora", number)
    away("cora")
    assert decide("oscar", number) == "assessed"  # one seat, one vote
    with pytest.raises(Forbidden):
        decide("cora", number)
    assert decide("olga", number) == "authorised"


def test_vote__of_somebody_taken_off_the_board__counts_no_more(world: World) -> None:
    board()
    number = assessed()
    decide("cora", number)
    board(members=(Member("chris"), Member("olga"), Member("oscar")))
    assert decide("olga", number) == "assessed"
    assert decide("oscar", number) == "authorised"


def test_board__whose_members_cannot_reach_the_quorum__refuses_instead_of_passing(world: World) -> None:
    board(members=(Member("chris"), Member("stan")))
    with pytest.raises(Refused) as refusal:
        decide("chris", assessed())
    assert refusal.value.code == "board.no_quorum"


def test_board__of_several_that_take_a_change__is_the_narrowest(world: World) -> None:
    board("all")
    board("shop", agenda=AgendaFilter(services=("shop",), change_types=("normal",)))
    board("grave", agenda=AgendaFilter(services=("shop",), change_types=("normal",), risk_at_least=5))
    found = ask.deciding(Change.objects.get(number=assessed()))
    assert found is not None
    assert found.board.key == "shop"
    grave = ask.deciding(Change.objects.get(number=assessed(risk_level=5)))
    assert grave is not None
    assert grave.board.key == "grave"


def test_change__of_a_type_no_board_takes__is_decided_as_before(world: World) -> None:
    board()
    number = assessed("emergency")
    decide("chris", number)
    assert decide("cora", number) == "authorised"
    assert not Decision.objects.exists()


def test_requester__who_sits_on_the_board__has_no_vote_on_their_change(world: World) -> None:
    board()
    number = assessed(by="olga")
    with pytest.raises(Forbidden) as refusal:
        decide("olga", number)
    assert refusal.value.code == "sod.self_approval"


def test_away__over_again__gives_the_seat_back(world: World) -> None:
    row = board()
    now = timezone.now()
    boards.set_away(
        actor=actor("cora"), key="cab", member="cora", away_from=now, away_until=now + timedelta(days=1)
    )
    ids = {name: ask_people.user(name).pk for name in ("cora", "oscar")}
    assert ids["oscar"] in ask.acting(row, now + timedelta(hours=1))
    assert ids["cora"] in ask.acting(row, now + timedelta(days=2))
    with pytest.raises(Forbidden):
        boards.set_away(actor=actor("olga"), key="cab", member="cora", away_from=None, away_until=None)
