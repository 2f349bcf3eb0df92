"""Who may see and do what by the web, and signing in."""

import pytest
from django.test import Client
from django.urls import reverse
from tests.integration.web.conftest import SignIn, Site
from tests.world import World

from rightaway.domain.values import SYSTEM
from rightaway.queries import releases as ask
from rightaway.services import cmdb, people
from rightaway.web import themes

pytestmark = pytest.mark.django_db
PASSWORD = "a long enough secret"


@pytest.fixture
def account(world: World) -> str:
    """Somebody who can sign in by typing."""
    return people.create(actor=SYSTEM, username="pam", name="Pam", password=PASSWORD).username


@pytest.fixture
def outsider(world: World) -> str:
    """A release manager of another service."""
    cmdb.define_item(actor=SYSTEM, key="bank", fields={"name": "Bank", "ci_class": "service"})
    user = people.create(actor=SYSTEM, username="otto", name="Otto Out")
    people.grant(actor=SYSTEM, user=user, role="release_manager", scope="bank")
    return user.username


@pytest.mark.parametrize("address", ["/", "/releases/", "/releases/new/", "/audit/", "/profile/"])
def test_page__without_signing_in__leads_to_the_sign_in(address: str) -> None:
    answer = Client().get(address)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={address}")


def test_part_of_a_page__asked_for_after_the_session_ended__makes_the_page_load_anew() -> None:
    answer = Client().get("/deployments/DEP-000001/", headers={"HX-Request": "true"})
    assert (answer["HX-Refresh"], answer.content) == ("true", b"")


def test_sign_in__with_the_right_password__leads_to_the_page_wanted(account: str) -> None:
    answer = Client().post("/accounts/login/?next=/changes/", {"login": account, "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/changes/")


def test_sign_in__with_a_wrong_password__says_so_and_keeps_the_name(account: str) -> None:
    answer = Client().post("/accounts/login/", {"login": account, "password": "wrong"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'role="alert"' in text
    assert f'value="{account}"' in text


def test_sign_out__leads_to_the_sign_in(everyone: str, sign_in: SignIn) -> None:
    browser = sign_in(everyone)
    browser.post("/accounts/logout/")
    assert browser.get("/").status_code == 302


def test_sign_up__is_closed() -> None:
    text = Client().get("/accounts/signup/").content.decode()
    assert "Accounts are made by an administrator" in text


def test_release_of_another_service__looks_like_none(site: Site, outsider: str, sign_in: SignIn) -> None:
    browser = sign_in(outsider)
    hidden = browser.get(f"/releases/{site.release}/")
    missing = browser.get("/releases/REL-999999/")
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert "Storefront" not in hidden.content.decode()
    assert hidden.content.decode().replace(site.release, "REL-999999").count("REL-999999") == (
        missing.content.decode().count("REL-999999")
    )


def test_lists__for_an_outsider__name_nothing_of_the_service(
    site: Site, outsider: str, sign_in: SignIn
) -> None:
    browser = sign_in(outsider)
    numbers = [site.release, *(site.names[kind] for kind in ("deployment", "change", "incident", "article"))]
    lists = ["/releases/", "/deployments/", "/changes/", "/records/incidents/", "/knowledge/", "/"]
    texts = {address: browser.get(address).content.decode() for address in lists}
    named = {address: [number for number in numbers if number in text] for address, text in texts.items()}
    assert not any(named.values()), named


def test_pages_of_commands__for_an_auditor__are_403_and_name_who_may(site: Site, sign_in: SignIn) -> None:
    browser = sign_in("ada")
    pages: dict[str, list[str]] = {
        **{name: [] for name in ("scope-edit", "design", "launch", "notice", "review")},
        "release-edit": ["description"],
        "way": ["abandon"],
        "approval-request": ["deployment"],
    }
    answers = {name: browser.get(reverse(name, args=[site.release, *more])) for name, more in pages.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(pages, 403)
    assert all("permission.denied" in answer.content.decode() for answer in answers.values())


def test_command__sent_without_the_page__is_refused_too(site: Site, sign_in: SignIn) -> None:
    url = reverse("operate", args=[site.names["deployment"], "cancel"])
    assert sign_in("ada").post(url, {"reason": "x"}).status_code == 403


def test_audit_log__for_a_build_engineer__is_403(world: World, sign_in: SignIn) -> None:
    assert sign_in("ben").get("/audit/").status_code == 403


def test_home__of_an_administrator__says_that_the_roles_show_no_releases(
    world: World, sign_in: SignIn
) -> None:
    browser = sign_in("root")
    assert "Your roles do not show releases." in browser.get("/").content.decode()
    assert browser.get("/releases/").status_code == 403


def test_form__without_its_token__is_refused_with_what_to_do(everyone: str, sign_in: SignIn) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = sign_in(everyone).cookies
    answer = strict.post("/releases/new/", {"title": "x"})
    assert answer.status_code == 403
    assert "This form has expired" in answer.content.decode()
    assert not ask.releases().exists()


def test_answers__carry_the_strict_content_security_policy() -> None:
    policy = Client().get("/accounts/login/")["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy


@pytest.mark.parametrize("theme", themes.THEMES)
def test_theme__chosen__is_kept_and_drawn_by_the_server(theme: str) -> None:
    browser = Client()
    answer = browser.post("/theme/", {"theme": theme, "next": "/accounts/login/"})
    assert answer["Location"] == "/accounts/login/"
    assert f'<html lang="en" class="{theme} comfortable">' in browser.get("/accounts/login/").content.decode()


@pytest.mark.parametrize(
    ("given", "expected"), [("https://evil.example/", "/"), ("//evil.example", "/"), ("", "/")]
)
def test_theme__with_a_foreign_next_page__stays_here(given: str, expected: str) -> None:
    assert Client().post("/theme/", {"theme": "dark", "next": given})["Location"] == expected


def test_theme__unknown__is_not_kept() -> None:
    assert not Client().post("/theme/", {"theme": '"><script>'}).cookies
