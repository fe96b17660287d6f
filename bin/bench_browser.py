"""Measures what a reviewer feels: from the key that decides to the next task on the screen.

A real `evenhand serve`, a real Chromium, thirty decisions made with the keyboard alone. The figure
depends on the machine, so it is printed and never asserted.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the town of the tests is what is measured

from playwright.sync_api import Page  # noqa: E402 - after the path

from evenhand import people  # noqa: E402
from evenhand.bootstrap import House  # noqa: E402
from tests.browser.chromium import at_work, found, launched  # noqa: E402
from tests.stage import Stage  # noqa: E402
from tests.town import PHOTOS, open_town  # noqa: E402

DECISIONS: Final = 30
WARM: Final = 3  # the first ones fill caches, the browser's and ours
FACTS: Final = "The post asks for a gift card before the boat is handed over."
REASONS: Final = "Nobody who pays by gift card can get the money back afterwards."
#: Notes when the deciding key goes down, and when the next desk has been painted, on one clock;
#: in the pages themselves, so that the time to ask them is not counted.
WATCH: Final = """
const note = (what, at) => sessionStorage.setItem(what, String(performance.timeOrigin + at));
addEventListener("keydown", (event) => {
  if (event.key !== "Enter") return;
  sessionStorage.removeItem("painted");
  note("pressed", event.timeStamp);
}, true);
addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => {
  const painted = new MessageChannel();
  painted.port1.onmessage = () => note("painted", performance.now());
  painted.port2.postMessage("");
}));
"""
TOOK: Final = """
() => sessionStorage.getItem("painted") &&
  sessionStorage.getItem("painted") - sessionStorage.getItem("pressed")
"""


def measure() -> list[float]:
    """Decide by keyboard and return the milliseconds from each keypress to the next task."""
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        with open_town(Path(folder), arrange=_arrange) as town:
            context = at_work(browser, town, "Rosa")
            context.add_init_script(WATCH)
            page = context.new_page()
            page.goto("/console")
            page.keyboard.press("j")
            page.wait_for_url("**/console/tasks/*")
            times = [_decide(page) for _ in range(WARM + DECISIONS)]
            context.close()
    return times[WARM:]


def _arrange(house: House, staff: Mapping[str, people.Actor]) -> None:
    """Leave enough reported posts with photographs waiting, and a few more."""
    stage = Stage(house, rosa=staff["Rosa"], ren=staff["Ren"], lin=staff["Lin"])
    photo = (PHOTOS / "harbour-boats.jpg").read_bytes()
    for number in range(DECISIONS + WARM + 2):
        item_id = stage.item(f"A rowing boat, no. {number}.", account=f"a{number}", photo=photo)
        stage.report(item_id, by=f"b{number}")
    stage.settle()


def _decide(page: Page) -> float:
    """Choose a clause by its key, type the two texts, send; time from the key to the next desk."""
    before = page.url.partition("?")[0]
    page.keyboard.press("a")
    page.locator("#measures input[type=checkbox]").first.wait_for()
    page.keyboard.press("t")
    page.keyboard.insert_text(FACTS)
    page.keyboard.press("Tab")
    page.keyboard.insert_text(REASONS)
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: before not in url and "/tasks/" in url)
    page.locator("#verdict").wait_for()
    return float(page.wait_for_function(TOOK).json_value())


def told(times: Iterable[float]) -> str:
    """Put the figures into a line."""
    cuts = statistics.quantiles(times, n=20)
    return f"median {cuts[9]:.0f} ms, p95 {cuts[18]:.0f} ms, over {DECISIONS} decisions"


def main() -> None:
    """Print the figure, or why there is none."""
    if found() is None:
        print("keypress → next task: not measured, there is no Chromium here")
        return
    began = time.monotonic()
    print(f"keypress → next task: {told(measure())}  ({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    main()
