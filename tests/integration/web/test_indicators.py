"""The page of indicators: figures with their records, what it says without data, and for whom."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.integration.web.conftest import SignIn
from tests.world import World, actor

from rightaway.domain.indicator_definitions import DEFINITIONS
from rightaway.domain.values import SYSTEM
from rightaway.services import cmdb, lifecycle, people

pytestmark = pytest.mark.django_db


def ended(world: World) -> str:
    number = world.register()
    fields = {"abandon_reason": "not_needed", "abandon_comment": "Not now."}
    lifecycle.fire(actor=actor("rita"), number=number, event="abandon", reason="No.", fields=fields)
    return number


def text(browser: Client, query: str = "") -> str:
    answer = browser.get(reverse("indicators") + query)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def figure(html: str, key: str) -> str:
    """Give the row of an indicator without its tags."""
    row = html.partition(f'<li id="{key}"')[2].partition("</li>")[0]
    return re.sub(r"<[^>]+>", " ", row)


def test_indicators__nothing_ended__said_in_words(world: World, sign_in: SignIn) -> None:
    html = text(sign_in("rita"))
    assert "No release ended in this period." in html
    assert "no data" in figure(html, "K05")
    assert "0%" not in html


def test_indicators__in_the_navigation__are_the_one_section_that_is_marked(
    world: World, sign_in: SignIn
) -> None:
    marked = re.findall(r'<a[^>]*href="([^"]+)"[^>]*aria-current="page"', text(sign_in("rita")))
    assert marked == [reverse("indicators")]


def test_indicators__a_release_ended__its_figure_leads_to_it(world: World, sign_in: SignIn) -> None:
    number = ended(world)
    html = text(sign_in("rita"))
    assert "100%" in figure(html, "K16")
    assert number in figure(html, "K16")
    assert reverse("release", args=[number]) in html
    assert "no data" in figure(html, "K05")
    assert all(figure(html, key) for key in DEFINITIONS)


def test_indicators__another_period__has_no_release(world: World, sign_in: SignIn) -> None:
    ended(world)
    assert "No release ended in this period." in text(sign_in("rita"), "?since=2025-01-01&until=2025-02-01")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("?since=2026-02-01&until=2026-01-01", "over before it begins"),
        ("?since=2020-01-01&until=2026-01-01", "longer than two years"),
    ],
)
def test_indicators__period_that_cannot_be__says_why_and_keeps_what_was_typed(
    world: World, sign_in: SignIn, query: str, said: str
) -> None:
    html = text(sign_in("rita"), query)
    assert said in html
    assert query[7:17] in html


def test_indicators__role_in_another_service__sees_nothing_of_this_one(world: World, sign_in: SignIn) -> None:
    number = ended(world)
    cmdb.define_item(actor=SYSTEM, key="bank", fields={"name": "Bank", "ci_class": "service"})
    user = people.create(actor=SYSTEM, username="bob", name="Bob")
    people.grant(actor=SYSTEM, user=user, role="release_manager", scope="bank")
    bob = sign_in("bob")
    assert number not in text(bob)
    assert number not in text(bob, "?service=shop")


def test_indicators__without_the_right__refused(world: World, sign_in: SignIn) -> None:
    people.create(actor=SYSTEM, username="nobody", name="No Body")
    assert sign_in("nobody").get(reverse("indicators")).status_code == 403
    assert sign_in("nobody").get(reverse("export", args=["indicators"])).status_code == 403


def test_export__indicators__as_the_page_shows(world: World, sign_in: SignIn) -> None:
    ended(world)
    browser = sign_in("rita")
    answer = browser.get(reverse("export", args=["indicators"]))
    lines = answer.getvalue().decode().splitlines()
    assert "K16,Rejected or withdrawn,control,,share,1.0,1,1,1" in lines


def test_indicators__more_releases__take_no_more_statements(world: World, sign_in: SignIn) -> None:
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            text(browser)
        return len(captured)

    browser = sign_in("rita")
    ended(world)
    few = statements()
    for _ in range(4):
        ended(world)
    assert statements() == few
