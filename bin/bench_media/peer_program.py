"""What runs in the peers' own environment: it does what it is asked on a line, and answers on one.

It imports nothing of Evenhand. `threatexchange` is used as its own callers use it.
"""

from __future__ import annotations

import importlib
import io
import json
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any

DISTANCE = 31
ROUNDS = 3


def quantiles(times: list[float]) -> tuple[float, float]:
    """Return the median and the 99th percentile, in microseconds of the processor."""
    ordered = sorted(times)
    return ordered[len(ordered) // 2], ordered[int(len(ordered) * 0.99)]


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Time one thing, in seconds of the processor."""
    began = time.process_time()
    result = act()
    return time.process_time() - began, result


class Peers:
    """`threatexchange` and what it stands on."""

    def __init__(self) -> None:
        self._numpy = importlib.import_module("numpy")
        self._image = importlib.import_module("PIL.Image")
        self._pdqhash = importlib.import_module("pdqhash")
        hasher = importlib.import_module("threatexchange.signal_type.pdq.pdq_hasher")
        self._from_bytes = hasher.pdq_from_bytes
        self._index_of = importlib.import_module(
            "threatexchange.signal_type.pdq.pdq_index"
        ).PDQIndex
        importlib.import_module("faiss").omp_set_num_threads(1)
        self._index: Any = None

    def hash(self, file: str) -> dict[str, Any]:
        """Hash a file's bytes with each of the two; the second of two calls counts, as for ours."""
        with open(file, "rb") as opened:  # noqa: PTH123 - the peers' environment is kept plain
            data = opened.read()
        self._from_bytes(data)
        theirs, (bits, _) = timed(lambda: self._from_bytes(data))
        self._pdqhash.compute(self._decoded(data))
        bare, _ = timed(lambda: self._pdqhash.compute(self._decoded(data)))
        return {"threatexchange": theirs, "pdqhash": bare, "bits": bits}

    def build(self, rows: str) -> dict[str, Any]:
        """Build the index of a bank; say how long it took and how much memory it holds."""
        listed = self._numpy.load(rows)
        before = self._resident()
        took, self._index = timed(
            lambda: self._index_of.build((row.tobytes().hex(), at) for at, row in enumerate(listed))
        )
        grown = (self._resident() - before) * 1024
        return {"build_s": took, "bytes_per_entry": grown / len(listed)}

    def match(self, asked: str) -> dict[str, Any]:
        """Ask the bank one by one and all at once."""
        queries = [row.tobytes().hex() for row in self._numpy.load(asked)]
        passes = [
            [timed(partial(self._index.query, one)) for one in queries] for _ in range(ROUNDS)
        ]
        times = [min(took for took, _ in each) * 1e6 for each in zip(*passes, strict=True)]
        found = [sorted(match.metadata for match in near) for _, near in passes[0]]
        rounds = [
            timed(lambda: self._index.index.search(queries, DISTANCE))[0] for _ in range(ROUNDS)
        ]
        p50, p99 = quantiles(times)
        batched = min(rounds) / len(queries) * 1e6
        return {"p50_us": p50, "p99_us": p99, "batched_us": batched, "found": found}

    def verdict(self, file: str) -> dict[str, Any]:
        """Hash a file and ask the bank: as it lies, for the peers turn and trim nothing."""
        with open(file, "rb") as opened:  # noqa: PTH123 - as above
            data = opened.read()
        took, near = timed(lambda: self._index.query(self._from_bytes(data)[0]))
        return {"seconds": took, "found": len(near)}

    def _decoded(self, data: bytes) -> Any:
        return self._numpy.asarray(self._image.open(io.BytesIO(data)).convert("RGB"))

    @staticmethod
    def _resident() -> int:
        with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123 - as above
            return int(statm.read().split()[1]) * resource.getpagesize() // 1024


def main() -> None:
    """Answer until nothing more is asked."""
    peers = Peers()
    for line in sys.stdin:
        what, argument = json.loads(line)
        print(json.dumps(getattr(peers, what)(argument)), flush=True)


if __name__ == "__main__":
    main()
