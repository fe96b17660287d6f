"""For each file a Chromium, a furnished town to look around in, and a quiet town to work in.

None outlives its file: an idle browser and an idle town cost those who come next, and Playwright
keeps the thread's event loop until it ends.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import launched
from tests.browser.furnished import Furnished
from tests.town import Town, open_town


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Start the system's Chromium; without one these tests fail, and `make test` says why."""
    with launched() as browser:
        yield browser


@pytest.fixture(scope="module")
def furnished() -> Furnished:
    """Keep what is put into the town that is looked at."""
    return Furnished()


@pytest.fixture(scope="module")
def town(furnished: Furnished, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Open a town in which every page has something to show."""
    folder: Path = tmp_path_factory.mktemp("town")
    with open_town(folder, arrange=furnished.arrange) as opened:
        yield opened


@pytest.fixture(scope="module")
def quiet_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """Open a town in which nothing has happened yet."""
    with open_town(tmp_path_factory.mktemp("quiet")) as opened:
        yield opened
