"""The end of a release after its deployment, in the browser: each step on its page in all four looks."""

import re

import pytest
from playwright.sync_api import Page, expect
from tests.browser.conftest import LOOKS, Open, Site, Visit
from tests.browser.test_accessibility import fits

pytestmark = pytest.mark.browser


def press(page: Page, name: str, role: str = "button") -> None:
    """Press what is in reach in every look; the window is drawn smaller and changes its colours, not loaded anew."""
    one = page.locator("main").get_by_role(role, name=name, exact=True).first  # type: ignore[arg-type]
    for look in LOOKS.values():
        page.set_viewport_size(look["viewport"])  # type: ignore[arg-type]
        page.emulate_media(color_scheme=look["color_scheme"])  # type: ignore[arg-type]
        one.click(trial=True)
        assert fits(page)
    one.click()


def close_change(window: Visit) -> None:
    for step in ("Review", "Update CMDB", "Close"):
        press(window.page, step, "link")
        press(window.page, step)


def vote(window: Visit, release: str) -> None:
    window.go(f"{release}approvals/verification/vote/")
    window.page.get_by_role("radio", name="Approve").check()
    press(window.page, "Vote")
    expect(window.page.get_by_text("Your vote is recorded.")).to_be_visible()


def test_release__after_its_deployment__is_closed_by_its_people(visit: Open, site: Site) -> None:
    release = f"/releases/{site.numbers['deployed']}/"
    manager, owner, changer, stakeholder = (
        visit().sign_in(name) for name in ("rita", "olga", "chris", "stan")
    )

    manager.go(release)
    page = manager.page
    missing = page.locator("section", has=page.get_by_role("heading", name="Why not now?"))
    expect(missing).to_contain_text("Review and close")
    change = missing.get_by_role("link", name=re.compile("Review and close CHG")).get_attribute("href")
    changer.go(str(change))
    close_change(changer)

    owner.go(f"{release}closure/")
    press(owner.page, "Take the service over", "link")
    owner.page.get_by_role("radio", name="Yes").check()
    press(owner.page, "Take over")
    expect(owner.page.get_by_role("status")).to_contain_text("Operations took the service over.")

    manager.go(f"{release}closure/")
    press(page, "Write a lesson", "link")
    page.get_by_label("Title").fill("Rehearse on Mondays")
    page.get_by_label("What was learnt, and what to do").fill("It went well.")
    page.get_by_label("Owner").select_option("rita")
    page.get_by_label("Due").fill("2030-01-01T10:00")
    press(page, "Write")
    manager.go(f"{release}edit/closure/")
    page.get_by_label("Closure code").select_option("successful")
    press(page, "Save")
    press(page, "Finish Review the release with its stakeholders")
    manager.go(f"{release}approvals/verification/request/")
    press(page, "Ask for it")

    vote(owner, release)
    vote(stakeholder, release)
    manager.go(release)
    expect(page.get_by_role("heading", name="This release is at its end")).to_be_visible()
    windows = (manager, owner, changer, stakeholder)
    assert [one for window in windows for one in window.complaints] == []
