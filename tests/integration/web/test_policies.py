"""The pages of release policies: what holds, a draft, a second person, and what a draft would change."""

import re

import pytest
from tests.integration.services.begun import settled
from tests.integration.web.walking import signed_in
from tests.stages import staged
from tests.world import World, actor, held_to

from rightaway.queries import policies as ask
from rightaway.services import policies, releases

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(db: None) -> World:
    return staged("settled", settled)


def test_pages__a_draft_and_its_confirmation__lead_to_what_holds(world: World) -> None:
    writer, second = signed_in("rita"), signed_in("olga")
    assert "the figures of the product" not in writer.get("/policies/of/shop/").content.decode()
    held_to("shop", longest_waiver_days=9)

    answer = writer.get("/policies/of/shop/draft/")
    html = answer.content.decode()
    assert 'name="longest_waiver_days" value="9"' in html
    made = policies.propose(actor=actor("rita"), service="shop", content={"lead_time_d": {"major": 4}}).number
    own = writer.get(f"/policies/{made}/").content.decode()
    assert f"/policies/{made}/confirmation/" not in own
    assert "somebody else confirms it" in own

    page = second.get(f"/policies/{made}/").content.decode()
    assert f"/policies/{made}/confirmation/" in page
    row = ask.version(made)
    assert row is not None
    given = {"version": row.version, "digest": row.digest}
    assert second.post(f"/policies/{made}/confirmation/", given).status_code == 302
    held = second.get("/policies/of/shop/").content.decode()
    assert re.search(r"Major: 4 days", held)


def test_form__what_was_typed_wrong__is_still_there_beside_what_is_wrong(world: World) -> None:
    browser = signed_in("rita")
    shown = browser.get("/policies/of/shop/draft/").context["form"]
    data = {name: shown[name].value() for name in shown.fields if shown[name].value() not in (None, "")}
    data |= {"windows": "8 22:00-04:00", "notice_lead_s": "two days", "pass_pct": "regression"}
    data |= {"freezes": "from Christmas on", "extra_approvers": "the boss"}

    answer = browser.post("/policies/of/shop/draft/", data)

    html = answer.content.decode()
    assert answer.status_code == 422
    assert "8 22:00-04:00" in html
    assert "two days" in html
    assert "from Christmas on" in html
    assert html.count('class="error"') == 5


def test_form__sent__drafts_what_it_shows(world: World) -> None:
    browser = signed_in("rita")
    shown = browser.get("/policies/of/shop/draft/").context["form"]
    data = {name: shown[name].value() for name in shown.fields if shown[name].value() not in (None, "")}
    data |= {
        "windows": "5,6 22:00-04:00 Europe/Berlin",
        "notice_lead_s": "2 d",
        "pass_pct": "regression=90",
        "lead_minor": "3",
        "allowed_types": ["minor", "emergency"],
        "freezes": "2026-12-18 18:00 - 2027-01-04 06:00 Europe/Berlin soft except emergency: Year end\n"
        "2027-02-01 00:00 - 2027-02-02 00:00: Audit",
        "extra_approvers": "deployment major,emergency: user:stan, cab\nplan_design: cab",
        "rollback_criteria": "A P1 incident\nErrors over 1 %",
        "version_scheme": "calendar",
        "emergency_by_advisory": "",
    }

    answer = browser.post("/policies/of/shop/draft/", data)

    assert answer.status_code == 302, answer.content.decode()[-2000:]
    row = ask.policies(state="draft").get()
    assert row.content["windows"] == [
        {"weekdays": [5, 6], "opens": "22:00", "closes": "04:00", "zone": "Europe/Berlin"}
    ]
    assert (row.content["notice_lead_s"], row.content["pass_pct"]) == (2 * 86_400, {"regression": 90})
    assert row.content["lead_time_d"] == {"minor": 3}
    assert row.content["allowed_types"] == ["minor", "emergency"]
    first, second = row.content["freezes"]
    assert (first["zone"], first["is_soft"], first["except_types"]) == ("Europe/Berlin", True, ["emergency"])
    assert (second["starts"], second["zone"], second["is_soft"]) == ("2027-02-01T00:00", "UTC", False)
    assert row.content["extra_approvers"] == [
        {"approval": "deployment", "sources": ["cab", "user:stan"], "types": ["major", "emergency"]},
        {"approval": "plan_design", "sources": ["cab"], "types": []},
    ]
    assert row.content["rollback_criteria"] == ["A P1 incident", "Errors over 1 %"]
    assert (row.content["version_scheme"], row.content["emergency_by_advisory"]) == ("calendar", False)
    again = browser.get("/policies/of/shop/draft/").content.decode()
    assert "5,6 22:00-04:00 Europe/Berlin" in again
    assert 'value="2 d"' in again
    assert "2026-12-18 18:00 - 2027-01-04 06:00 Europe/Berlin soft except emergency: Year end" in again
    assert "deployment major,emergency: cab, user:stan" in again


def test_draft__shows_what_it_would_change_for_an_open_release(world: World) -> None:
    fields = {"title": "Shop", "description": "Better.", "release_type": "major"}
    number = releases.register(actor=actor("rita"), service="shop", fields=fields).number
    made = policies.propose(actor=actor("rita"), service="shop", content={"allowed_types": ["minor"]}).number

    html = signed_in("olga").get(f"/policies/{made}/").content.decode()

    assert number in html
    assert "Would be missing:" in html
    assert "Major is not allowed for shop" in html


def test_version__with_all_parts__says_them_as_people_read_them(world: World) -> None:
    freeze = {"title": "Year end", "starts": "2026-12-18T18:00", "ends": "2027-01-04T06:00"}
    number = held_to(
        "shop",
        freezes=[{**freeze, "zone": "Europe/Berlin", "is_soft": True, "except_types": ["emergency"]}],
        extra_approvers=[{"approval": "deployment", "sources": ["cab"], "types": ["major"]}],
        rollback_criteria=["A P1 incident"],
        version_scheme="semantic",
        emergency_severity=1,
        emergency_by_known_error=False,
    )

    html = signed_in("olga").get(f"/policies/{number}/").content.decode()

    for text in (
        "Year end: 2026-12-18 18:00 - 2027-01-04 06:00 Europe/Berlin, warns only, not for Emergency",
        "Deployment (Major): CAB",
        "A P1 incident",
        "Semantic (2.4.0)",
        "an incident of severity 1 or graver, a security advisory",
    ):
        assert text in html


def test_release__whose_policy_adds_an_approver__says_how_many_votes_of_whom(world: World) -> None:
    held_to("shop", extra_approvers=[{"approval": "deployment", "sources": ["user:stan"]}])
    fields = {"title": "Shop", "description": "Better.", "release_type": "major"}
    number = releases.register(actor=actor("rita"), service="shop", fields=fields).number

    html = " ".join(signed_in("olga").get(f"/releases/{number}/").content.decode().split())

    assert "2 votes of service owner, change manager, CAB, and one vote each of stan ·" in html


def test_pages__of_another_service__are_not_there(world: World) -> None:
    browser = signed_in("root")

    assert browser.get("/policies/of/shop/").status_code == 404
    assert signed_in("stan").get("/policies/of/shop/draft/").status_code == 403
