"""The system's own Chromium, and a page in it that remembers everything it complained about."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.town import HOST, Town

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pages are short, and tests share the cores: no script is worth compiling twice, or beside.
    "--js-flags=--lite-mode --single-threaded",
)
WIDE: Final = {"width": 1400, "height": 900}
TIMEOUT_MS: Final = 15_000
#: Runs before any page's own script, and is no part of the page, so that no policy stops it.
_LISTEN: Final = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`blocked by policy: ${event.violatedDirective} ${event.blockedURI}`));
"""


def found() -> str | None:
    """Return where the system's Chromium is, or None."""
    return next((place for name in NAMES if (place := shutil.which(name))), None)


@contextmanager
def launched() -> Iterator[Browser]:
    """Start Chromium, without a window."""
    place = found()
    assert place, "There is no Chromium here, so nothing of this was tested. Install one."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=place, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


def window(browser: Browser, base: str, **options: Any) -> BrowserContext:
    """Open a window with its own cookies on a site. Nothing moves in it that needs not."""
    options = {"viewport": WIDE, "reduced_motion": "reduce", "base_url": base} | options
    context = browser.new_context(**options)
    context.set_default_timeout(TIMEOUT_MS)
    context.add_init_script(_LISTEN)
    return context


def at_work(browser: Browser, town: Town, name: str, **options: Any) -> BrowserContext:
    """Open a window in which somebody on the staff is signed in already."""
    context = window(browser, town.base, **options)
    cookie = {"name": "evenhand", "value": town.session(name), "domain": HOST, "path": "/"}
    context.add_cookies([cookie | {"httpOnly": True, "sameSite": "Lax"}])  # type: ignore[list-item]  # a literal dict is wider than its type
    return context


def complaints_of(page: Page) -> list[str]:
    """Collect whatever a page complains about from now on: errors, and what its policy blocks."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if _bad(message.type) else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def _bad(kind: str) -> bool:
    return kind in {"error", "warning"}
