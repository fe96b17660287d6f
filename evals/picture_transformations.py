"""How often a listed photograph is known again, by what was done to it; and false matches.

Run `python evals/picture_transformations.py`; it writes `evals/results/picture_transformations.md`.
The bank lists each photograph's plain hash, as a partner's list would. What is sent is decoded from
its file and looked at as the product looks at it: all orientations, without its border, enlarged.
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
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageOps

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evals.photographs import Corpus, Photograph, gather, jpeg
from evenhand.detection.signals.pdq import DISTANCE_MATCH_MAX, PdqHash
from evenhand.detection.signals.pdq_fast import pdq_of
from evenhand.detection.signals.pdq_looks import distant_looks, looks_at
from evenhand.kit.luma import LumaFrame, luma_frames

RESULT: Final = Path(__file__).parent / "results" / "picture_transformations.md"
SEED: Final = 20_261_121
DISTANT_MAX: Final = 63
WHITE, BLACK = (255, 255, 255), (0, 0, 0)

Change = Callable[[Image.Image, np.random.Generator], bytes]


def resized(picture: Image.Image, long_side: int) -> Image.Image:
    """Scale a picture so that its longer side has so many pixels."""
    scale = long_side / max(picture.size)
    size = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
    return picture.resize(size, Image.Resampling.LANCZOS)


def cropped(picture: Image.Image, share: float) -> Image.Image:
    """Cut a share of the area away, evenly at all four sides, so that its form stays."""
    side = (1 - share) ** 0.5
    left, top = picture.width * (1 - side) / 2, picture.height * (1 - side) / 2
    box = (round(left), round(top), round(picture.width - left), round(picture.height - top))
    return picture.crop(box)


def each_side_cropped(picture: Image.Image, share: float) -> Image.Image:
    """Cut a share of the width and of the height away, half of it at each end."""
    across, down = round(picture.width * share / 2), round(picture.height * share / 2)
    return picture.crop((across, down, picture.width - across, picture.height - down))


def framed(picture: Image.Image, share: float, shade: tuple[int, int, int]) -> Image.Image:
    """Put a plain border of a share of the longer side around a picture."""
    return ImageOps.expand(picture, round(max(picture.size) * share), shade)


def letterboxed(picture: Image.Image) -> Image.Image:
    """Put a picture on a black square."""
    side = max(picture.size)
    page = Image.new("RGB", (side, side), BLACK)
    page.paste(picture, ((side - picture.width) // 2, (side - picture.height) // 2))
    return page


def screenshot(picture: Image.Image) -> bytes:
    """Take it as a tight screenshot does: a margin of 2 %, 1,080 pixels, quality 80."""
    return jpeg(resized(framed(picture, 0.02, WHITE), 1_080), 80)


def lettered(picture: Image.Image, share: float) -> Image.Image:
    """Lay a bar with text over the lower part."""
    drawn = picture.copy()
    pen = ImageDraw.Draw(drawn)
    top = round(picture.height * (1 - share))
    pen.rectangle((0, top, picture.width, picture.height), fill=BLACK)
    pen.text((10, top + 5), "Two tickets for Saturday", fill=WHITE)
    return drawn


def transposed(how: Image.Transpose) -> Change:
    """Turn or mirror a picture."""
    return lambda picture, _: jpeg(picture.transpose(how))


def at(long_side: int, quality: int = 85) -> Change:
    """Make a small copy."""
    return lambda picture, _: jpeg(resized(picture, long_side), quality)


def at_quality(quality: int) -> Change:
    """Compress a picture."""
    return lambda picture, _: jpeg(picture, quality)


def noisy(picture: Image.Image, rng: np.random.Generator) -> bytes:
    """Add grain."""
    grain = rng.normal(0, 10, (picture.height, picture.width, 3))
    return jpeg(Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8)))


def as_png(picture: Image.Image, _: np.random.Generator) -> bytes:
    """Write a picture without loss."""
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def plain(change: Callable[[Image.Image], Image.Image]) -> Change:
    """Change a picture and write it as a JPEG."""
    return lambda picture, _: jpeg(change(picture))


#: (what is done, the change, the aim in percent, within how many bits).
CHANGES: Final[tuple[tuple[str, Change, float | None, int], ...]] = (
    ("nothing (PNG)", as_png, None, DISTANCE_MATCH_MAX),
    ("turned 90°", transposed(Image.Transpose.ROTATE_270), 97, DISTANCE_MATCH_MAX),
    ("turned 180°", transposed(Image.Transpose.ROTATE_180), 97, DISTANCE_MATCH_MAX),
    ("turned 270°", transposed(Image.Transpose.ROTATE_90), 97, DISTANCE_MATCH_MAX),
    ("mirrored", transposed(Image.Transpose.FLIP_LEFT_RIGHT), 97, DISTANCE_MATCH_MAX),
    ("mirrored top to bottom", transposed(Image.Transpose.FLIP_TOP_BOTTOM), 97, 31),
    ("border 2 % white", plain(lambda p: framed(p, 0.02, WHITE)), 97, DISTANCE_MATCH_MAX),
    ("border 5 % white", plain(lambda p: framed(p, 0.05, WHITE)), 97, DISTANCE_MATCH_MAX),
    ("border 5 % black", plain(lambda p: framed(p, 0.05, BLACK)), 97, DISTANCE_MATCH_MAX),
    ("border 5 % blue", plain(lambda p: framed(p, 0.05, (51, 102, 170))), 97, DISTANCE_MATCH_MAX),
    ("letterboxed to a square", plain(letterboxed), 97, DISTANCE_MATCH_MAX),
    ("tight screenshot", lambda p, _: screenshot(p), 97, DISTANCE_MATCH_MAX),
    ("copy at 512 px", at(512), 99, DISTANCE_MATCH_MAX),
    ("copy at 320 px", at(320), 99, DISTANCE_MATCH_MAX),
    ("copy at 256 px", at(256), 99, DISTANCE_MATCH_MAX),
    ("copy at 200 px", at(200), 99, DISTANCE_MATCH_MAX),
    ("copy at 128 px", at(128), 99, DISTANCE_MATCH_MAX),
    ("copy at 96 px", at(96), None, DISTANCE_MATCH_MAX),
    ("JPEG quality 30", at_quality(30), None, DISTANCE_MATCH_MAX),
    ("JPEG quality 10", at_quality(10), None, DISTANCE_MATCH_MAX),
    ("grey", plain(lambda p: p.convert("L").convert("RGB")), None, DISTANCE_MATCH_MAX),
    ("squashed to a square", plain(lambda p: p.resize((800, 800))), None, DISTANCE_MATCH_MAX),
    ("30 % brighter", plain(lambda p: ImageEnhance.Brightness(p).enhance(1.3)), None, 31),
    ("blurred", plain(lambda p: p.filter(ImageFilter.GaussianBlur(2))), None, DISTANCE_MATCH_MAX),
    ("grain", noisy, None, DISTANCE_MATCH_MAX),
    ("crop 2 % of the width and height", plain(lambda p: each_side_cropped(p, 0.02)), None, 31),
    ("crop 5 % of the area", plain(lambda p: cropped(p, 0.05)), 95, DISTANT_MAX),
    ("crop 5 % of the width and height", plain(lambda p: each_side_cropped(p, 0.05)), 95, 63),
    ("crop 10 % of the width and height", plain(lambda p: each_side_cropped(p, 0.10)), None, 63),
    ("text over 6 %", plain(lambda p: lettered(p, 0.06)), None, DISTANT_MAX),
    ("text over 15 %", plain(lambda p: lettered(p, 0.15)), None, DISTANT_MAX),
    ("turned 2°", plain(lambda p: p.rotate(2, Image.Resampling.BICUBIC)), None, DISTANT_MAX),
    (
        "mirrored, 50 %, border 5 %, quality 30",
        lambda p, _: jpeg(framed(ImageOps.mirror(resized(p, 512)), 0.05, WHITE), 30),
        None,
        DISTANCE_MATCH_MAX,
    ),
)


def listed(photograph: Photograph) -> NDArray[np.uint8] | None:
    """Give a photograph's plain hash, of a file without loss."""
    frame = next(luma_frames(as_png(photograph.picture, _NONE), declared=None, frames_max=1))
    made = pdq_of(frame.plane)
    if not isinstance(made, PdqHash) or not made.usable:
        return None
    return np.frombuffer(bytes.fromhex(made.bits), np.uint8)


def nearest(content: bytes, bits: NDArray[np.uint8]) -> tuple[int, int]:
    """Give the nearest any look comes to a hash: near by in all orientations, and from far off."""
    frame = next(luma_frames(content, declared=None, frames_max=1))
    looks = list(looks_at(frame))
    near = [int(np.bitwise_count(look.bits ^ bits).sum(axis=1).min()) for look in looks]
    far, whole = distant_looks(frame, looks)
    apart = [int(np.bitwise_count(look.bits[0] ^ bits).sum()) for look in far]
    within = [int(np.bitwise_count(look.bits[0] ^ bits).sum()) for look in whole]
    apart += [each for each in within if each <= DISTANCE_MATCH_MAX]
    return min(near, default=256), min(apart, default=256)


def recall(corpus: Corpus) -> list[str]:
    """Measure every change, and give the lines of a table."""
    bank = [(one, bits) for one in corpus.photographs if (bits := listed(one)) is not None]
    ordinary = np.array([one.ordinary for one, _ in bank])
    lines = [
        (
            f"{ordinary.sum()} ordinary photographs are listed, and {(~ordinary).sum()} other"
            " pictures (drawn backgrounds, even textures, nearly plain ones); each was sent after"
            " every change. Aims are for the photographs."
        ),
        "",
        "| what was done | median bits | found within 31 | within 63 | aim | | others within 31 |",
        "|---|---:|---:|---:|---|---|---:|",
    ]
    for what, change, aim, within in CHANGES:
        rng = np.random.default_rng(SEED)
        made = np.array([nearest(change(one.picture, rng), bits) for one, bits in bank])
        near = made[:, 0]
        wide = (near <= DISTANCE_MATCH_MAX) | (made[:, 1] <= DISTANT_MAX)
        exact = 100 * float((near[ordinary] <= DISTANCE_MATCH_MAX).mean())
        others = 100 * float((near[~ordinary] <= DISTANCE_MATCH_MAX).mean())
        distant = 100 * float(wide[ordinary].mean())
        reached = exact if within == DISTANCE_MATCH_MAX else distant
        verdict = "" if aim is None else ("met" if reached >= aim else "**missed**")
        said = "" if aim is None else f"≥ {aim:g} % within {within}"
        row = f"| {what} | {np.median(near[ordinary]):.0f} | {exact:.1f} % | {distant:.1f} % |"
        lines.append(f"{row} {said} | {verdict} | {others:.1f} % |")
        print(lines[-1], flush=True)
    return lines


def false_matches(corpus: Corpus) -> list[str]:
    """Compare every photograph with every other, in every way in which one is looked at."""
    bank = {
        n: bits for n, one in enumerate(corpus.photographs) if (bits := listed(one)) is not None
    }
    pairs = near = wide = 0
    least = 256
    for number, one in enumerate(corpus.photographs):
        frame = _decoded(one)
        looks = list(looks_at(frame))
        close = [look.bits for look in looks]
        far, whole = ([look.bits[:1] for look in few] for few in distant_looks(frame, looks))
        others = np.stack([bits for other, bits in bank.items() if other != number])
        if not close:
            continue
        apart = np.stack([_apart(bits, others) for bits in close]).min(axis=0)
        from_far = np.stack([_apart(bits, others) for bits in far]).min(axis=0)
        as_whole = np.stack([_apart(bits, others) for bits in whole or far]).min(axis=0)
        pairs, least = pairs + len(others), min(least, int(apart.min()), int(from_far.min()))
        near += int((apart <= DISTANCE_MATCH_MAX).sum())
        wide += int(((from_far <= DISTANT_MAX) | (as_whole <= DISTANCE_MATCH_MAX)).sum())
    return [
        (
            f"Of {pairs:,} ordered pairs of unrelated photographs ({pairs // 2:,} unordered), each"
            f" in all orientations and looks: **{near}** within 31 bits, **{wide}** within 63 as"
            f" it is; the nearest two came to {least} bits. Photographs nearer than 80 bits were"
            " taken for the same one when the corpus was gathered, so this is no rate of false"
            " matches at large: it says that looking in more ways brings no unrelated pair near."
        ),
    ]


def _apart(looks: NDArray[np.uint8], others: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Give how near the nearest of some hashes comes to each of many."""
    each = np.bitwise_count(looks[:, None, :] ^ others[None, :, :]).sum(axis=2)
    return np.asarray(each.min(axis=0), np.int64)


def _decoded(one: Photograph) -> LumaFrame:
    return next(luma_frames(jpeg(one.picture, 95), declared=None, frames_max=1))


_NONE: Final = np.random.default_rng(SEED)


def main() -> None:
    """Measure, print and write the tables."""
    began = time.monotonic()
    corpus = gather()
    versions = ", ".join(f"{name} {version(name)}" for name in ("pillow", "numpy", "simplejpeg"))
    lines = [
        "# Known photographs, after what is done to pictures",
        "",
        (
            f"Made by `python evals/picture_transformations.py` (seed {SEED}; Python"
            f" {platform.python_version()}, {versions})."
        ),
        "",
        *recall(corpus),
        "",
        "## False matches",
        "",
        *false_matches(corpus),
        "",
        "## Corpus",
        "",
        (
            "Ordinary photographs and desktop backgrounds, among them drawn ones, at most 1,024"
            " pixels long; of those with a shorter side of 1,400 pixels also each quarter, which"
            " does not overlap."
        ),
        "",
        *corpus.told(),
        "",
    ]
    RESULT.write_text("\n".join(lines), encoding="utf-8")
    print(f"{RESULT.name}: {time.monotonic() - began:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
