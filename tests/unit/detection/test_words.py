"""Words in pictures are read while somebody looks for words; what was not read is said."""

from __future__ import annotations

import io
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection import Answer, DetectorFailed, Finding, ItemContent, Reading
from evenhand.detection.model import ImageContent
from evenhand.detection.readers.word_engine import Line, Page, WordEngine, WordsNotInstalled
from evenhand.detection.readers.words import CHARS_MAX, SIDE_MAX, WordsInPictures
from tests.stage import picture

PHRASES = Snapshot(
    (LiveEntry("e", "b", "known", Confidence.CONFIRMED, "fraud", EntryKind.PHRASE, "gift card"),)
)
PICTURES = Snapshot(
    (LiveEntry("e", "b", "known", Confidence.CONFIRMED, "fraud", EntryKind.SHA256, "00" * 32),)
)


@dataclass
class FakeEngine:
    """Reads what it was told to, and keeps the sizes of what it was shown."""

    says: Page | Exception
    model: str = "fake 1"
    shown: list[tuple[int, ...]] = field(default_factory=list)
    seconds: float = 0.0

    def read(self, pixels: NDArray[np.uint8], *, until: float) -> Page:
        """Read it."""
        assert pixels.dtype == np.uint8
        assert until > 0
        self.shown.append(pixels.shape)
        if self.seconds:
            time.sleep(self.seconds)
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


def page(*lines: tuple[str, float], seen: int | None = None) -> Page:
    """Make a page of lines."""
    return Page(tuple(Line(*line) for line in lines), len(lines) if seen is None else seen)


def read(
    engine: WordEngine,
    *pictures: bytes,
    bank: Snapshot = PHRASES,
    always: bool = False,
    seconds_max: float = 20.0,
) -> Reading:
    """Let the reader read pictures."""
    images = tuple(
        ImageContent("photo", f"m{at}", "00", "image/jpeg", lambda one=one: one)  # type: ignore[misc]  # a default binds it
        for at, one in enumerate(pictures)
    )
    reader = WordsInPictures(always=always, load=lambda: engine, seconds_max=seconds_max)
    return reader.read(ItemContent("i", images=images), bank)


def answers(findings: Sequence[Finding]) -> list[Answer]:
    """Return the answers alone."""
    return [finding.answer for finding in findings]


class TestReading:
    """What is read."""

    def test_gives_the_lines_as_one_text_of_the_picture(self) -> None:
        """With the model that read it."""
        reading = read(FakeEngine(page(("PAY BY", 0.99), ("gift card", 0.9))), picture())
        [text] = reading.texts
        assert (text.text, text.field, text.read_from) == ("PAY BY\ngift card", "photo", "m0")
        [finding] = reading.findings
        assert finding.answer is Answer.FOUND
        assert finding.evidence == {"model": "fake 1", "words": "PAY BY\ngift card"}

    @pytest.mark.parametrize(
        "line", [("gift card", 0.5), ("AAAAAA", 0.99), ("O", 0.9), ("||||", 0.9), ("IiIl1l", 0.2)]
    )
    def test_drops_what_is_unsure_or_made_of_no_word(self, line: tuple[str, float]) -> None:
        """Roof tiles are no letters."""
        reading = read(FakeEngine(page(line)), picture())
        assert reading.texts == ()
        assert answers(reading.findings) == [Answer.NOT_FOUND]

    @pytest.mark.parametrize("word", ["no", "aaa", "книга", "礼品卡", "1234"])
    def test_keeps_what_may_be_a_word(self, word: str) -> None:
        """Short ones too."""
        [text] = read(FakeEngine(page((word, 0.9))), picture()).texts
        assert text.text == word

    def test_shows_the_model_no_more_pixels_than_it_needs(self) -> None:
        """And keeps the shape."""
        engine = FakeEngine(page())
        read(engine, picture(size=(2 * SIDE_MAX, 300)), picture(size=(40, 90)))
        assert engine.shown == [(150, SIDE_MAX, 3), (90, 40, 3)]

    def test_keeps_no_endless_text(self) -> None:
        """A picture of a book is cut."""
        [text] = read(FakeEngine(page(*[("words and words", 0.9)] * 2_000)), picture()).texts
        assert len(text.text) == CHARS_MAX


class TestNeed:
    """Reading is dear."""

    @pytest.mark.parametrize("bank", [Snapshot(), PICTURES])
    def test_waits_until_a_bank_holds_words_or_links(self, bank: Snapshot) -> None:
        """A bank of pictures needs no words."""
        engine = FakeEngine(page(("gift card", 0.9)))
        reading = read(engine, picture(), bank=bank)
        assert answers(reading.findings) == [Answer.SKIPPED]
        assert "No bank" in reading.findings[0].why
        assert engine.shown == []

    def test_does_not_wait_when_the_operator_asks_for_it(self) -> None:
        """By a setting."""
        engine = FakeEngine(page(("gift card", 0.9)))
        assert read(engine, picture(), bank=Snapshot(), always=True).texts

    def test_says_what_to_install(self) -> None:
        """Missing is skipped, and never "not found"."""

        def missing() -> WordEngine:
            raise WordsNotInstalled

        images = (ImageContent("photo", "m", "00", "image/jpeg", picture),)
        reading = WordsInPictures(load=missing).read(ItemContent("i", images=images), PHRASES)
        [finding] = reading.findings
        assert finding.answer is Answer.SKIPPED
        assert "evenhand[ocr]" in finding.why


class TestFailing:
    """What was not read."""

    def test_says_failed_when_the_model_fails(self) -> None:
        """Of each picture by itself."""
        reading = read(FakeEngine(DetectorFailed("the model failed")), picture(), b"no picture")
        assert answers(reading.findings) == [Answer.FAILED, Answer.FAILED]

    def test_says_which_pictures_there_was_no_time_for(self) -> None:
        """The first had some."""
        engine = FakeEngine(page(("gift card", 0.9)), seconds=0.02)
        reading = read(engine, picture(), picture(), seconds_max=0.01)
        assert answers(reading.findings) == [Answer.FOUND, Answer.SKIPPED]
        assert reading.findings[1].media_id == "m1"

    def test_says_how_many_lines_there_was_no_time_for(self) -> None:
        """What was read stands."""
        reading = read(FakeEngine(page(("gift card", 0.9), seen=9)), picture())
        assert answers(reading.findings) == [Answer.FOUND, Answer.SKIPPED]
        assert "1 of its 9 lines" in reading.findings[1].why

    def test_says_skipped_of_the_later_frames_of_an_animation(self) -> None:
        """They were not read."""
        out = io.BytesIO()
        frames = [Image.new("RGB", (60, 60), (n, 0, 0)) for n in (0, 200)]
        frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
        reading = read(FakeEngine(page()), out.getvalue())
        assert answers(reading.findings) == [Answer.NOT_FOUND, Answer.SKIPPED]

    def test_says_skipped_of_a_picture_too_narrow_to_be_read(self) -> None:
        """A line of pixels holds no words."""
        assert answers(read(FakeEngine(page()), picture(size=(400, 4))).findings) == [
            Answer.SKIPPED
        ]
