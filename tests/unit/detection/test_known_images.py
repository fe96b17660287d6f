"""A picture is known by its bytes or its likeness; what was not compared is said."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection import Answer, DetectorFailed, Finding
from evenhand.detection.detectors import KnownImages, known_images
from evenhand.detection.model import ImageContent, ItemContent
from evenhand.detection.signals.pdq import PdqHash, pdq_hash
from evenhand.kit.images import open_image

FIXTURES = Path(__file__).parents[2] / "fixtures" / "pdq" / "images"
ORIGINAL = (FIXTURES / "bridge-mods" / "square-512x512.jpg").read_bytes()
SMALLER = (FIXTURES / "bridge-mods" / "square-256x256.jpg").read_bytes()
OTHER = (FIXTURES / "modes" / "rgb.jpeg").read_bytes()


def image(content: bytes, *, media_id: str = "m-1") -> ImageContent:
    """Wrap bytes as a detector gets them."""
    sha256 = hashlib.sha256(content).hexdigest()
    return ImageContent("photo", media_id, sha256, "image/jpeg", lambda: content)


def entry(kind: EntryKind, value: str, confidence: Confidence = Confidence.CONFIRMED) -> LiveEntry:
    """Make an entry that stands."""
    name = f"e-{kind}-{confidence}"
    return LiveEntry(name, "b-1", "known pictures", confidence, "fake-shops", kind, value)


def pdq_of(content: bytes) -> str:
    """Hash a picture."""
    made = pdq_hash(open_image(content, declared=None).luma())
    assert isinstance(made, PdqHash)
    return made.bits


def examine(content: bytes, *entries: LiveEntry) -> list[Finding]:
    """Let the detector look at one picture."""
    return list(
        KnownImages().examine(ItemContent("i", images=(image(content),)), Snapshot(entries))
    )


def drawn(picture: Image.Image, **options: object) -> bytes:
    """Write a picture."""
    out = io.BytesIO()
    picture.save(out, "GIF" if "append_images" in options else "PNG", **options)
    return out.getvalue()


class TestFound:
    """What is listed."""

    def test_by_its_bytes(self) -> None:
        """Distance nothing, and the entry by id."""
        listed = entry(EntryKind.SHA256, hashlib.sha256(ORIGINAL).hexdigest())
        [finding] = examine(ORIGINAL, listed)
        assert finding.answer is Answer.FOUND
        assert finding.entry_id == listed.id
        assert finding.evidence["distance"] == 0
        assert finding.hash is not None
        assert finding.hash.pdq == pdq_of(ORIGINAL)

    def test_by_its_likeness(self) -> None:
        """A smaller copy is the same picture, and the distance says how near."""
        [finding] = examine(SMALLER, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert finding.answer is Answer.FOUND
        assert 0 < finding.evidence["distance"] <= 31

    def test_confirmed_first(self) -> None:
        """The surest entry leads, whatever its distance."""
        hint = entry(EntryKind.PDQ, pdq_of(SMALLER), Confidence.INDICATIVE)
        sure = entry(EntryKind.PDQ, pdq_of(ORIGINAL))
        assert [one.entry_id for one in examine(SMALLER, hint, sure)] == [sure.id, hint.id]

    def test_by_its_bytes_even_when_it_does_not_open(self) -> None:
        """Known bytes need no decoding; the likeness still failed, and both are said."""
        broken = ORIGINAL[:2_000]
        listed = entry(EntryKind.SHA256, hashlib.sha256(broken).hexdigest())
        found, failed = examine(broken, listed)
        assert (found.answer, failed.answer) == (Answer.FOUND, Answer.FAILED)

    def test_in_no_more_than_the_limit(self) -> None:
        """A picture in a thousand banks does not make a thousand rows."""
        listed = [entry(EntryKind.PDQ, pdq_of(ORIGINAL))] * 50
        assert len(examine(ORIGINAL, *listed)) == known_images.FOUND_MAX


class TestNotFound:
    """What was compared in vain."""

    def test_is_said_only_after_a_whole_comparison(self) -> None:
        """The hashes are kept all the same."""
        [finding] = examine(OTHER, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert finding.answer is Answer.NOT_FOUND
        assert finding.hash is not None

    def test_needs_no_likeness_when_only_bytes_are_listed(self) -> None:
        """A blank picture was compared wholly when there was nothing but bytes to compare."""
        blank = drawn(Image.new("RGB", (64, 64)))
        [finding] = examine(blank, entry(EntryKind.SHA256, "ab" * 32))
        assert finding.answer is Answer.NOT_FOUND


class TestSkipped:
    """What nobody looked at, for a reason."""

    def test_without_a_picture(self) -> None:
        """There was nothing to look at."""
        [finding] = KnownImages().examine(ItemContent("i"), Snapshot())
        assert finding.answer is Answer.SKIPPED

    def test_without_a_bank(self) -> None:
        """Compared with nothing is not clean."""
        [finding] = examine(OTHER)
        assert finding.answer is Answer.SKIPPED

    @pytest.mark.parametrize("size", [(64, 64), (3, 3)])
    def test_without_a_usable_hash(self, size: tuple[int, int]) -> None:
        """Blank and tiny pictures have no likeness."""
        content = drawn(Image.new("RGB", size))
        [finding] = examine(content, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert finding.answer is Answer.SKIPPED
        assert finding.hash is not None
        assert finding.hash.pdq is None

    def test_are_the_further_frames_of_an_animation(self) -> None:
        """Only the first frame is compared, and that is said."""
        frames = [Image.new("L", (64, 64), shade) for shade in (0, 120, 250)]
        content = drawn(frames[0], save_all=True, append_images=frames[1:])
        answers = examine(content, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert "Frames 2 to 3" in answers[-1].why
        assert {one.answer for one in answers} == {Answer.SKIPPED}


class TestFailed:
    """What could not be looked at."""

    @pytest.mark.parametrize(
        "content", [b"", b"no picture", ORIGINAL[:3_000], b"BM" + bytes(50)], ids=len
    )
    def test_is_every_picture_that_does_not_open(self, content: bytes) -> None:
        """Never "not found"."""
        [finding] = examine(content, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert finding.answer is Answer.FAILED

    @pytest.mark.parametrize(
        "fault",
        [
            DetectorFailed("the vault is closed"),
            MemoryError(),
            RecursionError("decoder"),
            ZeroDivisionError("decoder"),
            UserWarning("corrupt EXIF"),
            AssertionError("decoder"),
            OSError(5, "input/output error"),
        ],
        ids=lambda fault: type(fault).__name__,
    )
    def test_is_every_picture_whose_opening_goes_wrong(
        self, fault: Exception, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """An error class that nobody expects of a decoder is a failure all the same."""

        def broken(*_args: object, **_kwargs: object) -> object:
            raise fault

        monkeypatch.setattr(known_images, "open_image", broken)
        [finding] = examine(OTHER, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert finding.answer is Answer.FAILED
        assert type(fault).__name__ in finding.why

    def test_stays_with_its_own_picture(self) -> None:
        """One broken picture hides nothing that is found in another."""
        listed = entry(EntryKind.PDQ, pdq_of(ORIGINAL))
        both = (image(b"broken", media_id="m-1"), image(ORIGINAL, media_id="m-2"))
        findings = KnownImages().examine(ItemContent("i", images=both), Snapshot((listed,)))
        assert [(one.media_id, one.answer) for one in findings] == [
            ("m-1", Answer.FAILED),
            ("m-2", Answer.FOUND),
        ]

    def test_is_everything_when_a_listed_hash_cannot_be_read(self) -> None:
        """A broken bank is seen, not passed over."""
        [finding] = examine(OTHER, entry(EntryKind.PDQ, "no hash"))
        assert finding.answer is Answer.FAILED
