"""A picture is known by its bytes or its likeness; what was not compared is said."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image, ImageOps

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection import Answer, DetectorFailed, Finding, hash_content
from evenhand.detection.detectors import KnownImages, known_images
from evenhand.detection.model import ImageContent, ItemContent
from evenhand.detection.signals.pdq import PdqHash, pdq_hash
from evenhand.kit.images import open_image
from evenhand.kit.luma import FRAMES_MAX

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
        assert finding.hash.pdq == hash_content(ORIGINAL).pdq

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
        one = entry(EntryKind.PDQ, pdq_of(ORIGINAL))
        listed = [dataclasses.replace(one, id=f"e-{at}") for at in range(50)]
        assert len(examine(ORIGINAL, *listed)) == known_images.FOUND_MAX


class TestDistant:
    """What is only somewhat like what is listed."""

    def test_is_a_crop(self) -> None:
        """Named as distant, so that no rule may hold it."""
        whole = Image.open(io.BytesIO(ORIGINAL)).convert("RGB")
        sent = drawn(whole.crop((13, 13, 499, 499)))
        [finding] = examine(sent, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert finding.answer is Answer.FOUND
        assert (finding.evidence["distant"], finding.evidence["uncropped"]) == (True, True)
        assert finding.evidence["distance"] <= 31

    def test_is_what_was_written_over(self) -> None:
        """Farther off than a copy, nearer than anything unrelated."""
        picture = Image.open(io.BytesIO(ORIGINAL)).convert("RGB")
        picture.paste((0, 0, 0), (0, 420, 512, 512))
        picture.paste((90, 90, 90), (8, 430, 500, 504))
        [finding] = examine(drawn(picture), entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert finding.evidence["distant"]
        assert 31 < finding.evidence["distance"] <= known_images.DISTANCE_DISTANT_MAX

    def test_is_not_named_beside_what_is_near(self) -> None:
        """A sure answer needs no guesses beside it."""
        whole = Image.open(io.BytesIO(ORIGINAL)).convert("RGB")
        cropped = drawn(whole.crop((13, 13, 499, 499)))
        listed = entry(EntryKind.PDQ, pdq_of(ORIGINAL))
        same = dataclasses.replace(listed, id="e-crop", value=pdq_of(cropped))
        [finding] = examine(cropped, listed, same)
        assert finding.entry_id == "e-crop"
        assert "distant" not in finding.evidence

    def test_is_named_a_few_times_only(self) -> None:
        """The nearest few are enough to look at."""
        whole = Image.open(io.BytesIO(ORIGINAL)).convert("RGB")
        one = entry(EntryKind.PDQ, pdq_of(ORIGINAL))
        listed = [dataclasses.replace(one, id=f"e-{at}") for at in range(20)]
        found = examine(drawn(whole.crop((13, 13, 499, 499))), *listed)
        assert len(found) == known_images.DISTANT_MAX


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

    def test_are_the_frames_of_an_animation_beyond_the_limit(self) -> None:
        """The first ones are compared, and where that ends is said."""
        frames = [Image.new("L", (64, 64), shade) for shade in range(0, 240, 6)]
        content = drawn(frames[0], save_all=True, append_images=frames[1:])
        answers = examine(content, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert f"Frames {FRAMES_MAX + 1} to 40" in answers[-1].why
        assert {one.answer for one in answers} == {Answer.SKIPPED}


class TestUndone:
    """What was done to a listed picture before it was sent is undone, and said."""

    @pytest.mark.parametrize("turn", list(Image.Transpose), ids=lambda turn: turn.name)
    def test_is_every_turn_and_mirror(self, turn: Image.Transpose) -> None:
        """The evidence names the orientation in which the two agree."""
        sent = drawn(Image.open(io.BytesIO(ORIGINAL)).convert("RGB").transpose(turn))
        [finding] = examine(sent, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert finding.answer is Answer.FOUND
        assert finding.evidence["orientation"] == _BACK[turn]
        assert finding.evidence["distance"] <= 4
        assert not finding.evidence["trimmed"]

    @pytest.mark.parametrize("shade", ["white", "black", "#3366aa"])
    def test_is_a_border(self, shade: str) -> None:
        """Also of a mirrored picture."""
        picture = ImageOps.mirror(Image.open(io.BytesIO(ORIGINAL)).convert("RGB"))
        sent = drawn(ImageOps.expand(picture, (30, 10, 5, 60), shade))
        [finding] = examine(sent, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert finding.evidence["trimmed"]
        assert finding.evidence["orientation"] == "mirrored"
        assert "mirrored, without its border" in finding.why

    def test_is_a_border_beside_a_sky_of_its_shade(self) -> None:
        """Where a picture ends, a border that is nearly as dark does not."""
        picture = Image.open(io.BytesIO(ORIGINAL)).convert("L")
        picture.paste(10, (0, 0, 90, 512))
        sent = drawn(ImageOps.expand(picture, (40, 0, 40, 0), 0))
        [finding] = examine(sent, entry(EntryKind.PDQ, pdq_of(drawn(picture))))
        assert finding.evidence["trimmed"]
        assert finding.evidence["distance"] <= 10

    @pytest.mark.parametrize("number", [2, 5])
    def test_is_a_place_in_an_animation(self, number: int) -> None:
        """A listed picture behind a harmless first frame is found, and the frame is named."""
        picture = Image.open(io.BytesIO(ORIGINAL)).convert("L").resize((256, 256))
        frames = [Image.new("L", (256, 256), shade) for shade in range(0, 60, 10)]
        frames[number - 1] = picture
        sent = drawn(frames[0], save_all=True, append_images=frames[1:])
        [finding] = examine(sent, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert (finding.answer, finding.evidence["frame"]) == (Answer.FOUND, number)

    def test_is_what_transparency_hides(self) -> None:
        """Colours say one thing and what is seen another: both are compared."""
        picture = Image.open(io.BytesIO(ORIGINAL)).convert("L")
        sent = Image.merge("LA", (Image.new("L", picture.size), ImageOps.invert(picture)))
        [finding] = examine(drawn(sent), entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert finding.evidence["page"] == "white"


_BACK = {
    Image.Transpose.FLIP_LEFT_RIGHT: "mirrored",
    Image.Transpose.FLIP_TOP_BOTTOM: "flipped",
    Image.Transpose.ROTATE_90: "turned_90",  # Pillow turns anticlockwise
    Image.Transpose.ROTATE_180: "turned_180",
    Image.Transpose.ROTATE_270: "turned_270",
    Image.Transpose.TRANSPOSE: "transposed",
    Image.Transpose.TRANSVERSE: "transversed",
}


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

        monkeypatch.setattr(known_images, "luma_frames", broken)
        [finding] = examine(OTHER, entry(EntryKind.PDQ, pdq_of(ORIGINAL)))
        assert finding.answer is Answer.FAILED
        assert (str(fault) or type(fault).__name__) in finding.why

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
