"""A listed film is the hashes of its frames, written as the field writes them."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from evenhand.banks import (
    Confidence,
    EntryKind,
    EntryRefused,
    FrameHash,
    FramesOneByOne,
    LiveEntry,
    Signal,
    film_digest,
    read_frames,
    runs_of,
    vpdq_json,
    vpdq_lines,
)
from evenhand.banks.films import FRAMES_MAX, RUN_APART, packed, unpacked
from evenhand.banks.model import entry_value
from tests.listed import changed, drawn

VECTORS = Path(__file__).parents[2] / "fixtures" / "vpdq"
NAMES = sorted(file.stem for file in VECTORS.glob("*.txt") if not file.stem.startswith("LICENSE"))


def vector(name: str) -> tuple[FrameHash, ...]:
    """Read a published film."""
    return read_frames((VECTORS / f"{name}.txt").read_text(encoding="utf-8"))


def frame(bits: str, *, at: int = 0, quality: int = 100) -> FrameHash:
    """Make a frame at a second."""
    return FrameHash(at, quality, bits, float(at))


class TestTheFieldsOwnFiles:
    """What vPDQ's own tool wrote."""

    def test_are_here(self) -> None:
        assert len(NAMES) == 8

    @pytest.mark.parametrize("name", NAMES)
    def test_are_read_and_written_to_the_last_character(self, name: str) -> None:
        text = (VECTORS / f"{name}.txt").read_text(encoding="utf-8")
        frames = read_frames(text)
        assert vpdq_lines(frames) == text
        assert unpacked(packed(frames)) == frames
        exchanged = read_frames(vpdq_json(frames))
        assert film_digest(exchanged) == film_digest(frames)
        assert [one.bits for one in exchanged] == [one.bits for one in frames]

    def test_are_told_apart_and_told_alike(self) -> None:
        """Copies share nearly every frame with their original, and other films share none."""
        original = entry("chair"), vector("chair-orig-22-sd-bar")
        listed = FramesOneByOne((original,))
        shares = {name: share(vector(name), listed) for name in NAMES}
        assert shares["chair-orig-22-sd-bar"] == 1.0
        assert shares["chair-22-sd-grey-bar"] > 0.99
        assert shares["chair-20-sd-bar"] > 0.99
        assert 0.05 < shares["chair-22-with-large-logo-bar"] < 0.5
        for other in ("doorknob-hd-no-bar", "pattern-hd-no-bar", "test-padded-dimensions"):
            assert shares[other] == 0.0

    def test_of_little_quality_are_not_compared(self) -> None:
        """Half of this film is a plain wall."""
        frames = vector("doorknob-hd-no-bar")
        assert sum(one.usable for one in frames) == 60 < len(frames)


def entry(name: str) -> LiveEntry:
    """Make an entry that stands."""
    return LiveEntry(name, "b-1", "films", Confidence.CONFIRMED, "c", EntryKind.VIDEO, "")


def share(frames: tuple[FrameHash, ...], listed: FramesOneByOne) -> float:
    """Say how much of a film is within 31 bits of what is listed."""
    runs = runs_of(frames)
    found = listed.match([run.bits for run in runs], 31)
    near = sum(run.frames for run, likes in zip(runs, found, strict=True) if likes)
    return near / sum(run.frames for run in runs)


class TestRuns:
    """Frames that hardly differ."""

    def test_are_counted_and_kept_once(self) -> None:
        """As far as they follow on one another; a frame of no quality is passed over."""
        dice = random.Random(5)
        first, second = drawn(dice), drawn(dice)
        near, far = changed(dice, first, RUN_APART), changed(dice, first, RUN_APART + 1)
        frames = [
            frame(first, at=0),
            frame(near, at=1),
            frame(second, at=2, quality=49),
            frame(first, at=3),
            frame(far, at=4),
            frame(second, at=5),
            frame(first, at=6),
        ]
        told = [(run.bits, run.start, run.end, run.frames) for run in runs_of(frames)]
        assert told == [(first, 0, 3, 3), (far, 4, 4, 1), (second, 5, 5, 1), (first, 6, 6, 1)]

    def test_begin_with_what_stands_for_them(self) -> None:
        """A slow change never carries a run away from its first frame."""
        dice = random.Random(6)
        bits = drawn(dice)
        frames = [frame(bits)]
        for at in range(1, 40):
            bits = changed(dice, bits, 2)
            frames.append(frame(bits, at=at))
        runs = runs_of(frames)
        assert sum(run.frames for run in runs) == 40
        assert len(runs) > 8


class TestReading:
    """What is no film's frames."""

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "no frames",
            "0,100,zz,0.000",
            "0,101," + "ab" * 32 + ",0.0",
            "-1,100," + "ab" * 32 + ",0.0",
            "0,100," + "ab" * 32 + ",nan",
            "0,100," + "ab" * 32 + ",-1",
            "0,100," + "ab" * 32 + ",1e9",
            "0,١٠٠," + "ab" * 32 + ",0.0",
            "0,100," + "ab" * 32,
            "[1, 2]",
            "[" * 100_000,
            '{"0": "frame"}',
            "0,49," + "ab" * 32 + ",0.0",
            "0,100," + "00" * 32 + ",0.0",
        ],
    )
    def test_is_refused_with_a_sentence(self, text: str) -> None:
        with pytest.raises(EntryRefused) as refused:
            read_frames(text)
        assert refused.value.field == "value"
        assert refused.value.why.endswith(".")

    def test_has_a_limit(self) -> None:
        line = "0,100," + "ab" * 32 + ",0.0\n"
        with pytest.raises(EntryRefused, match="frames at most"):
            read_frames(line * (FRAMES_MAX + 1))


class TestEntry:
    """A film as an entry of a bank."""

    def test_is_known_by_its_frames_however_they_are_written(self) -> None:
        """Numbers and letter case make no other film of it."""
        frames = vector("doorknob-hd-no-bar")
        forms = (vpdq_lines(frames), vpdq_lines(frames).upper(), vpdq_json(frames))
        values = {entry_value(EntryKind.VIDEO, form, signal=Signal.VIDEO) for form in forms}
        assert values == {film_digest(frames)}

    def test_may_stand_beside_exact_hashes(self) -> None:
        bytes_hash, short = "ab" * 32, "cd" * 16
        assert entry_value(EntryKind.SHA256, bytes_hash.upper(), signal=Signal.VIDEO) == bytes_hash
        assert entry_value(EntryKind.MD5, short.upper(), signal=Signal.VIDEO) == short
        with pytest.raises(EntryRefused):
            entry_value(EntryKind.MD5, bytes_hash, signal=Signal.VIDEO)
        with pytest.raises(EntryRefused):
            entry_value(EntryKind.PDQ, bytes_hash, signal=Signal.VIDEO)

    def test_is_small(self) -> None:
        """41 bytes a frame, a fifth of a line of JSON."""
        frames = vector("pattern-hd-no-bar")
        assert len(packed(frames)) == 41 * len(frames)
        assert len(json.loads(vpdq_json(frames))) == len(frames)


class TestNothing:
    """No film."""

    def test_is_like_nothing(self) -> None:
        listed = FramesOneByOne()
        assert not listed.held
        assert listed.match(["ab" * 32], 31) == [[]]
        assert listed.runs("e-1") == ()
