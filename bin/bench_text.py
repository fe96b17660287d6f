"""Measures how fast texts are compared with what is listed, next to naive ways of doing the same.

Posts are English docstrings of 120 to 300 characters (see `evals/docstrings.py`). The peer
(`datasketch`) is installed into an environment of its own that is gone afterwards, or taken from
the one whose Python PEER_PYTHON names; when it cannot be had, the report says so. Times are
processor time of one core, the best of several rounds. Figures are printed and never asserted.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from evals.docstrings import gather
from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection.detectors import KnownPhrases, KnownTexts
from evenhand.detection.model import ItemContent, TextContent
from evenhand.detection.signals.near_text import EQUAL_MIN, TEXTS, signed
from evenhand.detection.signals.phrase_index import PhraseIndex, classes_of
from evenhand.detection.signals.phrases import find_phrases
from evenhand.kit.folding import letters_of
from evenhand.kit.text_likeness import SLOTS, matching_key, read_signature, signature_of

SEED: Final = 20_261_121
ROUNDS: Final = 5
POSTS: Final = 4_000
LISTED: Final = 100_000
TERMS: Final = (1_000, 10_000, 100_000)

PEER_PROGRAM: Final = """
import json, sys, time
from datasketch import MinHash
posts = json.load(sys.stdin)
best = 9e9
for _ in range(3):
    began = time.process_time()
    for post in posts:
        made = MinHash(num_perm=128)
        made.update_batch([post[at:at + 5].encode() for at in range(len(post) - 4)])
    best = min(best, time.process_time() - began)
print(len(posts) / best)
"""


def per_second(act: Callable[[str], object], posts: Sequence[str], rounds: int = ROUNDS) -> float:
    """Do something with each post; return how many a second, in the best round."""
    best = float("inf")
    for _ in range(rounds):
        began = time.process_time()
        for post in posts:
            act(post)
        best = min(best, time.process_time() - began)
    return len(posts) / best


def peer(posts: Sequence[str]) -> float | None:
    """Let datasketch make its MinHash of 128 numbers; None when it cannot be had."""
    with tempfile.TemporaryDirectory() as folder:
        python = os.environ.get("PEER_PYTHON") or _installed(Path(folder))
        if python is None:
            return None
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        said = subprocess.run(
            [python, "-c", PEER_PROGRAM],
            check=False,
            capture_output=True,
            text=True,
            input=json.dumps(posts),
            env=clean,
        )
    return float(said.stdout) if said.returncode == 0 else None


def _installed(folder: Path) -> str | None:
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "install", "--quiet", "datasketch"]
    return python if subprocess.run(pip, check=False, capture_output=True).returncode == 0 else None


def many_texts(posts: Sequence[str], dice: random.Random) -> list[str]:
    """Make so many texts out of the posts, by putting their words in another order."""
    made: list[str] = []
    while len(made) < LISTED:
        words = dice.choice(posts).split()
        dice.shuffle(words)
        made.append(" ".join(words))
    return made


def terms(count: int, posts: Sequence[str], dice: random.Random) -> list[str]:
    """Make phrases of one to three words that the posts use, most of them found nowhere."""
    words = sorted({word for post in posts for word in re.findall(r"[a-z]{4,}", post.lower())})
    made: dict[str, None] = {}
    while len(made) < count:
        length = dice.choice((2, 2, 3)) if dice.random() < 0.99 else 1
        phrase = " ".join(dice.choices(words, k=length))
        if len(phrase) >= 8:
            made[phrase] = None
    return list(made)


def bank_of(kind: EntryKind, values: Sequence[str]) -> Snapshot:
    """List values in one bank."""
    return Snapshot(
        tuple(
            LiveEntry(str(at), "b", "bank", Confidence.INDICATIVE, "c", kind, value)
            for at, value in enumerate(values)
        )
    )


def row(name: str, ours: float, naive: float | None = None, aim: int | None = None) -> None:
    """Print one line: how many a second, how many times a naive way, and the aim."""
    times = f"{ours / naive:>10,.0f} x" if naive else " " * 12
    print(f"  {name:<52}{ours:>12,.0f} /s{times}" + (f"   aim {aim:,}" if aim else ""))


def signatures(posts: Sequence[str]) -> None:
    """Measure what one post costs before anything is looked up."""
    print("\nSignatures (128 numbers over runs of five bytes)")
    naive = per_second(signature_of, posts[:400], rounds=3)
    theirs = peer(list(posts[:400]))
    row("folded, as phrases are looked for", per_second(letters_of, posts))
    row("matching key", per_second(matching_key, posts))
    eastern = [post.replace("e", "\u0435").replace("o", "\u043e") for post in posts]
    row("matching key, disguised in Cyrillic", per_second(matching_key, eastern))
    row("matching key and signature, beside plain numpy", per_second(signed, posts), naive, 50_000)
    row("matching key and signature, disguised in Cyrillic", per_second(signed, eastern))
    if theirs is None:
        print("  datasketch could not be installed, so nothing is compared with it.")
    else:
        ours = per_second(signed, posts)
        row("the same beside datasketch, which normalises nothing", ours, theirs)


def near_texts(posts: Sequence[str], dice: random.Random) -> None:
    """Measure looking a signature up among many."""
    values = {str(at): signed(text).written for at, text in enumerate(many_texts(posts, dice))}
    began = time.process_time()
    lookup = TEXTS.among(values)
    made = time.process_time() - began
    rows = np.frombuffer(b"".join(read_signature(one).slots for one in values.values()), "<u2")
    rows = rows.reshape(-1, SLOTS)
    size = sum(each.nbytes for each in (lookup.pairs, lookup.begins, lookup.in_order))
    print(f"\nNear copies among {LISTED:,} texts (made ready in {made:.1f} s, {size / 1e6:.0f} MB)")
    asked = [signed(post) for post in posts]
    best = float("inf")
    for _ in range(ROUNDS):
        began = time.process_time()
        for one in asked:
            lookup.near_signature(one)
        best = min(best, time.process_time() - began)
    began = time.process_time()
    for one in asked[:20]:
        np.flatnonzero((rows == np.frombuffer(one.slots, "<u2")).sum(axis=1) >= EQUAL_MIN)
    naive = 20 / (time.process_time() - began)
    row("looked up, beside comparing with every row in numpy", len(asked) / best, naive)
    bank, detector = bank_of(EntryKind.TEXT, list(values.values())), KnownTexts()
    row("post in, finding out (known_texts)", per_second(_examined(detector, bank), posts))


def phrases(posts: Sequence[str], dice: random.Random) -> None:
    """Measure looking for phrases."""
    for count in TERMS:
        listed = terms(count, posts, dice)
        began = time.process_time()
        index = PhraseIndex(listed)
        made = time.process_time() - began
        hits = sum(len(index.find(post)) for post in posts) / len(posts)
        print(f"\n{count:,} phrases (made ready in {made:.1f} s; {hits:.2f} hits a post)")
        classes = [classes_of(letters_of(post)) for post in posts]
        searched = per_second(index.candidates, classes)
        row("automaton alone", searched, aim=150_000)
        naive = per_second(lambda post: find_phrases(post, listed[:1_000]), posts[:1], rounds=1)  # noqa: B023 - used at once
        found = per_second(index.find, posts)
        row("post in, hits out, beside one by one (extrapolated)", found, naive * 1_000 / count)
        bank, detector = bank_of(EntryKind.PHRASE, listed), KnownPhrases()
        row("post in, finding out (known_phrases)", per_second(_examined(detector, bank), posts))


def _examined(detector: KnownPhrases | KnownTexts, bank: Snapshot) -> Callable[[str], object]:
    return lambda post: detector.examine(ItemContent("i", texts=(TextContent("text", post),)), bank)


def main() -> None:
    """Print the report."""
    corpus = gather(POSTS, SEED)
    print(f"Posts: {corpus.says}")
    dice = random.Random(SEED)  # noqa: S311 - drawn to be drawn again
    signatures(corpus.texts)
    near_texts(corpus.texts, dice)
    phrases(corpus.texts, dice)


if __name__ == "__main__":
    main()
