"""The report is one file that fetches nothing, runs nothing, and believes no name."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from evenhand.detection import Answer
from evenhand.sweep import Facts, Passed, State, Sweep, part_of, report, together, write_report
from evenhand.sweep.model import Noted
from evenhand.sweep.report import named
from tests.catalogue import Here, Listing, by_name, job

ODD = b"found <script>alert(1)</script>\n\x1b[2J \xe2\x80\xaetxt.exe \xff"
FACTS = Facts(
    at=datetime(2026, 11, 21, 9, 0, tzinfo=UTC),
    version="0.1.0",
    engine="2 workers, engine local",
    banks={"known": "counterfeit", "other <b>": "fraud"},
    entries={"known": 12_000, "other <b>": 0},
)


@pytest.fixture
def swept(tmp_path: Path) -> Iterator[tuple[State, Listing, Sweep]]:
    """Sweep a few files, one of which has a name to fear."""
    files = {b"a": "1", b"found": "1", b"failed": "1", ODD: "1"}
    source = Listing(files, (Noted(b"link", Answer.SKIPPED, "It is a link."),))
    told: list[Passed] = []
    with closing(State(tmp_path, "test")) as state:
        sweep = Sweep(
            source, state, Here(by_name), job(), "m", {"known": "counterfeit"}, told.append
        )
        yield state, source, sweep


def written(state: State, source: Listing, sweep: Sweep, given: str = "photos/") -> str:
    summary = sweep.run()
    out = io.StringIO()
    write_report(out, FACTS, together([summary]), [part_of(source.label, given, state, summary)])
    return out.getvalue()


class TestReport:
    def test_has_no_script_and_reaches_for_nothing(
        self, swept: tuple[State, Listing, Sweep]
    ) -> None:
        page = written(*swept)
        assert "default-src 'none'" in page
        assert not re.search(
            r"<(script|img|link|iframe|object|form)\b|\bon\w+=|url\(|https?:", page
        )

    def test_writes_names_so_that_they_are_harmless(
        self, swept: tuple[State, Listing, Sweep]
    ) -> None:
        page = written(*swept, given="photos <i>/")
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert not {"\x1b", "\u202e", "<b>", "<i>"} & set(re.findall(r"\x1b|\u202e|<b>|<i>", page))
        assert "\\u{202e}" in page

    def test_tells_what_was_found_and_what_failed(
        self, swept: tuple[State, Listing, Sweep]
    ) -> None:
        page = written(*swept)
        for said in (
            "Something was found in 2 of 5 files",
            "12,000",
            "distance 3",
            "It broke.",
            "It is a link.",
            "counterfeit",
            "What took longest",
        ):
            assert said in page

    def test_ends_long_lists_and_says_so(
        self, swept: tuple[State, Listing, Sweep], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(report, "FOUND_MAX", 1)
        page = written(*swept)
        assert "and 1 more" in page
        assert page.count("distance 3") == 1


class TestNamed:
    def test_leaves_ordinary_names_alone(self) -> None:
        assert named("Größe 文 name.jpg".encode()) == "Größe 文 name.jpg"
        assert named(b"a\x00\n\xff") == "a\\u{0}\\u{a}\\xff"
