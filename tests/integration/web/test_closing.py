"""The pages of the closing: the dialogue, the ledger of debts, lessons in a plan, the follow-up."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from tests.integration.web.conftest import SignIn, Site
from tests.world import actor

from rightaway.domain.guards_registration import ABANDON_REASONS
from rightaway.queries import releases as ask
from rightaway.records.incidents.models import Incident
from rightaway.services import assurance, debts, incidents, knowledge, lifecycle, releases, sign_offs, waivers

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def page(site: Site) -> str:
    return f"/releases/{site.release}/"


def row(site: Site) -> Any:
    found = ask.release(site.release)
    assert found is not None
    return found


def test_dialogue__confirmed_with_one_veto__keeps_that_record_and_closes_the_other(
    site: Site, page: str, sign_in: SignIn
) -> None:
    kept, closed = (
        incidents.record_incident(
            actor=actor("olga"),
            title=title,
            service="shop",
            severity=3,
            release=site.release,
            link="resolved_by_release",
        )
        for title in ("Wrong sum", "Slow")
    )
    browser, address = sign_in("rita"), f"{page}closure/records/"
    html = browser.get(address).content.decode()
    assert "the release resolves it" in html
    digest = html.split('name="digest" value="')[1].split('"')[0]
    sent = {"digest": digest, "owner": "ben", f"veto_{kept.number}": "It came again."}
    assert browser.post(address, sent)["Location"] == f"{page}closure/#linked"
    kept.refresh_from_db()
    assert (kept.state, kept.disposition_reason) == ("open", "It came again.")
    assert Incident.objects.get(pk=closed.pk).state == "closed"
    assert browser.post(address, sent).status_code == 409


def test_dialogue__as_who_may_not_close__is_refused(page: str, sign_in: SignIn) -> None:
    assert sign_in("ada").get(f"{page}closure/records/").status_code == 403


def test_waiver__granted__stands_at_its_item_and_in_the_ledger(
    site: Site, page: str, sign_in: SignIn
) -> None:
    assurance.record_defect(actor=actor("ben"), number=site.release, title="Wrong sum", severity="critical")
    asked = waivers.ask(
        actor=actor("rita"),
        number=site.release,
        control="test_results",
        reason="The suite is rebuilt.",
        expires_at=timezone.now() + DAY,
        owed="Run the suite",
    )
    grant = f"{page}evidence/waivers/{asked.pk}/"
    assert f'"{grant}"' not in sign_in("rita").get(f"{page}evidence/").content.decode()
    browser = sign_in("ben")
    assert f'"{grant}"' in browser.get(f"{page}evidence/").content.decode()
    due = (timezone.now() + 2 * DAY).strftime("%Y-%m-%dT%H:%M")
    assert browser.post(grant, {"owner": "dora", "due_at": due}).status_code == 302
    assert "Waived by ben, asked for by rita: The suite is rebuilt." in browser.get(page).content.decode()
    ledger = browser.get("/debts/").content.decode()
    assert "Run the suite" in ledger
    assert "Run the suite" not in browser.get("/debts/?whose=mine").content.decode()
    assert "Run the suite" in sign_in("dora").get("/debts/?whose=mine").content.decode()
    assert "Run the suite" in browser.get("/cis/shop/").content.decode()
    csv = b"".join(browser.get("/exports/debts.csv").streaming_content).decode()
    assert f"{site.release},shop,waiver,Run the suite,open" in csv


def test_debt__settled_on_its_page__leaves_the_list_of_what_is_open(site: Site, sign_in: SignIn) -> None:
    made = debts.add(
        actor=actor("rita"), number=site.release, owed="Buy disks", owner="ben", due_at=timezone.now() + DAY
    )
    browser, address = sign_in("ben"), f"/debts/{made.number}/settlement/"
    assert browser.post(address, {"note": "", "version": made.version}).status_code == 422
    assert browser.post(address, {"note": "Bought.", "version": made.version}).status_code == 302
    assert "Buy disks" not in browser.get("/debts/").content.decode()
    assert "Bought." in browser.get("/debts/?state=all").content.decode()


def test_lists__without_data__say_what_to_do(site: Site, sign_in: SignIn) -> None:
    browser = sign_in("rita")
    assert "No debt matches." in browser.get("/debts/").content.decode()
    assert "No lesson matches." in browser.get("/lessons/").content.decode()


def test_plan__of_the_next_release__asks_for_an_answer_to_the_lesson(
    site: Site, page: str, sign_in: SignIn
) -> None:
    lesson = knowledge.write(
        actor=actor("rita"),
        kind="lesson_learnt",
        title="Warm the cache",
        body="First.",
        service="shop",
        owner="ben",
        due_at=timezone.now() + DAY,
    ).number
    browser, answer = sign_in("rita"), f"{page}plan/lessons/{lesson}/"
    assert answer in browser.get(f"{page}plan/").content.decode()
    assert browser.post(answer, {"answer": "not_applicable", "reason": ""}).status_code == 422
    assert browser.post(answer, {"answer": "applied"}).status_code == 302
    assert "Applied" in browser.get("/lessons/").content.decode()


def test_closure_code__on_the_form__is_offered_with_its_definition_only_if_it_fits(
    site: Site, page: str, sign_in: SignIn
) -> None:
    releases.edit(actor=actor("rita"), number=site.release, fields={"outcome": "backed_out"})
    html = sign_in("rita").get(f"{page}edit/closure/").content.decode()
    assert "what it changed is as it was before" in html
    assert 'value="successful"' not in html
    assert 'value="failed_backed_out"' in html


def test_rejection__answered_on_its_page__shows_the_answer(site: Site, page: str, sign_in: SignIn) -> None:
    sign_offs.sign_off(actor=actor("stan"), number=site.release, decision="rejected", reason="Slow.")
    browser, address = sign_in("rita"), f"{page}closure/sign-offs/stan/"
    assert address in browser.get(f"{page}closure/").content.decode()
    assert browser.post(address, {"text": "It is faster now."}).status_code == 302
    assert "It is faster now." in browser.get(f"{page}closure/").content.decode()


def test_follow_up__of_an_abandoned_release__names_what_it_follows(
    site: Site, page: str, sign_in: SignIn
) -> None:
    browser = sign_in("rita")
    assert f"{page}follow-up/" not in browser.get(page).content.decode()
    fields = {"abandon_reason": ABANDON_REASONS[0], "abandon_comment": "No."}
    lifecycle.fire(actor=actor("rita"), number=site.release, event="abandon", reason="No.", fields=fields)
    assert f"{page}follow-up/" in browser.get(page).content.decode()
    answer = browser.post(f"{page}follow-up/", {"title": "Once more"})
    html = browser.get(answer["Location"]).content.decode()
    assert "Once more" in html
    assert "Follows" in html
    assert f'<a href="{page}">{site.release}</a>' in html
