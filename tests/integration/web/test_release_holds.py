"""Holding a release on its page."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from tests.integration.web.conftest import SignIn, Site
from tests.world import actor

from rightaway.services import moments, release_holds

pytestmark = pytest.mark.django_db
HELD = {"reason": "The supplier is away.", "until": "2031-05-04T10:00"}


def test_hold__given_on_the_page__stands_there_until_it_is_resumed(site: Site, sign_in: SignIn) -> None:
    browser, page = sign_in("rita"), f"/releases/{site.release}/"
    shown = browser.get(f"{page}hold/")
    version = shown.context["form"].initial["version"]
    assert browser.post(f"{page}hold/", {**HELD, "version": version})["Location"] == page
    held = browser.get(page).content.decode()
    assert "On hold by Rita" in held
    assert "The supplier is away." in held
    assert f'href="{page}hold/end/"' in held
    assert f'href="{page}edit/' not in held  # nothing is offered that would be refused
    other = sign_in("ben").get(page).content.decode()
    assert "The supplier is away." in other
    assert f'href="{page}hold/end/"' not in other
    version = browser.get(f"{page}hold/end/").context["form"].initial["version"]
    assert browser.post(f"{page}hold/end/", {"version": version})["Location"] == page
    assert "On hold by" not in browser.get(page).content.decode()


def test_hold__without_reason_or_for_the_past__says_so_beside_the_field(site: Site, sign_in: SignIn) -> None:
    browser, page = sign_in("rita"), f"/releases/{site.release}/hold/"
    version = browser.get(page).context["form"].initial["version"]
    answer = browser.post(page, {"version": version, "reason": "", "until": "2020-01-01T10:00"})
    assert (answer.status_code, "reason" in answer.context["form"].errors) == (422, True)
    answer = browser.post(page, {"version": version, "reason": "Why not.", "until": "2020-01-01T10:00"})
    assert answer.status_code == 422
    assert "until" in answer.context["form"].errors


def test_hold__by_who_may_not__is_neither_offered_nor_done(site: Site, sign_in: SignIn) -> None:
    browser, page = sign_in("ben"), f"/releases/{site.release}/"
    assert f'href="{page}hold/"' not in browser.get(page).content.decode()
    assert browser.get(f"{page}hold/").status_code == 403


def test_hold__its_time_over__is_in_the_inbox_with_its_reason(site: Site, sign_in: SignIn) -> None:
    begun = timezone.now()
    until = begun + timedelta(days=1)
    release_holds.hold(actor=actor("rita"), number=site.release, reason="The supplier is away.", until=until)
    with time_machine.travel(until + timedelta(minutes=1)):
        moments.pass_by(since=begun, now=timezone.now())
        page = sign_in("rita").get("/inbox/").content.decode()
    assert "The time set for a hold is over: The supplier is away." in page
