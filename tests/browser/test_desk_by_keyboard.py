"""The desk in a real browser: worked by keys, safe to type at, and usable without any script."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page
from starlette.types import ASGIApp

from evenhand import people
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import metadata
from evenhand.people import Role
from tests import desk_day
from tests.browser.chromium import complaints_of, window
from tests.conftest import load_every_store
from tests.desk_day import Hired

FACTS = "Your listing asks buyers to pay by gift card only and offers no other way."
REASONS = "Gift cards cannot be refunded, which is how this kind of fraud works."
REFUSED_FORM = "422"


@dataclass
class Day:
    """A served house with three tasks waiting, and its reviewer."""

    house: House
    address: str
    chromium: Browser
    rui: Hired
    complaints: list[list[str]] = field(default_factory=list)

    def context(self, **options: object) -> BrowserContext:
        """Open a window in which the reviewer is signed in."""
        context = window(self.chromium, self.address, **options)
        token = session(self.house, self.rui)
        context.add_cookies([{"name": "evenhand", "value": token, "url": self.address}])
        return context

    def sit_down(self) -> Page:
        """Open the console's first page."""
        page = self.context().new_page()
        self.complaints.append(complaints_of(page))
        page.goto("/console")
        return page

    def at_the_next_task(self) -> Page:
        """Sit down and take the next task by its key."""
        page = self.sit_down()
        led_on(page, lambda: page.keyboard.press("j"))
        return page


def session(house: House, who: Hired) -> str:
    """Open a session with the password taken as checked.

    The code of the next half minute is good already, and was not used to join.
    """
    credentials = house.do(people.credentials_for, email=who.email, address="127.0.0.1")
    assert credentials.staff_id is not None
    proven = people.PasswordProven(
        credentials.attempt_id, credentials.email_key, credentials.staff_id
    )
    later = house.clock.now() + timedelta(seconds=30)
    return house.do(people.open_session, proven, code=people.totp_code(who.secret, later))


@contextmanager
def served(app: ASGIApp) -> Iterator[str]:
    """Serve an application on a free port, in a thread; give its address."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.fixture
def day(tmp_path: Path, chromium: Browser) -> Iterator[Day]:
    load_every_store()
    house = open_house(load_settings(data=tmp_path))
    metadata.create_all(house.db.engine)
    desk_day.open_for_work(house)
    ada = desk_day.first_administrator(house)
    rui = desk_day.hire(house, ada, "Rui Costa", Role.REVIEWER)
    desk_day.scams(house)
    for number in range(1, 4):
        desk_day.send_listing(house, number, with_picture=True)
    with served(desk_day.app_of(house)) as address:
        found = Day(house, address, chromium, rui)
        yield found
        for context in chromium.contexts:
            context.close()
    house.close()
    said = [each for page in found.complaints for each in page if REFUSED_FORM not in each]
    assert said == []


def led_on(page: Page, act: Callable[[], object]) -> float:
    """Do something that leads to another page; return the seconds until it is there."""
    began = time.perf_counter()
    with page.expect_navigation(wait_until="domcontentloaded"):
        act()
    return time.perf_counter() - began


class TestTheKeys:
    def test_lead_from_the_queue_to_a_decision_and_on_to_the_next_task(self, day: Day) -> None:
        page = day.at_the_next_task()
        first = page.url
        assert page.locator("figure img").count() == 0
        page.keyboard.press("1")
        page.wait_for_selector("figure img")
        page.keyboard.press("0")
        page.wait_for_selector("figure img", state="detached")

        page.keyboard.press("a")
        page.wait_for_selector("input[name=measures_for]", state="attached")
        assert page.locator("input[name=measures]:checked").count() > 0
        led_on(page, lambda: page.keyboard.press("Enter"))
        assert "The facts are missing" in page.inner_text(".side .problems")

        page.fill("#f-facts", FACTS)
        page.fill("#f-reasons", REASONS)
        led_on(page, lambda: page.keyboard.press("Control+Enter"))
        assert page.locator(".said-so a").count() == 1
        assert page.url.partition("?")[0] != first

    def test_decide_nothing_while_somebody_types(self, day: Day) -> None:
        page = day.at_the_next_task()
        page.keyboard.press("t")
        page.keyboard.type("janise 0123")
        assert page.input_value("#f-facts") == "janise 0123"
        assert page.locator("input[name=choice]:checked").count() == 0
        assert page.locator("figure img").count() == 0

    def test_can_be_switched_off(self, day: Day) -> None:
        """Single keys may be in the way of speech input (WCAG 2.1.4)."""
        page = day.sit_down()
        page.click("[data-toggle-keys]")
        assert page.get_attribute("[data-toggle-keys]", "aria-pressed") == "false"
        page.locator("h1").click()
        page.keyboard.press("j")
        page.wait_for_timeout(200)
        assert page.url == f"{day.address}/console"

    def test_lead_on_in_a_moment(self, day: Day) -> None:
        """A tenth of a second on a quiet machine; a busy one is given ten times that."""
        page = day.sit_down()
        taken = [led_on(page, lambda: page.keyboard.press("j")) for _ in range(3)]
        assert min(taken) < 1.0


class TestTheForm:
    def test_keeps_what_was_typed_when_other_measures_are_drawn(self, day: Day) -> None:
        page = day.at_the_next_task()
        page.fill("#f-facts", FACTS)
        page.keyboard.press("Escape")
        page.keyboard.press("a")
        page.wait_for_selector("input[name=measures_for]", state="attached")
        page.click("summary:has-text('Other measures')")
        page.check("input[value=close]")
        page.wait_for_selector("#f-above")
        assert page.input_value("#f-facts") == FACTS
        page.uncheck("input[value=close]")
        page.wait_for_selector("#f-above", state="detached")

    def test_is_sent_once_however_often_it_is_pressed(self, day: Day) -> None:
        page = day.at_the_next_task()
        page.keyboard.press("n")
        page.wait_for_selector("#measures .hint")
        again = "form => { form.requestSubmit(); form.requestSubmit(); form.requestSubmit(); }"
        led_on(page, lambda: page.eval_on_selector("#verdict", again))
        assert page.locator(".said-so a").count() == 1
        assert page.locator(".side .problems li").count() == 0

    def test_works_without_a_script(self, day: Day) -> None:
        page = day.context(java_script_enabled=False).new_page()
        page.goto("/console")
        page.click("main button.primary")
        page.check("input[name=choice] >> nth=0")
        page.click("#redraw")
        assert page.locator("input[name=measures]:checked").count() > 0
        page.fill("#f-facts", FACTS)
        page.fill("#f-reasons", REASONS)
        page.click("#verdict button.primary")
        assert page.locator(".said-so a").count() == 1
