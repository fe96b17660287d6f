"""Everything that matters works in a browser that runs no script at all."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Browser, Page, expect

from evenhand import intake, queue
from tests.browser.chromium import at_work, window
from tests.town import PASSWORD, PHOTOS, Town

FACTS: Final = "The post asks for a gift card before the tyres are handed over."
REASONS: Final = "Nobody who pays by gift card can get the money back afterwards."


@pytest.fixture
def page(chromium: Browser, quiet_town: Town) -> Page:
    """Open a window without scripts."""
    return window(chromium, quiet_town.base, java_script_enabled=False).new_page()


class TestThePublic:
    """Reporting and following a report."""

    def test_can_report_and_open_the_status(self, page: Page) -> None:
        """A mistake is said at its field; the receipt opens the report."""
        page.goto("/report")
        page.get_by_role("button", name="Send the report").click()
        expect(page.locator("#w-url")).to_be_visible()
        page.locator("#f-url").fill("https://plaza.example/tyres")
        page.locator("[name=harm][value=fraud]").check()
        page.locator("#f-explanation").fill("He wants a gift card first.")
        page.get_by_role("button", name="Send the report").click()
        receipt = page.locator(".once").first.inner_text()
        assert re.fullmatch(r"(\d{4} ){3}\d{4}", receipt.strip())
        page.goto("/status")
        page.get_by_label("Receipt").fill(receipt)
        page.get_by_role("button", name="Open").click()
        expect(page.get_by_role("heading", name="Your report waits for a person")).to_be_visible()
        page.get_by_role("button", name="Close on this device").click()
        expect(page.get_by_label("Receipt")).to_be_visible()
        page.context.close()


class TestTheStaff:
    """Signing in and deciding."""

    def test_can_sign_in(self, page: Page, quiet_town: Town) -> None:
        """With the same three fields."""
        page.goto("/console/sign-in")
        page.get_by_label("Email").fill(quiet_town.staff["Ada"].email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_label("Six-digit code").fill(quiet_town.code("Ada"))
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="What waits for a person")).to_be_visible()
        page.context.close()

    def test_can_raise_the_veil_and_decide(self, chromium: Browser, quiet_town: Town) -> None:
        """Buttons do what keys do, a page at a time."""
        task = _reported_with_photo(quiet_town)
        context = at_work(chromium, quiet_town, "Ren", java_script_enabled=False)
        page = context.new_page()
        page.goto(f"/console/tasks/{task}")
        page.get_by_role("button", name="Take this task").click()
        page.get_by_role("button", name="Outline").click()
        expect(page.get_by_role("img", name=re.compile("outline"))).to_be_visible()
        page.get_by_role("button", name="Cover").click()
        expect(page.get_by_text("not shown.")).to_be_visible()
        page.get_by_role("radio", name=re.compile("No scams")).check()
        page.get_by_role("button", name="Show the measures of this clause").click()
        expect(page.get_by_label("Remove the item")).to_be_checked()
        page.get_by_label("Facts").fill("Too short.")
        page.get_by_role("button", name="Decide").click()
        expect(page.get_by_role("alert").filter(has_text="shorter than")).to_be_visible()
        expect(page.get_by_label("Facts")).to_have_value("Too short.")
        page.get_by_label("Facts").fill(FACTS)
        page.get_by_label("Why the rule applies").fill(REASONS)
        page.get_by_role("button", name="Decide").click()
        page.wait_for_url(re.compile("after="))
        found = quiet_town.house.ask(queue.task, quiet_town.actor("Ren"), task)
        assert found.state == "closed"
        context.close()


def _reported_with_photo(town: Town) -> str:
    """Post a photo on Plaza and report it there; return the task."""
    with town.visitor(at=town.plaza) as browser:
        browser.post("/sign-in", data={"name": "Tom", "password": "a long enough password"})
        photo = ("tyres.jpg", (PHOTOS / "gravel.jpg").read_bytes(), "image/jpeg")
        sent = browser.post("/posts", files={"text": (None, "Four tyres, as new."), "photo": photo})
        post = sent.headers["location"]
        says = {"harm": "fraud", "explanation": "He wants a gift card before anything else."}
        assert browser.post(f"{post}/report", data=says).status_code == 200
    town.settle()
    item_id = town.house.ask(intake.item_named, "post", post.rpartition("/")[2])
    assert item_id
    task = town.house.ask(queue.open_task, item_id)
    assert task
    return task.id
