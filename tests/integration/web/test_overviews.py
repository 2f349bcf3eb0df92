"""Home, the board and the timeline: everybody's work and everybody's worries, each in one look."""

from datetime import timedelta

import pytest
from django.utils import timezone
from tests.integration.web.conftest import SignIn, Site
from tests.world import SERVICE, World, actor

from rightaway.domain.deployment_states import HoldKind
from rightaway.domain.values import SYSTEM
from rightaway.queries import attention
from rightaway.queries import cmdb as ask_cmdb
from rightaway.queries import deployments as ask
from rightaway.services import changes, cmdb, people, releases, tasks

pytestmark = pytest.mark.django_db


def text(client: object, address: str = "/") -> str:
    answer = client.get(address)  # type: ignore[attr-defined]
    assert answer.status_code == 200
    return str(answer.content.decode())


def card(html: str, name: str) -> str:
    """Give the part of the page from one card's title to the next."""
    _, _, rest = html.partition(f'<h2 id="{name}"')
    return rest.partition("<h2 ")[0]


def test_home__tasks_of_my_role_and_those_given_to_me__wait_for_me(release: str, sign_in: SignIn) -> None:
    (task,) = attention.tasks(0, frozenset({"build_engineer"}))
    assert task.title in card(text(sign_in("ben")), "waiting")
    tasks.assign(actor=actor("rita"), number=release, key=task.key, assignee="dora")
    assert task.title not in card(text(sign_in("ben")), "waiting")
    assert task.title in card(text(sign_in("dora")), "waiting")


def test_home__release_that_names_me__is_among_mine(release: str, sign_in: SignIn) -> None:
    assert "My releases" in text(sign_in("rita"))
    assert release in card(text(sign_in("rita")), "releases")
    assert "My releases" not in text(sign_in("olga"))


def test_home__grave_incident_and_mismatch__are_not_as_it_should_be(site: Site, sign_in: SignIn) -> None:
    item = ask_cmdb.item("t01")
    assert item is not None
    cmdb.expect(actor=SYSTEM, states={item.pk: {"version": "1.0"}}, cause="discovery")
    cmdb.observe(actor=SYSTEM, states={item.pk: {"version": "0.9"}}, source="agent")
    found = card(text(sign_in("olga")), "concerns")
    assert site.names["incident"] in found
    assert "Open incident of severity 2" in found
    assert "Expected 1.0, found 0.9" in found


def test_home__item_that_a_release_is_still_to_change__is_no_concern(site: Site, sign_in: SignIn) -> None:
    item = ask_cmdb.item("t01")
    assert item is not None
    cmdb.observe(actor=SYSTEM, states={item.pk: {"version": "0.9"}}, source="agent")
    assert list(ask_cmdb.mismatches()) == [item]
    assert not attention.mismatches().exists()


def test_home__deployment_on_hold__says_why(site: Site, sign_in: SignIn) -> None:
    row = ask.deployment(site.names["deployment"])
    assert row is not None
    row.holds.create(kind=HoldKind.GATE, subject="G31", reason="The backup is too old.", since=timezone.now())
    assert [one.number for one in attention.held()] == [row.number]
    assert "The backup is too old." in card(text(sign_in("dora")), "concerns")


def test_home__deployment_manager__sees_what_runs_first(site: Site, sign_in: SignIn) -> None:
    page = text(sign_in("dora"))
    assert page.index("Running now") < page.index("Waiting for me")
    assert "0 of 1 targets" in card(page, "running")
    page = text(sign_in("rita"))
    assert page.index("Waiting for me") < page.index("Running now")


def test_home__figures__are_for_who_may_read_metrics(release: str, sign_in: SignIn) -> None:
    assert "DORA figures of Shop" in text(sign_in("ada"))
    people.create(actor=SYSTEM, username="nobody", name="No Body")
    assert "DORA figures" not in text(sign_in("nobody"))


def test_home__person_of_another_service__sees_nothing_of_this_one(site: Site, sign_in: SignIn) -> None:
    cmdb.define_item(actor=SYSTEM, key="bank", fields={"name": "Bank", "ci_class": "service"})
    user = people.create(actor=SYSTEM, username="bob", name="Bob")
    people.grant(actor=SYSTEM, user=user, role="release_manager", scope="bank")
    browser = sign_in("bob")
    for address in ("/", "/releases/board/", "/releases/timeline/"):
        page = text(browser, address)
        assert site.release not in page
        assert site.names["incident"] not in page


def test_overdue__planned_end_is_past__until_it_is_deployed(site: Site) -> None:
    row = releases.edit(
        actor=actor("rita"),
        number=site.release,
        fields={"planned_end": timezone.now() + timedelta(hours=8)},
    )
    assert not attention.overdue(timezone.now()).exists()
    later = timezone.now() + timedelta(days=1)
    assert [one.number for one in attention.overdue(later)] == [site.release]
    row.phase = "verification"
    row.save()
    assert not attention.overdue(later).exists()


def test_board__release__stands_in_the_column_of_its_phase(release: str, sign_in: SignIn) -> None:
    page = text(sign_in("rita"), "/releases/board/")
    assert release in card(page, "phase-plan_design")
    assert "No release is in this phase." in card(page, "phase-build_test")
    assert release not in text(sign_in("rita"), "/releases/board/?text=nothing")
    assert release in text(sign_in("rita"), "/releases/board/?mine=yes")
    assert release not in text(sign_in("stan"), "/releases/board/?mine=yes")


def test_board__more_releases_than_a_column_holds__leads_to_all_of_them(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rightaway.web.overviews.IN_A_COLUMN", 1)
    first = world.register()
    change = changes.register(
        actor=actor("stan"), title="More", description="d", change_type="normal", service=SERVICE
    )
    fields = {"title": "Shop 1.1", "description": "d", "release_type": "minor", "release_kind": "software"}
    second = releases.register(
        actor=actor("rita"),
        service=SERVICE,
        changes=[change.number],
        fields={**fields, "reason": "maintenance"},
    )
    column = card(text(sign_in("rita"), "/releases/board/"), "phase-assess")
    assert second.number in column
    assert first not in column
    assert "All 2" in column


def test_timeline__planned_release__has_its_days_and_others_are_counted(site: Site, sign_in: SignIn) -> None:
    page = text(sign_in("rita"), "/releases/timeline/")
    assert site.release in page
    assert 'class="bar planned"' in page
    assert site.release not in text(sign_in("rita"), "/releases/timeline/?since=2020-01-01")
