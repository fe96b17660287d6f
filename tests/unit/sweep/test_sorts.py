"""Bytes say what a file is; a name says it only where bytes cannot."""

from __future__ import annotations

import pytest

from evenhand.sweep.model import Sort
from evenhand.sweep.sorts import film_type, promised, sort_of, text_of
from tests.catalogue import photo


class TestSortOf:
    @pytest.mark.parametrize("name", [b"a.jpg", b"a.txt", b"a.mp4", b"a", b"a.zip!/b.doc"])
    def test_knows_a_picture_under_any_name(self, name: bytes) -> None:
        assert sort_of(photo()[:100], name) is Sort.PICTURE

    @pytest.mark.parametrize(
        "start",
        [
            b"\0\0\0 ftypisom",
            b"\x1aE\xdf\xa3\x01",
            b"RIFF\0\0\0\0AVI LIST",
            (b"G" + bytes(187)) * 4,
            b"FLV\x01\x05",
        ],
    )
    def test_knows_films(self, start: bytes) -> None:
        assert sort_of(start, b"x") is Sort.FILM

    def test_takes_a_still_picture_in_a_films_box_for_a_picture(self) -> None:
        assert sort_of(b"\0\0\0\x1cftypheic\0\0\0\0", b"x") is Sort.PICTURE

    @pytest.mark.parametrize("name", [b"a.txt", b"folder.d/READ.MD", b"a.zip!/b.TEXT", b"x.log"])
    def test_takes_for_text_what_is_named_so(self, name: bytes) -> None:
        assert sort_of(b"words", name) is Sort.TEXT

    @pytest.mark.parametrize("name", [b"a.html", b"txt", b"a.txt/b", b"\xff", b"a.\xff\xfe"])
    def test_takes_nothing_else_for_text(self, name: bytes) -> None:
        assert sort_of(b"words", name) is Sort.OTHER


class TestNames:
    def test_promise_pictures_and_films(self) -> None:
        assert promised(b"x.JPG") is Sort.PICTURE
        assert promised(b"x.mp4") is Sort.FILM
        assert promised(b"x.html") is None

    def test_tell_a_films_type(self) -> None:
        assert film_type(b"x.webm") == "video/webm"
        assert film_type(b"x.jpg") == "video/mp4"


class TestTextOf:
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    def test_reads_what_says_how_it_is_written(self, encoding: str) -> None:
        assert text_of("grün 文".encode(encoding)) == "grün 文"

    def test_guesses_nothing(self) -> None:
        """Words read in the wrong letters would match nothing, and pass for clean."""
        assert text_of("скидка".encode("cp1251")) is None
