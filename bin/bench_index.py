"""Measures the index of known pictures: build, open, match one and match many, against others.

Figures depend on the machine and on who else uses it, so they are printed and never asserted but
for one: every way must find the same. Run it with an interpreter that has `threatexchange` and
`faiss` to compare with them too, this repository's `src` on its path.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import json
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from evenhand.banks.index import Changes, Everything, LiveIndex

DISTANCE: Final = 31
ASKED: Final = 1_000
PORTION: Final = 50_000
ROUNDS: Final = 3

Found = list[set[int]]
OPEN: Final = """
import sys, time, numpy as np
from pathlib import Path
from evenhand.banks.index import LiveIndex
from evenhand.banks.index import kernels, layout
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


def asked_of(rows: NDArray[np.uint8], dice: np.random.Generator) -> NDArray[np.uint8]:
    """Draw queries: half planted 0 to 36 bits away from a listed hash, half unrelated."""
    asked = dice.integers(0, 256, (ASKED, 32), dtype=np.uint8)
    for at, row in enumerate(dice.integers(0, len(rows), ASKED // 2)):
        bits = np.unpackbits(rows[row])
        bits[dice.choice(256, at % 37, replace=False)] ^= 1
        asked[at] = np.packbits(bits)
    return asked


def numpy_brute(rows: NDArray[np.uint8], asked: NDArray[np.uint8]) -> Found:
    """Compare with every row, as anybody would write it."""
    words = rows.view(np.uint64)
    return [
        set(np.flatnonzero(np.bitwise_count(words ^ one).sum(axis=1) <= DISTANCE).tolist())
        for one in asked.view(np.uint64)
    ]


def timed(one: Callable[[int], Any], many: Callable[[], Any] | None) -> dict[str, float]:
    """Time each query by itself, then all at once: microseconds, the best round."""
    times = []
    for at in range(ASKED):
        began = time.perf_counter()
        one(at)
        times.append((time.perf_counter() - began) * 1e6)
    cuts = np.quantile(times, [0.5, 0.99])
    result = {"p50_us": float(cuts[0]), "p99_us": float(cuts[1])}
    if many is not None:
        best = float("inf")
        for _ in range(ROUNDS):
            began = time.thread_time()
            many()
            best = min(best, time.thread_time() - began)
        result["batched_us"] = best / ASKED * 1e6
    return result


def ours(rows: NDArray[np.uint8], asked: NDArray[np.uint8], folder: Path) -> dict[str, Any]:
    """Build, match, and open again in a fresh process."""
    hexes = [one.tobytes().hex() for one in asked]
    source = Drawn(rows)
    index = LiveIndex(folder)
    began = time.perf_counter()
    index.catch_up(source)
    built = time.perf_counter() - began
    found = [{uuid.UUID(one.entry_id).int for one in each} for each in index.match(hexes, DISTANCE)]
    result: dict[str, Any] = timed(
        lambda at: index.match(hexes[at : at + 1], DISTANCE), lambda: index.match(hexes, DISTANCE)
    )
    began = time.perf_counter()
    wrong = index.verify()
    result |= {
        "found": found,
        "build_s": built,
        "bytes_per_entry": index.stats().bytes / len(rows),
        "verify_s": time.perf_counter() - began,
    }
    assert not wrong
    wide = [time_of(partial(index.match, [one], 63)) for one in hexes[:20]]
    result["ring_63_ms"] = float(np.median(wide)) * 1000
    opened = [
        subprocess.run(
            [sys.executable, "-c", OPEN, str(folder), hexes[0]],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.split()
        for _ in range(3)
    ]
    result["open_ms"] = min(float(one[0]) for one in opened)
    result["first_match_ms"] = min(float(one[1]) for one in opened)
    return result


def time_of(act: Callable[[], Any]) -> float:
    """Time one thing, in seconds."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


def faiss_flat(rows: NDArray[np.uint8], asked: NDArray[np.uint8]) -> dict[str, Any]:
    """Compare with faiss' exact binary index."""
    faiss = importlib.import_module("faiss")
    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(256)
    index.add(rows)
    limits, _, ids = index.range_search(asked, DISTANCE + 1)
    found = [set(ids[limits[at] : limits[at + 1]].tolist()) for at in range(ASKED)]
    one = timed(
        lambda at: index.range_search(asked[at : at + 1], DISTANCE + 1),
        lambda: index.range_search(asked, DISTANCE + 1),
    )
    return {"found": found, **one}


def threatexchange(rows: NDArray[np.uint8], asked: NDArray[np.uint8]) -> dict[str, Any]:
    """Compare with the index of threatexchange for PDQ, as its own callers use it."""
    faiss = importlib.import_module("faiss")
    theirs = importlib.import_module("threatexchange.signal_type.pdq.pdq_index").PDQIndex
    faiss.omp_set_num_threads(1)
    hexes = [one.tobytes().hex() for one in asked]
    began = time.perf_counter()
    index = theirs.build((row.tobytes().hex(), at) for at, row in enumerate(rows))
    built = time.perf_counter() - began
    found = [{match.metadata for match in index.query(one)} for one in hexes]
    inner = index.index
    return {
        "found": found,
        "build_s": built,
        **timed(lambda at: index.query(hexes[at]), lambda: inner.search(hexes, DISTANCE)),
    }


def measured(count: int, *, others: bool) -> None:
    """Print the lines of one size."""
    dice = np.random.default_rng(count)
    rows = dice.integers(0, 256, (count, 32), dtype=np.uint8)
    asked = asked_of(rows, dice)
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        results["evenhand"] = ours(rows, asked, Path(folder))
    if others:
        some = asked[: ASKED // 10 if count > 500_000 else ASKED]
        began = time.thread_time()
        found = numpy_brute(rows, some)
        each = (time.thread_time() - began) / len(some) * 1e6
        results["numpy"] = {"found": found, "p50_us": each, "batched_us": each}
        if importlib.util.find_spec("faiss"):
            results["faiss flat"] = faiss_flat(rows, asked)
        if importlib.util.find_spec("threatexchange"):
            results["threatexchange"] = threatexchange(rows, asked)
    mine = results["evenhand"]
    truth = mine["found"]
    assert sum(map(len, truth)) >= ASKED // 2 * 32 // 37 - 1, "the planted ones are found"
    for name, result in results.items():
        found = result.pop("found")
        assert found == truth[: len(found)], f"{name} finds something else"
        for what in ("p50_us", "batched_us"):
            if name != "evenhand":
                result[f"ours_{what}_times"] = result[what] / mine[what]
        shown = {key: round(value, 2) for key, value in result.items()}
        print(json.dumps({"entries": count, "what": name, **shown}))
    sys.stdout.flush()


def main() -> None:
    """Print a line for each size and each way."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("sizes", nargs="*", type=int, default=[100_000, 1_000_000])
    arguments.add_argument("--alone", action="store_true", help="Do not compare with others.")
    given = arguments.parse_args()
    for size in given.sizes:
        measured(size, others=not given.alone)


if __name__ == "__main__":
    main()
