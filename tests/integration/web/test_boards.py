"""The pages of boards: proposed and confirmed, a meeting from its agenda to its minutes, with votes of two members."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from tests.integration.services.test_boards import assessed, board
from tests.integration.web.conftest import SignIn
from tests.world import World, actor

from rightaway.records.boards.models import Board, Item, Meeting
from rightaway.records.changes.models import Change
from rightaway.services import meetings

pytestmark = pytest.mark.django_db
BOARD = {
    "key": "cab",
    "title": "Our CAB",
    "kind": "cab",
    "chair": "chris",
    "members": ["chris", "cora"],
    "alternates": "cora=oscar",
    "quorum": 2,
    "change_types": ["normal"],
    "risk_at_least": "1",
    "weekdays": ["1"],
    "time": "14:30",
    "zone": "Europe/Berlin",
    "every_weeks": 2,
    "since": "2026-01-05",
    "is_async": "on",
    "is_active": "on",
}


def planned() -> str:
    at = timezone.now() + timedelta(days=1)
    return meetings.plan(actor=actor("chris"), board="cab", at=at).number


def post(browser: object, address: str, **fields: object) -> str:
    """Send the form of a page with what it holds already, and give where it leads."""
    form = browser.get(address).context["form"]  # type: ignore[attr-defined]
    held = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = browser.post(address, held | fields)  # type: ignore[attr-defined]
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def test_board__proposed_on_the_page__is_confirmed_by_somebody_else(world: World, sign_in: SignIn) -> None:
    root, chris = sign_in("root"), sign_in("chris")
    address = root.post(reverse("board-propose"), BOARD)["Location"]
    confirm = reverse("board-confirm", args=["cab"])
    assert "somebody else confirms it" in root.get(address).content.decode()
    assert confirm in chris.get(address).content.decode()
    form = chris.get(confirm).context["form"]
    refused = chris.post(confirm, {name: form[name].value() for name in ("version", "digest")})
    assert "their own seat" in refused.content.decode()
    changed = BOARD | {"version": Board.objects.get().version, "title": "CAB of all", "quorum": 5}
    assert "cannot be reached" in root.post(reverse("board-edit", args=["cab"]), changed).content.decode()


def test_board__in_force__shows_members_absences_and_schedule(world: World, sign_in: SignIn) -> None:
    board()
    cora = sign_in("cora")
    address = reverse("board", args=["cab"])
    seat = Board.objects.get().seats.get(person__username="cora")
    now = timezone.localtime()
    away = reverse("board-away", args=["cab", seat.pk])
    assert away in cora.get(address).content.decode()
    post(cora, away, away_from=f"{now - timedelta(hours=1):%Y-%m-%dT%H:%M}", away_until="")
    assert "Alternate votes" in cora.get(address).content.decode()
    assert "CAB" in cora.get(reverse("boards")).content.decode()


def test_meeting__from_its_agenda_to_its_minutes__two_members_vote_for_themselves(
    world: World, sign_in: SignIn
) -> None:
    board()
    number, change = planned(), ""
    chris, cora = sign_in("chris"), sign_in("cora")
    change = assessed()
    post(chris, reverse("meeting-step", args=[number, "fill"]))
    post(chris, reverse("meeting-step", args=[number, "publish"]))
    post(chris, reverse("meeting-step", args=[number, "start"]))
    post(cora, reverse("meeting-attend", args=[number]), person="cora")
    item = Item.objects.get(meeting__number=number).pk
    page = cora.get(reverse("meeting", args=[number])).content.decode()
    assert change in page
    assert "The rules advise against it" in page
    for browser in (chris, cora):
        post(browser, reverse("agenda-vote", args=[number, item]), decision="approve", note="Fine.")
    assert Change.objects.get(number=change).state == "authorised"
    post(chris, reverse("agenda-note", args=[number, item]), text="Short.")
    due = f"{timezone.localtime() + timedelta(days=1):%Y-%m-%dT%H:%M}"
    post(chris, reverse("item-action", args=[number, item]), text="Tell the shop.", owner="stan", due_at=due)
    post(chris, reverse("meeting-step", args=[number, "end"]))
    minutes = reverse("minutes", args=[number])
    assert "Tell the shop." in chris.get(minutes).content.decode()
    post(chris, reverse("minutes-approve", args=[number]))
    assert Meeting.objects.get().state == "approved"
    assert "approve: Fine" in cora.get(reverse("minutes-file", args=[number])).content.decode()
    assert change in cora.get(reverse("decisions")).content.decode()
    csv = b"".join(cora.get(reverse("export", args=["decisions"])).streaming_content).decode()
    assert change in csv


def test_meeting__of_somebody_without_a_seat__offers_no_vote_and_no_conduct(
    world: World, sign_in: SignIn
) -> None:
    board()
    assessed()
    number = planned()
    page = sign_in("rita").get(reverse("meeting", args=[number])).content.decode()
    assert "Publish the agenda" not in page
    assert 'class="ballot"' not in page
    refused = sign_in("rita").post(reverse("meeting-step", args=[number, "start"]), {"version": 1})
    assert refused.status_code == 403


def test_item__deferred_removed_and_moved__on_the_pages(world: World, sign_in: SignIn) -> None:
    board()
    one, two = assessed(), assessed()
    number = planned()
    chris = sign_in("chris")
    first, second = Item.objects.filter(meeting__number=number)
    assert {first.subject, second.subject} == {one, two}
    post(chris, reverse("agenda-place", args=[number, second.pk]), position=1)
    post(chris, reverse("agenda-defer", args=[number, first.pk]), reason="Later.")
    post(chris, reverse("agenda-remove", args=[number, second.pk]))
    post(chris, reverse("agenda-add", args=[number]), item=second.subject)
    assert set(Item.objects.filter(meeting__number=number).values_list("outcome", flat=True)) == {
        "open",
        "deferred",
    }
