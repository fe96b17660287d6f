"""The real engine reads real letters, and reaches for no network to do so."""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection import DETECTORS, Answer, ItemContent, run
from evenhand.detection.model import ImageContent
from evenhand.detection.readers.word_engine import BATCH_LINES, WordEngine, rapid_ocr
from evenhand.detection.readers.words import WordsInPictures
from tests.stage import picture

BANK = Snapshot(
    (
        LiveEntry("e1", "b", "p", Confidence.CONFIRMED, "fraud", EntryKind.PHRASE, "gift card"),
        LiveEntry("e2", "b", "l", Confidence.CONFIRMED, "fraud", EntryKind.DOMAIN, "evil.example"),
    )
)


@pytest.fixture(scope="module")
def engine() -> Iterator[WordEngine]:
    """Load the engine once, where connecting anywhere is a fault."""

    def refused(*_: object) -> None:
        raise AssertionError("the engine reached for the network")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", refused)
        patch.setattr(socket, "getaddrinfo", refused)
        yield rapid_ocr()


def written(*lines: str) -> bytes:
    """Write lines across a picture."""
    image = Image.open(io.BytesIO(picture(5, size=(640, 60 + 50 * len(lines)))))
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(34)
    for at, line in enumerate(lines):
        pen.text((30, 30 + 50 * at), line, "white", font, stroke_width=3, stroke_fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=85)
    return out.getvalue()


class TestTheEngine:
    """PP-OCRv6."""

    def test_reads_words_that_the_detectors_then_find(self, engine: WordEngine) -> None:
        """A phrase and a link that nobody typed, each said to be read out of the picture."""
        data = written("Pay by gift card", "https://evil.example/go")
        content = ItemContent("i", images=(ImageContent("photo", "m", "0", "x", lambda: data),))
        reader = WordsInPictures(load=lambda: engine)
        said = run(DETECTORS, content, BANK, readers=[reader])
        found = {one.finding.entry_id: one.finding for one in said if one.finding.entry_id}
        assert set(found) == {"e1", "e2"}
        assert all(finding.media_id == "m" for finding in found.values())
        assert all("read out of a picture" in finding.why for finding in found.values())
        assert said[0].finding.evidence["model"].startswith("PP-OCRv6 small, rapidocr ")

    def test_sees_no_words_where_there_are_none(self, engine: WordEngine) -> None:
        """And says so."""
        content = ItemContent("i", images=(ImageContent("photo", "m", "0", "x", picture),))
        [finding] = WordsInPictures(load=lambda: engine).read(content, BANK).findings
        assert finding.answer is Answer.NOT_FOUND

    def test_stops_when_its_time_is_up(self, engine: WordEngine) -> None:
        """And tells how many lines there were."""
        pixels = np.asarray(Image.open(io.BytesIO(written(*["a few more words"] * 8))))
        page = engine.read(pixels, until=time.monotonic())
        assert len(page.lines) <= BATCH_LINES
        assert page.seen >= 8
