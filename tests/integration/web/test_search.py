"""Finding anything: what is found, for whom, and in how many statements."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.integration.web.conftest import SignIn, Site
from tests.integration.web.test_access import outsider  # noqa: F401 -- a fixture
from tests.world import SERVICE, World, actor

from rightaway.queries import search
from rightaway.services import changes, releases

pytestmark = pytest.mark.django_db


def names(browser: Client, text: str) -> list[str]:
    answer = browser.get("/search/suggestions/", {"q": text})
    assert answer.status_code == 200
    return [one["name"] for one in answer.json()["found"]]


def test_search__by_number_or_by_the_beginning_of_words__finds_every_kind(
    site: Site, sign_in: SignIn
) -> None:
    browser = sign_in("rita")
    asked = {name: str(site.names[name]) for name in ("deployment", "incident", "known_error", "article")}
    asked["release"] = site.release
    for kind, number in asked.items():
        assert any(name.startswith(number) for name in names(browser, number.lower())), kind
    assert f"{site.names['incident']} Shop is slow" in names(browser, "slo sho")
    assert any(name.startswith("t01") for name in names(browser, "t01"))


def test_search__with_what_means_something_to_the_database__finds_nothing_and_breaks_nothing(
    world: World, sign_in: SignIn
) -> None:
    browser = sign_in("rita")
    for text in ("' OR 1=1 --", "a:*&", "!(", "%", "\\", "\0", "🚀", "x" * 5000, "  "):
        assert browser.get("/search/", {"q": text}).status_code == 200
        assert browser.get("/search/suggestions/", {"q": text}).status_code == 200


def test_search__with_more_records__takes_one_statement(world: World) -> None:
    def add(number: int) -> None:
        change = changes.register(
            actor=actor("stan"),
            title=f"Faster {number}",
            description="d",
            change_type="normal",
            service=SERVICE,
        )
        fields = {"title": f"Faster {number}", "description": "d", "release_type": "minor"}
        releases.register(actor=actor("rita"), service=SERVICE, changes=[change.number], fields=fields)

    for number in range(8):
        add(number)
        with CaptureQueriesContext(connection) as found:
            hits = search.search("faster", scopes=None)
        assert len(found) == 1
    assert [hit.kind for hit in hits] == ["release"] * 6 + ["change"] * 6
    assert hits[0].title == "Faster 7"


def test_search__for_an_outsider__names_nothing_of_the_service(
    site: Site,
    outsider: str,  # noqa: F811
    sign_in: SignIn,
) -> None:
    browser = sign_in(outsider)
    for text in (site.release, str(site.names["deployment"]), "slow", "t01", "shop"):
        assert names(browser, text) == [], text


def test_search__by_somebody_without_releases__finds_pages_only(site: Site, sign_in: SignIn) -> None:
    assert names(sign_in("root"), site.release) == []
    assert names(sign_in("root"), "audit") == ["Audit log"]
    assert "Releases" not in names(sign_in("root"), "")


def test_search_page__without_a_match__says_what_is_looked_for(world: World, sign_in: SignIn) -> None:
    text = sign_in("rita").get("/search/?q=zebra").content.decode()
    assert "Nothing found." in text
    assert "the beginning of a number" in text


def test_search__of_titles__can_use_the_index(world: World) -> None:
    with connection.cursor() as cursor:
        # Of so few rows any other way is cheaper; what is left is a bitmap of an index on the words.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        plan = search._part(next(search._sources()), "x", ["x"], None).explain()
    assert "release_words" in plan
