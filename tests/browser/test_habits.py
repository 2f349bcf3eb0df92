"""What people do with each other, in a real browser: edit at the same time, mention, read their inbox."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from tests.browser.conftest import LOOKS, Open, Site
from tests.browser.test_accessibility import fits, violations

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("look", LOOKS.values(), ids=LOOKS)
def test_two_people__editing_the_same_article__lose_nothing(
    visit: Open, site: Site, look: dict[str, Any]
) -> None:
    rita, dora = visit(**look).sign_in("rita"), visit(**look, java_script_enabled=False).sign_in("dora")
    rita.go("/knowledge/new/")
    rita.page.get_by_label("Service").select_option("shop")
    rita.page.get_by_label("Title").fill("Mondays")
    rita.page.get_by_label("Text").fill("It runs\nat nine.")
    rita.page.get_by_role("button", name="Save as draft").click()
    number = re.findall(r"KB-\d+", rita.page.url)[0]
    for one in (rita, dora):
        one.go(f"/knowledge/{number}/edit/")
    rita.page.get_by_label("Title").fill("Why Mondays are slow")
    rita.page.get_by_label("Text").fill("It runs\nat eight.")
    rita.page.get_by_role("button", name="Save as draft").click()
    expect(rita.page.get_by_text("Saved as a draft.")).to_be_visible()

    dora.page.get_by_label("Text").fill("It runs\nat ten.")
    dora.page.get_by_role("button", name="Save as draft").click()
    expect(dora.page.get_by_text("Somebody was faster")).to_be_visible()
    expect(dora.page.get_by_label("Title")).to_have_value("Why Mondays are slow")
    expect(dora.page.get_by_label("Text")).to_have_value("It runs\nat ten.")
    expect(dora.page.get_by_role("group", name="rita changed this meanwhile to:")).to_contain_text(
        "at eight."
    )

    rita.go(f"/knowledge/{number}/edit/")
    dora.page.get_by_role("button", name="Save as draft").click()
    expect(dora.page.locator("article")).to_contain_text("at ten.")
    rita.page.get_by_label("Text").fill("It runs\nat nine again.")
    rita.page.get_by_role("button", name="Save as draft").click()
    expect(rita.page.get_by_text("Somebody was faster")).to_be_visible()
    assert violations(rita.page) == []
    assert fits(rita.page)
    rita.page.get_by_role("radio", name="Take the other value").check()
    rita.page.get_by_role("button", name="Save as draft").click()
    expect(rita.page.locator("article")).to_contain_text("at ten.")


def test_person_mentioned__by_suggestion__finds_the_comment_from_the_bell(visit: Open, site: Site) -> None:
    writer, reader = visit().sign_in("rita"), visit().sign_in("oscar")
    writer.go(f"/releases/{site.numbers['waiting']}/")
    text = writer.page.get_by_label("Comment", exact=True)
    text.press_sequentially("Have a look, @osc")
    expect(writer.page.get_by_role("option")).to_have_text("Oscar @oscar")
    assert violations(writer.page, "#conversation") == []
    text.press("Enter")
    text.press_sequentially("please.")
    expect(text).to_have_value("Have a look, @oscar please.")
    writer.page.get_by_role("button", name="Comment", exact=True).click()
    expect(writer.page.get_by_text("Your comment is there.")).to_be_in_viewport()
    expect(writer.page.locator(".comment:target strong", has_text="@oscar")).to_be_visible()

    reader.go("/")
    reader.page.get_by_role("link", name=re.compile(r"Inbox, \d+ unread")).click()
    reader.page.get_by_role("link", name="rita mentioned you").click()
    expect(reader.page.locator(".comment:target")).to_contain_text("Have a look, @oscar please.")
    reader.go("/inbox/")
    expect(reader.page.get_by_role("link", name="rita mentioned you")).to_have_count(0)

    writer.page.get_by_role("button", name="Undo").click()
    expect(writer.page.locator(".comment:target")).to_contain_text("This comment was withdrawn.")
    assert writer.complaints == reader.complaints == []
