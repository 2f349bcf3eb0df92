"""Lists: filtered, cut into pages, with a constant number of statements whatever they hold."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.integration.web.conftest import SignIn
from tests.world import SERVICE, World, actor

from rightaway.records.approvals.models import Approval
from rightaway.records.people.models import User
from rightaway.records.releases.models import Release
from rightaway.services import changes, incidents, knowledge, releases

pytestmark = pytest.mark.django_db
APPROVAL = ("state", "manifest", "digest", "requested_by", "requested_at", "expires_at")
FIELDS = {"description": "d", "release_type": "minor"}


def more(world: World, count: int) -> None:
    for number in range(count):
        change = changes.register(
            actor=actor("stan"), title=f"C{number}", description="d", change_type="normal", service=SERVICE
        )
        row = releases.register(
            actor=actor("rita"),
            service=SERVICE,
            changes=[change.number],
            fields={**FIELDS, "title": f"R{number}"},
        )
        incidents.record_incident(
            actor=actor("olga"), title="Slow", service=SERVICE, severity=3, release=row.number
        )
        knowledge.write(actor=actor("rita"), kind="faq", title="Why", body="x", service=SERVICE)


def test_lists__with_more_rows__take_no_more_statements(world: World, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    addresses = [
        "/",
        "/releases/",
        "/releases/board/",
        "/releases/timeline/",
        "/deployments/",
        "/changes/",
        "/cis/",
        "/targets/",
        "/records/incidents/",
        "/knowledge/",
        "/audit/",
        "/metrics/indicators/",
    ]
    more(world, 1)
    few = {address: statements(browser, address) for address in addresses}
    more(world, 5)
    assert {address: statements(browser, address) for address in addresses} == few


def test_home__with_more_approvals_waiting__takes_no_more_statements(
    world: World, release: str, sign_in: SignIn
) -> None:
    browser = sign_in("olga")
    more(world, 1)
    few = statements(browser, "/")
    more(world, 5)
    waiting = Approval.objects.get(state="pending")
    others = Release.objects.exclude(pk=waiting.release_id)
    for one in others:
        row = Approval.objects.create(
            **{name: getattr(waiting, name) for name in APPROVAL}, release=one, kind=waiting.kind
        )
        row.asked_of.set(waiting.asked_of.all())
    asked_of_others = Approval.objects.get(release=others[0])
    asked_of_others.asked_of.remove(User.objects.get(username="olga"))
    assert statements(browser, "/") == few
    shown = {row.release.number for row, _ in browser.get("/").context["approvals"]}
    assert shown == {release, *(one.number for one in others)} - {others[0].number}


def statements(browser: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as found:
        assert browser.get(address).status_code == 200
    return len(found)


def test_releases__filtered__shows_what_matches(world: World, sign_in: SignIn) -> None:
    more(world, 3)
    browser = sign_in("rita")
    assert numbers(browser.get("/releases/?text=r1")) == ["R1"]
    assert numbers(browser.get("/releases/?phase=assess&open=yes&service=shop")) == ["R2", "R1", "R0"]
    assert numbers(browser.get("/releases/?open=no")) == []


def test_releases__with_a_senseless_filter__still_answer(world: World, sign_in: SignIn) -> None:
    more(world, 1)
    browser = sign_in("rita")
    for query in ("phase=nonsense", "open=maybe", "page=99", "page=x", "text=%00", "service=none"):
        assert (query, browser.get(f"/releases/?{query}").status_code) == (query, 200)


def test_releases__more_than_a_page__are_cut(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    more(world, 3)
    from rightaway.web import pages

    monkeypatch.setattr(pages.paged, "__defaults__", (2,))
    browser = sign_in("rita")
    first = browser.get("/releases/?open=yes")
    assert numbers(first) == ["R2", "R1"]
    assert "open=yes&amp;page=2" in first.content.decode()
    assert numbers(browser.get("/releases/?open=yes&page=2")) == ["R0"]


def numbers(answer: object) -> list[str]:
    return [row.title for row in answer.context["rows"]]  # type: ignore[attr-defined]


def test_audit__filtered_by_action__shows_only_these(world: World, sign_in: SignIn) -> None:
    more(world, 1)
    answer = sign_in("ada").get("/audit/?action=release.&since=2020-01-01")
    actions = {row.action for row in answer.context["rows"]}
    assert actions == {"release.record.registered"}


def test_releases__sorted_by_a_head__turn_around_at_the_second_click(world: World, sign_in: SignIn) -> None:
    more(world, 3)
    browser = sign_in("rita")
    answer = browser.get("/releases/?sort=number")
    assert numbers(answer) == ["R0", "R1", "R2"]
    assert 'aria-sort="ascending"><a class="sort" href="?sort=-number"' in answer.content.decode()
    assert numbers(browser.get("/releases/?sort=-number")) == ["R2", "R1", "R0"]
    assert numbers(browser.get("/releases/?sort=password")) == ["R2", "R1", "R0"]


def test_home__without_a_release__leads_to_the_first_one(world: World, sign_in: SignIn) -> None:
    before = sign_in("rita").get("/").content.decode()
    assert "Describe a service and its targets" in before
    assert 'href="/releases/new/"' in before
    more(world, 1)
    assert "Describe a service and its targets" not in sign_in("rita").get("/").content.decode()


def test_release__asked_for_again_by_htmx__gives_the_live_part_and_whether_it_is_old(
    world: World, sign_in: SignIn
) -> None:
    more(world, 1)
    browser = sign_in("rita")
    row = browser.get("/releases/").context["rows"][0]
    fresh, old = (
        browser.get(f"/releases/{row.number}/?seen={seen}", headers={"HX-Request": "true"}).content.decode()
        for seen in (row.version, row.version + 1)
    )
    assert "<html" not in fresh
    assert "Why not now?" in fresh
    assert "has changed since you opened it" not in fresh
    assert "has changed since you opened it" in old
