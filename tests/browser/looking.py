"""What is looked at in every look: light and dark, 1440 and 390 px wide."""

from playwright.sync_api import Locator, Page
from tests.browser.conftest import LOOKS
from tests.browser.test_accessibility import fits


def press(page: Page, button: Locator) -> None:
    """Press what is in reach in every look; the window is drawn smaller and changes its colours, not loaded anew."""
    for look in LOOKS.values():
        page.set_viewport_size(look["viewport"])  # type: ignore[arg-type]
        page.emulate_media(color_scheme=look["color_scheme"])  # type: ignore[arg-type]
        button.click(trial=True)
        assert fits(page), f"{page.url} is wider than its window"
    button.click()
