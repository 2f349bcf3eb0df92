"""Tasks on the page of a release: given to a person, finished, taken up again."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.integration.web.conftest import SignIn, Site

from rightaway.queries import releases as ask

pytestmark = pytest.mark.django_db
KEY = "rollback_rehearsal"


def task(site: Site) -> Any:
    row = ask.release(site.release)
    assert row is not None
    return ask.tasks(row).get(key=KEY)


def test_task__assigned__names_the_person_who_finds_it_in_the_inbox(site: Site, sign_in: SignIn) -> None:
    browser, address = sign_in("rita"), f"/releases/{site.release}/tasks/{KEY}/assignment/"
    offered = [key for key, _ in browser.get(address).context["form"].fields["assignee"].choices]
    assert ("ben" in offered, "ada" in offered) == (True, False)
    assert browser.post(address, {"assignee": "ada"}).status_code == 422
    answer = browser.post(address, {"assignee": "ben"})
    assert answer["Location"] == f"/releases/{site.release}/#tasks"
    assert "<strong>Ben</strong>" in browser.get(f"/releases/{site.release}/").content.decode()
    assert "rita gave you a task" in sign_in("ben").get("/inbox/").content.decode()
    browser.post(address, {"assignee": ""})
    assert task(site).assignee is None


def test_task__finished__is_open_again_by_undo_for_who_did_it_and_for_ten_minutes(
    site: Site, sign_in: SignIn
) -> None:
    browser, page = sign_in("ben"), f"/releases/{site.release}/"
    undo = f'action="{page}tasks/{KEY}/reopening/"'
    browser.post(f"{page}tasks/{KEY}/", {"state": "done"})
    assert browser.get(page).content.decode().count(undo) == 2  # the message and the row
    assert undo not in sign_in("rita").get(page).content.decode()
    assert sign_in("rita").post(f"{page}tasks/{KEY}/reopening/").status_code == 403
    assert browser.post(f"{page}tasks/{KEY}/reopening/").status_code == 302
    assert task(site).state == "ready"
    browser.post(f"{page}tasks/{KEY}/", {"state": "done"})
    browser.get(page)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert undo not in browser.get(page).content.decode()
        assert browser.post(f"{page}tasks/{KEY}/reopening/").status_code == 409


def test_task__only_started__offers_no_undo(site: Site, sign_in: SignIn) -> None:
    browser, page = sign_in("ben"), f"/releases/{site.release}/"
    browser.post(f"{page}tasks/{KEY}/", {"state": "active"})
    assert "reopening/" not in browser.get(page).content.decode()


def test_task__that_ends_by_its_evidence__shows_what_is_missing_and_is_not_ticked(
    site: Site, sign_in: SignIn
) -> None:
    page = f"/releases/{site.release}/"
    card = sign_in("dora").get(page).content.decode().split('id="tasks"')[1].split("</section>")[0]
    assert "Ends by itself once this is put right:" in card
    assert f'href="{page}deployments/new/?environment=' in card
    assert f'action="{page}tasks/{KEY}/"' not in card
