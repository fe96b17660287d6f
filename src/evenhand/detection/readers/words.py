"""Words that stand in a picture are read and compared like words that were typed.

Reading takes about a second a picture, so it is done only while a bank holds words or links to look
for, or when the operator asks for it always. What the model is not sure of is dropped, and so is
what no word is made of; what was not read, and why, is said.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Final

import numpy as np
from PIL import Image

from evenhand.banks import KINDS_OF, EntryKind, Signal, Snapshot
from evenhand.detection.faults import DECODING_FAULTS, SAID_CHARS_MAX, said
from evenhand.detection.model import (
    Answer,
    Finding,
    ImageContent,
    ItemContent,
    Reading,
    TextContent,
)
from evenhand.detection.readers.word_engine import (
    Line,
    Page,
    WordEngine,
    WordsNotInstalled,
    rapid_ocr,
)
from evenhand.kit.images import OpenedImage, open_image

SIDE_MAX: Final = 1_000  # pixels: larger takes longer, and reads little more
SIDE_MIN: Final = 16  # no letter is smaller
SCORE_MIN: Final = 0.7
SECONDS_MAX: Final = 20.0  # for all pictures of an item
CHARS_MAX: Final = 5_000
_PAGE: Final = 255  # transparent pictures are read on white, as most are shown

LOOKED_FOR: Final[frozenset[EntryKind]] = frozenset(
    kind
    for signal, kinds in KINDS_OF.items()
    if signal.value not in {Signal.IMAGE.value, "video"}
    for kind in kinds
)
"""Kinds of entries that words in a picture may be: all but those of pictures and films."""


class WordsInPictures:
    """Reads the words of every picture. `always`: also while no bank holds any."""

    name: Final = "words_in_pictures"
    version: Final = "1"

    def __init__(
        self,
        *,
        always: bool = False,
        load: Callable[[], WordEngine] = rapid_ocr,
        seconds_max: float = SECONDS_MAX,
    ) -> None:
        self._always = always
        self._load = load
        self._seconds_max = seconds_max

    def read(self, content: ItemContent, bank: Snapshot) -> Reading:
        """Return the words of each picture, and for each what came of it."""
        if not content.images:
            return _not_read("The item has no picture.")
        if not self._always and not any(bank.of_kind(kind) for kind in LOOKED_FOR):
            return _not_read("No bank holds words or links to look for, so no words were read.")
        try:
            engine = self._load()
        except WordsNotInstalled:
            return _not_read("Words in pictures are not read here: install evenhand[ocr].")
        until = time.monotonic() + self._seconds_max
        texts: list[TextContent] = []
        findings: list[Finding] = []
        for image in content.images:
            if time.monotonic() > until:
                findings.append(_said(image, Answer.SKIPPED, "There was no time left to read it."))
                continue
            text, said = _read(image, engine, until)
            findings += said
            if text:
                texts.append(TextContent(image.field, text, image.media_id))
        return Reading(tuple(texts), (), tuple(findings))


def _not_read(why: str) -> Reading:
    return Reading(findings=(Finding(Answer.SKIPPED, why),))


def _read(image: ImageContent, engine: WordEngine, until: float) -> tuple[str, list[Finding]]:
    """Read one picture; whatever goes wrong with it stays with it."""
    try:
        opened = open_image(image.load(), declared=None)
        pixels = _fitted(opened)
        if min(pixels.shape[:2]) < SIDE_MIN:
            return "", [_said(image, Answer.SKIPPED, "It is too small or narrow to be read.")]
        page = engine.read(pixels, until=until)
    except DECODING_FAULTS as fault:
        return "", [_said(image, Answer.FAILED, said("Its words could not be read", fault))]
    lines = [line for line in page.lines if _is_writing(line)]
    text = "\n".join(line.text.strip() for line in lines)[:CHARS_MAX]
    return text, _findings(image, opened, page, text, engine.model)


def _fitted(opened: OpenedImage) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """Give RGB samples of a picture that is no larger than is read."""
    seen = opened.as_seen(_PAGE)
    if max(seen.size) > SIDE_MAX:
        scale = SIDE_MAX / max(seen.size)
        size = (max(1, round(seen.width * scale)), max(1, round(seen.height * scale)))
        seen = seen.resize(size, Image.Resampling.BICUBIC, reducing_gap=2.0)
    return np.asarray(seen)


def _is_writing(line: Line) -> bool:
    """Tell words from what tiles, windows and leaves look like: `AAAAAA`, `O`, `|||`."""
    letters = [character.casefold() for character in line.text if character.isalnum()]
    if line.score < SCORE_MIN or len(letters) < 2:
        return False
    return len(letters) < 4 or len(list(itertools.groupby(letters))) > 2


def _findings(
    image: ImageContent, opened: OpenedImage, page: Page, text: str, model: str
) -> list[Finding]:
    evidence: dict[str, object] = {"model": model}
    if text:
        evidence["words"] = text[:SAID_CHARS_MAX]
        found = [_said(image, Answer.FOUND, "Words were read out of it.", **evidence)]
    else:
        says = "No words in Latin, Chinese or Japanese letters were seen in it."
        found = [_said(image, Answer.NOT_FOUND, says, **evidence)]
    if len(page.lines) < page.seen:
        says = f"Only {len(page.lines)} of its {page.seen} lines were read in the time there is."
        found.append(_said(image, Answer.SKIPPED, says))
    if opened.frames > 1:
        says = f"Words were read in the first of its {opened.frames} frames only."
        found.append(_said(image, Answer.SKIPPED, says))
    return found


def _said(image: ImageContent, answer: Answer, why: str, **evidence: object) -> Finding:
    return Finding(answer, why, image.field, image.media_id, evidence=evidence)
