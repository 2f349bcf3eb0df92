"""Every page and every component before axe-core: light and dark, wide and narrow."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.browser.conftest import NARROW, WIDE, Open, Site, Visit, filled_site
from tests.browser.hostile import EVERY_ROLE
from tests.integration.web.walking import name_of

pytestmark = pytest.mark.browser
AXE = Path(__file__).parent / "vendor" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
ALIKE = "tr:nth-child(n + 51)"  # rows beyond the fiftieth are like those before
# The opposite looks: every colour and every width is in one of them.
LOOKS: list[tuple[Any, Any]] = [(WIDE, "light"), (NARROW, "dark")]
IDS = ["wide-light", "narrow-dark"]


def violations(page: Any, within: str = "html") -> list[str]:
    """
    Give what axe-core finds on the page, with the elements it finds it on.

    Args:
        within: The part that is looked at, of a page that is scrolled: what lies under its head is no target.
    """
    if not page.evaluate("typeof axe !== 'undefined'"):
        page.evaluate(AXE.read_text())  # by the debugger, which no policy of the page stops
    found = page.evaluate(
        "([part, left, rules]) =>"
        " axe.run({include: [part], exclude: [left]}, {runOnly: {type: 'tag', values: rules}})",
        [within, ALIKE, RULES],
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def fits(page: Any) -> bool:
    root = "document.documentElement"
    return bool(page.evaluate(f"{root}.scrollWidth <= {root}.clientWidth"))


def wrong_pages(window: Visit, addresses: Iterable[str]) -> dict[str, object]:
    """Open each, turn it from one of the opposite looks to the other, and give what is wrong with it."""
    found: dict[str, object] = {}
    for address in addresses:
        window.go(address)
        for name, (viewport, scheme) in zip(IDS, LOOKS, strict=True):
            window.page.set_viewport_size(viewport)
            window.page.emulate_media(color_scheme=scheme)
            wrong = violations(window.page) + ([] if fits(window.page) else ["is wider than the window"])
            if wrong:
                found[f"{address} {name}"] = wrong
    return found


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


# What the walk of a person with every role does not come to, with who opens it.
BEFORE_SIGN_IN = ["/accounts/login/", "/accounts/signup/", "/accounts/inactive/"]
ASIDE = {
    "rita": [
        "/accounts/logout/",
        "/accounts/confirm/",
        "/accounts/password/",
        "/releases/{waiting}/questions/{question}/",
        "/records/problems/{problem}/",
    ],
    "olga": ["/records/problems/{problem}/edit/"],
    "dora": ["/comments/{comment}/restoration/"],
}
UNTIL_GIVEN = {
    *(
        "accept",
        "agenda-defer",
        "agenda-place",
        "agenda-remove",
        "approval-delegate",
        "backup",
        "board-confirm",
        "closing",
        "extend",
    ),
    *("grant-waiver", "refuse-waiver", "launch", "lesson-answer"),
    *("workflow-draft-activate", "workflow-withdraw"),
    *("policy-confirm", "policy-discard"),
    *("notice-read", "notice-remind", "training-attend", "training-session-cancel", "training-uninvite"),
}
ERRORS = {"/nothing/": "404", "/releases/REL-999999/": "404", "/administration/people/": "403"}


def test_pages__aside_of_the_ways_of_the_walk__have_no_violation_and_fit(visit: Open, site: Site) -> None:
    """Before the sign-in, around one's account, errors, and what only its owner is led to."""
    wrong = wrong_pages(visit(), BEFORE_SIGN_IN)
    for name, addresses in ASIDE.items():
        window = visit().sign_in(name)
        wrong |= wrong_pages(window, [address.format(**site.numbers) for address in addresses])
        assert window.complaints == []
    window = visit().sign_in("rita")
    wrong |= wrong_pages(window, ERRORS)
    assert [code in said for code, said in zip(ERRORS.values(), window.complaints, strict=True)] == [True] * 3
    assert wrong == {}


@pytest.fixture(scope="module")
def full(postgres: str, make_folder: Callable[[], Path]) -> Iterator[Site]:
    with filled_site(make_folder(), "tests.browser.full") as found:
        yield found


def test_pages__that_are_gone_once_their_command_is_given__have_no_violation_and_fit(
    visit: Open, full: Site
) -> None:
    left = set(UNTIL_GIVEN)
    for name, opened in full.numbers.items():
        window = visit(on=full).sign_in(name)
        addresses = [one for one in opened if name_of(one) in left]
        assert wrong_pages(window, addresses) == {}
        assert window.complaints == []
        left -= set(map(name_of, addresses))
    assert left == set()


@pytest.fixture(scope="module")
def empty(postgres: str, make_folder: Callable[[], Path]) -> Iterator[Site]:
    with filled_site(make_folder(), "tests.browser.empty") as found:
        yield found


def test_every_kind_of_page__of_an_empty_product__has_no_violation_and_fits(visit: Open, empty: Site) -> None:
    """Pages that show something are checked in `test_hostile_text`, where every field is full."""
    window = visit(on=empty).sign_in(EVERY_ROLE)
    assert wrong_pages(window, empty.numbers["kinds"]) == {}
    assert window.complaints == []


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
