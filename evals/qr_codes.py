"""How often a QR code on a photograph is read, under what is done to pictures; and false finds.

Run `python evals/qr_codes.py`; it writes `evals/results/qr_codes.md`. The codes lead to invented
addresses. Every photograph of the repository carries a code and goes through every condition; the
plain photographs, and crops and turns of them, show how often a code is seen where there is none.
"""

from __future__ import annotations

import io
import platform
import sys
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
import segno
from PIL import Image, ImageFilter, ImageOps

from evenhand.banks import Snapshot
from evenhand.detection.model import Answer, ImageContent, ItemContent
from evenhand.detection.readers.qr_codes import QrCodes

ROOT: Final = Path(__file__).resolve().parents[1]
PHOTOS: Final = (
    *sorted((ROOT / "src/evenhand/demo/community/photos").glob("*.jpg")),
    *sorted((ROOT / "tests/fixtures/pdq/images").rglob("*.jp*g")),
)
RESULT: Final = ROOT / "evals" / "results" / "qr_codes.md"
SEED: Final = 20_261_121
CODE_SHARE: Final = 0.28  # of the photo's shorter side
PLACES: Final = 3
LINES: Final = "\n"
SIDE_MIN: Final = 400  # smaller photographs are left out: their codes would have no pixels

Change = Callable[[Image.Image], Image.Image]


def photographs() -> list[Image.Image]:
    """Open every photograph of the repository that is large enough."""
    opened = [ImageOps.exif_transpose(Image.open(path)).convert("RGB") for path in PHOTOS]
    return [photo for photo in opened if min(photo.size) >= SIDE_MIN]


def with_code(photo: Image.Image, link: str, share: float, rng: np.random.Generator) -> Image.Image:
    """Paste a code that leads to a link somewhere on a photograph, with its quiet zone."""
    drawn = io.BytesIO()
    segno.make(link, error="m").save(drawn, kind="png", scale=8, border=4)
    side = round(min(photo.size) * share)
    code = Image.open(drawn).convert("RGB").resize((side, side), Image.Resampling.LANCZOS)
    whole = photo.copy()
    left = int(rng.integers(0, photo.width - side + 1))
    top = int(rng.integers(0, photo.height - side + 1))
    whole.paste(code, (left, top))
    return whole


def jpeg(image: Image.Image, quality: int) -> bytes:
    """Save as a JPEG."""
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()


def scaled(image: Image.Image, share: float) -> Image.Image:
    """Make it smaller."""
    size = (round(image.width * share), round(image.height * share))
    return image.resize(size, Image.Resampling.LANCZOS)


def leaning(image: Image.Image) -> Image.Image:
    """Show it as if photographed from one side: its far edge is three quarters as high."""
    width, height = image.size
    inset = height // 8
    corners = (0, -inset, 0, height + inset, width, height, width, 0)
    return image.transform(image.size, Image.Transform.QUAD, corners, Image.Resampling.BICUBIC)


CONDITIONS: Final[tuple[tuple[str, Change, int], ...]] = (
    ("as it is, JPEG 90", lambda image: image, 90),
    ("turned by 33 degrees", lambda image: image.rotate(33, Image.Resampling.BICUBIC, True), 90),
    ("turned a quarter", lambda image: image.transpose(Image.Transpose.ROTATE_90), 90),
    ("mirrored", ImageOps.mirror, 90),
    ("blurred, radius 2", lambda image: image.filter(ImageFilter.GaussianBlur(2)), 90),
    ("60 % of the size", lambda image: scaled(image, 0.6), 90),
    ("30 % of the size", lambda image: scaled(image, 0.3), 90),
    ("JPEG 20", lambda image: image, 20),
    ("seen from one side", leaning, 90),
    ("light on dark", ImageOps.invert, 90),
    ("faint: a third of the contrast", lambda image: Image.blend(
        Image.new("RGB", image.size, (128, 128, 128)), image, 0.33), 90),
)  # fmt: skip


def read(data: bytes) -> tuple[list[str], Answer, float]:
    """Let the reader read one picture: its links, its answer, and the seconds it took."""
    image = ImageContent("photo", "m", "00", "image/jpeg", lambda: data)
    began = time.perf_counter()
    reading = QrCodes().read(ItemContent("i", images=(image,)), Snapshot())
    took = time.perf_counter() - began
    return [link.url for link in reading.links], reading.findings[0].answer, took


def main() -> None:
    """Measure, print the table, and keep it."""
    rng = np.random.default_rng(SEED)
    photos = photographs()
    lines = [
        "| condition | codes | read | share | seen but not read | passed over | median ms |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, change, quality in CONDITIONS:
        lines.append(measured(name, change, quality, photos=photos, rng=rng))
    plain = plain_pictures(photos)
    false = sum(read(jpeg(image, 90))[1] is not Answer.NOT_FOUND for image in plain)
    said = f"""# QR codes on photographs

{len(photos)} photographs of the repository of at least {SIDE_MIN} pixels, {PLACES} times one code
on each, {CODE_SHARE:.0%} of the shorter side. Read means: exactly the link, once. What is seen but
not read is answered "failed", never "not found".

{LINES.join(lines)}

Without any code, {len(plain)} pictures (the photographs, four crops of each, mirrored and
inverted): {false} false finds.

zxing-cpp {version("zxing-cpp")}, pillow {version("pillow")}, Python {platform.python_version()},
seed {SEED}, one core of a machine that was busy with other work.
"""
    RESULT.write_text(said, encoding="utf-8")
    sys.stdout.write(said)


def measured(
    name: str,
    change: Change,
    quality: int,
    *,
    photos: list[Image.Image],
    rng: np.random.Generator,
) -> str:
    """Put codes on every photograph, change them, read them; return a row of the table."""
    hits, failed, times = 0, 0, []
    codes = len(photos) * PLACES
    for number, photo in enumerate(photos * PLACES):
        link = f"https://pay-{number}.example/order?id={rng.integers(10**6)}"
        links, answer, took = read(jpeg(change(with_code(photo, link, CODE_SHARE, rng)), quality))
        hits += links == [link]
        failed += answer is Answer.FAILED
        times.append(took * 1000)
    return (
        f"| {name} | {codes} | {hits} | {hits / codes:.3f} | {failed} | {codes - hits - failed} "
        f"| {np.median(times):.0f} |"
    )


def plain_pictures(photos: list[Image.Image]) -> list[Image.Image]:
    """Give the photographs, the quarters of each, and all of these mirrored and inverted."""
    parts = list(photos)
    for photo in photos:
        half = (photo.width // 2, photo.height // 2)
        for left in (0, half[0]):
            for top in (0, half[1]):
                parts.append(photo.crop((left, top, left + half[0], top + half[1])))
    return [each for part in parts for each in (part, ImageOps.mirror(part), ImageOps.invert(part))]


if __name__ == "__main__":
    main()
