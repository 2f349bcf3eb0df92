"""A workflow is extended in a real browser: by one administrator, activated by a second, followed by a new release."""

import re

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import Open, Site
from tests.browser.test_accessibility import fits, violations

pytestmark = pytest.mark.browser


def test_workflow__extended_by_one_and_activated_by_another__a_new_release_has_both(
    visit: Open, site: Site
) -> None:
    root, eve = visit().sign_in("root"), visit().sign_in("erika")
    root.go("/administration/workflows/seven_phases/1/")
    root.page.get_by_role("link", name="Begin a draft").click()
    root.page.get_by_label("What is to change, and why").fill("Privacy")
    root.page.get_by_role("button", name="Begin").click()
    number = re.findall(r"WFD-\d+", root.page.url)[0]

    root.page.get_by_role("link", name="Add a task Registration and Assess").click()
    root.page.get_by_label("Title").fill("Look at privacy")
    assert violations(root.page) == []
    root.page.get_by_role("button", name="Add").click()
    root.page.get_by_role("link", name="Add an approval Plan and Design").click()
    root.page.get_by_label("Title").fill("Privacy")
    root.page.get_by_label("Ways that wait for it").select_option("T04")
    root.page.get_by_label("Roles that give it").select_option("cab")
    root.page.get_by_label("What it is bound to").select_option("scope")
    root.page.get_by_role("button", name="Add").click()
    expect(root.page.get_by_text("somebody else activates it")).to_be_visible()
    expect(root.page.get_by_role("link", name="Activate")).to_have_count(0)
    expect(root.page.locator("section", has_text="What it changes").first).to_contain_text("look_at_privacy")
    assert violations(root.page) == []
    assert fits(root.page)

    eve.go(f"/administration/workflows/drafts/{number}/")
    eve.page.get_by_role("link", name="Activate").click()
    eve.page.get_by_role("button", name="Activate").click()
    expect(eve.page.get_by_text("New releases get it from then on.")).to_be_visible()

    rita = visit().sign_in("rita")
    rita.go("/releases/new/")
    rita.page.get_by_label("Service").select_option("shop")
    rita.page.get_by_label("Title").fill("Private shop")
    rita.page.get_by_label("Description").fill("Nobody is watched.")
    rita.page.get_by_role("button", name="Register").click()
    expect(rita.page.get_by_text("Look at privacy").first).to_be_visible()
    expect(rita.page.get_by_role("heading", name="Privacy")).to_be_visible()
