"""Changes nasty files by the hundred thousand, and lets everything that opens pictures look.

`python -m bin.fuzz_decoders [COUNT] [--seed N] [--again SEED]`: what crashes, hangs, eats memory or
raises what no decoder may raise is printed with its seed, and `--again` makes that file again and
shows what comes of it. Two processes look at once. Its status is 1 when anything broke.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

from bin.nasty.corpus import WHOLE, kept
from bin.nasty.decoders import answers_to
from bin.nasty.judging import Broken, Judge, Said
from bin.nasty.mutating import mutated

COUNT: Final = 100_000
SECONDS_MAX: Final = 20.0
SMALL_BYTES: Final = 30_000  # larger files take longer and break nothing that smaller ones do not
PORTION: Final = 1_000
HANDS: Final = 2


class Tally:
    """What came of the files so far."""

    def __init__(self) -> None:
        self.answers: Counter[str] = Counter()
        self.broken: list[tuple[int, str, str]] = []
        self.slowest: tuple[float, int] = (0.0, 0)
        self.done = 0

    def add(self, seed: int, name: str, said: Said | Broken) -> None:
        """Count one answer."""
        self.done += 1
        if isinstance(said, Broken):
            self.broken.append((seed, name, said.how))
            print(f"\nseed {seed}: {name}: {said.how}", flush=True)
            return
        self.answers[said.answer.partition(";")[0].partition(" ")[0]] += 1
        self.slowest = max(self.slowest, (said.cpu, seed))


def files() -> dict[str, bytes]:
    """Choose what is changed: every file of the corpus but the largest, and the empty one."""
    return {name: data for name, data in kept().items() if 0 < len(data) <= SMALL_BYTES}


def look(seeds: range, tally: Tally, chosen: dict[str, bytes], wanted: int) -> None:
    """Look at every file of these seeds, in a process of its own, and say how far all have come."""
    with Judge(seconds_max=SECONDS_MAX) as judge:
        for seed in seeds:
            name, data = mutated(seed, chosen, sound=WHOLE)
            tally.add(seed, name, judge.ask(data))
            if tally.done % PORTION == 0:
                told = f"{tally.done:,} of {wanted:,} files, {len(tally.broken)} broke"
                end = "\r" if sys.stderr.isatty() else "\n"
                print(told, end=end, file=sys.stderr, flush=True)


def again(seed: int) -> None:
    """Make one file again, write it here, and let it do its worst."""
    name, data = mutated(seed, files(), sound=WHOLE)
    file = Path(f"fuzz-{seed}-{name}")
    file.write_bytes(data)
    print(f"{file}, {len(data)} bytes")
    print(answers_to(data))


def main() -> int:
    """Look at so many files, and say what came of them."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("count", nargs="?", type=int, default=COUNT)
    arguments.add_argument("--seed", type=int, default=0, help="The first seed.")
    arguments.add_argument("--again", type=int, help="Make one file again and show what it does.")
    given = arguments.parse_args()
    if given.again is not None:
        again(given.again)
        return 0
    tally, chosen, began = Tally(), files(), time.monotonic()
    last = given.seed + given.count
    with ThreadPoolExecutor(HANDS) as hands:
        shares = [range(given.seed + hand, last, HANDS) for hand in range(HANDS)]
        looking = [hands.submit(look, share, tally, chosen, given.count) for share in shares]
        for one in looking:
            one.result()
    took = time.monotonic() - began
    print(f"\n{tally.done:,} files from {len(chosen)}, seeds {given.seed} to {last - 1}:", end=" ")
    print(", ".join(f"{count:,} {answer}" for answer, count in tally.answers.most_common()))
    print(f"slowest {tally.slowest[0]:.2f} s of the processor (seed {tally.slowest[1]})", end="; ")
    print(f"{took:.0f} s in all; {len(tally.broken)} broke")
    return 1 if tally.broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
