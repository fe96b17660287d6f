"""The pictures that the README shows are of the real thing, and can be taken anew at any time."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import at_work, window
from tests.browser.furnished import Furnished
from tests.town import ROOT, Town

IMAGES: Final = ROOT / "docs" / "images"
TAKE: Final = os.environ.get("EVENHAND_TAKE_SCREENSHOTS") == "1"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Keep the pictures only when asked to."""
    return IMAGES if TAKE else tmp_path


def taken(page: Page, file: Path) -> None:
    """Take a picture, and see that there is something on it."""
    page.screenshot(path=file, animations="disabled")
    assert file.stat().st_size > 20_000


class TestTheScreenshots:
    """Each picture."""

    def test_of_the_desk(
        self, chromium: Browser, town: Town, furnished: Furnished, folder: Path
    ) -> None:
        """A task in hand: the photograph veiled, reports folded, what was looked at, the form."""
        context = at_work(chromium, town, "Nia", color_scheme="light")
        page = context.new_page()
        page.goto(f"/console/tasks/{furnished.tasks['mine']}")
        page.keyboard.press("a")
        expect(page.get_by_label("Remove the item")).to_be_checked()
        page.evaluate("document.activeElement.blur()")
        expect(page.locator(".veil .cloth")).to_be_visible()
        expect(page.get_by_role("heading", name="What was looked at")).to_be_visible()
        expect(page.get_by_text("different texts")).to_be_hidden()
        taken(page, folder / "desk.png")
        context.close()

    def test_of_the_status_in_arabic(
        self, chromium: Browser, town: Town, furnished: Furnished, folder: Path
    ) -> None:
        """A decision as the person decided about reads it, from right to left."""
        context = window(chromium, town.base, locale="ar", color_scheme="light")
        page = context.new_page()
        page.goto("/status")
        page.locator("#f-receipt").fill(furnished.receipts["stands"])
        page.locator("main form button.primary").click()
        expect(page.locator(".letter")).to_be_visible()
        expect(page.locator("html")).to_have_attribute("dir", "rtl")
        taken(page, folder / "status-ar.png")
        context.close()
