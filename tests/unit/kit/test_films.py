"""Films are opened under limits, gone through in two ways, and never believed."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import textwrap
import time
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from evenhand.kit import films
from evenhand.kit.films import FilmLimits, open_film
from evenhand.kit.films.clock import FilmClock, Grid
from evenhand.kit.films.film import check_film
from evenhand.kit.films.structure import SAMPLES_MAX
from tests.films import KNOWN, PHOTOS, film, sound_alone

KINDS = [
    ("libx264", "mp4", "video/mp4"),
    ("mjpeg", "mov", "video/quicktime"),
    ("libx264", "mpegts", "video/mp2t"),
    ("mpeg4", "avi", "video/x-msvideo"),
    ("libvpx-vp9", "webm", "video/webm"),
    ("mpeg4", "matroska", "video/x-matroska"),
]


def made(codec: str, container: str) -> bytes:
    """Make a film of six seconds."""
    pixels = "yuvj420p" if codec == "mjpeg" else "yuv420p"
    return film(KNOWN[:2], codec=codec, container=container, pixels=pixels)


def seconds(frames: object) -> list[float]:
    """List when frames come."""
    return [round(frame.seconds, 2) for frame in frames]  # type: ignore[attr-defined]  # frames


class TestGoingThrough:
    """Both ways through a film."""

    @pytest.mark.parametrize(("codec", "container", "media_type"), KINDS)
    def test_gives_key_frames_and_seconds_of_every_kind(
        self, codec: str, container: str, media_type: str
    ) -> None:
        """Key frames are two seconds apart here; a film of nothing else is thinned out."""
        with open_film(made(codec, container)) as opened:
            facts = opened.facts
            assert (facts.media_type, facts.width, facts.height) == (media_type, 320, 240)
            assert facts.whole
            assert facts.tracks == 1
            keys = seconds(opened.key_frames())
            assert keys == [0, 1, 2, 3, 4, 5] if codec == "mjpeg" else [0, 2, 4]
            assert opened.fed == opened.given == len(keys)
            every = seconds(opened.every())
            assert [int(at) for at in every] == [0, 1, 2, 3, 4, 5]
            assert opened.stopped is None
            assert opened.until == pytest.approx(6.0, abs=0.2)

    def test_decodes_only_the_stretches_that_are_asked_for(self) -> None:
        """From one key frame to the next."""
        with open_film(film(KNOWN[:2])) as opened:
            assert [round(one.seconds) for one in opened.measured()] == [2, 2, 2]
            inside = seconds(opened.every(within={0, 2}))
        assert [int(at) for at in inside] == [0, 1, 4, 5]

    def test_numbers_frames_as_they_were_made(self) -> None:
        """At the film's own rate, from nothing."""
        with open_film(film(KNOWN[:2])) as opened:
            assert [frame.number for frame in opened.key_frames()] == [0, 20, 40]

    def test_reads_a_file_as_it_reads_bytes(self, tmp_path: Path) -> None:
        """Nothing of it is held in memory."""
        file = tmp_path / "film.mp4"
        file.write_bytes(film(KNOWN[:2]))
        with file.open("rb") as there, open_film(there) as opened:
            assert seconds(opened.key_frames()) == [0, 2, 4]


class TestFrames:
    """What is read of a frame."""

    @pytest.mark.parametrize("pixels", ["yuv420p", "yuv444p", "yuv420p10le", "yuvj420p"])
    def test_is_brightness_as_a_screen_shows_it(self, pixels: str) -> None:
        """Whatever it is stored as: here a photograph's own brightness is the measure."""
        codec = "mjpeg" if pixels.startswith("yuvj") else "libx264"
        container = "mov" if pixels.startswith("yuvj") else "mp4"
        data = film(KNOWN[:1], seconds=1, codec=codec, container=container, pixels=pixels)
        photo = Image.open(PHOTOS / f"{KNOWN[0]}.jpg").convert("L").resize((400, 300))
        shown = np.asarray(photo.crop((0, 0, 320, 240))).astype(int)
        with open_film(data) as opened:
            plane = next(opened.every()).luma()
        assert (plane.width, plane.height) == (320, 240)
        assert abs(plane.samples.astype(int) - shown).mean() < 4

    def test_is_made_small_by_means_of_whole_blocks(self) -> None:
        """The far blocks hold what is left."""
        with open_film(film(KNOWN[:1], seconds=1, size=(322, 242))) as opened:
            frame = next(opened.every())
            large, small = frame.luma(), frame.luma(side_min=60)
        assert small.step == 4
        assert (small.width, small.height) == (322, 242)
        assert small.samples.shape == (61, 81)
        block = large.samples[4:8, 8:12].astype(int).mean()
        assert abs(int(small.samples[1, 2]) - block) <= 1
        corner = large.samples[240:, 320:].astype(int).mean()
        assert abs(int(small.samples[60, 80]) - corner) <= 1

    def test_gives_a_small_picture_for_people(self) -> None:
        """In colour, no side longer than asked."""
        with open_film(film(KNOWN[:1], seconds=1)) as opened:
            assert next(opened.every()).picture(100).shape == (75, 100, 3)


class TestRefusing:
    """What is no film that may be opened."""

    @pytest.mark.parametrize(
        ("data", "refused"),
        [
            (b"", films.NotAFilm),
            (b"plain words, and enough of them to be read", films.NotAFilm),
            (b"\x89PNG\r\n\x1a\n" + bytes(100), films.NotAFilm),
            (b"\0\0\0\x18ftypheic" + bytes(100), films.NotAFilm),
            (b"FLV\x01\x05\0\0\0\x09" + bytes(100), films.UnsupportedFilm),
            (b"OggS" + bytes(100), films.UnsupportedFilm),
            (b"#EXTM3U\nhttp://example.com/a.ts\n", films.NotAFilm),
            (b"\0\0\0\x18ftypisom" + bytes(16), films.DamagedFilm),
            (b"\x1aE\xdf\xa3" + bytes(60), films.DamagedFilm),
            (b"RIFF\0\0\0\0AVI " + bytes(60), films.DamagedFilm),
            ((b"G" + bytes(187)) * 30, films.DamagedFilm),
        ],
    )
    def test_says_what_it_is_instead(self, data: bytes, refused: type[Exception]) -> None:
        """By its first bytes, before any decoder sees it."""
        with pytest.raises(refused), open_film(data):
            pass

    def test_a_film_without_a_picture(self) -> None:
        """Sound alone is not looked at."""
        with pytest.raises(films.NoPictures), open_film(sound_alone()):
            pass

    def test_a_film_that_is_declared_as_another(self) -> None:
        """Within one family of containers the name does not matter."""
        data = film(KNOWN[:1])
        with pytest.raises(films.FilmTypeLies), open_film(data, declared="video/webm"):
            pass
        for said in ("video/mp4", "VIDEO/QuickTime; codecs=avc1", "application/octet-stream"):
            with open_film(data, declared=said) as opened:
                assert opened.facts.media_type == "video/mp4"

    def test_a_film_beyond_the_limits(self) -> None:
        """Of bytes and of pixels; and limits switch nothing off."""
        data = film(KNOWN[:1])
        with pytest.raises(films.FilmTooLarge), open_film(data, limits=FilmLimits(bytes_max=999)):
            pass
        with (
            pytest.raises(films.FilmTooManyPixels),
            open_film(data, limits=FilmLimits(pixels_max=320 * 239)),
        ):
            pass
        with pytest.raises(ValueError, match="above 0"):
            FilmLimits(wall_seconds_max=0)

    def test_a_film_that_packs_its_index(self) -> None:
        """A packed index is a bomb's favourite place."""
        data = film(KNOWN[:1]).replace(b"mvhd", b"cmov")
        with pytest.raises(films.UnsupportedFilm), open_film(data):
            pass


class TestLimits:
    """Looking ends somewhere, and says where."""

    @pytest.mark.parametrize(
        ("limits", "says"),
        [
            (FilmLimits(frames_max=25), "more frames"),
            (FilmLimits(seconds_max=2.5), "longer"),
        ],
    )
    def test_end_a_look_in_the_open(self, limits: FilmLimits, says: str) -> None:
        """What came before is given."""
        with open_film(film(KNOWN[:2]), limits=limits) as opened:
            assert [int(at) for at in seconds(opened.every())] == [0, 1, 2]
            assert opened.stopped is not None
            assert says in opened.stopped
            assert opened.until == pytest.approx(2.5, abs=0.25)

    def test_end_a_look_that_takes_too_long(self) -> None:
        """Whoever waits decides, not the film."""
        with open_film(film(KNOWN[:2]), limits=FilmLimits(wall_seconds_max=0.3)) as opened:
            given = 0
            for _ in opened.every():
                given += 1
                time.sleep(0.2)
            assert opened.stopped is not None
            assert "time" in opened.stopped
            assert 1 <= given < 6

    def test_cut_off_a_first_look_that_takes_too_long(self) -> None:
        """A demuxer that goes on reading is stopped between its reads."""

        class Slow(io.BytesIO):
            def read(self, count: int | None = -1, /) -> bytes:
                time.sleep(0.05)
                return super().read(count)

        began = time.monotonic()
        with (
            pytest.raises(films.FilmTooSlow),
            open_film(Slow(film()), limits=FilmLimits(wall_seconds_max=0.05)),
        ):
            pass
        assert time.monotonic() - began < 2


class TestDamage:
    """What is cut short or broken."""

    @pytest.mark.parametrize(("codec", "container", "_"), KINDS)
    def test_is_said_wherever_a_film_ends(self, codec: str, container: str, _: str) -> None:
        """At every twentieth; what could be opened before is given, and never more.

        A transport stream has no index: where it is cut, a decoder may take it for whole.
        """
        whole = made(codec, container)
        before = refused = 0
        for part in range(20):
            data = whole[: len(whole) * part // 20]
            given = 0
            try:
                with open_film(data) as opened:
                    for _frame in opened.every():
                        given += 1
            except films.FilmRefused:
                refused += 1
            assert before <= given + 1
            before = given
            assert given <= 6
        assert refused == 20 or container == "mpegts"

    def test_is_said_of_fragments_too(self) -> None:
        """A stream in pieces has no end of its own but its last piece's."""
        whole = film(KNOWN[:2], fragments=True)
        with open_film(whole) as opened:
            assert len(list(opened.every())) == 6
        given = 0
        with pytest.raises(films.DamagedFilm), open_film(whole[: len(whole) // 2]) as opened:
            for _ in opened.every():
                given += 1
        assert 1 <= given < 6

    def test_is_refused_at_the_door(self) -> None:
        """Whoever sends it can send it again."""
        whole = film(KNOWN[:1], fragments=True)
        assert check_film(whole).whole
        with pytest.raises(films.DamagedFilm):
            check_film(whole[:-100])

    def test_inside_a_film_leaves_no_frame_unsaid(self) -> None:
        """All that the packets hold is gone: nothing comes out, and that is said."""
        whole = bytearray(film(KNOWN[:1], codec="mpeg4", container="avi"))
        for at in range(whole.index(b"movi") + 12, whole.index(b"idx1") - 4):
            whole[at] = 0
        with pytest.raises(films.DamagedFilm), open_film(bytes(whole)) as opened:
            list(opened.every())

    def test_of_key_flags_shows(self) -> None:
        """A film may call every frame a key frame: then fewer come out than went in."""
        whole = film(KNOWN[:1], gop=1_000, codec="mpeg4")
        with open_film(whole.replace(b"stss", b"free")) as opened:
            list(opened.key_frames())
            assert opened.given < opened.fed


@pytest.mark.slow
class TestBombs:
    """What is small, and claims to be large."""

    def test_of_frames_that_take_no_bytes_are_known_from_the_index(self) -> None:
        """A table of equal sizes may claim four thousand million of them."""
        whole = film(KNOWN[:1])
        at = whole.index(b"stsz") + 4
        for size, count in ((1, 2**32 - 1), (0, SAMPLES_MAX + 1)):
            bomb = whole[: at + 4] + struct.pack(">II", size, count) + whole[at + 12 :]
            with pytest.raises(films.FilmTooManyParts), open_film(bomb):
                pass

    def test_of_pieces_are_known_too(self) -> None:
        """In a stream every piece may claim as many."""
        whole = film(KNOWN[:1], fragments=True)
        at = whole.index(b"trun") + 8
        bomb = whole[:at] + struct.pack(">I", 2**31) + whole[at + 4 :]
        with pytest.raises(films.FilmTooManyParts), open_film(bomb):
            pass

    def test_of_boxes_and_of_tables_are_known(self) -> None:
        """However they nest."""
        many = b"\0\0\0\x18ftypisom" + bytes(12) + b"\0\0\0\x08moov" * 300_000
        with pytest.raises(films.FilmTooManyParts), open_film(many):
            pass
        deep = b""
        for _ in range(20):
            deep = struct.pack(">I", len(deep) + 8) + b"trak" + deep
        deep = struct.pack(">I", len(deep) + 8) + b"moov" + deep
        nested = b"\0\0\0\x18ftypisom" + bytes(12) + deep
        with pytest.raises(films.FilmTooManyParts), open_film(nested):
            pass

    def test_take_no_memory(self) -> None:
        """In a process that may have little of it: none of them is opened, and none ends it."""
        program = textwrap.dedent("""
            import resource, struct
            from evenhand.kit.films import FilmRefused, open_film
            from tests.films import KNOWN, film
            fast = (("preset", "ultrafast"),)
            huge = film(KNOWN[:1], seconds=0.1, size=(3200, 3200), options=fast, container="mpegts")
            small = film(KNOWN[:1], seconds=1)
            with open_film(small) as first:
                [frame.luma() for frame in first.every()]
            used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000,) * 2)
            at = small.index(b"avc1") + 28
            wide = small[:at] + struct.pack(">HH", 65_535, 65_535) + small[at + 4 :]
            at = small.index(b"stsz") + 8
            many = small[:at] + struct.pack(">II", 1, 1_999_999) + small[at + 8 :]
            for name, bomb in (("huge", huge), ("wide", wide), ("many", many)):
                try:
                    with open_film(bomb) as opened:
                        print(name, sum(1 for frame in opened.every()))
                except FilmRefused as why:
                    print(name, type(why).__name__)
        """)
        began = time.monotonic()
        told = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        ).stdout.split()
        assert told[0::2] == ["huge", "wide", "many"]
        assert told[1] == "FilmTooManyPixels"
        assert set(told[3::2]) <= {"FilmTooManyPixels", "DamagedFilm", "0", "1"}
        assert time.monotonic() - began < 50


class TestReachingOut:
    """A film is its own bytes, and nothing beyond them."""

    def test_never_happens(self, tmp_path: Path) -> None:
        """A playlist, a list of files and a film that names another open nothing."""
        secret = tmp_path / "secret.mp4"
        secret.write_bytes(film(KNOWN[:1]))
        for text in (
            f"ffconcat version 1.0\nfile {secret}\n",
            f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{secret}\n#EXT-X-ENDLIST\n",
        ):
            with pytest.raises(films.NotAFilm), open_film(text.encode() * 20):
                pass

    def test_with_another_file_named_inside_finds_only_its_own(self, tmp_path: Path) -> None:
        """QuickTime may say that its frames lie elsewhere."""
        elsewhere = tmp_path / "other.mp4"
        elsewhere.write_bytes(film(KNOWN[:1]))
        data = film(KNOWN[:1], container="mov")
        at = data.index(b"url ")
        lying = data[:at] + b"alis" + data[at + 4 :]
        with open_film(lying) as opened:
            try:
                frames = list(opened.every())
            except films.DamagedFilm:
                frames = []
        assert len(frames) in {0, 3}


class TestTime:
    """When a frame comes, whatever it claims."""

    def test_begins_with_the_first_frame(self) -> None:
        """Also below nothing."""
        clock = FilmClock(Fraction(1, 10), 10)
        assert [clock.at(at) for at in (-30, -29, -28)] == pytest.approx([0.0, 0.1, 0.2])
        assert clock.end == pytest.approx(0.3)

    def test_goes_on_where_it_leaps(self) -> None:
        """Forwards by days or back to the beginning."""
        clock = FilmClock(Fraction(1), 10)
        leaps = [0, 1, 10_000_000, 10_000_001, 5, 6, -(2**62), None]
        assert [clock.at(at) for at in leaps] == pytest.approx(
            [0, 1, 1.1, 2.1, 2.2, 3.2, 3.3, 3.4], abs=1e-3
        )

    def test_lets_frames_come_out_of_order(self) -> None:
        """As they are stored."""
        clock = FilmClock(Fraction(1, 10), 10)
        assert [clock.at(at) for at in (0, 4, 2, 1, 3)] == pytest.approx([0, 0.4, 0.2, 0.1, 0.3])

    def test_that_stands_still_hides_no_frame(self) -> None:
        """Frames are then counted."""
        grid = Grid(1.0, 10)
        assert sum(grid.takes(0.0) for _ in range(150)) == 10

    def test_chooses_one_frame_a_second(self) -> None:
        """The first that comes."""
        grid = Grid(1.0, 10)
        taken = [at / 10 for at in range(35) if grid.takes(at / 10)]
        assert taken == [0.0, 1.0, 2.0, 3.0]


class TestMissingPackage:
    """Where films cannot be opened."""

    def test_is_said_after_the_structure_was_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is no film is none, and a film is not looked at."""
        monkeypatch.setitem(sys.modules, "av", None)
        monkeypatch.setattr("evenhand.kit.films.film.installed", lambda: False)
        with pytest.raises(films.FilmsNotInstalled, match=r"evenhand\[video\]"), open_film(film()):
            pass
        with pytest.raises(films.NotAFilm), open_film(b"words"):
            pass

    def test_would_be_noticed(self) -> None:
        """It is here."""
        assert films.installed()
        assert av.__version__
