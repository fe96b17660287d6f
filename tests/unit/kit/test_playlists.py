"""A playlist is read from its own folder, as the one film it is, and leads nowhere else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from evenhand.kit import films
from evenhand.kit.films import FilmLimits, open_playlist
from evenhand.kit.films.joined import Pieces
from evenhand.kit.films.playlists import Part, open_inside, read_playlist
from tests.films import KNOWN, film, playlist

LIMITS = FilmLimits()


def written(folder: Path, *lines: str) -> Path:
    """Write a playlist."""
    file = folder / "list.m3u8"
    file.write_text("\n".join(("#EXTM3U", *lines)) + "\n", encoding="utf-8")
    return file


class TestReading:
    """What a playlist says."""

    def test_lists_parts_with_times_and_ranges(self, tmp_path: Path) -> None:
        """A range without a place follows on the one before."""
        file = written(
            tmp_path,
            "#EXT-X-MAP:URI=init.mp4",
            "#EXTINF:4.5,a title, with a comma",
            "#EXT-X-BYTERANGE:100@50",
            "sub/a.m4s?token=1",
            "#EXTINF:nan,",
            "#EXT-X-BYTERANGE:20",
            "sub/a.m4s",
            "#EXT-X-DISCONTINUITY",
            "#EXTINF:3",
            "b%20c.m4s",
        )
        found = read_playlist(file)
        init = Part(("init.mp4",))
        assert found.parts == (
            Part(("sub", "a.m4s"), 4.5, 50, 100, init),
            Part(("sub", "a.m4s"), 0.0, 150, 20, init),
            Part(("b c.m4s",), 3.0, init=init, anew=True),
        )
        assert not found.ended

    def test_takes_the_smallest_variant_that_is_large_enough(self, tmp_path: Path) -> None:
        """And counts the others, which are not looked at."""
        (tmp_path / "low").mkdir()
        for name in ("low", "mid", "high"):
            (tmp_path / "low" / f"{name}.m3u8").write_text(f"#EXTM3U\n#EXTINF:3,\n{name}.ts\n")
        file = written(
            tmp_path,
            "#EXT-X-STREAM-INF:BANDWIDTH=100,RESOLUTION=160x90",
            "low/low.m3u8",
            '#EXT-X-STREAM-INF:BANDWIDTH=900,CODECS="avc1.4d,mp4a",RESOLUTION=1280x720',
            "low/high.m3u8",
            "#EXT-X-STREAM-INF:BANDWIDTH=500,RESOLUTION=640x360",
            "low/mid.m3u8",
        )
        found = read_playlist(file)
        assert found.parts[0].name == ("low", "mid.ts")
        assert found.others == 2

    @pytest.mark.parametrize(
        "name",
        [
            "/etc/passwd",
            "../secret.ts",
            "sub/../../secret.ts",
            "%2e%2e/secret.ts",
            "%2Fetc%2Fpasswd",
            "..\\secret.ts",
            "file:///etc/passwd",
            "http://example.com/a.ts",
            "HTTPS://example.com/a.ts",
            "concat:a.ts|b.ts",
            "data:text/plain,x",
            "a\u202e.ts",
            "a%00.ts",
            "?only=query",
        ],
    )
    def test_refuses_what_could_lead_outside(self, tmp_path: Path, name: str) -> None:
        """In a part, a variant and a beginning alike."""
        for lines in (
            ("#EXTINF:3,", name),
            ("#EXT-X-STREAM-INF:BANDWIDTH=1", name),
            (f'#EXT-X-MAP:URI="{name}"', "#EXTINF:3,", "a.ts"),
        ):
            with pytest.raises(films.PlaylistRefused):
                read_playlist(written(tmp_path, *lines))

    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"#EXTINF:3,\na.ts\n",
            b"#EXTM3U\n",
            b"#EXTM3U\n\xff\xfe\n",
            b'#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI="k"\n#EXTINF:3,\na.ts\n',
            b"#EXTM3U\n" + b"#EXTINF:1,\na.ts\n" * 60_000,
            b"#EXTM3U\n" + b"#" * 5_000_000,
        ],
    )
    def test_refuses_what_is_none_or_cannot_be_looked_at(self, tmp_path: Path, text: bytes) -> None:
        """Sealed parts are a reason too."""
        file = tmp_path / "list.m3u8"
        file.write_bytes(text)
        with pytest.raises(films.PlaylistRefused):
            read_playlist(file)


class TestOpening:
    """Files of a playlist."""

    def test_takes_no_link_no_folder_and_no_pipe(self, tmp_path: Path) -> None:
        """Wherever on the way it stands."""
        folder, outside = tmp_path / "inside", tmp_path / "outside"
        for each in (folder, outside, folder / "real"):
            each.mkdir()
        (outside / "a.ts").write_bytes(b"secret")
        (folder / "a.ts").symlink_to(outside / "a.ts")
        (folder / "away").symlink_to(outside)
        os.mkfifo(folder / "pipe")
        for name in (("a.ts",), ("away", "a.ts"), ("pipe",), ("real",), ("gone.ts",), ("x\0",)):
            with pytest.raises(films.PlaylistRefused):
                open_inside(folder, name)
        (folder / "real" / "b.ts").write_bytes(b"mine")
        opened = open_inside(folder, ("real", "b.ts"))
        assert os.read(opened, 10) == b"mine"
        os.close(opened)

    def test_reads_pieces_as_one_file(self, tmp_path: Path) -> None:
        """Across their borders, and back; what is missing is counted."""
        (tmp_path / "a").write_bytes(b"0123456789")
        (tmp_path / "b").write_bytes(b"abcdef")
        parts = [
            Part(("a",), offset=2, length=5),
            Part(("gone",)),
            Part(("b",)),
            Part(("a",), offset=8, length=9),
        ]
        pieces = Pieces(tmp_path, parts)
        assert (pieces.size, pieces.missing) == (13, 2)
        assert pieces.read(4) + pieces.read(100) == b"23456abcdef89"
        assert pieces.read(5) == b""
        assert pieces.seek(4) == 4
        assert pieces.read(3) == b"6ab"
        assert pieces.seek(-2, os.SEEK_END) == 11
        assert pieces.read() == b"89"
        pieces.close()


class TestGoingThrough:
    """The film that a playlist lists."""

    def test_is_one_film_over_all_parts(self, tmp_path: Path) -> None:
        """With the times of the whole."""
        with open_playlist(playlist(tmp_path), limits=LIMITS) as opened:
            assert opened.facts.media_type == "video/mp2t"
            assert [round(one.seconds) for one in opened.key_frames()] == [0, 3, 6]
            assert [int(one.seconds) for one in opened.every()] == list(range(9))
            assert opened.until == pytest.approx(9.0, abs=0.2)
            assert opened.stopped is None

    def test_begins_anew_where_the_playlist_says(self, tmp_path: Path) -> None:
        """Parts of another size and with times of their own follow on one another."""
        (tmp_path / "a.mp4").write_bytes(film(KNOWN[:1], fragments=True))
        (tmp_path / "b.ts").write_bytes(film(KNOWN[1:2], size=(192, 144), container="mpegts"))
        parts = ("#EXTINF:3,", "a.mp4", "#EXT-X-DISCONTINUITY", "#EXTINF:3,", "b.ts")
        with open_playlist(written(tmp_path, *parts), limits=LIMITS) as opened:
            keys = list(opened.key_frames())
            assert [int(one.seconds) for one in keys] == [0, 2, 3, 5]
            assert [one.luma().width for one in keys] == [320, 320, 192, 192]
            assert [round(one.start) for one in opened.stretches] == [0, 2, 3, 5]
            assert [int(one.seconds) for one in opened.every(within={1, 2})] == [2, 3, 4]

    def test_says_which_parts_are_missing(self, tmp_path: Path) -> None:
        """What is there is looked at."""
        file = playlist(tmp_path)
        (tmp_path / "film1.ts").unlink()
        keys = 0
        with (
            open_playlist(file, limits=LIMITS) as opened,
            pytest.raises(films.DamagedFilm, match="1 parts are missing"),
        ):
            for _ in opened.key_frames():
                keys += 1
        assert keys == 2

    def test_refuses_one_without_any(self, tmp_path: Path) -> None:
        """And one that is too large altogether."""
        file = playlist(tmp_path)
        with (
            pytest.raises(films.FilmTooLarge),
            open_playlist(file, limits=FilmLimits(bytes_max=9_999)),
        ):
            pass
        for part in tmp_path.glob("*.ts"):
            part.unlink()
        with pytest.raises(films.DamagedFilm), open_playlist(file, limits=LIMITS):
            pass
