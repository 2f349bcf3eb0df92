"""What people do, in a real browser, with a real worker behind it."""

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import NARROW, Open, Site, Visit, running, serving, with_free_port

pytestmark = pytest.mark.browser
PAGES = [
    "/", "/releases/", "/releases/new/", "/deployments/", "/changes/", "/changes/new/", "/cis/", "/cis/shop/",
    "/targets/", "/records/incidents/", "/records/problems/", "/records/known-errors/", "/records/interactions/",
    "/knowledge/", "/knowledge/{article}/", "/metrics/", "/audit/", "/audit/verification/", "/profile/",
    "/search/?q=shop", "/profile/preferences/", "/inbox/", "/inbox/?show=all", "/views/", "/views/new/?page=releases",
    "/talk/release/{built}/",
    "/administration/estate/",
    *(f"/releases/{{{which}}}/{tab}" for which in ("waiting", "built")
      for tab in ("", "scope/", "plan/", "evidence/", "deployments/", "closure/", "history/")),
    "/releases/{waiting}/approvals/plan_design/vote/", "/releases/{waiting}/edit/assessment/",
]  # fmt: skip
PAGES_OF_ADMIN = [
    "/administration/people/", "/administration/people/rita/", "/administration/roles/", "/administration/system/",
    "/administration/workflows/", "/administration/workflows/seven_phases/1/",
]  # fmt: skip


def test_text_of_people__with_markup_in_it__runs_nothing(visit: Open, site: Site) -> None:
    window = visit().sign_in("rita")
    opened = []
    window.page.on("dialog", lambda dialog: opened.append(dialog.message) or dialog.dismiss())
    for address in ("/knowledge/", f"/knowledge/{site.numbers['article']}/"):
        window.go(address)
        expect(window.page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    assert opened == []
    assert window.complaints == []


def test_approver__signs_in_and_approves__by_keyboard_alone(visit: Open, site: Site) -> None:
    window = visit().sign_in("olga")
    window.page.get_by_role("link", name="Vote on plan and design").focus()
    window.page.keyboard.press("Enter")
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Vote on: Plan and design")
    window.page.get_by_role("radio", name="Approve").focus()
    for key in ("Space", "Tab", "Tab", "Enter"):
        window.page.keyboard.press(key)
    expect(window.page.get_by_text("Your vote is recorded.")).to_be_visible()
    window.go("/")
    expect(window.page.get_by_text("Nothing waits for you.")).to_be_visible()
    assert window.complaints == []


def test_approver__without_javascript__can_do_the_same(visit: Open, site: Site) -> None:
    window = visit(java_script_enabled=False).sign_in("chris")
    window.go(f"/releases/{site.numbers['waiting']}/")
    panel = window.page.locator(
        "section", has=window.page.get_by_role("heading", name="Approvals", exact=True)
    )
    panel.get_by_role("radio", name="Approve").check()
    panel.get_by_label("Reason").fill("Read it all.")
    panel.get_by_role("button", name="Vote").click()
    expect(window.page.get_by_text("Your vote is recorded.")).to_be_visible()
    expect(panel.get_by_text("Read it all.")).to_be_visible()


def launch(window: Visit, intent: str) -> None:
    window.go(f"/releases/{window.site.numbers['built']}/deployments/new/")
    window.page.get_by_label("Environment").select_option("staging")
    window.page.get_by_label("Intent").select_option(intent)
    window.page.get_by_role("button", name="Launch").click()
    expect(window.page.get_by_role("heading", level=1)).to_have_text(re.compile(r"DEP-\d+ to Staging"))


def test_rehearsal__launched_in_the_browser__is_watched_live_to_its_end(visit: Open, site: Site) -> None:
    window = visit().sign_in("dora")
    launch(window, "drill")
    page = window.page
    expect(page.locator("#connection")).to_have_text("Live")
    page.evaluate("window.stillTheSamePage = true")
    with running("worker", site.environment):
        expect(page.locator("#state")).to_contain_text("Backed out", timeout=60_000)
    expect(page.locator("#connection")).to_have_text("Complete")
    assert page.evaluate("window.stillTheSamePage === true")
    target = page.locator("#state .targets li", has_text="s01")
    expect(target.get_by_role("img", name="Reverted")).to_be_visible()
    expect(page.locator("#records")).to_contain_text("Inverse")
    target.get_by_role("link", name="s01").click()
    expect(page.get_by_label("Target", exact=True)).to_have_value("s01")
    assert window.complaints == []


def test_live_page__when_the_server_goes_and_comes_back__says_so(visit: Open, site: Site) -> None:
    environment, url = with_free_port(site.environment)
    window = visit(on=Site(url, site.numbers, environment))
    connection = window.page.locator("#connection")
    with serving(url, environment):
        window.sign_in("dora")
        launch(window, "redeploy")
        expect(connection).to_have_text("Live")
    expect(connection).to_have_text("Connection lost. Trying again…", timeout=20_000)
    old = window.page.get_by_text("The connection is lost: this page shows what was true at")
    expect(old).to_be_visible()
    with serving(url, environment):
        expect(connection).to_have_text("Live", timeout=20_000)
        expect(old).to_be_hidden()
        window.page.get_by_role("link", name="Cancel").click()
        window.page.get_by_label("Reason").fill("Only a test.")
        window.page.get_by_role("button", name="Cancel").click()
        expect(window.page.locator("#state")).to_contain_text("Asked for: cancel")
        with running("worker", environment):
            expect(window.page.locator("#state")).to_contain_text("Cancelled", timeout=30_000)


def test_menu__on_a_narrow_screen__opens_and_closes(visit: Open) -> None:
    window = visit(viewport=NARROW).sign_in("rita")
    releases = window.page.get_by_role("navigation", name="Main").get_by_role("link", name="Releases")
    expect(releases).to_be_hidden()
    window.page.get_by_role("button", name="Menu").click()
    expect(releases).to_be_visible()
    window.page.keyboard.press("Escape")
    expect(releases).to_be_hidden()


def test_theme__chosen__colours_the_page_and_stays(visit: Open) -> None:
    window = visit(color_scheme="light").sign_in("rita")
    background = "getComputedStyle(document.body).backgroundColor"
    light = window.page.evaluate(background)
    window.page.get_by_role("button", name="Dark").click()
    expect(window.page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    dark = window.page.evaluate(background)
    assert dark != light
    window.go("/releases/")
    assert window.page.evaluate(background) == dark


def test_first_tab__on_any_page__offers_to_skip_to_the_content(visit: Open) -> None:
    window = visit().sign_in("rita")
    window.go("/releases/")
    window.page.keyboard.press("Tab")
    expect(window.page.get_by_role("link", name="Skip to content")).to_be_focused()
    window.page.keyboard.press("Enter")
    expect(window.page.locator("main")).to_be_focused()
