"""
The journeys of people in four looks: light and dark, 1440 and 390 px wide.

What takes a worker's time happens once, before four windows that are open at the same time; each of them has to show
it. What people do is done in each look. The way from registering to closing is walked by `test_guided_journey.py`.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import LOOKS, Open, Site, Visit, running, serving, with_free_port

pytestmark = pytest.mark.browser
Windows = Callable[..., list[Visit]]
OLD = "The connection is lost: this page shows what was true at"
each_look = pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)


def launch(page: Page, url: str, release: str, intent: str) -> str:
    """Give the address of the deployment."""
    page.goto(f"{url}/releases/{release}/deployments/new/")
    page.get_by_label("Environment").select_option("staging")
    page.get_by_label("Intent").select_option(intent)
    page.get_by_role("button", name="Launch").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile(r"DEP-\d+ to Staging"))
    return page.url.removeprefix(url)


def confirm(page: Page, name: str) -> None:
    """Press a button of a deployment, and on the page that asks for the reason press it again."""
    page.get_by_role("link", name=name, exact=True).click()
    page.get_by_label("Reason").fill("As the journey wants.")
    page.get_by_role("button", name=name).click()
    expect(page.locator("#state")).to_be_visible()


@each_look
def test_approver__votes_by_keyboard_alone__and_an_edit_voids_the_vote(
    visit: Open, site: Site, look: dict[str, Any]
) -> None:
    release = f"/releases/{site.numbers['asked']}/"
    manager = visit(**look).sign_in("rita")
    manager.go(f"{release}approvals/plan_design/request/")
    manager.page.get_by_role("button", name="Ask for it").click()
    window = visit(**look).sign_in("oscar")
    page = window.page
    page.get_by_role("link", name=re.compile(f"Vote on plan and design of {site.numbers['asked']}")).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Vote on: Plan and design")
    page.get_by_role("radio", name="Approve").focus()
    for key in ("Space", "Tab", "Tab", "Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("Your vote is recorded.")).to_be_visible()
    manager.go(f"{release}edit/schedule/")
    plan = manager.page.get_by_label("Communication plan")
    plan.fill(f"{plan.input_value()} More.")
    manager.page.get_by_role("button", name="Save").click()
    window.go(release)
    approvals = page.locator("section", has=page.get_by_role("heading", name="Approvals", exact=True))
    expect(approvals.get_by_text("Void", exact=True)).to_be_visible()
    expect(approvals).to_contain_text("More.")
    assert [*window.complaints, *manager.complaints] == []


def test_deployment__with_a_fault__is_watched_live_until_it_is_backed_out(
    in_every_look: Windows, site: Site
) -> None:
    windows = in_every_look("dora")
    address = launch(windows[0].page, site.url, site.numbers["built"], "redeploy")
    home = Path(site.environment["RIGHTAWAY_HOME"]) / "targets" / "built" / "s01"
    home.mkdir(parents=True, exist_ok=True)
    (home / "sick").touch()
    for window in windows:
        window.go(address)
        expect(window.page.locator("#connection")).to_have_text("Live")
        window.page.evaluate("window.stillTheSamePage = true")
    with running("worker", site.environment):
        for window in windows:
            expect(window.page.locator("#state")).to_contain_text("On hold: decision", timeout=60_000)
        (home / "sick").unlink()
        confirm(windows[-1].page, "Back out")
        for window in windows:
            expect(window.page.locator("#state")).to_contain_text("Backed out", timeout=60_000)
            expect(window.page.locator("#connection")).to_have_text("Complete")
            target = window.page.locator("#state .targets li", has_text="s01")
            expect(target.get_by_role("img", name="Reverted")).to_be_visible()
    for window in windows[:-1]:
        assert window.page.evaluate("window.stillTheSamePage === true")
    assert [one for window in windows for one in window.complaints] == []


def test_live_page__when_the_server_goes_and_comes_back__says_so(in_every_look: Windows, site: Site) -> None:
    environment, url = with_free_port(site.environment)
    with serving(url, environment):
        windows = in_every_look("dora", on=Site(url, site.numbers, environment))
        address = launch(windows[0].page, url, site.numbers["built"], "redeploy")
        for window in windows:
            window.go(address)
            expect(window.page.locator("#connection")).to_have_text("Live")
    for window in windows:
        expect(window.page.locator("#connection")).to_have_text(
            "Connection lost. Trying again…", timeout=20_000
        )
        expect(window.page.get_by_text(OLD)).to_be_visible()
    with serving(url, environment):
        for window in windows:
            expect(window.page.locator("#connection")).to_have_text("Live", timeout=20_000)
            expect(window.page.get_by_text(OLD)).to_be_hidden()
        confirm(windows[0].page, "Cancel")
        with running("worker", environment):
            for window in windows:
                expect(window.page.locator("#state")).to_contain_text("Cancelled", timeout=30_000)


def test_item__found_by_palette_and_by_search__is_the_same_in_every_look(
    in_every_look: Windows, site: Site
) -> None:
    for window in in_every_look("dora"):
        page = window.page
        window.go("/")
        page.keyboard.press("Control+k")
        page.get_by_role("combobox", name="Search or jump to…").fill("t01")
        page.get_by_role("option", name=re.compile("t01.*Configuration item")).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("t01")
        expect(page.get_by_role("table", name="Expected and observed")).to_contain_text("1.0")
        window.go("/search/?q=t01")
        expect(page.locator("main").get_by_role("link", name=re.compile("t01")).first).to_be_visible()
        assert window.complaints == []


@each_look
def test_approver__signs_in__finds_what_waits_and_its_page(
    visit: Open, site: Site, look: dict[str, Any]
) -> None:
    window = visit(**look).sign_in("olga", by_form=True)
    waiting = window.page.locator("section", has=window.page.get_by_role("heading", name="Waiting for me"))
    waiting.get_by_role("link", name=re.compile(site.numbers["waiting"])).first.click()
    expect(window.page.get_by_role("heading", level=1)).to_contain_text(site.numbers["waiting"])
    expect(window.page.locator("#approvals")).to_be_in_viewport()
    assert window.complaints == []


def test_item__of_the_list__leads_to_the_release_that_put_its_version_there(
    in_every_look: Windows, site: Site
) -> None:
    for window in in_every_look("rita"):
        page = window.page
        window.go("/cis/?text=t01")
        page.get_by_role("link", name="t01").click()
        page.locator("section", has=page.get_by_role("heading", name="Expected and observed")).get_by_role(
            "link", name=site.numbers["built"]
        ).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text(site.numbers["built"])
        assert window.complaints == []


@each_look
def test_manager__registers_from_a_template__and_is_told_what_is_missing(
    visit: Open, site: Site, look: dict[str, Any]
) -> None:
    window = visit(**look).sign_in("rita")
    page = window.page
    window.go("/releases/new/")
    page.get_by_role("link", name=re.compile("Minor release")).click()
    page.get_by_label("Service").select_option("shop")
    page.get_by_label("Title").fill("Shop 3.0")
    page.get_by_label("Description", exact=True).fill("Faster.")
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("The release is registered.")).to_be_visible()
    expect(page.get_by_role("heading", name="Why not now?")).to_be_visible()
    facts = page.locator("section", has=page.get_by_role("heading", name="Record"))
    facts.get_by_role("link", name="Edit the description").click()
    page.get_by_label("Justification").fill("Customers wait too long.")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert window.complaints == []
