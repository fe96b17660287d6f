"""How often words that stand in a picture are read, by script, by size, and under what is done.

Run `python evals/words_in_pictures.py` with the extra `ocr`; it writes
`evals/results/words_in_pictures.md`. Harmless phrases are drawn on the repository's photographs
with fonts of Debian's packages fonts-dejavu-core, fonts-noto-core and fonts-noto-cjk.
"""

from __future__ import annotations

import io
import platform
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont, features

from evenhand.banks import Snapshot
from evenhand.detection.model import Answer, ImageContent, ItemContent
from evenhand.detection.readers.words import WordsInPictures
from evenhand.kit.folding import normalise

ROOT: Final = Path(__file__).resolve().parents[1]
PHOTOS: Final = sorted((ROOT / "src/evenhand/demo/community/photos").glob("*.jpg"))
RESULT: Final = ROOT / "evals" / "results" / "words_in_pictures.md"
FONTS: Final = Path("/usr/share/fonts")
SEED: Final = 20_261_122
SIDE: Final = 900  # pixels: under what the reader makes of larger ones
SIZES: Final = (10, 14, 20, 32)
USUAL: Final = 20

Change = Callable[[Image.Image, np.random.Generator], Image.Image]


@dataclass(frozen=True)
class Script:
    """How a script is drawn, and what is written in it."""

    name: str
    font: str
    phrases: tuple[str, ...]


SCRIPTS: Final = (
    Script(
        "Latin",
        "truetype/dejavu/DejaVuSans.ttf",
        ("boats for sale", "fresh bread daily", "meet at the harbour", "Straße nach Süden"),
    ),
    Script(
        "Chinese",
        "opentype/noto/NotoSansCJK-Regular.ttc",
        ("今天有新鲜面包", "码头见面", "出售旧自行车", "春天的花园"),
    ),
    Script(
        "Japanese",
        "opentype/noto/NotoSansCJK-Regular.ttc",
        ("パンを売ります", "港で会いましょう", "古い自転車", "春の庭"),
    ),
    Script(
        "Cyrillic",
        "truetype/dejavu/DejaVuSans.ttf",
        ("свежий хлеб", "встреча у причала", "продаю велосипед", "весенний сад"),
    ),
    Script(
        "Greek",
        "truetype/dejavu/DejaVuSans.ttf",
        ("φρέσκο ψωμί", "στο λιμάνι", "πωλείται ποδήλατο", "κήπος την άνοιξη"),
    ),
    Script(
        "Arabic",
        "truetype/noto/NotoNaskhArabic-Regular.ttf",
        ("خبز طازج", "نلتقي عند الميناء", "دراجة للبيع", "حديقة الربيع"),
    ),
    Script(
        "Hebrew",
        "truetype/noto/NotoSansHebrew-Regular.ttf",
        ("לחם טרי", "ניפגש בנמל", "אופניים למכירה", "גן האביב"),
    ),
    Script(
        "Devanagari",
        "truetype/noto/NotoSansDevanagari-Regular.ttf",
        ("ताज़ी रोटी", "बंदरगाह पर मिलें", "साइकिल बिकाऊ", "वसंत का बगीचा"),
    ),
    Script(
        "Thai",
        "truetype/noto/NotoSansThai-Regular.ttf",
        ("ขนมปังสด", "เจอกันที่ท่าเรือ", "ขายจักรยาน", "สวนฤดูใบไม้ผลิ"),
    ),
    Script(
        "Hangul",
        "opentype/noto/NotoSansCJK-Regular.ttc",
        ("신선한 빵", "항구에서 만나요", "자전거 팝니다", "봄의 정원"),
    ),
)


@dataclass(frozen=True)
class Read:
    """What came of one picture: whether the phrase stands in it, letters right, what was said."""

    found: bool
    letters: float
    answer: Answer


def noisy(picture: Image.Image, chance: np.random.Generator) -> Image.Image:
    """Add grain of 20 grey levels."""
    grain = chance.normal(0, 20, (*picture.size[::-1], 3))
    return Image.fromarray(np.clip(np.asarray(picture) + grain, 0, 255).astype(np.uint8))


CHANGES: Final[dict[str, Change]] = {
    "as it is": lambda it, _: it,
    "grain of 20 levels": noisy,
    "blur of 1.5 pixels": lambda it, _: it.filter(ImageFilter.GaussianBlur(1.5)),
    "turned by 10°": lambda it, _: it.rotate(10, Image.Resampling.BICUBIC),
    "turned by 90°": lambda it, _: it.transpose(Image.Transpose.ROTATE_90),
    "at half the size": lambda it, _: it.resize((it.width // 2, it.height // 2)),
    "mirrored": lambda it, _: it.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
}


def drawn(script: Script, phrase: str, size: int, chance: np.random.Generator) -> Image.Image:
    """Write a phrase somewhere on a photograph, white with a dark edge, as captions are."""
    photo = Image.open(PHOTOS[int(chance.integers(len(PHOTOS)))]).convert("RGB")
    scale = SIDE / max(photo.size)
    picture = photo.resize((round(photo.width * scale), round(photo.height * scale)))
    font = ImageFont.truetype(FONTS / script.font, size, layout_engine=ImageFont.Layout.RAQM)
    draw = ImageDraw.Draw(picture)
    edge = max(1, size // 12)
    left, top, right, bottom = draw.textbbox((0, 0), phrase, font=font, stroke_width=edge)
    room = picture.width - int(right - left) - 40, picture.height - int(bottom - top) - 40
    at = 20 + int(chance.integers(room[0])), 20 + int(chance.integers(room[1]))
    draw.text(at, phrase, "white", font=font, stroke_width=edge, stroke_fill=(20, 20, 20))
    return picture


def read(picture: Image.Image, phrase: str) -> Read:
    """Let the product read a picture, as a JPEG of ordinary quality."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=80)
    image = ImageContent("photo", "m", "0" * 64, "image/jpeg", out.getvalue)
    made = WordsInPictures(always=True).read(ItemContent("i", images=(image,)), Snapshot())
    said = "".join(letters(one.text) for one in made.texts)
    wanted = letters(phrase)
    return Read(wanted in said, 1 - nearest(wanted, said) / len(wanted), made.findings[0].answer)


def letters(text: str) -> str:
    """Give what is compared of a text: its letters, as banks compare them."""
    return "".join(each for each in normalise(text) if each.isalnum())


def nearest(wanted: str, said: str) -> int:
    """Count the edits from a phrase to the part of a text that is nearest to it (Sellers, 1980)."""
    row = [0] * (len(said) + 1)
    for at, letter in enumerate(wanted, 1):
        before, row[0] = row[0], at
        for place, other in enumerate(said, 1):
            above = row[place]
            row[place] = min(before + (letter != other), above + 1, row[place - 1] + 1)
            before = above
    return min(row)


def told(every: Sequence[Read]) -> tuple[str, str, str]:
    """Write what came of some pictures: found, letters right, and told that words were seen."""
    seen = sum(one.answer is Answer.FOUND for one in every)
    right = sum(one.letters for one in every) / len(every)
    return f"{sum(one.found for one in every)} of {len(every)}", f"{right:.0%}", f"{seen}"


def rows_of(cases: Iterator[tuple[tuple[object, ...], list[Read]]]) -> Iterator[str]:
    """Write a line for each case as it is measured, and show it."""
    for case, every in cases:
        line = f"| {' | '.join(map(str, (*case, *told(every))))} |"
        print(line, flush=True)
        yield line


def by_size(chance: np.random.Generator) -> Iterator[tuple[tuple[object, ...], list[Read]]]:
    """Read every script at every size."""
    for script in SCRIPTS:
        for size in SIZES:
            yield (
                (script.name, size),
                [read(drawn(script, each, size, chance), each) for each in script.phrases],
            )


def by_change(chance: np.random.Generator) -> Iterator[tuple[tuple[object, ...], list[Read]]]:
    """Read what can be read under everything that is done to pictures."""
    for script in SCRIPTS[:2]:
        for name, change in CHANGES.items():
            made = [
                read(change(drawn(script, each, USUAL, chance), chance), each)
                for each in script.phrases
            ]
            yield (script.name, name), made


def plain(chance: np.random.Generator) -> tuple[int, int]:
    """Count the photographs without a word in which words were read."""
    some = [PHOTOS[at] for at in chance.choice(len(PHOTOS), min(20, len(PHOTOS)), replace=False)]
    seen = [read(Image.open(each).convert("RGB"), "none") for each in some]
    return sum(one.answer is Answer.FOUND for one in seen), len(seen)


ABOUT: Final = """\
# Words in pictures

Written by `evals/words_in_pictures.py` (seed {seed}): rapidocr {ocr} with its packaged PP-OCRv6
small, Pillow {pillow}, Python {python}. Four harmless phrases in each script, white with a dark
edge, each on another of {photos} photographs at {side} pixels, as JPEGs of quality 80. "Found" is
that the whole phrase is in what was read, as banks compare it; "letters right" counts edits; "words
seen" is in how many the reader said that there are words at all. Four phrases say which scripts are
read, and little of how well.

**The packaged model reads {reads}. It does not read {cannot}:** there it sees
nothing, or writes something else, and phrases in these scripts are not found in pictures. A picture
in which nothing was read has not been found to be free of words. {seconds:.1f} s of the processor
a picture."""


def main() -> None:
    """Measure, print and write."""
    if not features.check("raqm"):
        sys.exit("Pillow has no Raqm here, so Arabic and Indic letters would be drawn wrong.")
    missing = [each.font for each in SCRIPTS if not (FONTS / each.font).exists()]
    if missing:
        sys.exit(f"Install fonts-dejavu-core, fonts-noto-core, fonts-noto-cjk: no {missing[0]}.")
    chance, began = np.random.default_rng(SEED), time.process_time()
    head = "| {} | found | letters right | words seen |\n| --- | --- | --- | --- | --- |"
    sizes = list(rows_of(by_size(chance)))
    changes = list(rows_of(by_change(chance)))
    wrong, looked = plain(chance)
    count = 4 * (len(sizes) + len(changes)) + looked
    found = {
        script.name: sum(int(row.split(" | ")[2].split()[0]) for row in sizes if script.name in row)
        for script in SCRIPTS
    }
    page = [
        ABOUT.format(
            seed=SEED,
            ocr=version("rapidocr"),
            pillow=version("pillow"),
            python=platform.python_version(),
            photos=len(PHOTOS),
            side=SIDE,
            reads=", ".join(name for name, times in found.items() if times),
            cannot=", ".join(name for name, times in found.items() if not times),
            seconds=(time.process_time() - began) / count,
        ),
        "## By script and size of the letters, in pixels",
        "\n".join([head.format("script | size"), *sizes]),
        f"## Under what is done to pictures, at {USUAL} pixels",
        "\n".join([head.format("script | what was done"), *changes]),
        "## Words seen where there are none",
        f"In {wrong} of {looked} photographs without a word.",
    ]
    RESULT.write_text("\n\n".join(page) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
