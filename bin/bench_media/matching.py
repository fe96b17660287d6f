"""How fast a bank answers which listed hashes are near, how large it is, how soon it is open.

Random hashes, half of the queries planted 0 to 36 bits from one of them. Every way must find the
same: that is asserted, and nothing else is.
"""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from bin.bench_media.figures import Report
from bin.bench_media.peers import Peer
from evenhand.banks.index import Changes, Everything, LiveIndex

DISTANCE: Final = 31
ASKED: Final = 1_000
PORTION: Final = 50_000
ROUNDS: Final = 3
AIMS: Final = {100_000: 8, 1_000_000: 10}  # beyond that the peers take minutes and gigabytes
BYTES_AIM: Final = 215
OPEN_AIM_MS: Final = 10

Found = list[set[int]]
OPEN: Final = """
import sys, time
from pathlib import Path
from evenhand.banks.index import LiveIndex, kernels, layout
layout.shuffle()
class Same:
    def confirms(self, line, mark): return True
    def changes(self, line): return None
index = LiveIndex(Path(sys.argv[1]))
began = time.perf_counter(); index.catch_up(Same()); opened = time.perf_counter() - began
began = time.perf_counter(); index.match([sys.argv[2]], 31); first = time.perf_counter() - began
print(opened * 1000, first * 1000)
"""


class Drawn:
    """Random hashes in place of a database."""

    def __init__(self, rows: NDArray[np.uint8]) -> None:
        self.rows = rows

    def confirms(self, line: int, mark: str) -> bool:
        """Believe everything."""
        return bool(mark == "drawn" and line == 1)

    def changes(self, _line: int) -> Changes | None:
        """Stand still."""
        return None

    def everything(self) -> Everything:
        """Give all rows; the id of an entry is its number."""
        return Everything(1, "drawn", self._portions())

    def _portions(self) -> Iterator[Sequence[tuple[str, str]]]:
        for at in range(0, len(self.rows), PORTION):
            part = self.rows[at : at + PORTION]
            yield [(str(uuid.UUID(int=at + n)), row.tobytes().hex()) for n, row in enumerate(part)]


def drawn(count: int) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw a bank and queries: half planted 0 to 36 bits away from a listed hash."""
    dice = np.random.default_rng(count)
    rows = dice.integers(0, 256, (count, 32), dtype=np.uint8)
    asked = dice.integers(0, 256, (ASKED, 32), dtype=np.uint8)
    for at, row in enumerate(dice.integers(0, count, ASKED // 2)):
        bits = np.unpackbits(rows[row])
        bits[dice.choice(256, at % 37, replace=False)] ^= 1
        asked[at] = np.packbits(bits)
    return rows, asked


def time_of(act: Callable[[], Any]) -> float:
    """Time one thing, in seconds of this thread's processor time."""
    began = time.thread_time()
    act()
    return time.thread_time() - began


def built(rows: NDArray[np.uint8], folder: Path) -> tuple[LiveIndex, float]:
    """Build an index of all rows; return it and the seconds it took."""
    index = LiveIndex(folder)
    began = time.process_time()
    index.catch_up(Drawn(rows))
    return index, time.process_time() - began


def ours(index: LiveIndex, asked: NDArray[np.uint8], folder: Path) -> dict[str, Any]:
    """Match one by one and all at once, and open the index again in a fresh process."""
    hexes = [one.tobytes().hex() for one in asked]
    found = [{uuid.UUID(one.entry_id).int for one in each} for each in index.match(hexes, DISTANCE)]
    each = [
        [time_of(partial(index.match, [one], DISTANCE)) * 1e6 for one in hexes]
        for _ in range(ROUNDS)
    ]
    cuts = np.quantile(np.min(each, axis=0), [0.5, 0.99])
    rounds = [time_of(partial(index.match, hexes, DISTANCE)) for _ in range(ROUNDS)]
    wide = [time_of(partial(index.match, [one], 63)) for one in hexes[:20]]
    opened = [
        subprocess.run(
            [sys.executable, "-c", OPEN, str(folder), hexes[0]],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        for _ in range(3)
    ]
    return {
        "found": found,
        "p50_us": float(cuts[0]),
        "p99_us": float(cuts[1]),
        "batched_us": min(rounds) / len(hexes) * 1e6,
        "ring_63_ms": float(np.median(wide)) * 1000,
        "open_ms": min(float(one[0]) for one in opened),
        "first_match_ms": min(float(one[1]) for one in opened),
    }


def run(report: Report, count: int, folder: Path, peer: Peer | None) -> LiveIndex:
    """Print the lines of one size, add its figures to the report, and return the index."""
    rows, asked = drawn(count)
    index, took = built(rows, folder / "index")
    mine = ours(index, asked, folder / "index")
    size = index.stats().bytes / count
    planted = sum(map(len, mine["found"]))
    assert planted >= ASKED // 2 * 32 // 37 - 1, "the planted ones are found"
    line = "{:<16}{:>10.1f}{:>10.1f}{:>12.1f}{:>10.1f}"
    print(f"\nMatching in {count:,} hashes: µs of one core; bytes an entry")
    print(f"{'':<16}{'p50':>10}{'p99':>10}{'batched':>12}{'bytes':>10}")
    print(line.format("evenhand", mine["p50_us"], mine["p99_us"], mine["batched_us"], size))
    print(f"{'':<16}built in {took:.1f} s, opened in {mine['open_ms']:.2f} ms", end=", ")
    print(f"first match {mine['first_match_ms']:.2f} ms, at 63 bits {mine['ring_63_ms']:.1f} ms")
    report.most(f"opening {count:,} hashes", mine["open_ms"], OPEN_AIM_MS, " ms")
    if count == max(AIMS):
        report.most(f"bytes an entry at {count:,}", size, BYTES_AIM, "")
    if count not in AIMS:
        return index
    theirs = None
    if peer is not None:
        build = peer.ask("build", _saved(rows, folder / "rows.npy"))
        theirs = build | peer.ask("match", _saved(asked, folder / "asked.npy"))
        truth = [sorted(each) for each in mine["found"]]
        assert theirs["found"] == truth, "the peers find something else"
        told = (theirs["p50_us"], theirs["p99_us"], theirs["batched_us"], theirs["bytes_per_entry"])
        print(line.format("threatexchange", *told))
        print(f"{'':<16}built in {theirs['build_s']:.1f} s")
    for what in ("p50_us", "p99_us", "batched_us"):
        ratio = theirs[what] / mine[what] if theirs else None
        name = what.removesuffix("_us")
        report.least(f"match {name} at {count:,}, against threatexchange", ratio, AIMS[count], "x")
    sys.stdout.flush()
    return index


def _saved(rows: NDArray[np.uint8], file: Path) -> str:
    """Write an array where the peers can read it."""
    np.save(file, rows)
    return str(file)
