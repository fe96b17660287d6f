"""A reviewer sees stills of a film, veiled as pictures are, and of the seconds asked for."""

from __future__ import annotations

import io

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from evenhand.kit.films import DamagedFilm, Span, film_time, veiled_sheet
from evenhand.kit.images import Veil
from tests.films import KNOWN, film


def sheet(level: Veil, span: Span | None = None) -> Image.Image:
    """Make a sheet of the film and open it."""
    return Image.open(io.BytesIO(veiled_sheet(film(), level, span=span)))


def first_still(picture: Image.Image) -> NDArray[np.int64]:
    """Cut the first still out of a sheet."""
    return np.asarray(picture.convert("L"), np.int64)[30:190, 10:230]


def detail(picture: Image.Image) -> float:
    """Say how much stands out in the first still, at one size for all."""
    still = picture.convert("L").crop((6, 30, picture.width // 4, picture.height // 3))
    small = np.asarray(still.resize((64, 48)), np.int64)
    return float(np.abs(np.diff(small)).mean())


class TestSheet:
    """The sheet."""

    def test_is_grey_and_blurred_by_its_rung(self) -> None:
        """As a picture is."""
        outline, grey, full = (sheet(level) for level in Veil)
        assert (outline.mode, grey.mode, full.mode) == ("L", "L", "RGB")
        assert outline.width <= 640 < grey.width <= 960 < full.width <= 1_600
        assert detail(outline) < detail(grey) * 0.6
        assert not full.getexif()

    def test_shows_the_seconds_that_are_asked_for(self) -> None:
        """The second photograph and nothing else, and around a moment a little more."""
        spans = (Span(3.2, 5.8), Span(4.5, 4.5), Span(6.2, 8.8))
        part, around, other = (first_still(sheet(Veil.GREY, span)) for span in spans)
        assert np.abs(part - around).mean() < 0.5 * np.abs(part - other).mean()

    def test_of_a_long_film_is_made_of_key_frames(self) -> None:
        """They are enough, and quick."""
        long = film(KNOWN * 6, seconds=4, size=(64, 48))
        picture = Image.open(io.BytesIO(veiled_sheet(long, Veil.OUTLINE)))
        assert picture.size == (4 * (64 + 6) + 6, 3 * (48 + 18 + 6) + 6)

    def test_of_a_broken_film_shows_what_can_be_opened(self) -> None:
        """And nothing is said with nothing."""
        whole = film(fragments=True)
        assert veiled_sheet(whole[: len(whole) // 2], Veil.GREY)
        with pytest.raises(DamagedFilm):
            veiled_sheet(film()[:400], Veil.GREY)
        with pytest.raises(DamagedFilm):
            veiled_sheet(film(), Veil.GREY, span=Span(500.0, 510.0))


def test_a_time_is_written_as_people_read_it() -> None:
    """With hours only where there are some."""
    assert [film_time(at) for at in (0, 61.9, 3_599, 3_600)] == ["0:00", "1:01", "59:59", "1:00:00"]
