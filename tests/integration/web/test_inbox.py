"""The inbox on the pages: counted in the bar, listed, opened, read."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.integration.web.conftest import SignIn
from tests.world import actor

from rightaway.domain.values import SYSTEM
from rightaway.queries import notifications as ask
from rightaway.queries import people as ask_people
from rightaway.services import conversations, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def told(release: str) -> list[int]:
    """Tell Ben twice of a release; gives the comments."""
    texts = ("@ben look", "@ben look again")
    return [
        conversations.comment(actor=actor("dora"), kind="release", key=release, text=text).pk
        for text in texts
    ]


def entries(name: str) -> list[int]:
    user = ask_people.user(name)
    assert user is not None
    return [row.pk for row in ask.inbox(user.pk)]


def unread(browser: Client, address: str = "/") -> str:
    found = re.search(r"Inbox, (\w+) unread", browser.get(address).content.decode())
    assert found is not None
    return found.group(1)


def test_bar__of_every_page__counts_what_is_unread_with_one_statement(
    told: list[int], sign_in: SignIn
) -> None:
    browser = sign_in("ben")
    assert [unread(browser, address) for address in ("/", "/profile/", "/inbox/bell/")] == ["2", "2", "2"]
    with CaptureQueriesContext(connection) as found:
        browser.get("/profile/")
    assert len([one for one in found if "notifications_notification" in one["sql"]]) == 1
    assert "Inbox, nothing unread" in sign_in("ada").get("/").content.decode()


def test_entry__opened__leads_to_the_comment_and_is_read(
    release: str, told: list[int], sign_in: SignIn
) -> None:
    browser = sign_in("ben")
    newest = entries("ben")[0]
    assert f'href="/inbox/{newest}/"' in browser.get("/inbox/").content.decode()
    assert browser.head(f"/inbox/{newest}/").status_code == 302
    assert unread(browser) == "2"  # a look at the address alone is no reading
    answer = browser.get(f"/inbox/{newest}/")
    assert answer["Location"] == f"/releases/{release}/#comment-{told[1]}"
    assert unread(browser) == "1"


def test_inbox__filtered_and_cleared__shows_what_is_left(told: list[int], sign_in: SignIn) -> None:
    browser = sign_in("ben")
    oldest = entries("ben")[1]
    assert browser.post(f"/inbox/{oldest}/read/")["Location"] == "/inbox/"
    counts = {show: len(browser.get(f"/inbox/?show={show}").context["told"]) for show in ("unread", "all")}
    assert counts == {"unread": 1, "all": 2}
    browser.post("/inbox/read/")
    assert "You have read everything." in browser.get("/inbox/").content.decode()
    assert "dora mentioned you" not in browser.get("/inbox/").content.decode()


def test_entry__of_somebody_else__is_none(told: list[int], sign_in: SignIn) -> None:
    browser = sign_in("rita")
    for entry in entries("ben"):
        assert browser.get(f"/inbox/{entry}/").status_code == 404
        assert browser.post(f"/inbox/{entry}/read/").status_code == 404
    assert unread(sign_in("ben")) == "2"


def test_approver__asked__is_led_to_the_approvals(release: str, sign_in: SignIn) -> None:
    browser = sign_in("olga")
    page = browser.get("/inbox/").content.decode()
    assert "rita asks for an approval: plan and design" in page
    assert browser.get(f"/inbox/{entries('olga')[0]}/")["Location"] == f"/releases/{release}/#approvals"


def test_record__no_longer_for_the_reader__stays_hidden_behind_the_entry(
    release: str, told: list[int], sign_in: SignIn
) -> None:
    user = ask_people.user("ben")
    assert user is not None
    people.revoke(actor=SYSTEM, user=user, role="build_engineer")
    assert sign_in("ben").get(f"/inbox/{entries('ben')[0]}/", follow=True).status_code == 404
