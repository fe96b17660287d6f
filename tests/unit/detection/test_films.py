"""What two films have in common, where in them, and how closely one is looked at."""

from __future__ import annotations

import functools

import numpy as np
import pytest

from evenhand.banks import (
    Confidence,
    EntryKind,
    FrameHash,
    FramesOneByOne,
    LiveEntry,
    Snapshot,
    vpdq_lines,
)
from evenhand.detection import Closer, FilmLook, Sampling, hash_content, look_at_film
from evenhand.detection.signals.films import (
    FilmSignal,
    SeenFrame,
    compared_with,
    runs_seen,
)
from evenhand.detection.signals.interface import NotAValue, OneByOne
from evenhand.detection.signals.pdq_fast import Orientation
from evenhand.detection.signals.pdq_looks import Look
from evenhand.kit.films import FilmLimits, open_film
from tests.films import KNOWN, OTHER, RATE, film
from tests.listed import changed, drawn

LONG_GOP = 100 * RATE


def entry(name: str, kind: EntryKind = EntryKind.VIDEO, value: str = "") -> LiveEntry:
    """Make an entry that stands."""
    return LiveEntry(name, "b-1", "films", Confidence.CONFIRMED, "c", kind, value)


@functools.lru_cache
def frames_of(data: bytes) -> tuple[FrameHash, ...]:
    """Hash a film as a bank lists it."""
    made = hash_content(data)
    assert made.frames is not None
    return made.frames


def listing(*films: bytes) -> Snapshot:
    """List films."""
    held = tuple((entry(f"e-{at}"), frames_of(data)) for at, data in enumerate(films))
    return Snapshot(frames=FramesOneByOne(held))


def looked(data: bytes, bank: Snapshot, *, deep: bool = False) -> FilmLook:
    """Look at a film."""
    with open_film(data) as opened:
        return look_at_film(opened, bank, deep=deep)


class TestHashing:
    """A film as a bank lists it."""

    def test_is_a_frame_for_each_second(self) -> None:
        """With its number, quality and time; the exact hashes are there as well."""
        made = hash_content(film())
        assert made.frames is not None
        assert [int(one.seconds) for one in made.frames] == list(range(9))
        assert [one.number for one in made.frames] == [
            round(one.seconds * RATE) for one in made.frames
        ]
        assert all(one.usable for one in made.frames)
        assert (made.pdq, made.quality, made.error) == (None, None, None)
        assert (made.width, made.height) == (320, 240)

    def test_of_one_cut_short_says_so(self) -> None:
        """With what there is before."""
        made = hash_content(film(fragments=True)[:-2_000])
        assert made.frames
        assert "beginning" in (made.error or "")

    def test_is_the_same_from_every_container(self) -> None:
        """Nearly: each codec keeps other frames whole, and the picture moves on between them."""
        other = frames_of(film(codec="mpeg4", container="avi"))
        pairs = zip(frames_of(film()), other, strict=True)
        apart = [(int(a.bits, 16) ^ int(b.bits, 16)).bit_count() for a, b in pairs]
        assert sorted(apart)[6] <= 20


class TestComparing:
    """How much matches, and where."""

    def test_of_a_copy_is_all(self) -> None:
        """Re-encoded at half the size."""
        [match] = looked(
            film(codec="mpeg4", container="avi", size=(160, 120)), listing(film())
        ).films
        assert min(match.of_film, match.of_listed) > 0.85
        assert match.passages[0].start < 2
        assert match.passages[-1].end > 7
        assert match.distance <= 12

    def test_of_a_clip_in_a_long_film_is_the_passage(self) -> None:
        """Four fifths of the query need not match: the clip is found, with its place in both."""
        inside = film((*OTHER, KNOWN[1], *OTHER[:2]))
        [match] = looked(inside, listing(film())).films
        assert match.of_film == pytest.approx(3 / 18, abs=0.02)
        assert match.of_listed == pytest.approx(1 / 3, abs=0.05)
        assert match.longest.frames == 3
        assert (int(match.longest.start), int(match.longest.end)) == (9, 11)
        assert (int(match.longest.listed_start), int(match.longest.listed_end)) == (3, 5)

    def test_knows_a_mirrored_film(self) -> None:
        """And says how it was turned."""
        [match] = looked(film(mirrored=True), listing(film())).films
        assert match.longest.orientation is Orientation.MIRRORED
        assert match.of_film > 0.5

    def test_knows_a_listed_picture_in_a_film(self) -> None:
        """A still may be all that is known of it."""
        still = frames_of(film())[4]
        bank = Snapshot((entry("p-1", EntryKind.PDQ, still.bits),))
        look = looked(film(), bank)
        [match] = look.stills
        assert match.entry.id == "p-1"
        assert int(match.longest.start) == 4
        assert look.films == ()

    def test_counts_passages_apart(self) -> None:
        """The longest leads; a frame that is not compared breaks none."""
        dice_like = [f"{at:064x}" for at in range(2)]
        first = "a5" * 32
        second = "5a" * 32
        run = [
            frame(first, 0),
            frame("f0" * 32, 1),
            frame(second, 2),
            frame(dice_like[0], 3, quality=0),
            frame("c3" * 32, 4),
        ]
        films = FramesOneByOne(((entry("e-1"), (frame(first, 7).hash, frame(second, 8).hash)),))
        [match] = compared_with(runs_seen(run), films)
        assert [(one.start, one.end) for one in match.passages] == [(0, 0), (2, 2)]
        assert match.of_film == 0.5
        assert match.of_listed == 1.0
        films = FramesOneByOne(((entry("e-1"), tuple(one.hash for one in run)),))
        [match] = compared_with(runs_seen(run), films)
        assert [(one.start, one.end, one.frames) for one in match.passages] == [(0, 4, 4)]


def frame(bits: str, at: int, *, quality: int = 100) -> SeenFrame:
    """Make a frame that is compared by one look."""
    rows = np.repeat(np.frombuffer(bytes.fromhex(bits), np.uint8)[None], 8, axis=0)
    return SeenFrame(FrameHash(at, quality, bits, float(at)), (Look(rows, quality),))


class TestLookingCloser:
    """Key frames first, and every second where that is not enough."""

    def test_is_not_needed_where_nothing_is_near(self) -> None:
        """Key frames two seconds apart are enough."""
        look = looked(film(OTHER), listing(film()))
        assert (look.sampling, look.closer, look.films) == (Sampling.KEY_FRAMES, None, ())
        assert len(look.frames) == 5
        assert look.until == pytest.approx(9.0, abs=0.2)

    def test_happens_between_key_frames_that_are_far_apart(self) -> None:
        """A scene that no key frame shows would be missed."""
        look = looked(film(OTHER, gop=LONG_GOP), listing(film()))
        assert (look.sampling, look.closer) == (Sampling.KEY_FRAMES, Closer.FAR_APART)
        assert len(look.frames) == 9
        hidden = film((OTHER[0], KNOWN[1], OTHER[1]), gop=LONG_GOP)
        assert looked(hidden, listing(film())).films

    def test_happens_when_a_key_frame_came_near(self) -> None:
        """Every second then: the timeline is exact."""
        look = looked(film((*OTHER, KNOWN[0])), listing(film()))
        assert (look.sampling, look.closer) == (Sampling.EVERY_SECOND, Closer.NEAR)
        assert len(look.frames) >= 12

    def test_happens_in_the_second_ring_too(self) -> None:
        """A frame 32 to 63 bits away is no match, and worth a look."""
        import random

        near = frames_of(film(OTHER))[4]  # the second key frame but one
        dice = random.Random(3)
        far = [FrameHash(0, 100, changed(dice, near.bits, bits), 0.0) for bits in (45, 80)]
        for listed, closer in zip(far, (Closer.NEAR, None), strict=True):
            bank = Snapshot(frames=FramesOneByOne(((entry("e-1"), (listed,)),)))
            look = looked(film(OTHER), bank)
            assert look.closer is closer
            assert look.films == ()

    def test_happens_when_key_frames_are_none(self) -> None:
        """A film that calls all its frames key frames is gone through whole."""
        whole = film(OTHER, gop=LONG_GOP, codec="mpeg4")
        look = looked(whole.replace(b"stss", b"free"), listing(film()))
        assert (look.sampling, look.closer) == (Sampling.EVERY_SECOND, Closer.NO_KEY_FRAMES)

    def test_can_be_asked_for(self) -> None:
        """For a back catalogue."""
        look = looked(film(OTHER), listing(film()), deep=True)
        assert (look.sampling, look.closer) == (Sampling.EVERY_SECOND, Closer.ASKED)

    def test_ends_at_a_limit_in_the_open(self) -> None:
        """And says where."""
        with open_film(film(OTHER), limits=FilmLimits(frames_max=40)) as opened:
            look = look_at_film(opened, listing(film()))
        assert look.stopped is not None
        assert look.until < 5


class TestSignal:
    """The small interface of every signal."""

    def test_reads_both_written_forms(self) -> None:
        signal = FilmSignal()
        frames = frames_of(film())
        text = vpdq_lines(frames)
        assert signal.normalised(text) == text
        with pytest.raises(NotAValue):
            signal.normalised("words")

    def test_gives_the_distance_of_the_nearest_frames(self) -> None:
        import random

        dice = random.Random(8)
        bits = drawn(dice)
        signal = FilmSignal()
        listed = vpdq_lines([FrameHash(0, 100, bits, 0.0)])
        for apart, said in ((0, 0.0), (31, 31.0), (32, None)):
            seen = [FrameHash(0, 100, changed(dice, bits, apart), 0.0)]
            assert signal.distance(listed, seen) == said
            plain = OneByOne(signal, {"a": listed}).near(seen)
            assert signal.among({"a": listed}).near(seen) == plain
        assert signal.among({}).near([]) == []
