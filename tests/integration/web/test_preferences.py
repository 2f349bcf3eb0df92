"""How the pages look for somebody: kept for the account, checked, recorded, and followed."""

import pytest
from django.test import Client
from tests.integration.web.conftest import SignIn, Site
from tests.world import World, actor

from rightaway.domain.errors import Invalid
from rightaway.queries import audit
from rightaway.queries import people as ask
from rightaway.services import people

pytestmark = pytest.mark.django_db


def kept(name: str) -> object:
    user = ask.user(name)
    assert user is not None
    return ask.preferences(user.pk)


def test_preferences__given_one_by_one__leave_the_others_and_are_audited(world: World) -> None:
    people.prefer(actor=actor("rita"), theme="dark", time_zone="Europe/Berlin")
    people.prefer(actor=actor("rita"), density="compact", shortcuts=False)
    found = kept("rita")
    assert [getattr(found, name) for name in ("theme", "density", "time_zone", "language", "shortcuts")] == [
        "dark",
        "compact",
        "Europe/Berlin",
        "",
        False,
    ]
    facts = [one.facts for one in audit.events(action="people.preferences.set")]
    assert facts == [
        {"density": "compact", "shortcuts": False},
        {"theme": "dark", "time_zone": "Europe/Berlin"},
    ]


@pytest.mark.parametrize(
    ("name", "value"), [("theme", "pink"), ("density", ""), ("language", "xx"), ("time_zone", "Mars/Base")]
)
def test_preference__that_is_none__is_refused_at_its_place(world: World, name: str, value: str) -> None:
    with pytest.raises(Invalid) as caught:
        people.prefer(actor=actor("rita"), **{name: value})  # type: ignore[arg-type]
    assert (caught.value.code, caught.value.at) == ("preference.unknown", name)


def test_theme__chosen_when_signed_in__follows_the_account_to_another_browser(
    world: World, sign_in: SignIn
) -> None:
    sign_in("rita").post("/theme/", {"theme": "dark"})
    assert 'class="dark comfortable"' in sign_in("rita").get("/").content.decode()


def test_language__of_the_account__is_stronger_than_that_of_the_browser(
    world: World, sign_in: SignIn
) -> None:
    browser = sign_in("rita")
    german = {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}
    assert '<html lang="de"' in browser.get("/releases/", headers=german).content.decode()
    people.prefer(actor=actor("rita"), language="en")
    assert '<html lang="en"' in browser.get("/releases/", headers=german).content.decode()
    people.prefer(actor=actor("rita"), language="de")
    text = browser.get("/releases/").content.decode()
    assert "Release anlegen" in text
    assert "Register a release" not in text


def test_language__of_somebody_not_signed_in__is_that_of_the_browser() -> None:
    answer = Client().get("/accounts/login/", headers={"Accept-Language": "de"})
    assert "Anmelden" in answer.content.decode()
    assert answer["Content-Language"] == "de"


def test_language__of_the_api__stays_english(world: World, sign_in: SignIn) -> None:
    people.prefer(actor=actor("rita"), language="de")
    answer = sign_in("rita").get("/api/v1/releases/REL-999999", headers={"Accept-Language": "de"})
    assert "Content-Language" not in answer.headers


@pytest.mark.parametrize(
    ("zone", "shown"), [("Asia/Kolkata", "IST"), ("nonsense/../../etc", "UTC"), ("", "UTC")]
)
def test_time_zone__of_a_cookie__is_followed_if_it_is_one(
    site: Site, sign_in: SignIn, zone: str, shown: str
) -> None:
    browser = sign_in("rita")
    browser.cookies["rightaway_zone"] = zone
    text = browser.get(f"/releases/{site.release}/").content.decode()
    assert f"{shown}</time>" in text
    assert " UTC, " in text  # the hover says it in UTC all the same


def test_moment__typed_in_the_zone_of_the_page__is_kept_as_that_moment(site: Site, sign_in: SignIn) -> None:
    from rightaway.queries import releases

    people.prefer(actor=actor("rita"), time_zone="Asia/Kolkata")
    address = f"/releases/{site.release}/edit/schedule/"
    browser = sign_in("rita")
    page = browser.get(address)
    assert "(Asia/Kolkata)" in page.content.decode()
    form = page.context["form"]
    before = releases.release(site.release)
    assert before is not None
    given = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    answer = browser.post(
        address, {**given, "planned_start": "2031-05-01T05:30", "planned_end": "2031-05-01T09:30"}
    )
    assert answer.status_code == 302, answer.content.decode()
    after = releases.release(site.release)
    assert after is not None
    assert after.planned_start is not None
    assert after.planned_start.isoformat() == "2031-05-01T00:00:00+00:00"
