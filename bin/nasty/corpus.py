"""Makes the frozen corpus of nasty files and writes it to `tests/fixtures/nasty`, once.

`python -m bin.nasty.corpus` writes the files that are not there and `expected.tsv`: the SHA-256 of
each and what every decoder answers to it. Encoders change, so what was written once is kept, and
whoever runs this again looks at every line that changed. Everything is drawn here: no picture of
anybody or anything.
"""

from __future__ import annotations

import hashlib
import io
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from PIL import Image, PngImagePlugin

from bin.nasty import pieces
from bin.nasty.decoders import answers_to
from bin.nasty.pieces import (
    after_ihdr,
    after_soi,
    canvas,
    chunk,
    exif,
    frame,
    gif,
    header,
    packed_zeros,
    png,
    riff,
    rows,
    segment,
    sof,
)

FOLDER: Final = Path(__file__).parents[2] / "tests" / "fixtures" / "nasty"
EXPECTED: Final = "expected.tsv"
SIZE: Final = (160, 120)
#: Cut at every hundredth of their length, and changed at random by the hundred thousand.
WHOLE: Final = "whole-"


def drawn(shift: int = 0) -> Image.Image:
    """Draw waves: enough structure for a likeness, and small when packed."""
    y, x = np.mgrid[0 : SIZE[1], 0 : SIZE[0]]
    red = 128 + 90 * np.sin((x + shift) / 9.0) * np.cos(y / 13.0)
    green = (x * 255 // SIZE[0] + shift) % 256
    blue = 128 + 100 * np.sin((x + y) / 23.0)
    return Image.fromarray(np.dstack([red, green, blue]).astype(np.uint8))


def encoded(name: str, image: Image.Image | None = None, **options: Any) -> bytes:
    """Write a picture in a format."""
    out = io.BytesIO()
    (image or drawn()).save(out, format=name, **options)
    return out.getvalue()


def whole_files() -> dict[str, bytes]:
    """Make files with which nothing is wrong: one of each sort that is opened."""
    moving: dict[str, Any] = {"save_all": True, "append_images": [drawn(40), drawn(80)]}
    clear = drawn().convert("RGBA")
    clear.putalpha(Image.linear_gradient("L").resize(SIZE))
    return {
        "baseline.jpg": encoded("JPEG", quality=70),
        "progressive.jpg": encoded("JPEG", quality=70, progressive=True),
        "cmyk.jpg": encoded("JPEG", drawn().convert("CMYK"), quality=60),
        "grey.jpg": encoded("JPEG", drawn().convert("L"), quality=70),
        "turned.jpg": encoded("JPEG", quality=70, exif=_turned(6)),
        "rgb.png": encoded("PNG", drawn().quantize(32).convert("RGB")),
        "palette.png": encoded("PNG", drawn().quantize(16), transparency=0),
        "alpha.png": encoded("PNG", clear.quantize(16).convert("RGBA")),
        "laced.png": png(header(64, 64, lace=1), _laced(64)),
        "moving.png": encoded("PNG", drawn().quantize(8), **_moving(8)),
        "still.gif": encoded("GIF", drawn().quantize(16)),
        "moving.gif": encoded("GIF", drawn().quantize(8), **_moving(8)),
        "lossy.webp": encoded("WEBP", quality=60),
        "lossless.webp": encoded("WEBP", drawn().quantize(16).convert("RGB"), lossless=True),
        "moving.webp": encoded("WEBP", quality=50, **moving),
    }


def _turned(orientation: int) -> Image.Exif:
    made = Image.Exif()
    made[0x0112] = orientation
    return made


def _moving(colours: int) -> dict[str, Any]:
    return {"save_all": True, "append_images": [drawn(n).quantize(colours) for n in (40, 80)]}


def _laced(side: int) -> bytes:
    """Write the seven passes of an interlaced picture (W3C PNG 3, 8.2), all of one shade."""
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
    raw = b""
    for left, top, across, down in (*passes, (0, 1, 1, 2)):
        wide = -(-(side - left) // across)
        for line in range(top, side, down):
            raw += b"\0" + bytes((line * 5 + at * 3) % 256 for at in range(wide))
    return chunk(b"IDAT", zlib.compress(raw))


def unusual_files() -> dict[str, bytes]:
    """Make files that are right, and of which much software gets something wrong."""
    ramp = np.arange(0, 65_536, 16, dtype=np.uint16).reshape(64, 64)
    grey_alpha = drawn().quantize(8).convert("RGB").convert("LA")
    one = Image.new("RGB", (1, 1), (9, 99, 200))
    return {
        "grey-16-bit.png": encoded("PNG", Image.fromarray(ramp)),
        "rgb-16-bit.png": png(header(16, 16, depth=16, colour=2), rows(16, 16, channels=6)),
        "one-bit.png": encoded("PNG", drawn().convert("1")),
        "grey-alpha.png": encoded("PNG", grey_alpha),
        "one-pixel.png": encoded("PNG", one),
        "one-pixel.jpg": encoded("JPEG", one),
        "one-pixel.gif": encoded("GIF", one),
        "one-pixel.webp": encoded("WEBP", one, lossless=True),
        "one-row.png": png(header(5_000, 1), rows(5_000, 1)),
        "one-column.png": png(header(1, 5_000), rows(1, 5_000)),
        "blank.png": encoded("PNG", Image.new("RGB", (300, 200), (255, 255, 255))),
        "blank.jpg": encoded("JPEG", Image.new("L", (300, 200), 40)),
        "blank.gif": encoded("GIF", Image.new("L", (300, 200), 0)),
        "blank.webp": encoded("WEBP", Image.new("RGB", (300, 200)), lossless=True),
        "seen-through.png": encoded("PNG", Image.new("RGBA", (64, 64), (200, 20, 20, 0))),
        "every-turn-5.jpg": encoded("JPEG", quality=60, exif=_turned(5)),
    }


def bombs() -> dict[str, bytes]:
    """Make small files that claim, or become, very much."""
    jpeg, small = encoded("JPEG", quality=60), encoded("PNG", drawn().quantize(4))
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", "x" * 200_000, zip=True)
    progressive = encoded("JPEG", Image.new("L", (2_000, 2_000), 9), progressive=True)
    last = progressive[progressive.rindex(b"\xff\xda") : -2]
    bomb, little = packed_zeros(8_000_000), packed_zeros(300_000)
    xmp = b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + b"<a>" * 15_000
    return {
        "claims-gigabytes.png": png(header(60_000, 60_000), rows(1, 1)),
        "claims-a-line.png": png(header(2**31 - 1, 1), rows(1, 1)),
        "second-header.png": after_ihdr(png(header(8, 8), rows(8, 8)), header(60_000, 60_000)),
        "fifty-megapixels.png": png(header(7_000, 7_000), rows(7_000, 7_000)),
        "more-rows-than-said.png": png(header(8, 8), rows(8, 8), rows(2_000, 2_000)),
        "frames-without-end.png": after_ihdr(small, chunk(b"acTL", struct.pack(">II", 2**31, 0))),
        "text-bomb.png": after_ihdr(small, chunk(b"zTXt", b"k\0\0" + bomb)),
        "other-text-bomb.png": after_ihdr(small, chunk(b"iTXt", b"k\0\1\0\0\0" + bomb)),
        "profile-bomb.png": after_ihdr(small, chunk(b"iCCP", b"k\0\0" + bomb)),
        "many-text-bombs.png": after_ihdr(small, *([chunk(b"zTXt", b"k\0\0" + little)] * 8)),
        "long-text.png": encoded("PNG", drawn().quantize(4), pnginfo=text),
        "chunks-without-end.png": after_ihdr(small, chunk(b"teXt", b"") * 2_000),
        "claims-gigabytes.gif": gif(frame(), width=60_000, height=60_000),
        "frame-beyond-screen.gif": gif(frame(60_000, 60_000)),
        "frame-far-away.gif": gif(frame(1, 1, left=65_000, top=65_000)),
        "thousand-frames.gif": gif(*([frame()] * 1_000)),
        "too-many-frames.gif": gif(*([frame()] * 1_001)),
        "claims-gigabytes.webp": riff(canvas(16_384 * 1_000, 16_384 * 1_000)),
        "claims-much.webp": riff((b"VP8L", b"\x2f\xff\xff\xff\xff\x00" + bytes(40))),
        "frame-beyond-canvas.webp": riff(
            canvas(64, 64, flags=2), (b"ANIM", bytes(6)), (b"ANMF", b"\xff" * 16 + bytes(40))
        ),
        "claims-gigabytes.jpg": b"\xff\xd8" + sof(65_000, 65_000) + jpeg[2:],
        "scans-without-end.jpg": progressive[:-2] + last * 2_000 + pieces.END,
        "long-xmp.jpg": after_soi(jpeg, segment(0xE1, xmp)),
        "profile-in-255-parts.jpg": after_soi(
            jpeg, *(segment(0xE2, b"ICC_PROFILE\0" + bytes([n, 255]) + bytes(50)) for n in range(9))
        ),
        "pictures-without-end.jpg": after_soi(jpeg, segment(0xE2, _many_pictures())),
    }


def _many_pictures() -> bytes:
    """Write an index of four billion pictures in one file (CIPA DC-007)."""
    entries = ((0xB000, 7, 4, 0x30303130), (0xB001, 4, 1, 0xFFFFFFFF), (0xB002, 7, 2**31, 50))
    return b"MPF\0" + exif(*entries)[6:]


def lies() -> dict[str, bytes]:
    """Make files whose parts contradict each other, or their format."""
    jpeg, small = encoded("JPEG", quality=60), encoded("PNG", drawn().quantize(4))
    webp = encoded("WEBP", quality=50)
    scan = jpeg.rindex(b"\xff\xda")
    loop = exif((0x8769, 4, 1, 8), (0x0112, 3, 1, 6), following=8)
    long = exif((0x0112, 3, 0xFFFFFFFF, 8), (0x010E, 2, 0xFFFFFFF0, 8))
    return {
        "orientation-99.jpg": after_soi(jpeg, segment(0xE1, exif((0x0112, 3, 1, 99)))),
        "exif-in-a-circle.jpg": after_soi(jpeg, segment(0xE1, loop)),
        "exif-of-four-gigabytes.jpg": after_soi(jpeg, segment(0xE1, long)),
        "length-of-nothing.jpg": after_soi(jpeg, segment(0xE0, b"", says=0)),
        "length-past-the-end.jpg": after_soi(jpeg, segment(0xE0, b"", says=65_535)),
        "no-tables.jpg": b"\xff\xd8" + sof(64, 64) + jpeg[scan:],
        "no-frame.jpg": b"\xff\xd8" + jpeg[scan:],
        "scan-before-frame.jpg": b"\xff\xd8" + jpeg[scan:-2] + jpeg[2:],
        "no-height.jpg": jpeg.replace(struct.pack(">HH", *SIZE[::-1]), struct.pack(">HH", 0, 160)),
        "twelve-bits.jpg": b"\xff\xd8" + sof(64, 64, marker=0xC1, depth=12) + jpeg[scan:],
        "arithmetic.jpg": b"\xff\xd8" + sof(64, 64, marker=0xC9) + jpeg[scan:],
        "lossless.jpg": b"\xff\xd8" + sof(64, 64, marker=0xC3) + jpeg[scan:],
        "two-components.jpg": b"\xff\xd8" + sof(64, 64, parts=2) + jpeg[scan:],
        "two-frames.jpg": jpeg[:scan] + sof(4_000, 4_000) + jpeg[scan:],
        "forged-end.jpg": jpeg[:150] + pieces.END,
        "end-in-a-comment.jpg": jpeg[:scan]
        + segment(0xFE, pieces.END * 3)
        + jpeg[scan : scan + 90],
        "only-fill-bytes.jpg": b"\xff\xd8" + b"\xff" * 4_000,
        "chunk-of-four-gigabytes.png": after_ihdr(small, chunk(b"tEXt", b"", says=2**32 - 1)),
        "wrong-checksum.png": png(header(8, 8), chunk(b"IDAT", b"\0" * 20, crc=1)),
        "depth-of-nothing.png": png(header(8, 8, depth=0), rows(8, 8)),
        "colour-of-nothing.png": png(header(8, 8, colour=5), rows(8, 8)),
        "palette-missing.png": png(header(8, 8, colour=3), rows(8, 8)),
        "transparency-too-long.png": after_ihdr(small, chunk(b"tRNS", bytes(3_000))),
        "no-rows.png": png(header(8, 8)),
        "few-rows.png": png(header(800, 800), rows(8, 8)),
        "no-size.png": png(header(0, 0), rows(1, 1)),
        "frame-beyond-canvas.png": png(
            header(8, 8),
            chunk(b"acTL", struct.pack(">II", 2, 0)),
            chunk(b"fcTL", struct.pack(">IIIIIHHBB", 0, 8, 8, 0, 0, 1, 1, 0, 0)),
            rows(8, 8),
            chunk(b"fcTL", struct.pack(">IIIIIHHBB", 1, 9_000, 9_000, 0, 0, 1, 1, 0, 0)),
            chunk(b"fdAT", struct.pack(">I", 2) + packed_zeros(80_000)),
        ),
        "no-colours.gif": gif(frame(), table=False),
        "no-end.gif": gif(frame(), end=False),
        "no-size.gif": gif(frame(0, 0), width=0, height=0),
        "codes-of-99-bits.gif": gif(frame(8, 8, data=b"\x63\x02\xff\xff\x00"), width=8, height=8),
        "codes-of-nothing.gif": gif(frame(8, 8, data=b"\x00\x00"), width=8, height=8),
        "codes-at-random.gif": gif(
            frame(200, 200, data=b"\x08\xff" + bytes(range(255)) + b"\x00"), width=200, height=200
        ),
        "unknown-block.gif": gif(b"\x77" * 30),
        "shorter-than-said.webp": webp[:4] + struct.pack("<I", 10**9) + webp[8:],
        "longer-than-said.webp": webp[:4] + struct.pack("<I", 40) + webp[8:],
        "canvas-only.webp": riff(canvas(64, 64, flags=0x1E)),
        "no-picture.webp": riff((b"JUNK", bytes(90))),
        "picture-of-nothing.webp": riff((b"VP8 ", b"\x10\0\0\x9d\x01\x2a\0\0\0\0" + bytes(20))),
    }


def other_things() -> dict[str, bytes]:
    """Make files that are two things, or another thing than their name says."""
    jpeg, small = encoded("JPEG", quality=60), encoded("PNG", drawn().quantize(4))
    moving = encoded("GIF", drawn().quantize(4))
    archive = b"PK\x03\x04" + bytes(26) + b"a.txt" + b"hello" + b"PK\x05\x06" + bytes(18)
    page = b"<!doctype html><script>alert(1)</script>"
    return {
        "nothing.jpg": b"",
        "jpeg-and-archive.jpg": jpeg + archive,
        "png-and-page.png": small + page,
        "gif-and-script.gif": b"GIF89a/*" + moving[8:] + b"*/=1;alert(1)",
        "page-in-a-comment.jpg": after_soi(jpeg, segment(0xFE, page)),
        "page-and-picture.png": page + small,
        "archive-and-picture.png": archive + small,
        "a-page.jpg": page,
        "a-drawing.png": b'<svg xmlns="http://www.w3.org/2000/svg"><rect width="9"/></svg>',
        "a-document.jpg": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n" + jpeg,
        "a-bitmap.png": encoded("BMP", drawn().resize((8, 8))),
        "a-tiff.jpg": encoded("TIFF", drawn().resize((8, 8))),
        "an-icon.gif": encoded("ICO", drawn().resize((16, 16))),
        "a-heic.jpg": b"\0\0\0\x1cftypheic" + bytes(60),
        "png-named.jpg": small,
        "jpeg-named.webp": jpeg,
        "two-pictures.jpg": jpeg + jpeg,
        "zeros.png": bytes(5_000),
        "ones.gif": b"\xff" * 5_000,
    }


def make() -> Iterator[tuple[str, bytes]]:
    """Yield every file of the corpus with its name."""
    yield from ((WHOLE + name, data) for name, data in whole_files().items())
    for group in (unusual_files(), bombs(), lies(), other_things()):
        yield from group.items()


def kept() -> dict[str, bytes]:
    """Read the corpus as it was written, by name."""
    files = sorted(file for file in FOLDER.iterdir() if file.suffix not in {".tsv", ".md"})
    return {file.name: file.read_bytes() for file in files}


def expected() -> dict[str, tuple[str, str]]:
    """Read the SHA-256 of every file and what is answered to it, by name."""
    lines = (FOLDER / EXPECTED).read_text(encoding="utf-8").splitlines()[1:]
    split = (line.split("\t") for line in lines)
    return {name: (sha256, answer) for name, sha256, answer in split}


def main() -> None:
    """Write what is missing of the corpus, and what is answered to each file today."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    there = kept()
    for name, data in make():
        if name not in there:
            (FOLDER / name).write_bytes(data)
    lines = ["file\tsha256\tanswer\n"]
    for name, data in kept().items():
        lines.append(f"{name}\t{hashlib.sha256(data).hexdigest()}\t{answers_to(data)}\n")
    (FOLDER / EXPECTED).write_text("".join(lines), encoding="utf-8")
    total = sum(map(len, kept().values()))
    sys.stdout.write(f"{len(lines) - 1} files, {total:,} bytes\n")


if __name__ == "__main__":
    main()
