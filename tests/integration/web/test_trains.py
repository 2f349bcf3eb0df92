"""The pages of release trains, and a release that boards one and leaves it."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from tests.integration.services.begun import registered
from tests.integration.web.conftest import SignIn
from tests.stages import staged
from tests.world import World, actor, registration

from rightaway.records.trains.models import Boarding, Departure, Train
from rightaway.services import boardings, releases, trains

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
FIRST = (timezone.now() + timedelta(days=10)).replace(minute=0, second=0, microsecond=0)
FORM = {
    "name": "Fortnight",
    "first_at": f"{FIRST:%Y-%m-%dT%H:%M}",
    "zone": "UTC",
    "every": 2,
    "unit": "week",
    "scope_freeze_h": 96,
    "code_freeze_h": 48,
    "package_due_h": 24,
    "go_no_go_h": 4,
    "window_h": 6,
    "ahead": 2,
    "service": "",
}


@pytest.fixture
def world(db: None) -> World:
    return staged("registered", registered)


@pytest.fixture
def train(world: World) -> Train:
    fields = {name: value for name, value in FORM.items() if name != "service"} | {"first_at": FIRST}
    return trains.create(actor=actor("rita"), fields=fields)


def test_train__set_up_on_its_page__shows_its_departures_on_the_board(world: World, sign_in: SignIn) -> None:
    rita, board = sign_in("rita"), reverse("trains")
    assert "Set one up" in rita.get(board).content.decode()
    refused = rita.post(reverse("train-create"), FORM | {"code_freeze_h": 2})
    assert refused.status_code == 422
    assert "this one would come too late" in refused.content.decode()
    address = rita.post(reverse("train-create"), FORM)["Location"]
    html = rita.get(address).content.decode()
    assert "every 2 weeks" in html
    number = Train.objects.get().number
    assert f"{number}/2" in html
    assert "Nobody is aboard." in rita.get(board).content.decode()
    assert reverse("train-create") not in sign_in("ben").get(board).content.decode()
    edit = reverse("train-edit", args=[number])
    form = rita.get(edit).context["form"]
    held = {name: form[name].value() for name in form.fields}
    sent = held | FORM | {"every": 1}
    assert (
        rita.post(edit, {name: value for name, value in sent.items() if value is not None}).status_code == 302
    )
    assert Train.objects.get().every == 1


def test_release__boards_on_its_page__stands_on_the_board_with_its_next_cut_off_and_leaves(
    world: World, train: Train, sign_in: SignIn
) -> None:
    rita, page = sign_in("rita"), reverse("release", args=[world.release])
    address = reverse("train-board", args=[world.release])
    assert address in rita.get(page).content.decode()
    form = rita.get(address).context["form"]
    assert [value for value, _title in form.fields["departure"].choices] == [
        f"{train.number}/1",
        f"{train.number}/2",
    ]
    sent = {"version": form["version"].value(), "departure": f"{train.number}/2"}
    assert rita.post(address, sent)["Location"] == f"{page}#train"
    assert f"{train.number}/2" in rita.get(page).content.decode()
    assert world.release in rita.get(reverse("trains")).content.decode()
    departure = reverse("departure", args=[train.number, 2])
    assert "it is assessed and being planned" in rita.get(departure).content.decode()
    leave = reverse("train-leave", args=[world.release])
    assert rita.post(leave, {"reason": "It goes alone."}).status_code == 302
    assert "It goes alone." in rita.get(departure).content.decode()
    assert rita.get(leave).status_code == 404


def test_departure__moved_and_cancelled_on_its_page__says_why(
    world: World, train: Train, sign_in: SignIn
) -> None:
    boardings.board(actor=actor("rita"), number=world.release, train=train.number)
    rita, address = sign_in("rita"), reverse("departure", args=[train.number, 1])
    move = reverse("departure-move", args=[train.number, 1])
    form = rita.get(move).context["form"]
    later = FIRST + 24 * HOUR
    sent = {"version": form["version"].value(), "ships_at": f"{later:%Y-%m-%dT%H:%M}", "reason": "A strike."}
    assert rita.post(move, sent)["Location"] == address
    html = rita.get(address).content.decode()
    assert "A strike." in html
    assert "instead of" in html
    cancel = reverse("departure-cancel", args=[train.number, 1])
    assert rita.post(cancel, {"reason": "Holidays."}).status_code == 302
    assert Departure.objects.get(sequence=1).state == "cancelled"
    assert [one.departure.sequence for one in Boarding.objects.filter(state="aboard")] == [2]
    assert cancel not in rita.get(address).content.decode()


def test_departure__after_a_miss__shows_who_missed_what(world: World, train: Train, sign_in: SignIn) -> None:
    boardings.board(actor=actor("rita"), number=world.release, train=train.number)
    with time_machine.travel(FIRST - 90 * HOUR, tick=False):
        boardings.pass_by(now=timezone.now())
    html = sign_in("rita").get(reverse("departure", args=[train.number, 1])).content.decode()
    assert "No longer aboard" in html
    assert "Scope freeze: it is assessed and being planned" in html


def test_board__with_more_aboard__takes_no_more_statements(
    world: World, train: Train, sign_in: SignIn
) -> None:
    rita, counts = sign_in("rita"), []
    for size in (2, 4):
        for _ in range(size):
            made = releases.register(actor=actor("rita"), service="shop", fields=registration())
            boardings.board(actor=actor("rita"), number=made.number, train=train.number)
        with CaptureQueriesContext(connection) as captured:
            rita.get(reverse("trains"))
        counts.append(len(captured))
    assert counts[0] == counts[1]
