"""Lists kept as views, opened with one, and taken away as CSV."""

import csv
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from tests.integration.web.conftest import SignIn
from tests.integration.web.test_lists import more
from tests.world import SERVICE, World, actor

from rightaway.domain.values import SYSTEM
from rightaway.queries.exports import EXPORTS
from rightaway.services import changes, cmdb, people, saved_views
from rightaway.web.lists import FILTERS

pytestmark = pytest.mark.django_db


@pytest.fixture
def full(world: World) -> World:
    more(world, 3)
    return world


def keep(name: str, page: str = "releases", shared_with: str = "", **query: str) -> Any:
    return saved_views.save(actor=actor(name), page=page, name="Kept", query=query, shared_with=shared_with)


def rows(browser: Client, address: str) -> list[dict[str, str]]:
    answer = browser.get(address)
    assert answer.status_code == 200, address
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(text.splitlines()))


def test_view__saved_from_a_filtered_list__shows_the_same_again(full: World, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    listed = browser.get("/releases/?text=r1&sort=number&page=1").context["listed"]
    assert "page=releases&query=text%3Dr1%26sort%3Dnumber" in listed.save
    form = browser.get(listed.save).context["form"]
    given = {name: form[name].value() for name in ("page", "query")}
    answer = browser.post("/views/new/", {**given, "name": "Firsts", "shared_with": "build_engineer"})
    assert answer["Location"].startswith("/releases/?text=r1&sort=number&view=")
    found = browser.get(answer["Location"])
    assert [row.title for row in found.context["rows"]] == ["R1"]
    assert found.context["listed"].chosen == "Firsts"
    shared = sign_in("ben").get("/releases/").context["listed"].views
    assert [(str(one.row), one.is_mine) for one in shared] == [("Firsts", False)]
    assert sign_in("dora").get("/releases/").context["listed"].views == []
    taken = browser.post("/views/new/", {**given, "name": "Firsts"})
    assert (taken.status_code, "view.name_taken" in taken.content.decode()) == (409, True)


def test_default_view__of_a_list__applies_only_when_it_is_opened_without_a_query(
    full: World, sign_in: SignIn
) -> None:
    browser, row = sign_in("rita"), keep("rita", text="r2")
    browser.post(f"/views/{row.pk}/default/on/")
    assert browser.get("/releases/")["Location"] == f"/releases/?text=r2&view={row.pk}"
    for whole in ("/releases/?view=none", "/releases/?text="):
        assert len(browser.get(whole).context["rows"]) == 3
    assert browser.get("/changes/").status_code == 200
    assert sign_in("dora").get("/releases/").status_code == 200
    browser.post(f"/views/{row.pk}/default/off/")
    assert browser.get("/releases/").status_code == 200


def test_view__of_somebody_else__can_be_used_and_not_touched(full: World, sign_in: SignIn) -> None:
    row = keep("rita", shared_with="build_engineer", text="r1")
    browser = sign_in("ben")
    assert f"/views/{row.pk}/deletion/" not in browser.get("/views/").content.decode()
    for deed in ("", "deletion/"):
        assert browser.post(f"/views/{row.pk}/{deed}", {"name": "x", "version": 1}).status_code == 404
    assert browser.post(f"/views/{row.pk}/default/on/").status_code == 302
    assert sign_in("dora").post(f"/views/{row.pk}/default/on/").status_code == 404
    assert 'name="shared_with"' not in browser.get("/views/new/?page=releases").content.decode()


def test_view__renamed_and_deleted__is_so_for_its_owner(full: World, sign_in: SignIn) -> None:
    browser, row = sign_in("rita"), keep("rita", text="r1")
    given = {"version": row.version, "name": "Other", "shared_with": ""}
    assert browser.post(f"/views/{row.pk}/", given).status_code == 302
    assert browser.post(f"/views/{row.pk}/", given).status_code == 412  # it was renamed since
    assert "Other" in browser.get("/views/").content.decode()
    browser.post(f"/views/{row.pk}/deletion/")
    assert "You have no saved view." in browser.get("/views/").content.decode()


def test_views__however_many__take_no_more_statements(full: World, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    keep("rita", text="r1")

    def statements() -> int:
        with CaptureQueriesContext(connection) as found:
            assert browser.get("/releases/?text=r").status_code == 200
        return len(found)

    before = statements()
    for number in range(3):
        saved_views.save(actor=actor("rita"), page="releases", name=f"V{number}", query={"text": "r"})
    assert statements() == before


def test_csv__of_every_list__has_the_filters_of_its_page(full: World, sign_in: SignIn) -> None:
    assert set(EXPORTS) == set(FILTERS)
    browser = sign_in("rita")
    for name in EXPORTS:
        rows(browser, f"/exports/{name}.csv")
    assert [row["title"] for row in rows(browser, "/exports/releases.csv?text=r1&open=yes&view=3")] == ["R1"]
    assert rows(browser, "/exports/releases.csv?open=no") == []
    assert {row["state"] for row in rows(browser, "/exports/incidents.csv?state=open")} == {"open"}
    assert len(rows(browser, "/exports/audit.csv?action=release.record&since=2020-01-01")) == 3
    assert rows(browser, "/exports/audit.csv?since=2999-01-01") == []
    assert browser.get("/exports/releases.csv")["Content-Disposition"].startswith("attachment;")
    listed = browser.get("/changes/?state=registered").context["listed"]
    assert listed.csv == "/exports/changes.csv?state=registered"


def test_csv__for_who_sees_less__holds_less(full: World, sign_in: SignIn) -> None:
    cmdb.define_item(actor=SYSTEM, key="bank", fields={"name": "Bank", "ci_class": "service"})
    otto = people.create(actor=SYSTEM, username="otto", name="Otto")
    people.grant(actor=SYSTEM, user=otto, role="release_manager", scope="bank")
    people.grant(actor=SYSTEM, user=otto, role="stakeholder", scope=SERVICE)
    changes.register(actor=actor("otto"), title="B", description="d", change_type="normal", service="bank")
    outsider = sign_in("otto")
    assert {row["service"] for row in rows(outsider, "/exports/changes.csv")} == {"bank", SERVICE}
    assert rows(outsider, "/exports/targets.csv") == []  # a stakeholder of the shop sees none of its machines
    assert len(rows(sign_in("dora"), "/exports/targets.csv")) == 3
    people.revoke(actor=SYSTEM, user=otto, role="stakeholder", scope=SERVICE)
    assert [row["title"] for row in rows(outsider, "/exports/changes.csv")] == ["B"]
    assert sign_in("stan").get("/targets/").context["listed"].csv == ""
    assert sign_in("ben").get("/exports/audit.csv").status_code == 403
    assert sign_in("root").get("/exports/releases.csv").status_code == 403
    assert outsider.get("/exports/passwords.csv").status_code == 404
    assert Client().get("/exports/releases.csv").status_code == 302
