"""A film is known by its bytes or its frames, with a timeline; what was not seen is said."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import pytest
from PIL import Image

from evenhand.banks import Confidence, EntryKind, FramesOneByOne, LiveEntry, Snapshot
from evenhand.detection import Answer, DetectorFailed, Finding
from evenhand.detection.detectors import KnownVideos
from evenhand.detection.model import ImageContent, ItemContent, VideoContent
from evenhand.kit.films import FilmLimits
from tests.films import KNOWN, OTHER, PHOTOS, film
from tests.unit.detection.test_films import entry, frames_of, listing


def examine(data: bytes, bank: Snapshot, *, detector: KnownVideos | None = None) -> list[Finding]:
    """Let the detector look at one film."""
    sha256 = hashlib.sha256(data).hexdigest()
    sent = VideoContent("video", "m-1", sha256, "video/mp4", lambda: data)
    return list((detector or KnownVideos()).examine(ItemContent("i", videos=(sent,)), bank))


def answers(findings: list[Finding]) -> list[Answer]:
    """List the answers."""
    return [one.answer for one in findings]


class TestFound:
    """What is listed."""

    @pytest.mark.parametrize("kind", ["sha256", "md5"])
    def test_by_its_bytes_even_when_it_does_not_open(self, kind: str) -> None:
        broken = film()[:-500]
        value = hashlib.new(kind, broken).hexdigest()
        bank = Snapshot((entry("e-1", EntryKind(kind), value),), frames=listing(film()).frames)
        found, failed = examine(broken, bank)
        assert (found.answer, found.evidence["distance"]) == (Answer.FOUND, 0)
        assert failed.answer is Answer.FAILED

    def test_by_its_frames_with_a_timeline(self) -> None:
        """From when to when, how near, and how much of both."""
        [finding] = examine(film((*OTHER, KNOWN[1])), listing(film()))
        told = finding.evidence
        assert finding.entry_id == "e-0"
        assert (int(told["start"]), int(told["end"])) == (9, 11)
        assert told["of_film"] == pytest.approx(0.25, abs=0.03)
        assert told["of_listed"] == pytest.approx(1 / 3, abs=0.05)
        [passage] = told["passages"]
        assert passage["distance"] <= 31
        assert (told["sampling"], told["only_for_people"]) == ("every_second", False)
        assert "0:09" in finding.why

    def test_by_a_listed_picture(self) -> None:
        still = frames_of(film())[4]
        [finding] = examine(film(), Snapshot((entry("p-1", EntryKind.PDQ, still.bits),)))
        assert (finding.entry_id, finding.evidence["kind"]) == ("p-1", "pdq")
        assert "listed picture, at 0:0" in finding.why

    def test_of_a_single_frame_is_for_people_alone(self) -> None:
        """A title card in common says little."""
        frames = frames_of(film(OTHER))
        one = FramesOneByOne(((entry("e-1"), (frames[4], *frames_of(film())[:6])),))
        [finding] = examine(film(OTHER), Snapshot(frames=one))
        assert finding.answer is Answer.FOUND
        assert finding.evidence["only_for_people"] is True
        assert "says little" in finding.why

    def test_surest_first(self) -> None:
        """Confirmed before indicative, whatever matches more."""
        sure, hint = entry("sure"), replace(entry("hint"), confidence=Confidence.INDICATIVE)
        held = FramesOneByOne(((hint, frames_of(film())), (sure, frames_of(film())[:4])))
        assert [one.entry_id for one in examine(film(), Snapshot(frames=held))] == ["sure", "hint"]


class TestNotFound:
    """What was compared in vain, or not at all."""

    def test_says_how_many_frames_were_compared(self) -> None:
        [finding] = examine(film(OTHER), listing(film()))
        assert finding.answer is Answer.NOT_FOUND
        assert "key frames (5 frames)" in finding.why
        assert finding.evidence["sampling"] == "key_frames"

    def test_is_skipped_without_a_film_or_a_bank(self) -> None:
        [none] = KnownVideos().examine(ItemContent("i"), listing(film()))
        [unlisted] = examine(film(), Snapshot())
        assert answers([none, unlisted]) == [Answer.SKIPPED, Answer.SKIPPED]

    def test_needs_no_frames_where_only_bytes_are_listed(self) -> None:
        [finding] = examine(b"no film", Snapshot((entry("e", EntryKind.SHA256, "ab" * 32),)))
        assert finding.answer is Answer.NOT_FOUND

    def test_is_skipped_when_the_package_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nobody looked, and what to install is said."""
        monkeypatch.setattr("evenhand.kit.films.film.installed", lambda: False)
        [finding] = examine(film(), listing(film()))
        assert finding.answer is Answer.SKIPPED
        assert "evenhand[video]" in finding.why

    def test_is_skipped_when_every_frame_is_blank(self) -> None:
        """Nothing to compare is not clean."""
        blank = film(("wall-clock-blur",), size=(16, 16), seconds=1)
        plain = listing(film())
        findings = examine(blank, plain)
        assert findings[0].answer in {Answer.SKIPPED, Answer.NOT_FOUND}


class TestNotLookedAt:
    """What nobody saw, failed or skipped, never not found."""

    def test_of_a_damaged_film_failed(self) -> None:
        """What was found before stays found."""
        whole = film(fragments=True)
        found, failed = examine(whole[:-2_000], listing(film()))
        assert answers([found, failed]) == [Answer.FOUND, Answer.FAILED]
        [failed] = examine(film(OTHER, fragments=True)[:-2_000], listing(film()))
        assert failed.answer is Answer.FAILED
        [failed] = examine(b"\0\0\0\x18ftypisom" + bytes(99), listing(film()))
        assert failed.answer is Answer.FAILED

    def test_of_a_long_film_was_skipped_from_there_on(self) -> None:
        detector = KnownVideos(limits=FilmLimits(frames_max=40))
        findings = examine(film(OTHER), listing(film()), detector=detector)
        assert Answer.SKIPPED in answers(findings)
        assert any("0:04" in one.why for one in findings)

    def test_of_a_film_that_is_gone_failed(self) -> None:
        def gone() -> bytes:
            raise DetectorFailed("it is gone")

        sent = VideoContent("video", "m-1", "ab" * 32, "video/mp4", gone)
        content = ItemContent("i", videos=(sent,))
        [finding] = KnownVideos().examine(content, listing(film()))
        assert finding.answer is Answer.FAILED


class TestStills:
    """Pictures beside listed films."""

    def test_of_a_listed_film_is_found(self) -> None:
        """And left to people: one frame of a film is not the film."""
        photo = Image.open(PHOTOS / f"{KNOWN[1]}.jpg").resize((400, 300)).crop((0, 0, 320, 240))
        [finding] = still(photo, listing(film()))
        assert (finding.answer, finding.entry_id) == (Answer.FOUND, "e-0")
        assert int(finding.evidence["listed_start"]) == 3
        assert finding.evidence["only_for_people"] is True

    def test_of_none_is_not_found(self) -> None:
        [finding] = still(Image.open(PHOTOS / f"{OTHER[0]}.jpg"), listing(film()))
        assert finding.answer is Answer.NOT_FOUND

    def test_that_is_blank_or_broken_is_not_clean(self) -> None:
        [skipped] = still(Image.new("RGB", (64, 64)), listing(film()))
        assert skipped.answer is Answer.SKIPPED
        content = ImageContent("photo", "m-2", "ab" * 32, "image/png", lambda: b"\x89PNG")
        findings = KnownVideos().examine(ItemContent("i", images=(content,)), listing(film()))
        assert [one.answer for one in findings] == [Answer.FAILED]


def still(picture: Image.Image, bank: Snapshot) -> list[Finding]:
    """Let the detector look at one picture."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    sent = ImageContent("photo", "m-2", "ab" * 32, "image/png", out.getvalue)
    return list(KnownVideos().examine(ItemContent("i", images=(sent,)), bank))


def test_an_entry_is_what_a_detector_expects() -> None:
    """The stand-ins of these tests are entries of a bank."""
    assert isinstance(entry("e"), LiveEntry)
