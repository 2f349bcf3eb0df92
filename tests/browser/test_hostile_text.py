"""What people and machines write, opened in a browser: it is shown, and nothing of it becomes part of the page."""

import csv
import io
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from tests.browser.conftest import WIDE, Site, Visit, filled_site
from tests.browser.hostile import EVERY_ROLE, SHORT
from tests.browser.test_accessibility import UNTIL_GIVEN, wrong_pages
from tests.integration.web.walking import name_of

from rightaway.web.urls import urlpatterns

pytestmark = pytest.mark.browser
# Whatever a payload would make of a page: an element or an attribute of its own, a link that runs, a script that ran.
FOUND = """() => [
  ...document.querySelectorAll(
    "[data-struck], [onerror], [onload], [onfocus], [onmouseover], iframe, [action='/struck'], [hx-post='/struck'],"
    + "img[src^='http'], a[href^='javascript:' i], a[href^='data:' i]"
  ),
].map((one) => one.outerHTML.slice(0, 200)).concat("struck" in window ? ["a script ran"] : [])
 .concat(document.body.innerText.includes("50337") ? ["a template was filled in"] : [])"""
EXPORTS = (
    "releases",
    "changes",
    "deployments",
    "items",
    "incidents",
    "problems",
    "known-errors",
    "articles",
    "audit",
)

ASIDE = "is opened in test_accessibility.py"
SENT = "was sent, and is offered no more; its page is that of every command"
NO_PAGE = "is a file, an answer to a script, or a button without a page"
NOT_OPENED = {
    **dict.fromkeys(("account_login", "account_logout", "account_signup", "account_inactive"), ASIDE),
    **dict.fromkeys(("account_reauthenticate", "approval-answer", "comment-restore"), ASIDE),
    **dict.fromkeys(("problem", "problem-edit", "design-system"), ASIDE),
    **dict.fromkeys(("resolve", "undo", "comment-withdraw", "release-resume", "task-reopen"), SENT),
    **dict.fromkeys(("attachment", "deployment-log", "export", "release-file", "minutes-file"), NO_PAGE),
    **dict.fromkeys(("bell", "mentions", "suggestions", "theme"), NO_PAGE),
    **dict.fromkeys(("import-mapping", "import-report", "import-refused"), NO_PAGE),
    "agenda-vote": "is a form on the page of the meeting",
    "account_set_password": "is for who has no password, with the form of the one that is opened",
}


@pytest.fixture(scope="module")
def hostile(postgres: str, make_folder: Callable[[], Path]) -> Iterator[Site]:
    with filled_site(make_folder(), "tests.browser.hostile") as found:
        yield found


@pytest.fixture
def reader(hostile: Site, chromium: Browser) -> Iterator[Visit]:
    """Somebody with every role, to whom every dialog a script would open is a complaint."""
    context = chromium.new_context(viewport=WIDE)
    window = Visit(context.new_page(), hostile)
    window.page.on("dialog", lambda dialog: window.complaints.append(dialog.message) or dialog.dismiss())
    yield window.sign_in(EVERY_ROLE)
    context.close()


def test_form__with_a_field_of_free_text__takes_hostile_text_as_text(hostile: Site) -> None:
    """Nothing can be launched where something runs, and a release file is no text but a file."""
    refused = {"launch.reason", "release-register-file.text"}
    assert set(hostile.numbers["refused"]) == refused


def test_pages__opened_before_axe__are_all_that_there_are(hostile: Site) -> None:
    opened = {name_of(address) for address in hostile.numbers["kinds"]}
    assert {str(one.name) for one in urlpatterns} - opened - UNTIL_GIVEN == set(NOT_OPENED)


def test_every_kind_of_page__full_of_hostile_text__has_no_violation_and_fits(
    reader: Visit, hostile: Site
) -> None:
    assert wrong_pages(reader, hostile.numbers["kinds"]) == {}
    assert reader.complaints == []


def test_page__showing_hostile_text__shows_it_and_holds_nothing_of_it(reader: Visit, hostile: Site) -> None:
    struck, text = {}, ""
    for address in hostile.numbers["pages"]:
        reader.go(address)
        text += reader.page.content()
        if found := reader.page.evaluate(FOUND):
            struck[address] = found
    shown = {name for mark, name in hostile.numbers["stored"].items() if mark in text}
    assert struck == {}
    assert reader.complaints == []
    assert set(hostile.numbers["stored"].values()) - shown == set()


def test_log__streamed_to_the_page__is_text(reader: Visit, hostile: Site) -> None:
    reader.go(f"/deployments/{hostile.numbers['long_log']}/")
    expect(reader.page.locator("#log")).to_contain_text("line 204")
    assert reader.page.evaluate(FOUND) == []
    assert reader.complaints == []


def test_search_palette_and_errors__given_hostile_text__show_it_as_text(reader: Visit) -> None:
    page = reader.page
    page.keyboard.press("Control+k")
    page.keyboard.type("F0")
    expect(page.get_by_role("option", name=SHORT).first).to_be_visible()
    assert page.evaluate(FOUND) == []
    for address in (f"/search/?q={SHORT}", f"/releases/?text={SHORT}&phase={SHORT}&page={SHORT}"):
        reader.go(address)
        assert page.evaluate(FOUND) == []
    assert reader.complaints == []
    reader.go(f"/cis/{SHORT}/")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.evaluate(FOUND) == []
    assert [one for one in reader.complaints if "404" not in one] == []


def test_export__of_hostile_text__has_no_cell_that_a_spreadsheet_runs(hostile: Site) -> None:
    cells = [cell for name in EXPORTS for row in exported(hostile, name) for cell in row]
    assert any(cell.startswith("'=") for cell in cells)
    assert [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


def exported(hostile: Site, name: str) -> list[list[str]]:
    request = urllib.request.Request(
        f"{hostile.url}/api/v1/exports/{name}.csv",
        headers={"Authorization": f"Bearer {hostile.numbers['token']}"},
    )
    with urllib.request.urlopen(request) as answer:
        return list(csv.reader(io.StringIO(answer.read().decode(), newline="")))
