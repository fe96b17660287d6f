"""The compiled hash is the reference's, bit for bit, however a picture was turned or decoded."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageOps

from evenhand.detection.signals.pdq import (
    NoHashReason,
    NoPdqHash,
    PdqHash,
    distance,
    pdq_hash,
)
from evenhand.detection.signals.pdq_fast import (
    Orientation,
    Orientations,
    orientations_of,
    pdq_of,
)
from evenhand.detection.signals.pdq_looks import looks_at, without_border
from evenhand.kit.images import open_image
from evenhand.kit.luma import LumaPlane, luma_frames

ROOT = Path(__file__).parents[3]
FIXTURES = ROOT / "tests" / "fixtures" / "pdq"
PHOTOS = sorted((ROOT / "src" / "evenhand" / "demo" / "community" / "photos").glob("*.jpg"))
BRIDGE = FIXTURES / "images" / "bridge-mods" / "shrink-a-little.jpg"
TEXTURES = {"brick-paving", "dry-grass", "gravel"}
TURNS: dict[Orientation, Callable[[NDArray[np.uint8]], NDArray[np.uint8]]] = {
    Orientation.AS_IT_IS: lambda it: it,
    Orientation.TURNED_90: lambda it: np.rot90(it, -1),
    Orientation.TURNED_180: lambda it: np.rot90(it, 2),
    Orientation.TURNED_270: lambda it: np.rot90(it, 1),
    Orientation.MIRRORED: lambda it: it[:, ::-1],
    Orientation.FLIPPED: lambda it: it[::-1],
    Orientation.TRANSPOSED: lambda it: it.T,
    Orientation.TRANSVERSED: lambda it: it[::-1, ::-1].T,
}


def vectors() -> list[dict[str, str]]:
    """Read the published vectors whose picture is kept here."""
    with (FIXTURES / "pdq_vectors.csv").open(encoding="utf-8") as lines:
        rows = list(csv.DictReader(lines))
    return [row for row in rows if (FIXTURES / "images" / row["image"]).exists()]


def plane(luma: NDArray[np.uint8]) -> LumaPlane:
    """Take a whole picture's luma."""
    return LumaPlane(np.ascontiguousarray(luma), luma.shape[1], luma.shape[0])


def hashed(made: PdqHash | NoPdqHash) -> PdqHash:
    """Insist that there is a hash."""
    assert isinstance(made, PdqHash)
    return made


def luma_of(path: Path) -> NDArray[np.uint8]:
    """Decode a file wholly."""
    return open_image(path.read_bytes(), declared=None).luma()


def scaled(data: bytes) -> LumaPlane:
    """Decode a file no larger than it need be."""
    return next(luma_frames(data, declared=None)).plane


class TestPdqOf:
    """`pdq_of` against the plain reference and the published vectors."""

    @pytest.mark.parametrize("path", [*PHOTOS, BRIDGE], ids=lambda path: path.name)
    def test_gives_the_bits_and_quality_of_the_reference(self, path: Path) -> None:
        """On the same luma, none differs."""
        luma = luma_of(path)
        assert pdq_of(plane(luma)) == pdq_hash(luma)

    @pytest.mark.parametrize("row", vectors(), ids=lambda row: row["image"])
    def test_gives_the_published_bits(self, row: dict[str, str]) -> None:
        """From the file, decoded to scale: 4 bits at most, and nearly the quality."""
        found = hashed(pdq_of(scaled((FIXTURES / "images" / row["image"]).read_bytes())))
        assert distance(found.bits, row["pdqhash_0_2_8_rgb_pillow"]) <= 4
        assert abs(found.quality - int(row["quality"])) <= 1

    @settings(max_examples=60, deadline=None)
    @given(st.integers(5, 400), st.integers(5, 400), st.integers(0, 2**32))
    def test_gives_the_bits_of_the_reference_at_every_size(
        self, height: int, width: int, seed: int
    ) -> None:
        """Even windows, odd windows and the ends of short sides included."""
        noise = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
        assert pdq_of(plane(noise)) == pdq_hash(noise)

    @pytest.mark.parametrize("path", [*PHOTOS, BRIDGE], ids=lambda path: path.name)
    @pytest.mark.parametrize("side", [700, 1500, 3000])
    @pytest.mark.slow
    def test_is_nearly_the_same_on_a_plane_decoded_to_scale(self, path: Path, side: int) -> None:
        """At most 4 bits from the whole decode, at a half, a quarter and an eighth.

        Even textures are no photographs of anything: their strengths lie close together.
        """
        out = io.BytesIO()
        ImageOps.contain(Image.open(path), (side, side)).save(out, "JPEG", quality=88)
        small = scaled(out.getvalue())
        whole = hashed(pdq_hash(open_image(out.getvalue(), declared=None).luma()))
        assert small.step > 1 or min(small.width, small.height) < 640
        bits_max = 8 if path.stem in TEXTURES else 4
        assert distance(hashed(pdq_of(small)).bits, whole.bits) <= bits_max

    @pytest.mark.parametrize("level", [0, 7, 255])
    def test_finds_no_hash_in_a_blank_picture(self, level: int) -> None:
        """Nor in one that is nearly blank."""
        blank = np.full((300, 200), level, dtype=np.uint8)
        assert pdq_of(plane(blank)) == NoPdqHash(NoHashReason.BLANK)
        assert orientations_of(plane(blank)) == NoPdqHash(NoHashReason.BLANK)

    def test_finds_no_hash_in_a_tiny_picture(self) -> None:
        """Under 5 pixels a side, as published."""
        tiny = np.zeros((4, 90), dtype=np.uint8)
        assert pdq_of(plane(tiny)) == NoPdqHash(NoHashReason.TOO_SMALL)


class TestOrientationsOf:
    """`orientations_of` is the hash of the picture turned, without turning it."""

    @pytest.mark.parametrize("path", [*PHOTOS[::4], BRIDGE], ids=lambda path: path.name)
    def test_gives_the_bits_of_the_turned_picture(self, path: Path) -> None:
        """All eight, none of 256 bits apart."""
        luma = luma_of(path)
        made = orientations_of(plane(luma))
        assert isinstance(made, Orientations)
        for one, bits in zip(Orientation, made.bits, strict=True):
            turned = np.ascontiguousarray(TURNS[one](luma))
            assert bits.tobytes().hex() == hashed(pdq_hash(turned)).bits

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_agrees_with_exif(self, orientation: int) -> None:
        """A photograph that says how it lies is hashed upright, at a scale that does not divide."""
        exif, out = Image.Exif(), io.BytesIO()
        exif[0x0112] = orientation
        picture = Image.open(BRIDGE).resize((1301, 1037))
        picture.save(out, "JPEG", quality=90, exif=exif)
        small = scaled(out.getvalue())
        assert small.step in {2, 4}
        whole = open_image(out.getvalue(), declared=None)
        assert (small.width, small.height) == (whole.width, whole.height)
        assert distance(hashed(pdq_of(small)).bits, hashed(pdq_hash(whole.luma())).bits) <= 4


class TestLooks:
    """`looks_at` undoes what is done to copies."""

    @pytest.mark.parametrize("side", [512, 320, 256, 128])
    def test_knows_a_small_copy(self, side: int) -> None:
        """Enlarged, it is as near as the original."""
        out = io.BytesIO()
        ImageOps.contain(Image.open(BRIDGE), (side, side)).save(out, "JPEG", quality=85)
        original = hashed(pdq_hash(luma_of(BRIDGE))).bits
        looks = list(looks_at(next(luma_frames(out.getvalue(), declared=None))))
        assert looks[-1].enlarged
        assert distance(looks[-1].bits[0].tobytes().hex(), original) <= 12

    def test_cuts_a_border_to_the_sample(self) -> None:
        """Each side in its own grey, and nothing of the picture."""
        inside = np.random.default_rng(1).integers(0, 256, (100, 150), dtype=np.uint8)
        page = np.full((140, 200), 255, dtype=np.uint8)
        page[:13] = 0
        page[13:113, 20:170] = inside
        cut = without_border(plane(page))
        assert cut is not None
        assert np.array_equal(cut.samples, inside)
        assert (cut.width, cut.height) == (150, 100)

    def test_leaves_what_has_no_border_or_is_nothing_else(self) -> None:
        """Neither gives a second look."""
        noise = np.random.default_rng(1).integers(0, 256, (90, 90), dtype=np.uint8)
        assert without_border(plane(noise)) is None
        assert without_border(plane(np.full((90, 90), 9, dtype=np.uint8))) is None
