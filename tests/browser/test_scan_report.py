"""The report of a scan can be read by everybody, as a file, in both themes and printed."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from playwright.sync_api import Browser

from evenhand.detection import Answer
from evenhand.sweep import State, Sweep, part_of, together, write_report
from evenhand.sweep.model import Noted
from tests.browser.chromium import complaints_of
from tests.browser.test_accessibility import looked_at
from tests.catalogue import Here, Listing, by_name, job
from tests.unit.sweep.test_report import FACTS


def test_can_be_used_by_everybody(chromium: Browser, tmp_path: Path) -> None:
    """Nothing is found, nothing is complained about, nothing sticks out."""
    files = {b"found/" + b"long-name-" * 20 + b".jpg": "1", b"failed.jpg": "1", b"fine.jpg": "1"}
    source = Listing(files, (Noted(b"link", Answer.SKIPPED, "It is a link."),))
    file = tmp_path / "report.html"
    with closing(State(tmp_path, "test")) as state:
        sweep = Sweep(source, state, Here(by_name), job(), "m", {"known": "c"}, lambda _: None)
        summary = sweep.run()
        with file.open("w", encoding="utf-8") as page:
            part = part_of(source.label, "photos", state, summary)
            write_report(page, FACTS, together([summary]), [part])
    context = chromium.new_context(bypass_csp=True)  # axe-core itself is a script
    opened = context.new_page()
    complaints = complaints_of(opened)
    opened.goto(file.as_uri())
    assert opened.title() == "Sweep of photos"
    assert looked_at(opened) == []
    assert complaints == []
    context.close()
