"""Untrusted pictures open upright and complete, or are refused for a reason that can be told."""

import io
import struct
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from evenhand.kit.images import (
    ImageLimits,
    ImageRefused,
    ImageTooLarge,
    MediaTypeLies,
    NotAnImage,
    TooManyFrames,
    TooManyPixels,
    TruncatedImage,
    UnsupportedImage,
    Veil,
    open_image,
    veiled,
)

FIXTURES = Path(__file__).parents[2] / "fixtures" / "pdq" / "images"
NOISE = np.random.default_rng(7).integers(0, 256, (40, 60, 3), dtype=np.uint8)
FORMATS = ["JPEG", "PNG", "GIF", "WEBP"]
TYPES = {"JPEG": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "WEBP": "image/webp"}


def encoded(name: str, image: Image.Image | None = None, **options: Any) -> bytes:
    """Write a picture, noise unless given, in a format."""
    out = io.BytesIO()
    (image or Image.fromarray(NOISE)).save(out, format=name, **options)
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    """Write one PNG chunk with its checksum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, *chunks: bytes, rows: bytes = b"") -> bytes:
    """Write a grey 8-bit PNG by hand, so that it can lie."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    parts = (header, *chunks, chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def gif(frames: int, width: int = 1, height: int = 1) -> bytes:
    """Write a GIF of many one-pixel frames by hand, at 15 bytes each."""
    frame = b"\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\x02\x02\x4c\x01\x00"
    header = b"GIF89a" + struct.pack("<HHBBB", width, height, 0x80, 0, 0)
    return header + b"\0\0\0\xff\xff\xff" + frame * frames + b"\x3b"


class TestOpenImage:
    """`open_image` opens four formats and refuses the rest by name."""

    @pytest.mark.parametrize("name", FORMATS)
    def test_reads_the_facts_from_the_bytes(self, name: str) -> None:
        """Size, type, frames and planes, whatever was declared or not."""
        opened = open_image(encoded(name), declared=None)
        assert (opened.width, opened.height, opened.frames) == (60, 40, 1)
        assert opened.media_type == TYPES[name]
        assert opened.pixels().shape == (40, 60, 3)
        assert opened.luma().shape == (40, 60)
        assert opened.luma().dtype == np.uint8

    @pytest.mark.parametrize("name", FORMATS)
    @pytest.mark.parametrize("share", [0.02, 0.1, 0.5, 0.9, 0.99])
    def test_refuses_a_truncated_file(self, name: str, share: float) -> None:
        """A file cut anywhere is refused, never filled up with grey."""
        data = encoded(name)
        with pytest.raises((TruncatedImage, NotAnImage)):
            open_image(data[: int(len(data) * share)], declared=None)

    @pytest.mark.parametrize("name", FORMATS)
    def test_refuses_every_shorter_prefix(self, name: str) -> None:
        """Even the last byte counts: each format has an end mark or a length."""
        data = encoded(name, Image.fromarray(NOISE[:8, :8]))
        for length in range(len(data)):
            with pytest.raises((TruncatedImage, NotAnImage)):
                open_image(data[:length], declared=None)

    @pytest.mark.parametrize("options", [{"progressive": True}, {"quality": 5}])
    def test_refuses_a_jpeg_cut_before_a_forged_end_mark(self, options: dict[str, Any]) -> None:
        """A real photograph cut in its header stays refused when an end mark is glued on."""
        data = encoded("JPEG", **options)
        with pytest.raises(ImageRefused):
            open_image(data[:150] + b"\xff\xd9", declared=None)

    @pytest.mark.parametrize("data", [b"", b"\0" * 100, b"hello", b"<html><body>", b"\xff\xd8"])
    def test_refuses_what_is_no_picture(self, data: bytes) -> None:
        """A text file named image/jpeg is no picture, and neither is nothing."""
        with pytest.raises(NotAnImage):
            open_image(data, declared="image/jpeg")

    @pytest.mark.parametrize("name", ["BMP", "TIFF", "ICO", "AVIF"])
    def test_refuses_other_formats_by_name(self, name: str) -> None:
        """What is a picture but is not opened here says what it is."""
        avif = b"\0\0\0\x1cftypavif" + b"\0" * 40
        data = avif if name == "AVIF" else encoded(name)
        with pytest.raises(UnsupportedImage):
            open_image(data, declared=None)

    def test_refuses_a_lying_media_type(self) -> None:
        """The declared and the found type are both told."""
        with pytest.raises(MediaTypeLies) as refused:
            open_image(encoded("PNG"), declared="image/jpeg")
        assert (refused.value.declared, refused.value.found) == ("image/jpeg", "image/png")

    @pytest.mark.parametrize("declared", [None, "", "application/octet-stream", "Image/JPG; q=1"])
    def test_accepts_a_declaration_that_agrees_or_says_nothing(self, declared: str | None) -> None:
        """Aliases, parameters and letter case are not lies."""
        assert open_image(encoded("JPEG"), declared=declared).media_type == "image/jpeg"

    def test_refuses_too_many_bytes(self) -> None:
        """Bytes are counted before anything is read."""
        with pytest.raises(ImageTooLarge):
            open_image(encoded("PNG"), declared=None, limits=ImageLimits(bytes_max=100))

    @pytest.mark.parametrize(
        "data",
        [
            png(60_000, 60_000),
            png(60_000, 60_000)[:40],
            png(2**31 - 1, 1),
            png(25_000, 10),
            gif(1, 60_000, 60_000),
            b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X" + struct.pack("<II", 10, 0) + b"\xff" * 6,
            b"\xff\xd8\xff\xc0\x00\x11\x08"
            + struct.pack(">HH", 65_000, 65_000)
            + b"\x03"
            + b"\0" * 9,
        ],
    )
    def test_refuses_a_bomb_from_its_header(self, data: bytes) -> None:
        """A few bytes that claim gigabytes are refused for their claim, whole or cut."""
        with pytest.raises(TooManyPixels) as refused:
            open_image(data, declared=None)
        assert refused.value.width >= 16_384

    def test_refuses_a_gif_frame_larger_than_its_screen(self) -> None:
        """The canvas is what the frames stretch it to."""
        data = bytearray(gif(1))
        data[24:28] = struct.pack("<HH", 60_000, 60_000)
        with pytest.raises(TooManyPixels):
            open_image(bytes(data), declared=None)

    @pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"iCCP"])
    def test_refuses_a_png_text_bomb(self, kind: bytes) -> None:
        """Compressed text is measured with a stop, not unpacked; many small bombs add up."""
        head = b"k\0\1\0\0\0" if kind == b"iTXt" else b"k\0\0"
        bomb = chunk(kind, head + zlib.compress(b"\0" * 50_000_000))
        small = chunk(kind, head + zlib.compress(b"\0" * 400_000))
        for chunks in ((bomb,), (small, small, small)):
            with pytest.raises(ImageTooLarge):
                open_image(png(1, 1, *chunks, rows=b"\0\0"), declared=None)

    def test_opens_a_png_with_ordinary_text(self) -> None:
        """Only bombs are refused."""
        text = PngImagePlugin.PngInfo()
        text.add_text("Comment", "hello " * 1000, zip=True)
        assert open_image(encoded("PNG", pnginfo=text), declared=None).width == 60

    def test_counts_and_limits_gif_frames(self) -> None:
        """A thousand frames are counted; one more is refused."""
        assert open_image(gif(1_000), declared="image/gif").frames == 1_000
        with pytest.raises(TooManyFrames):
            open_image(gif(1_001), declared="image/gif")

    @pytest.mark.parametrize("name", ["PNG", "WEBP"])
    def test_counts_and_limits_other_animations(self, name: str) -> None:
        """APNG and animated WEBP have the same limit."""
        frames = [Image.fromarray(np.roll(NOISE, n, axis=0)) for n in range(3)]
        data = encoded(name, frames[0], save_all=True, append_images=frames[1:])
        assert open_image(data, declared=None).frames == 3
        with pytest.raises(TooManyFrames):
            open_image(data, declared=None, limits=ImageLimits(frames_max=2))

    def test_refuses_a_gif_without_a_picture(self) -> None:
        """No frame, no pixels."""
        with pytest.raises(ImageRefused):
            open_image(gif(0), declared=None)

    def test_opens_a_polyglot_as_the_picture_it_is(self) -> None:
        """A JPEG with an archive behind it is a JPEG; the archive is not carried on."""
        tail = b"PK\x03\x04" + b"<script>alert(1)</script>"
        data = encoded("JPEG") + tail
        assert open_image(data, declared="image/jpeg").media_type == "image/jpeg"
        assert all(b"script" not in veiled(data, level) for level in Veil)

    @pytest.mark.parametrize("orientation", range(1, 9))
    def test_turns_a_photograph_upright(self, orientation: int) -> None:
        """EXIF orientation is applied, and width and height are those of what is seen."""
        exif = Image.Exif()
        exif[0x0112] = orientation
        opened = open_image(encoded("PNG", exif=exif), declared=None)
        assert (opened.width > opened.height) == (orientation < 5)
        seen = {
            1: NOISE,
            2: NOISE[:, ::-1],
            3: NOISE[::-1, ::-1],
            4: NOISE[::-1],
            5: NOISE.swapaxes(0, 1),
            6: np.rot90(NOISE, -1),
            7: NOISE[::-1, ::-1].swapaxes(0, 1),
            8: np.rot90(NOISE),
        }
        assert np.array_equal(opened.pixels(), seen[orientation])

    def test_opens_a_picture_with_damaged_exif(self) -> None:
        """Broken metadata hides no picture."""
        data = encoded("JPEG", exif=b"Exif\0\0garbage that is no TIFF header")
        assert open_image(data, declared=None).width == 60

    @pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA"])
    def test_opens_every_png_mode(self, mode: str) -> None:
        """Each gives three channels and a luma plane."""
        opened = open_image(encoded("PNG", Image.fromarray(NOISE).convert(mode)), declared=None)
        assert opened.pixels().shape == (40, 60, 3)
        assert opened.transparent == mode.endswith("A")

    def test_opens_cmyk(self) -> None:
        """White ink values come out white."""
        data = encoded("JPEG", Image.new("CMYK", (16, 16), (0, 0, 0, 0)))
        assert open_image(data, declared=None).pixels().min() == 255

    def test_scales_16_bit_grey(self) -> None:
        """The high byte is kept; nothing is cut off at 255."""
        ramp = np.arange(0, 65_536, 64, dtype=np.uint16).reshape(32, 32)
        opened = open_image(encoded("PNG", Image.fromarray(ramp)), declared=None)
        assert np.array_equal(opened.luma(), (ramp >> 8).astype(np.uint8))

    def test_shows_transparency_on_a_backdrop_or_drops_it(self) -> None:
        """Hidden colours count for hashing; a person sees the backdrop."""
        opened = open_image(
            encoded("PNG", Image.new("RGBA", (8, 8), (200, 0, 0, 0))), declared=None
        )
        assert opened.pixels()[0, 0].tolist() == [200, 0, 0]
        assert opened.pixels(backdrop=128)[0, 0].tolist() == [128, 128, 128]

    def test_lends_pixels_that_cannot_be_changed(self) -> None:
        """The arrays are read-only."""
        opened = open_image(encoded("PNG"), declared=None)
        assert not opened.pixels().flags.writeable
        assert not opened.luma().flags.writeable

    @pytest.mark.parametrize(
        "path",
        sorted(set(FIXTURES.rglob("*.*")) - set(FIXTURES.rglob("*.txt"))),
        ids=lambda path: path.name,
    )
    def test_opens_the_reference_pictures(self, path: Path) -> None:
        """Real files from the field open."""
        assert open_image(path.read_bytes(), declared=None).frames == 1

    @settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=300)
    @given(st.sampled_from(FORMATS), st.data())
    def test_answers_damage_with_a_picture_or_a_refusal(
        self, name: str, data: st.DataObject
    ) -> None:
        """Whatever bytes are changed, nothing but ImageRefused comes out."""
        broken = bytearray(encoded(name, Image.fromarray(NOISE[:8, :8])))
        for _ in range(data.draw(st.integers(1, 6))):
            at = data.draw(st.integers(0, len(broken) - 1))
            broken[at] = data.draw(st.integers(0, 255))
        try:
            opened = open_image(bytes(broken), declared=None)
        except ImageRefused:
            return
        assert opened.luma().shape == (opened.height, opened.width)


class TestImageLimits:
    """`ImageLimits` cannot switch a guard off."""

    @pytest.mark.parametrize(
        "limits", [{"bytes_max": 0}, {"frames_max": -1}, {"pixels_max": 10**9}]
    )
    def test_refuses_a_limit_that_guards_nothing(self, limits: dict[str, int]) -> None:
        """Under 1, or over what Pillow itself would let through."""
        with pytest.raises(ValueError, match=r"limit|pixels_max"):
            ImageLimits(**limits)


class TestVeiled:
    """`veiled` makes the reviewer's reveal ladder."""

    @pytest.fixture
    def photograph(self) -> bytes:
        """A 3,000 x 2,000 checkerboard turned on its side by EXIF, with a private note."""
        board = np.kron(np.indices((20, 30)).sum(axis=0) % 2, np.ones((100, 100)))
        exif = Image.Exif()
        exif[0x0112] = 6
        exif[0x010E] = "private note"
        grey = (board * 255).astype(np.uint8)
        coloured = np.dstack([grey, np.zeros_like(grey), np.zeros_like(grey)])
        return encoded("JPEG", Image.fromarray(coloured), exif=exif, comment=b"private note")

    @pytest.mark.parametrize(
        ("level", "side", "mode"),
        [(Veil.OUTLINE, 320, "L"), (Veil.GREY, 800, "L"), (Veil.FULL, 1_600, "RGB")],
    )
    def test_gives_each_rung_its_size_and_colour(
        self, photograph: bytes, level: Veil, side: int, mode: str
    ) -> None:
        """Upright, no longer than the rung allows, and grey until the last."""
        shown = Image.open(io.BytesIO(veiled(photograph, level)))
        assert (shown.format, shown.mode, shown.height) == ("JPEG", mode, side)
        assert shown.width < shown.height

    @pytest.mark.parametrize("level", list(Veil))
    def test_carries_no_metadata(self, photograph: bytes, level: Veil) -> None:
        """Neither EXIF nor comments nor profiles leave the vault this way."""
        data = veiled(photograph, level)
        assert b"private" not in data
        assert not Image.open(io.BytesIO(data)).getexif()
        assert not {"exif", "icc_profile", "comment"} & set(Image.open(io.BytesIO(data)).info)

    def test_hides_detail_in_the_outline(self, photograph: bytes) -> None:
        """Squares a thirtieth of the picture wide melt into one grey."""
        shown = np.asarray(Image.open(io.BytesIO(veiled(photograph, Veil.OUTLINE))))
        assert int(shown[40:-40, 40:-40].max()) - int(shown[40:-40, 40:-40].min()) < 16

    def test_enlarges_nothing(self) -> None:
        """A small picture stays as small as it is."""
        assert Image.open(io.BytesIO(veiled(encoded("PNG"), Veil.FULL))).size == (60, 40)

    @pytest.mark.parametrize("ink", [0, 255])
    def test_shows_a_drawing_that_lives_in_transparency(self, ink: int) -> None:
        """Black or white on nothing is visible on the backdrop."""
        drawing = np.zeros((40, 40, 4), dtype=np.uint8)
        drawing[..., :3] = ink
        drawing[10:30, 10:30, 3] = 255
        shown = np.asarray(
            Image.open(io.BytesIO(veiled(encoded("PNG", Image.fromarray(drawing)), Veil.FULL)))
        )
        assert abs(int(shown[20, 20, 0]) - int(shown[1, 1, 0])) > 90

    def test_refuses_as_opening_does(self) -> None:
        """A bomb is no safer blurred."""
        with pytest.raises(TooManyPixels):
            veiled(png(60_000, 60_000), Veil.OUTLINE)
