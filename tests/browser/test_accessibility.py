"""Everybody can use every page: found by axe-core in both themes, at two widths, in each language.

What a language changes is seen in one theme; that nothing sticks out is seen in both.

The list of pages is the application's own, so a new page cannot be forgotten.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import at_work, complaints_of, window
from tests.browser.furnished import Furnished
from tests.browser.places import CONSOLE, FIRST_RUN, NO_PAGE, PORTAL, Place, plain, routes
from tests.town import Town, serving

AXE: Final = Path(__file__).parent / "vendor" / "axe.min.js"
LANGUAGES: Final = {"en": "en-GB", "ar": "ar", "zh-Hans": "zh-CN"}
Theme = Literal["light", "dark"]
#: In which width each theme is looked at, and in which themes each language.
THEMES: Final[Mapping[Theme, int]] = {"light": 1400, "dark": 400}
LOOKED_AT: Final[Mapping[str, tuple[Theme, ...]]] = {
    "en": ("light", "dark"),
    "ar": ("dark",),
    "zh-Hans": ("light",),
}
WIDE: Final = THEMES["light"]
HEIGHT: Final = 900
#: Lays out what is found as one line each: the rule, the element, and what to mend.
LOOK: Final = """
async () => (await axe.run(document, {resultTypes: ["violations"]})).violations.flatMap(
  (found) => found.nodes.map((node) =>
    `${found.id}: ${node.target.join(" ")}: ${node.failureSummary.split("\\n").slice(1).join("")}`))
"""
OVERFLOW: Final = """
() => document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > innerWidth + 1
                  || one.getBoundingClientRect().left < -1)
    .slice(0, 5).map((one) => `wider than ${innerWidth}: ${one.tagName}.${one.className}`)
    .concat([`the page is ${document.documentElement.scrollWidth} wide at ${innerWidth}`])
"""


@cache
def axe() -> str:
    """Read axe-core once."""
    return AXE.read_text(encoding="utf-8")


def looked_at(page: Page, themes: Collection[Theme] = tuple(THEMES)) -> list[str]:
    """Return what sticks out of a page, wide and narrow, and what axe-core finds in some themes."""
    page.evaluate(axe())
    found = []
    for theme, width in THEMES.items():
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": HEIGHT})
        found += page.evaluate(OVERFLOW)
        if theme in themes:
            found += page.evaluate(LOOK)
    return found


@dataclass
class Windows:
    """One window for each reader and each language, opened when somebody first looks."""

    chromium: Browser
    town: Town
    pages: dict[str, tuple[Page, list[str]]] = field(default_factory=dict)

    def of_staff(self, name: str) -> tuple[Page, list[str]]:
        """Return the window of somebody on the staff, or of nobody, and what it complains of."""
        if name not in self.pages:
            context = at_work(self.chromium, self.town, name) if name else self._public("en")
            self.pages[name] = self._page(context)
        return self.pages[name]

    def of_public(self, language: str) -> tuple[Page, list[str]]:
        """Return the window of somebody who reads a language and carries nothing with them."""
        if language not in self.pages:
            self.pages[language] = self._page(self._public(language))
        page, complaints = self.pages[language]
        page.context.clear_cookies()
        return page, complaints

    def _public(self, language: str) -> BrowserContext:
        headers = {"x-forwarded-for": f"203.0.113.{1 + list(LANGUAGES).index(language)}"}
        options: dict[str, Any] = {"locale": LANGUAGES[language], "extra_http_headers": headers}
        return window(self.chromium, self.town.base, **options)

    @staticmethod
    def _page(context: BrowserContext) -> tuple[Page, list[str]]:
        page = context.new_page()
        return page, complaints_of(page)


@pytest.fixture(scope="module")
def windows(chromium: Browser, town: Town) -> Iterator[Windows]:
    """Open windows as they are needed."""
    opened = Windows(chromium, town)
    yield opened
    for page, _ in opened.pages.values():
        page.context.close()


def visit(
    page: Page,
    complaints: list[str],
    place: Place,
    furnished: Furnished,
    themes: Collection[Theme] = tuple(THEMES),
) -> None:
    """Go there, do what is done there first, and look."""
    complaints.clear()
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    if place.receipt:
        open_matter(page, furnished.receipts[place.receipt])
    if not place.receipt or place.route != "/status":
        page.goto(place.address(furnished))
    place.act(page)
    assert looked_at(page, themes) == []
    assert [each for each in complaints if not place.complains or place.complains not in each] == []


def open_matter(page: Page, receipt: str) -> None:
    """Type a receipt and come to what it opens."""
    page.goto("/status")
    page.locator("#f-receipt").fill(receipt)
    page.locator("main form button.primary").click()
    page.locator("#letter, .steps").first.wait_for()


class TestTheTableOfPages:
    """What is looked at here, against what the application lists."""

    def test_names_every_page_with_an_id(self) -> None:
        """A page that is new is looked at, or says why it cannot be."""
        named = {place.route for place in (*CONSOLE, *PORTAL)} | NO_PAGE | {FIRST_RUN}
        assert [path for path in routes() if "{" in path and path not in named] == []

    def test_names_nothing_that_is_gone(self) -> None:
        """What is left out is still there to be left out."""
        assert [path for path in (*NO_PAGE, FIRST_RUN) if path not in routes()] == []


class TestTheConsole:
    """Pages of the staff."""

    @pytest.mark.parametrize("place", [*plain(inside=True), *CONSOLE], ids=str)
    def test_can_be_used_by_everybody(
        self, windows: Windows, furnished: Furnished, place: Place
    ) -> None:
        """Nothing is found, nothing is complained about, nothing sticks out."""
        visit(*windows.of_staff(place.who), place, furnished)

    def test_can_be_used_on_the_first_run(
        self, chromium: Browser, furnished: Furnished, tmp_path: Path
    ) -> None:
        """The first page that anybody sees, at the address that is printed."""
        with serving(tmp_path, {"data": tmp_path / "house"}) as greeting:
            context = window(chromium, greeting["listening"])
            page = context.new_page()
            place = Place(FIRST_RUN, path=greeting["setup_link"])
            visit(page, complaints_of(page), place, furnished)
            context.close()


class TestThePortal:
    """Pages of the public."""

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize("place", [*plain(inside=False), *PORTAL], ids=str)
    def test_can_be_used_by_everybody(
        self, windows: Windows, furnished: Furnished, place: Place, language: str
    ) -> None:
        """In every language, from right to left too."""
        visit(*windows.of_public(language), place, furnished, LOOKED_AT[language])
