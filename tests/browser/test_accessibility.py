"""Every page and every component before axe-core: light and dark, wide and narrow."""

from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import NARROW, WIDE, Open, Site
from tests.browser.test_journeys import PAGES, PAGES_OF_ADMIN

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALIKE = "tr:nth-child(n + 51)"  # rows beyond the fiftieth are like those before
# The opposite looks: every colour and every width is in one of them.
LOOKS = [(WIDE, "light"), (NARROW, "dark")]
IDS = ["wide-light", "narrow-dark"]


def violations(page: Any) -> list[str]:
    """Give what axe-core finds on the page, with the elements it finds it on."""
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text())  # by the debugger, which no policy of the page stops
    found = page.evaluate(
        "([left, rules]) => axe.run({exclude: [left]}, {runOnly: {type: 'tag', values: rules}})",
        [ALIKE, RULES],
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def fits(page: Any) -> bool:
    root = "document.documentElement"
    return bool(page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"))


@pytest.mark.parametrize(("viewport", "scheme"), LOOKS, ids=IDS)
def test_design_system__in_the_two_opposite_looks__has_no_violation(
    visit: Open, viewport: dict[str, int], scheme: str
) -> None:
    window = visit(viewport=viewport, color_scheme=scheme).sign_in("ada")
    window.go("/design/")
    assert violations(window.page) == []
    window.page.get_by_role("button", name="Open a dialog").click()
    assert violations(window.page) == []
    assert fits(window.page)
    assert window.complaints == []


@pytest.mark.parametrize(("viewport", "scheme"), LOOKS, ids=IDS)
def test_every_page__in_the_two_opposite_looks__has_no_violation_no_complaint_and_fits(
    visit: Open, site: Site, viewport: dict[str, int], scheme: str
) -> None:
    found, too_wide = {}, []
    for name, pages in (("dora", PAGES), ("root", PAGES_OF_ADMIN)):
        window = visit(viewport=viewport, color_scheme=scheme).sign_in(name)
        for address in pages:
            window.go(address.format(**site.numbers))
            if wrong := violations(window.page):
                found[address] = wrong
            if not fits(window.page):
                too_wide.append(address)
        assert window.complaints == []
    assert found == {}
    assert too_wide == []


def test_palette_and_help_sheet__open__have_no_violation(visit: Open) -> None:
    window = visit().sign_in("dora")
    window.page.keyboard.press("Control+k")
    window.page.get_by_role("option").first.wait_for()
    assert violations(window.page) == []
    window.page.keyboard.press("Escape")
    window.page.locator("#palette").wait_for(state="hidden")
    window.page.keyboard.press("?")
    window.page.get_by_role("heading", name="Keyboard shortcuts").wait_for()
    assert violations(window.page) == []
