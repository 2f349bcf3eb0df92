"""What people do, in a real browser, with a real worker behind it."""

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import NARROW, Open, Site

pytestmark = pytest.mark.browser


def test_text_of_people__with_markup_in_it__runs_nothing(visit: Open, site: Site) -> None:
    window = visit().sign_in("rita")
    opened = []
    window.page.on("dialog", lambda dialog: opened.append(dialog.message) or dialog.dismiss())
    for address in ("/knowledge/", f"/knowledge/{site.numbers['article']}/"):
        window.go(address)
        expect(window.page.get_by_text("<script>alert(1)</script>").first).to_be_visible()
    assert opened == []
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
