"""Tasks on the page of a release: given to a person, finished, taken up again."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from tests.integration.web.conftest import SignIn, Site
from tests.world import actor

from rightaway.queries import releases as ask
from rightaway.services import task_plans

pytestmark = pytest.mark.django_db
KEY, PROVEN = "call_the_bank", "rollback_rehearsal"


@pytest.fixture(autouse=True)
def own(site: Site) -> None:
    """A task of the release's own, which a person finishes."""
    task_plans.add(actor=actor("rita"), number=site.release, title="Call the bank", fields={})


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
    assert answer["Location"] == f"/releases/{site.release}/tasks/{KEY}/"
    assert "<strong>Ben</strong>" in browser.get(f"/releases/{site.release}/").content.decode()
    assert "rita gave you a task" in sign_in("ben").get("/inbox/").content.decode()
    browser.post(address, {"assignee": ""})
    assert task(site).assignee is None


def test_task__finished__is_open_again_by_undo_for_who_did_it_and_for_ten_minutes(
    site: Site, sign_in: SignIn
) -> None:
    browser, page = sign_in("ben"), f"/releases/{site.release}/"
    undo = f'action="{page}tasks/{KEY}/reopening/"'
    browser.post(f"{page}tasks/{KEY}/steps/finish/")
    assert browser.get(page).content.decode().count(undo) == 2  # the message and the row
    assert undo not in sign_in("rita").get(page).content.decode()
    assert sign_in("rita").post(f"{page}tasks/{KEY}/reopening/").status_code == 403
    assert browser.post(f"{page}tasks/{KEY}/reopening/").status_code == 302
    assert task(site).state == "ready"
    browser.post(f"{page}tasks/{KEY}/steps/finish/")
    browser.get(page)
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        assert undo not in browser.get(page).content.decode()
        assert browser.post(f"{page}tasks/{KEY}/reopening/").status_code == 409


def test_task__only_started__offers_no_undo(site: Site, sign_in: SignIn) -> None:
    browser, page = sign_in("ben"), f"/releases/{site.release}/"
    browser.post(f"{page}tasks/{KEY}/steps/start/")
    assert "reopening/" not in browser.get(page).content.decode()


def test_task__that_ends_by_its_evidence__shows_what_is_missing_and_is_not_ticked(
    site: Site, sign_in: SignIn
) -> None:
    page = f"/releases/{site.release}/"
    card = sign_in("dora").get(page).content.decode().split('id="tasks"')[1].split("</section>")[0]
    assert "Ends by itself once this is put right:" in card
    assert f'href="{page}deployments/new/?environment=' in card
    assert f'action="{page}tasks/{PROVEN}/steps/finish/"' not in card
    assert f'action="{page}tasks/{KEY}/steps/finish/"' in card


def test_board__task_that_waits__says_what_for_and_marks_the_critical_path(
    site: Site, sign_in: SignIn
) -> None:
    browser, board = sign_in("rita"), f"/releases/{site.release}/tasks/"
    sent = {"title": "Sign", "category": "funding", "phase": "build_test", "owner_role": "release_manager"}
    sent |= {
        "evidence_required": "none",
        "duration_min": "90",
        "after_0": KEY,
        "type_0": "finish_start",
        "lag_0": "30",
    }
    answer = browser.post(f"{board}new/manual/", sent)
    assert answer["Location"] == f"{board}sign/"
    html = browser.get(board).content.decode()
    waiting = html.split('id="tasks-waiting"')[1].split('id="tasks-ready"')[0]
    assert f'href="{board}sign/"' in waiting
    assert "Call the bank" in waiting
    assert "finish to start, 30 minutes later" in " ".join(waiting.split())
    assert "Critical path" in waiting


def test_board__no_kind_like_that__404(site: Site, sign_in: SignIn) -> None:
    assert sign_in("rita").get(f"/releases/{site.release}/tasks/new/magic/").status_code == 404


def test_task__started_too_early__refused_on_the_form_with_whom_it_waits_for(
    site: Site, sign_in: SignIn
) -> None:
    after = [task_plans.After(KEY)]
    task_plans.add(actor=actor("rita"), number=site.release, title="Sign", fields={}, after=after)
    browser, page = sign_in("rita"), f"/releases/{site.release}/tasks/sign/"
    assert "steps/start/" not in browser.get(page).content.decode()
    answer = browser.post(f"{page}steps/start/")
    assert answer.status_code == 409
    assert "Call the bank" in answer.content.decode()


def test_checkpoint__voted_on_its_page__done_with_the_quorum(site: Site, sign_in: SignIn) -> None:
    fields = {"kind": "checkpoint", "voters": ["ben", "dora"], "quorum": 2}
    task_plans.add(actor=actor("rita"), number=site.release, title="Go", fields=fields)
    page = f"/releases/{site.release}/tasks/go/"
    assert "steps/vote/" not in sign_in("rita").get(page).content.decode()
    for name in ("ben", "dora"):
        browser = sign_in(name)
        assert f"{page}steps/vote/" in browser.get(page).content.decode()
        assert browser.post(f"{page}steps/vote/", {"vote": "go"}).status_code == 302
    assert ask.tasks(ask.release(site.release)).get(key="go").state == "done"  # type: ignore[arg-type]


def test_list__at_first__ones_own_that_are_not_over_and_the_same_as_csv(site: Site, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    browser.post(f"/releases/{site.release}/tasks/{KEY}/assignment/", {"assignee": "ben"})
    mine, all_ = (browser.get(f"/tasks/{query}").content.decode() for query in ("", "?whose=all"))
    assert (f"tasks/{KEY}/" in mine, f"tasks/{KEY}/" in all_) == (False, True)
    csv = b"".join(sign_in("ben").get("/exports/tasks.csv").streaming_content).decode()
    assert f"{site.release},{KEY},Call the bank" in csv


def test_list__filtered_to_nothing__says_how_to_see_more(site: Site, sign_in: SignIn) -> None:
    assert "No task matches." in sign_in("rita").get("/tasks/?text=zzz").content.decode()


def test_task__of_the_release_planned_and_removed__gone(site: Site, sign_in: SignIn) -> None:
    browser, page = sign_in("rita"), f"/releases/{site.release}/tasks/{KEY}/"
    assert f"{page}plan/" in browser.get(page).content.decode()
    assert browser.post(f"{page}removal/")["Location"] == f"/releases/{site.release}/tasks/"
    assert browser.get(page).status_code == 404
