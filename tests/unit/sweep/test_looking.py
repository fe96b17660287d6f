"""What a file is decides who looks at it; whatever is wrong with it is said, and stays with it."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from evenhand import detection, intake
from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection import Answer
from evenhand.sweep import Job, Outcome, Partition, Same, Sort, look, looking
from evenhand.sweep.model import Inline, Kept, Listed
from tests.catalogue import KNOWN, OTHER, exported, photo

DOCUMENT = b"%PDF-1.7 " + bytes(200)


def entry(kind: EntryKind, value: str) -> LiveEntry:
    return LiveEntry(f"e-{kind}", "b", "known", Confidence.CONFIRMED, "c", kind, value)


LISTED = (
    entry(EntryKind.PDQ, detection.hash_content(photo(KNOWN, side=800)).pdq or ""),
    entry(EntryKind.SHA256, hashlib.sha256(DOCUMENT).hexdigest()),
    entry(EntryKind.PHRASE, "send gift cards"),
    entry(EntryKind.DOMAIN, "evil.example"),
)


def stocked(_folder: str) -> Snapshot:
    return Snapshot(LISTED)


def empty(_folder: str) -> Snapshot:
    return Snapshot()


def looked(
    content: bytes,
    name: str = "file",
    banks: Callable[[str], Snapshot] = stocked,
    **about: Any,
) -> Outcome:
    """Look at one file."""
    job = Job("", banks, ("sha256",), kinds=intake.STARTER_KINDS)
    file = Listed(name.encode(), len(content), "", Inline(content), **about)
    (found,) = look(job, Partition(1, (file,)))
    assert isinstance(found, Outcome)
    return found


class TestPictures:
    def test_are_known_whatever_they_are_named(self) -> None:
        found = looked(photo(KNOWN, mirrored=True), "notes.txt")
        assert (found.answer, found.sort) == (Answer.FOUND, Sort.PICTURE)
        assert found.found[0].entry_id == "e-pdq"
        assert found.pdq == detection.hash_content(photo(KNOWN, mirrored=True)).pdq
        assert found.digests["sha256"] == hashlib.sha256(photo(KNOWN, mirrored=True)).hexdigest()

    def test_that_are_not_known_are_compared_in_vain(self) -> None:
        assert looked(photo(OTHER)).answer is Answer.NOT_FOUND

    def test_without_a_list_are_skipped(self) -> None:
        found = looked(photo(OTHER), banks=empty)
        assert (found.answer, found.why) == (
            Answer.SKIPPED,
            "No bank holds a picture to compare with.",
        )

    @pytest.mark.parametrize("content", [photo()[:3_000], photo()[:20], b"GIF89a"])
    def test_that_do_not_open_failed(self, content: bytes) -> None:
        found = looked(content, "x.jpg")
        assert (found.answer, bool(found.why)) == (Answer.FAILED, True)

    def test_in_formats_that_are_not_opened_failed(self) -> None:
        out = io.BytesIO()
        Image.new("RGB", (64, 64)).save(out, "BMP")
        found = looked(out.getvalue(), "x.bmp")
        assert (found.answer, found.sort) == (Answer.FAILED, Sort.PICTURE)

    def test_of_which_not_every_frame_was_looked_at_are_skipped(self) -> None:
        """Partly looked at is not looked at."""
        frames = [Image.new("L", (64, 64), shade) for shade in range(40)]
        out = io.BytesIO()
        frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
        assert looked(out.getvalue()).answer is Answer.SKIPPED

    def test_that_are_long_are_opened_all_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Longer ones than may be sent in: they are the operator's own."""
        assert looked(photo(KNOWN) + bytes(13_000_000)).answer is Answer.FOUND
        monkeypatch.setitem(looking._HELD_MAX, Sort.PICTURE, 1_000)
        found = looked(photo(OTHER))
        assert (found.answer, "more than are opened" in (found.why or "")) == (Answer.FAILED, True)

    def test_are_not_opened_again_while_the_banks_say_the_same(self) -> None:
        first = looked(photo(OTHER))
        assert first.kept is not None
        kept = Kept(first.kept, first.digests)
        broken = Listed(b"file", 1, "", Inline(b"never opened"), kept=kept)
        (found,) = look(Job("", stocked, ("sha256",)), Partition(1, (broken,)))
        assert found == Same(b"file", 0)
        known = looked(photo(KNOWN), banks=empty)
        kept = Kept(known.kept or b"", known.digests)
        again = Listed(b"file", 1, "", Inline(photo(KNOWN)), kept=kept)
        (found,) = look(Job("", stocked, ("sha256",)), Partition(1, (again,)))
        assert isinstance(found, Outcome)
        assert found.answer is Answer.FOUND


class TestTexts:
    def test_are_compared_with_phrases_and_links(self) -> None:
        found = looked("Séñd  GIFT cards to https://a.evil.example".encode(), "a.txt")
        assert found.answer is Answer.FOUND
        assert {one.entry_id for one in found.found} >= {"e-domain"}
        assert looked(b"Nothing of the sort", "a.txt").answer is Answer.NOT_FOUND

    def test_are_looked_through_to_the_end(self) -> None:
        """In pieces that overlap, so that nothing is cut in two."""
        for ahead in (10, looking.TEXT_CHARS - 8, 3 * looking.TEXT_CHARS):
            found = looked(b"x " * (ahead // 2) + b"send gift cards", "a.txt")
            assert {one.entry_id for one in found.found} == {"e-phrase"}

    def test_in_letters_that_cannot_be_told_failed(self) -> None:
        found = looked("скидка".encode("cp1251"), "a.txt")
        assert (found.answer, "UTF-8" in (found.why or "")) == (Answer.FAILED, True)


class TestOthers:
    def test_are_known_by_their_bytes(self) -> None:
        found = looked(DOCUMENT, "a.pdf")
        assert (found.answer, found.found[0].detector) == (Answer.FOUND, "known_bytes")

    def test_that_nobody_looks_at_are_skipped(self) -> None:
        found = looked(b"%PDF-1.7", "a.pdf")
        assert (found.answer, found.sort) == (Answer.SKIPPED, Sort.OTHER)

    def test_that_promise_a_picture_failed(self) -> None:
        found = looked(b"no picture", "a.jpg")
        assert (found.answer, "its bytes are none" in (found.why or "")) == (Answer.FAILED, True)


class TestItems:
    def test_are_looked_at_as_if_they_had_been_sent(self) -> None:
        found = looked(exported(1, "send gift cards", photo(KNOWN)), line=True)
        assert {one.entry_id for one in found.found} == {"e-phrase", "e-pdq"}
        assert (found.item, found.sort) == (("post", "p1"), Sort.ITEM)

    @pytest.mark.parametrize(
        "line", [b"{", b"[]", exported(1, "x", kind="none"), b'{"kind":"post"}']
    )
    def test_that_could_not_be_sent_failed(self, line: bytes) -> None:
        assert looked(line, line=True).answer is Answer.FAILED


class TestWhoLooks:
    def test_is_named_in_the_version_of_the_looking(self) -> None:
        usual, thorough = (looking.detectors_for(thorough=each) for each in (False, True))
        versions = looking.looked_by(usual, ("sha256",))
        assert "known_images@" in versions[Sort.PICTURE]
        assert "known_phrases@" in versions[Sort.TEXT]
        assert versions != looking.looked_by(usual, ("sha256", "md5"))
        assert len(thorough[Sort.PICTURE]) == len(detection.DETECTORS)
