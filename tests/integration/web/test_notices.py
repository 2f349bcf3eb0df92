"""The communication page and the page of a recipient."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.integration.web.conftest import SignIn
from tests.prepared import prepared
from tests.world import World, actor

from rightaway.records.assurance.models import Notice, Recipient
from rightaway.records.notifications.models import Notification
from rightaway.records.people.models import User
from rightaway.services import releases, trainings

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(world: World) -> World:
    world.register()
    return world


def planned(world: World, sign_in: SignIn, **more: str) -> Notice:
    sent = {
        "to": "stakeholders",
        "moment": "ahead",
        "text": "{service} gets better.",
        "acknowledge_pct": "50",
    }
    sent |= {"due_at": "2030-01-01T10:00", "audience": "Those", **more}
    answer = sign_in("rita").post(reverse("notice-plan", args=[world.release]), sent)
    assert answer.status_code == 302, answer.content
    return Notice.objects.latest("id")


def test_notice__planned_sent_read_and_acknowledged__by_its_pages(world: World, sign_in: SignIn) -> None:
    releases.set_people(actor=actor("rita"), number=world.release, stakeholders={"stan": "accept"})
    row, page = planned(world, sign_in), reverse("release-communication", args=[world.release])
    rita = sign_in("rita")
    send = reverse("notice-send", args=[world.release, row.pk])
    assert send in rita.get(page).content.decode()
    assert rita.post(send)["Location"] == page
    html = rita.get(page).content.decode()
    assert "1 of 1 have it, 0 acknowledged it." in html
    assert "has not acknowledged" in html

    stan, told = sign_in("stan"), Notification.objects.get(person__username="stan", kind="notice")
    read = reverse("notice-read", args=[row.pk])
    assert stan.get(reverse("inbox-follow", args=[told.pk]))["Location"] == read
    assert "Shop gets better." in stan.get(read).content.decode()
    stan.post(read)
    assert Recipient.objects.get().acknowledged_at is not None
    assert "I have read it" not in stan.get(read).content.decode()
    assert sign_in("ben").get(read).status_code == 404
    assert "1 acknowledged it." in rita.get(page).content.decode()


def test_notice__to_nobody__is_refused_and_the_page_leads_to_where_they_are_named(
    world: World, sign_in: SignIn
) -> None:
    releases.set_people(actor=actor("rita"), number=world.release, stakeholders={})
    rita = sign_in("rita")
    sent = {"to": "stakeholders", "moment": "ahead", "text": "Typed by hand.", "due_at": "2030-01-01T10:00"}
    answer = rita.post(reverse("notice-plan", args=[world.release]), {**sent, "acknowledge_pct": "0"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Typed by hand." in html
    assert "Name the stakeholders on the page Scope of the release." in html
    page = rita.get(reverse("release-communication", args=[world.release])).content.decode()
    assert f"{reverse('scope', args=[world.release])}#stakeholders" in page


def test_notice__reminded_and_withdrawn__by_its_pages(world: World, sign_in: SignIn) -> None:
    releases.set_people(actor=actor("rita"), number=world.release, stakeholders={"stan": "accept"})
    row, other, rita = planned(world, sign_in), planned(world, sign_in, audience="Others"), sign_in("rita")
    rita.post(reverse("notice-send", args=[world.release, row.pk]))
    rita.post(reverse("notice-remind", args=[world.release, row.pk]))
    rita.post(reverse("notice-withdraw", args=[world.release, other.pk]))
    assert Notification.objects.get(kind="notice_reminded").person == User.objects.get(username="stan")
    assert not Notice.objects.filter(pk=other.pk).exists()
    page = sign_in("ada").get(reverse("release-communication", args=[world.release])).content.decode()
    assert reverse("notice-plan", args=[world.release]) not in page


def test_pages__with_more_audiences_and_recipients__take_no_more_statements(
    world: World, sign_in: SignIn
) -> None:
    rita = sign_in("rita")
    prepared(world.release)
    addresses = [reverse(f"release-{name}", args=[world.release]) for name in ("training", "communication")]

    def statements() -> list[int]:
        counted = []
        for address in addresses:
            rita.get(address)
            with CaptureQueriesContext(connection) as held:
                assert rita.get(address).status_code == 200
            counted.append(len(held))
        return counted

    few = statements()
    for name in ("A", "B", "C"):
        trainings.plan(actor=actor("rita"), number=world.release, audience=name, fields={})
        trainings.invite(
            actor=actor("rita"), number=world.release, audience=name, names=["dora", "ben", name]
        )
        row = planned(world, sign_in, audience=name, to="named", people="dora")
        rita.post(reverse("notice-send", args=[world.release, row.pk]))
    assert statements() == few
