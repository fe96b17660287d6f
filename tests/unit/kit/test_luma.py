"""Planes are decoded small, upright and within limits, or refused for a reason that can be told."""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
from PIL import Image

from evenhand.detection import hash_content
from evenhand.kit import luma
from evenhand.kit.images import (
    ImageLimits,
    ImageRefused,
    TooManyFrames,
    TooManyScans,
    TruncatedImage,
    open_image,
)
from evenhand.kit.luma import LumaFrame, luma_frames

NOISE = np.random.default_rng(7).integers(0, 256, (40, 60, 3), dtype=np.uint8)
PICTURE = Image.fromarray(NOISE).resize((700, 640))
SECONDS_MAX = 5.0
GROWTH_KB_MAX = 600_000


def encoded(name: str, image: Image.Image = PICTURE, **options: Any) -> bytes:
    """Write a picture in a format."""
    out = io.BytesIO()
    image.save(out, format=name, **options)
    return out.getvalue()


@pytest.fixture(scope="module", autouse=True)
def hashed_before() -> None:
    """Have what hashing needs compiled and loaded before any test looks at the clock."""
    hash_content(written("jpeg"))


def first(data: bytes) -> LumaFrame:
    """Give the first frame."""
    return next(luma_frames(data, declared=None))


def with_scans(data: bytes, times: int) -> bytes:
    """Repeat the last scan of a progressive JPEG, behind a comment that pretends to be its end."""
    last = data[data.rindex(b"\xff\xda") : -2]
    return data[:-2] + b"\xff\xfe\x00\x06\xff\xd9\xff\xd9" + last * times + b"\xff\xd9"


WAYS: Mapping[str, Callable[[], bytes]] = {
    "jpeg": partial(encoded, "JPEG"),
    "progressive": partial(encoded, "JPEG", progressive=True),
    "cmyk": lambda: encoded("JPEG", PICTURE.convert("CMYK")),
    "png": partial(encoded, "PNG"),
    "palette": lambda: encoded("PNG", PICTURE.quantize(32)),
    "alpha": lambda: encoded("PNG", PICTURE.convert("RGBA")),
    "gif": lambda: encoded(
        "GIF", save_all=True, append_images=[PICTURE.rotate(9), PICTURE.rotate(50)]
    ),
    "webp": partial(encoded, "WEBP"),
    "moving webp": lambda: encoded("WEBP", save_all=True, append_images=[PICTURE.rotate(90)]),
}


@cache
def written(way: str) -> bytes:
    """Give the picture as a file, written when it is first asked for."""
    return WAYS[way]()


class TestLumaFrames:
    """`luma_frames` on pictures of every sort."""

    @pytest.mark.parametrize("name", WAYS)
    @pytest.mark.slow
    def test_gives_the_luma_of_the_whole_decode(self, name: str) -> None:
        """Or its means over blocks, where it was decoded to scale."""
        frame, whole = first(written(name)), open_image(written(name), declared=None)
        assert (frame.plane.width, frame.plane.height) == (whole.width, whole.height)
        assert frame.frames == whole.frames
        step = frame.plane.step
        assert step == (2 if name in {"jpeg", "progressive"} else 1)
        means = whole.luma().reshape(640 // step, step, 700 // step, step).mean(axis=(1, 3))
        assert np.abs(means - frame.plane.samples).mean() < 1.5

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
    def test_reads_every_png_mode(self, mode: str) -> None:
        """As it is hashed without its transparency."""
        data = encoded("PNG", PICTURE.convert(mode))
        assert np.array_equal(first(data).plane.samples, open_image(data, declared=None).luma())

    def test_scales_16_bit_grey(self) -> None:
        """Nothing is cut off at 255."""
        ramp = np.arange(0, 65_536, 64, dtype=np.uint16).reshape(32, 32)
        data = encoded("PNG", Image.fromarray(ramp))
        assert np.array_equal(first(data).plane.samples, (ramp >> 8).astype(np.uint8))

    def test_shows_transparency_on_two_pages(self) -> None:
        """An opaque alpha channel shows nothing else and gives none."""
        clear = Image.new("RGBA", (8, 8), (200, 200, 200, 0))
        white, black = first(encoded("PNG", clear)).on_pages
        assert (white.samples.min(), black.samples.max()) == (255, 0)
        assert first(written("alpha")).on_pages == ()

    def test_gives_frames_until_a_limit(self) -> None:
        """The caller sees from the numbers what was not looked at."""
        assert [one.number for one in luma_frames(written("gif"), declared=None)] == [1, 2, 3]
        some = list(luma_frames(written("gif"), declared=None, frames_max=2))
        assert (some[-1].number, some[-1].frames) == (2, 3)
        assert len(list(luma_frames(written("gif"), declared=None, seconds_max=-1))) == 1
        with pytest.raises(TooManyFrames):
            first_of = luma_frames(written("gif"), declared=None, limits=ImageLimits(frames_max=2))
            next(first_of)

    def test_refuses_a_jpeg_of_endless_scans(self) -> None:
        """Each goes over the whole picture; a few bytes would take hours. None is decoded."""
        ordinary = encoded("JPEG", Image.new("L", (4_000, 4_000), 9), progressive=True)
        assert first(ordinary).plane.step == 8
        with pytest.raises(TooManyScans) as refused:
            first(with_scans(ordinary, 5_000))
        assert refused.value.scans > 5_000
        assert first(with_scans(written("progressive"), 3)).plane.step == 2


class TestBrightness:
    """Two decoders, one answer."""

    @pytest.mark.parametrize("side_min", [1, 64, 150, 320, 5_000])
    @pytest.mark.parametrize("name", ["jpeg", "progressive", "grey", "turned", "sparse"])
    def test_is_the_same_from_either(
        self, name: str, side_min: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Sample by sample, at every scale, progressive or not, whatever colours it has."""
        exif = Image.Exif()
        exif[0x0112] = 6
        made = {
            "jpeg": written("jpeg"),
            "progressive": written("progressive"),
            "grey": encoded("JPEG", PICTURE.convert("L")),
            "turned": encoded("JPEG", PICTURE.crop((0, 0, 333, 501)), exif=exif),
            "sparse": encoded("JPEG", PICTURE.crop((0, 0, 401, 333)), subsampling=2),
        }[name]
        fast = next(luma_frames(made, declared=None, side_min=side_min)).plane
        monkeypatch.setattr(luma, "_brightness", lambda *_: None)
        slow = next(luma_frames(made, declared=None, side_min=side_min)).plane
        assert np.array_equal(fast.samples, slow.samples)
        assert (fast.width, fast.height, fast.step) == (slow.width, slow.height, slow.step)
        assert (fast.rows_ahead, fast.columns_ahead) == (slow.rows_ahead, slow.columns_ahead)

    @pytest.mark.parametrize("how", [{"keep_rgb": True}, {"mode": "CMYK"}])
    def test_is_left_to_pillow_where_a_file_keeps_other_colours(self, how: dict[str, Any]) -> None:
        """It is then no part of the file, and is computed from what is."""
        how = dict(how)
        picture = PICTURE.convert(how.pop("mode", "RGB"))
        data = encoded("JPEG", picture, **how)
        assert luma._brightness(data, picture.size, 1) is None
        assert first(data).plane.samples.size

    def test_is_refused_with_a_file_that_breaks_off(self) -> None:
        """By either decoder, for the same reason."""
        whole = written("jpeg")
        torn = whole[: len(whole) // 2] + b"\xff\xd9"
        assert luma._brightness(torn, PICTURE.size, 1) is None


class TestNastyFiles:
    """A frozen corpus of what people send to break a decoder."""

    @pytest.mark.parametrize("name", WAYS)
    def test_cut_at_every_hundredth_are_refused(self, name: str) -> None:
        """Never hashed as if they were whole, never a crash, and quickly."""
        data, began = written(name), time.perf_counter()
        for hundredth in range(100):
            cut = data[: len(data) * hundredth // 100]
            with pytest.raises(ImageRefused):
                list(luma_frames(cut, declared=None))
            assert hash_content(cut).error is not None
        assert time.perf_counter() - began < 4 * SECONDS_MAX

    @pytest.mark.parametrize("name", WAYS)
    @pytest.mark.slow
    def test_with_bytes_changed_give_a_plane_or_a_refusal(self, name: str) -> None:
        """And nothing else; memory stays bounded."""
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        chance = np.random.default_rng(11)
        for _ in range(60):
            broken = bytearray(written(name))
            for at in chance.integers(0, min(len(broken), 2_000), 4):
                broken[at] = chance.integers(0, 256)
            began = time.perf_counter()
            made = hash_content(bytes(broken))
            assert made.error is not None or made.quality is not None
            assert time.perf_counter() - began < SECONDS_MAX
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KB_MAX

    @pytest.mark.parametrize("name", WAYS)
    def test_that_are_two_things_are_the_picture_they_are(self, name: str) -> None:
        """An archive behind it changes nothing; one before it makes it no picture."""
        archive = b"PK\x03\x04" + bytes(200)
        assert hash_content(written(name) + archive).pdq == hash_content(written(name)).pdq
        assert hash_content(archive + written(name)).error is not None

    def test_that_claim_gigabytes_are_refused_unread(self) -> None:
        """For their claim."""
        bomb = bytearray(written("png"))
        bomb[16:24] = (60_000).to_bytes(4) * 2
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        assert "60000 x 60000" in str(hash_content(bytes(bomb)).error)
        assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KB_MAX

    def test_damaged_after_the_first_frame_are_told_when_it_comes(self) -> None:
        """What came before was looked at."""
        frames_of = [PICTURE.rotate(90)]
        data = bytearray(encoded("PNG", save_all=True, append_images=frames_of))
        second = data.index(b"fdAT")
        data[second + 40 : second + 400] = bytes(360)
        frames = luma_frames(bytes(data), declared=None)
        assert next(frames).number == 1
        with pytest.raises(TruncatedImage):
            list(frames)
