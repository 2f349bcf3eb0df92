"""Getting around: palette, shortcuts, preferences, copying."""

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open, Site
from tests.browser.site import PASSWORD

pytestmark = pytest.mark.browser


def test_palette__opened_by_keyboard__leads_to_what_is_typed(visit: Open, site: Site) -> None:
    window = visit().sign_in("dora")
    page = window.page
    page.keyboard.press("Control+k")
    expect(page.get_by_role("option", name="Releases Page", exact=True)).to_be_visible()
    page.keyboard.type(site.numbers["built"])
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{site.url}/releases/{site.numbers['built']}/")
    assert window.complaints == []


def test_search__without_javascript__answers_the_same(visit: Open, site: Site) -> None:
    window = visit(java_script_enabled=False).sign_in("dora")
    box = window.page.get_by_role("searchbox", name="Search")
    box.fill(site.numbers["built"])
    box.press("Enter")
    expect(window.page.locator("main").get_by_role("link", name=site.numbers["built"])).to_be_visible()


def test_shortcuts__of_single_letters__move_and_open(visit: Open, site: Site) -> None:
    window = visit().sign_in("dora")
    page = window.page
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.wait_for_url(f"{site.url}/releases/")
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Search")).to_be_focused()
    page.keyboard.press("j")
    expect(page.get_by_role("searchbox", name="Search")).to_have_value("j")
    first = page.locator("tbody tr").first.get_by_role("link").inner_text()
    page.locator("main").focus()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text(first)
    page.keyboard.press("?")
    expect(page.get_by_role("heading", name="Keyboard shortcuts")).to_be_visible()


def test_shortcuts__turned_off__leave_letters_alone(visit: Open, site: Site) -> None:
    window = visit().sign_in("chris")
    page = window.page
    window.go("/profile/")
    page.get_by_label("Keyboard shortcuts of a single letter").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your choices are kept.")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("r")
    page.keyboard.press("Control+k")
    expect(page.get_by_role("combobox", name="Search or jump to…")).to_be_visible()
    assert page.url == f"{site.url}/profile/"


def test_preferences__of_a_person__change_density_language_and_zone(visit: Open) -> None:
    window = visit(timezone_id="UTC").sign_in("stan")
    page = window.page
    window.go("/profile/")
    page.get_by_label("Density").select_option("compact")
    page.get_by_label("Time zone").select_option("Asia/Kolkata")
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator("html")).to_have_class("system compact")
    window.go("/changes/")
    page.locator("tbody a").first.click()
    expect(page.locator("time").first).to_contain_text("IST")
    expect(page.locator("time").first).to_have_attribute("title", re.compile("UTC"))
    assert window.complaints == []


def test_times__of_somebody_who_chose_no_zone__are_in_that_of_the_browser(visit: Open, site: Site) -> None:
    window = visit(timezone_id="America/New_York").sign_in("dora")
    window.go(f"/releases/{site.numbers['built']}/")
    expect(window.page.locator("dl time").last).to_contain_text(re.compile("E[SD]T"))


def test_digest__copied__is_complete_in_the_clipboard(visit: Open, site: Site) -> None:
    window = visit(permissions=["clipboard-read", "clipboard-write"]).sign_in("dora")
    window.go(f"/releases/{site.numbers['built']}/plan/")
    window.page.get_by_role("button", name="Copy").first.click()
    expect(window.page.get_by_role("button", name="Copied")).to_be_visible()
    assert len(window.page.evaluate("navigator.clipboard.readText()")) >= 40


def test_filter__of_a_list__changes_the_rows_and_the_address_but_not_the_page(
    visit: Open, site: Site
) -> None:
    window = visit().sign_in("dora")
    page = window.page
    window.go("/releases/")
    page.evaluate("window.stillTheSamePage = true")
    page.get_by_label("Number or title").press_sequentially(site.numbers["built"])
    expect(page.locator("#results tbody tr")).to_have_count(1)
    expect(page).to_have_url(re.compile(f"text={site.numbers['built']}"))
    assert page.evaluate("window.stillTheSamePage === true")
    assert window.complaints == []


def test_release__open_while_somebody_changes_it__says_so_by_itself(visit: Open, site: Site) -> None:
    address = f"/releases/{site.numbers['built']}/"
    reader, writer = visit().sign_in("dora"), visit().sign_in("rita")
    reader.go(address)
    writer.go(f"{address}edit/description/")
    writer.page.get_by_label("Description", exact=True).fill("Something else altogether.")
    writer.page.get_by_role("button", name="Save").click()
    expect(writer.page.get_by_text("Saved.")).to_be_visible()
    reader.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(reader.page.get_by_text("The release has changed since you opened it.")).to_be_visible()
    reader.page.get_by_role("link", name="Load it again").click()
    expect(reader.page.get_by_text("Something else altogether.")).to_be_visible()
    assert reader.complaints == []


def test_plots__of_the_metrics__are_drawn_and_stand_as_tables_too(visit: Open) -> None:
    window = visit().sign_in("rita")
    window.go("/metrics/")
    expect(window.page.locator("[data-plot] svg")).to_have_count(5)
    window.page.get_by_text("Data as a table").first.click()
    expect(window.page.get_by_role("table", name="Deployment frequency")).to_be_visible()
    window.page.get_by_label("Period").select_option("30")
    expect(window.page).to_have_url(re.compile("days=30"))
    expect(window.page.locator("[data-plot] svg")).to_have_count(5)
    assert window.complaints == []


def test_menu_of_pages__in_german__is_german(visit: Open) -> None:
    window = visit(locale="de-DE")
    window.go("/accounts/login/")
    window.page.get_by_label("Benutzername").fill("rita")
    window.page.get_by_label("Passwort").fill(PASSWORD)
    window.page.get_by_role("button", name="Anmelden").click()
    expect(window.page.get_by_role("navigation", name="Hauptmenü")).to_be_visible()
    expect(window.page.get_by_role("heading", level=1)).to_have_text("Start")
    assert window.complaints == []
