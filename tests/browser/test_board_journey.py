"""A meeting of a board in Chromium, from its agenda to its minutes: two members vote, by keyboard."""

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open, Site, Visit

pytestmark = pytest.mark.browser


def vote(window: Visit, address: str) -> None:
    """Vote without a mouse: `a` chooses to approve and goes to the button, Enter sends it."""
    window.go(address)
    expect(window.page.locator("#ballot-keys")).to_be_visible()
    window.page.keyboard.press("a")
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_text("Your vote is recorded.")).to_be_visible()


def give(window: Visit, link: str) -> None:
    """Follow a command on the page of the meeting, and send it."""
    window.page.get_by_role("link", name=link, exact=True).first.click()
    window.page.locator("main form button[type=submit]").first.click()


def test_meeting__of_a_board__goes_from_the_agenda_to_approved_minutes(visit: Open, site: Site) -> None:
    address, change = f"/meetings/{site.numbers['meeting']}/", site.numbers["change"]
    chris, cora = visit().sign_in("chris", by_form=True), visit().sign_in("cora", by_form=True)
    chris.go(address)
    expect(chris.page.get_by_text("The rules advise against it")).to_be_visible()
    give(chris, "Publish the agenda")
    give(chris, "Start the meeting")
    expect(chris.page.get_by_text("The meeting is running.")).to_be_visible()
    cora.go(address)
    give(cora, "I am here")
    expect(cora.page.locator("section", has_text="Who is here").get_by_text("Cora").first).to_be_visible()
    vote(chris, address)
    expect(chris.page.locator(".ballot")).to_have_count(0)
    vote(cora, address)
    agenda = cora.page.locator("section[aria-labelledby=agenda]")
    expect(agenda.get_by_text("Approved").first).to_be_visible()
    cora.go(f"/changes/{change}/")
    expect(cora.page.get_by_text("Authorised").first).to_be_visible()
    chris.go(address)
    give(chris, "End the meeting")
    chris.go(f"{address}minutes/")
    expect(chris.page.get_by_text(f"{change} Another database")).to_be_visible()
    expect(chris.page.get_by_text("cora: approve")).to_be_visible()
    give(chris, "Approve")
    expect(chris.page.get_by_text("The minutes are approved.")).to_be_visible()
    assert [*chris.complaints, *cora.complaints] == []
