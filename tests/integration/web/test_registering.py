"""Registering from a template, like another release, and from a file; editing in place."""

import pytest
from tests.integration.web.conftest import SignIn
from tests.world import World, actor

from rightaway.domain.values import SYSTEM
from rightaway.queries import release_files, releases
from rightaway.services import cmdb, people
from rightaway.services import releases as commands

pytestmark = pytest.mark.django_db
FORM = {"service": "shop", "title": "Shop 2.0", "description": "Better.", "release_type": "major"}


@pytest.mark.parametrize("key", release_files.TEMPLATES)
def test_register__from_a_template__begins_with_its_fields(world: World, sign_in: SignIn, key: str) -> None:
    rita = sign_in("rita")
    page = rita.get(f"/releases/new/?template={key}")
    template = release_files.template(key)
    assert template is not None
    assert page.context["form"]["release_type"].value() == template.fields["release_type"]
    assert template.fields["communication_plan"] in page.content.decode()
    answer = rita.post("/releases/new/", {**FORM, "template": key})
    assert answer.status_code == 302, answer.context["form"].errors
    row = releases.releases()[0]
    assert (row.title, row.release_type) == ("Shop 2.0", "major")
    assert row.els_exit_criteria == template.fields["els_exit_criteria"]
    assert [one.text for one in row.objectives.all()] == template.fields["objectives"]


def test_register__like_another_release__takes_what_they_share_and_not_its_changes(
    world: World, sign_in: SignIn
) -> None:
    first = world.register()
    commands.set_people(actor=actor("rita"), number=first, stakeholders={"stan": "accept"}, roster=[])
    rita = sign_in("rita")
    page = rita.get(f"/releases/new/?like={first}")
    assert page.context["form"]["title"].value() == "Shop 1.0"
    assert "stan" in page.content.decode()
    rita.post("/releases/new/", {**FORM, "like": first})
    row = releases.releases()[0]
    assert row.number != first
    assert sorted(one.key for one in row.affected_cis.all()) == world.keys()
    assert [one.person.username for one in row.stakeholders.all()] == ["stan"]
    assert not row.changes.exists()
    assert row.planned_start is None


@pytest.mark.parametrize("query", ["template=huge", "like=REL-999999"])
def test_register__from_what_there_is_not__says_so(world: World, sign_in: SignIn, query: str) -> None:
    assert sign_in("rita").get(f"/releases/new/?{query}").status_code == 404


def test_register__from_a_file__is_the_same_release(world: World, sign_in: SignIn) -> None:
    first = world.register()
    rita = sign_in("rita")
    held = rita.get(f"/releases/{first}/file/")
    assert first in held["Content-Disposition"]
    text = held.content.decode()
    answer = rita.post("/releases/new/file/", {"text": text[: text.index("changes:")]})
    assert answer.status_code == 302, answer.content.decode()
    rows = [release_files.basis(row) for row in releases.releases()]
    assert rows[0] == rows[1]


def test_register__from_a_file_with_mistakes__names_them_and_keeps_the_text(
    world: World, sign_in: SignIn
) -> None:
    answer = sign_in("rita").post("/releases/new/file/", {"text": "kind: release\ntitel: Shop\n"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "2:1" in page
    assert "titel: Shop" in page


def test_release_file__of_a_service_not_seen__is_no_page(world: World, sign_in: SignIn) -> None:
    number = world.register()
    cmdb.define_item(actor=SYSTEM, key="bank", fields={"name": "Bank", "ci_class": "service"})
    user = people.create(actor=SYSTEM, username="bob", name="Bob")
    people.grant(actor=SYSTEM, user=user, role="release_manager", scope="bank")
    assert sign_in("rita").get(f"/releases/{number}/file/").status_code == 200
    bob = sign_in("bob")
    assert bob.get(f"/releases/{number}/file/").status_code == 404
    assert bob.get(f"/releases/new/?like={number}").status_code == 404


def test_edit__opened_in_place__posts_to_its_own_address(release: str, sign_in: SignIn) -> None:
    rita = sign_in("rita")
    address = f"/releases/{release}/edit/people/"
    assert f'hx-get="{address}"' in rita.get(f"/releases/{release}/").content.decode()
    assert f'action="{address}"' in rita.get(address).content.decode()
