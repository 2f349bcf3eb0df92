"""The pages of administrators: people, roles, workflows, the estate, the system; and who may open them."""

import re

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.integration.web.conftest import SignIn
from tests.world import World, actor

from rightaway.domain.errors import Invalid
from rightaway.domain.permissions import MATRIX
from rightaway.domain.values import SYSTEM
from rightaway.queries import audit, cmdb, people
from rightaway.services import people as commands

pytestmark = pytest.mark.django_db
PLACES = ("people", "roles", "workflows", "estate", "system")


def person(name: str):
    found = people.user(name)
    assert found is not None
    return found


def post(browser: Client, page: str, /, *args: object, **given: object):
    return browser.post(reverse(page, args=args), given)


def text_of(browser: Client, name: str, *args: object) -> str:
    answer = browser.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def actions(name: str) -> list[str]:
    return [one.action for one in audit.events(object_id=name)]


def test_navigation__shows_administration__to_whom_it_is_for(world: World, sign_in: SignIn) -> None:
    shown = {
        name: sign_in(name).get("/profile/").content.decode() for name in ("root", "olga", "stan", "rita")
    }
    found = {
        name: {place for place in PLACES if f'href="{reverse(place)}"' in text}
        for name, text in shown.items()
    }
    assert found["root"] == {"people", "roles", "workflows", "system"}
    assert found["olga"] == {"people", "roles", "workflows", "estate"}
    assert found["rita"] == {"estate"}
    assert found["stan"] == set()


@pytest.mark.parametrize("name", ["stan", "ada", "rita"])
def test_pages__for_others__are_403_and_change_nothing(name: str, world: World, sign_in: SignIn) -> None:
    browser = sign_in(name)
    pages = [("people",), ("roles",), ("system",), ("workflows",), ("person-create",)]
    pages += [(deed, "dora") for deed in ("person", "role-grant", "person-disable", "person-password")]
    answers = {one[0]: browser.get(reverse(one[0], args=one[1:])).status_code for one in pages}
    assert answers == dict.fromkeys(answers, 403)
    assert post(browser, "person-disable", "dora").status_code == 403
    assert person("dora").is_active


def test_person__added__signs_in_with_the_password_shown_once(world: World, sign_in: SignIn) -> None:
    browser = sign_in("root")
    answer = post(browser, "person-create", username="nina", name="Nina New", email="")
    (secret,) = re.findall(r'id="secret">([^<]+)<', answer.content.decode())
    assert answer["Cache-Control"] == "no-store"
    assert authenticate(RequestFactory().post("/"), username="nina", password=secret) == person("nina")
    assert secret not in text_of(browser, "person", "nina")
    again = post(browser, "person-create", username="NINA", name="Nina", email="")
    assert again.status_code == 422
    assert "There is an account named NINA already." in again.content.decode()


def test_role__granted_and_taken_away__stands_with_who_did_it(world: World, sign_in: SignIn) -> None:
    browser = sign_in("root")
    assert post(browser, "role-grant", "stan", role="cab", scope="shop").status_code == 302
    (held,) = [one for one in people.bindings(person("stan").pk) if one.role == "cab"]
    assert (held.scope, held.granted_by) == ("shop", person("root"))
    assert "Root" in text_of(browser, "person", "stan")
    assert post(browser, "role-revoke", "stan", held.pk).status_code == 302
    assert people.roles(person("stan").pk) == {"stakeholder"}
    assert actions("stan")[:2] == ["people.role.revoked", "people.role.granted"]
    assert post(browser, "role-grant", "root", role="cab", scope="*").status_code == 403
    assert "Give a role" not in text_of(browser, "person", "root")


def test_role__of_another_service__is_not_for_an_owner_of_one(world: World, sign_in: SignIn) -> None:
    commands.revoke(actor=SYSTEM, user=person("oscar"), role="service_owner")
    commands.grant(actor=SYSTEM, user=person("oscar"), role="service_owner", scope="shop")
    browser = sign_in("oscar")
    assert post(browser, "role-grant", "stan", role="cab", scope="*").status_code == 422
    assert post(browser, "role-grant", "stan", role="cab", scope="shop").status_code == 302
    held = people.bindings(person("stan").pk)
    wide = next(one for one in held if one.scope == "*")
    page = text_of(browser, "person", "stan")
    assert reverse("role-revoke", args=["stan", wide.pk]) not in page
    assert reverse("person-disable", args=["stan"]) not in page
    assert post(browser, "role-revoke", "stan", wide.pk).status_code == 403


def test_account__deactivated_and_activated__is_out_at_once_and_keeps_its_history(
    world: World, sign_in: SignIn
) -> None:
    dora, browser = sign_in("dora"), sign_in("root")
    token = commands.create_token(actor=actor("dora"), user=person("dora"), label="laptop")
    assert "in 1 browser" in text_of(browser, "person", "dora")
    assert post(browser, "person-disable", "dora").status_code == 302
    assert dora.get("/").status_code == 302
    assert people.actor_of_token(token, "api") is None
    assert people.sessions(person("dora").pk) == []
    assert people.roles(person("dora").pk) == {"deployment_manager"}
    assert post(browser, "person-enable", "dora").status_code == 302
    assert sign_in("dora").get("/").status_code == 200
    assert actions("dora")[:2] == ["people.account.enabled", "people.account.disabled"]


def test_last_administrator__and_oneself__cannot_be_locked_out(world: World, sign_in: SignIn) -> None:
    browser = sign_in("root")
    (held,) = people.bindings(person("root").pk)
    refused = [post(browser, "person-disable", "root"), post(browser, "role-revoke", "root", held.pk)]
    assert [one.status_code for one in refused] == [403, 409]
    assert "account.last_admin" in refused[1].content.decode()
    commands.create(actor=SYSTEM, username="second", name="Second")
    commands.grant(actor=SYSTEM, user=person("second"), role="admin")
    commands.disable(actor=actor("second"), user=person("root"))
    assert not person("root").is_active


def test_sessions_tokens_and_password__of_another__are_ended_by_an_administrator(
    world: World, sign_in: SignIn
) -> None:
    stan, browser = sign_in("olga"), sign_in("root")
    assert post(browser, "person-sign-out", "olga").status_code == 302
    assert stan.get("/").status_code == 302
    commands.create_token(actor=actor("olga"), user=person("olga"), label="laptop")
    (token,) = people.tokens(person("olga").pk)
    assert "laptop" in text_of(browser, "person", "olga")
    assert post(browser, "person-token-revoke", "olga", token.pk).status_code == 302
    assert not people.tokens(person("olga").pk).exists()
    answer = post(browser, "person-password", "olga")
    (secret,) = re.findall(r'id="secret">([^<]+)<', answer.content.decode())
    assert person("olga").check_password(secret)
    assert actions("olga")[:2] == ["people.password.set", "people.token.revoked"]


def test_sensitive_command__long_after_signing_in__asks_for_the_password_first(
    world: World, sign_in: SignIn
) -> None:
    root = person("root")
    root.set_password("a long enough secret")
    root.save()
    browser = sign_in("root")
    session = browser.session
    session["account_authentication_methods"] = []
    session.save()
    answer = post(browser, "person-disable", "dora")
    assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/accounts/confirm/")
    assert person("dora").is_active


def test_people__searched_filtered_and_many__are_found_with_the_same_statements(
    world: World, sign_in: SignIn
) -> None:
    browser = sign_in("root")

    def names(query: str) -> list[str]:
        return [one.username for one in browser.get(f"/administration/people/{query}").context["rows"]]

    few = statements(browser)
    for number in range(60):
        commands.create(actor=SYSTEM, username=f"user{number:02}", name=f"User {number}")
    commands.disable(actor=SYSTEM, user=person("user01"))
    assert statements(browser) == few
    assert len(names("")) == 50
    assert names("?state=disabled") == ["user01"]
    assert names("?role=cab") == ["cora"]
    assert names("?text=user0&sort=-username")[:2] == ["user09", "user08"]
    assert "Nobody matches." in browser.get("/administration/people/?text=nobody").content.decode()


def statements(browser: Client) -> int:
    with CaptureQueriesContext(connection) as found:
        browser.get("/administration/people/")
    return len(found)


def test_roles__page__holds_every_action_and_is_searched(world: World, sign_in: SignIn) -> None:
    browser = sign_in("root")
    rows = browser.get("/administration/roles/").context["rows"]
    assert [action for action, _text, _held in rows] == list(MATRIX)
    found = browser.get("/administration/roles/?text=back out&role=deployment_manager").context["rows"]
    assert [(action, [str(one) for one in held[0]]) for action, _text, held in found] == [
        ("deployment.back_out", ["yes"])
    ]


def test_workflow__page__says_each_rule_in_words(world: World, sign_in: SignIn) -> None:
    browser = sign_in("root")
    assert "Release and deployment management" in text_of(browser, "workflows")
    page = browser.get("/administration/workflows/seven_phases/1/")
    rules = [rule for phase in page.context["phases"] for way in phase["ways"] for rule in way["rules"]]
    assert all(key != str(text) for key, text in rules)
    assert browser.get("/administration/workflows/seven_phases/9/").status_code == 404


def test_system__without_a_worker__says_so_with_the_remedy(world: World, sign_in: SignIn) -> None:
    text = text_of(sign_in("root"), "system")
    assert "No worker runs: nothing is deployed." in text
    assert "Start one: rightaway worker" in text
    assert "database version" in text


def test_estate__defined_and_changed__by_those_who_may(world: World, sign_in: SignIn) -> None:
    rita, dora = sign_in("rita"), sign_in("dora")
    made = {"key": "lab", "name": "Laboratory", "tier": "test"}
    assert post(rita, "environment-define", **made).status_code == 302
    assert (
        "There is one with the key lab already." in post(rita, "environment-define", **made).content.decode()
    )
    seen = cmdb.environments().get(key="lab").version
    changed = {"name": "Lab", "tier": "test", "version": seen}
    assert post(rita, "environment-edit", "lab", **changed).status_code == 302
    assert post(rita, "environment-edit", "lab", **changed).status_code == 412
    assert (
        post(rita, "service-define", key="bank", name="Bank", criticality=1, owner="olga").status_code == 302
    )
    assert cmdb.item("bank").owner.username == "olga"
    wanted = {
        "key": "x01",
        "ci": "t01",
        "environment": "lab",
        "driver": "local",
        "config": "{}",
        "tags": "a\nb",
    }
    assert post(dora, "target-define", **wanted | {"config": "nothing"}).status_code == 422
    refused = post(dora, "target-define", **wanted | {"config": '{"wrong": 1}'})
    assert (refused.status_code, "driver.config" in refused.content.decode()) == (422, True)
    assert post(dora, "target-define", **wanted).status_code == 302
    assert cmdb.target("x01").tags == ["a", "b"]
    assert sign_in("root").get(reverse("environment-define")).status_code == 403
    assert post(rita, "target-define", **wanted | {"key": "x02"}).status_code == 403


def test_person__with_a_name_no_address_can_hold__is_refused_beside_the_field(
    world: World,
) -> None:
    with pytest.raises(Invalid) as refused:
        commands.create(actor=actor("root"), username="two words/", name="Two")
    assert (refused.value.code, refused.value.at) == ("account.name", "username")
