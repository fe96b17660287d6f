"""Measures the ledger: appending, proving in a long log, and verifying all of it, in and outside.

Beside each figure stands a plain way of the same: pymerkle's tree in memory, and proofs made by
reading every leaf. Figures depend on the machine and on who else uses it, so they are printed and
never asserted.
"""

from __future__ import annotations

import argparse
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from evenhand import ledger, transparency
from evenhand.adapters.published import open_copy
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import Tx
from evenhand.db.migrate import migrate
from evenhand.ledger.append import append
from evenhand.ledger.merkle import Edge, included, leaf_hash

LINES: Final = 1_000_000
BATCH: Final = 10_000
PROOFS: Final = 200
PEER_ENTRIES: Final = 20_000

T = TypeVar("T")


def write(tx: Tx, first: int, *, private: bool) -> None:
    """Append a batch of lines like those of decisions: a rule's, or a person's with their words."""
    actor = "staff:01936f0e-0000-7000-8000-000000000001" if private else "rule:known-material@1"
    for number in range(first, first + BATCH):
        append(
            tx,
            "decision.made",
            subject=f"01936f0e-8d6a-7cc1-9d5e-{number:012d}",
            actor=actor,
            public={
                "outcome": "violation",
                "clause": "counterfeits",
                "clause_version": 3,
                "measures": [{"measure": "remove", "days": None}],
                "source": "report",
                "automated_detection": False,
            },
            private={"explanation": "The maker says it never made this."} if private else None,
        )


def timed(act: Callable[[], T]) -> tuple[T, float]:
    """Do something; return what came of it and the seconds it took."""
    began = time.perf_counter()
    result = act()
    return result, time.perf_counter() - began


def told(what: str, figure: str, beside: str = "") -> None:
    """Print one figure, and what it is compared with."""
    print(f"  {what:<46} {figure:>18}  {beside}", flush=True)


def fill(house: House, lines: int) -> None:
    """Write the log in batches, the first with something private behind each line."""
    _, with_private = timed(lambda: house.do(write, 0, private=True))
    told("lines a second, each with private content", f"{BATCH / with_private:,.0f}")
    seconds = 0.0
    for first in range(BATCH, lines, BATCH):
        seconds += timed(lambda first=first: house.do(write, first, private=False))[1]  # type: ignore[misc]  # mypy cannot type a lambda's default
    told(f"lines a second, in transactions of {BATCH:,}", f"{(lines - BATCH) / seconds:,.0f}")
    entries = [str(number).encode() * 20 for number in range(PEER_ENTRIES)]
    _, tree = timed(lambda: Edge().extend(leaf_hash(entry) for entry in entries))
    told("leaves a second into the tree alone", f"{PEER_ENTRIES / tree:,.0f}", peer(entries, tree))


def peer(entries: list[bytes], ours: float) -> str:
    """Time pymerkle's tree in memory over the same entries, where it is installed."""
    try:
        from pymerkle import InmemoryTree
    except ImportError:
        return "(pymerkle is not installed)"
    tree = InmemoryTree(algorithm="sha256")
    _, theirs = timed(lambda: [tree.append_entry(entry) for entry in entries])
    return f"pymerkle in memory: {len(entries) / theirs:,.0f} ({theirs / ours:.1f} x as long)"


def prove(house: House, lines: int) -> None:
    """Time proofs from tiles, and one that reads every leaf."""
    chance = random.Random(1)  # noqa: S311 - which lines are proved
    chosen = [chance.randrange(lines) for _ in range(PROOFS)]
    _, seconds = timed(lambda: [house.ask(ledger.prove, line) for line in chosen])

    def by_reading() -> None:
        with house.db.read() as tx:
            leaves = ledger.hashes(tx, 0, 0, lines)
            path = naive_path(chosen[0], leaves)
            assert tuple(path) == ledger.prove(tx, chosen[0]).path

    _, naive = timed(by_reading)
    each = seconds / PROOFS
    told(
        "milliseconds for a proof of a line", f"{each * 1e3:.2f}", f"by reading all: {naive:.1f} s"
    )
    _, seconds = timed(lambda: [house.ask(ledger.prove_since, line + 1) for line in chosen])
    told("milliseconds for a proof of growth", f"{seconds / PROOFS * 1e3:.2f}")


def naive_path(index: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 6962 audit path as the RFC defines it, over all leaves."""
    path = []
    while len(leaves) > 1:
        half = 1 << ((len(leaves) - 1).bit_length() - 1)
        below, above = leaves[:half], leaves[half:]
        path.append(Edge().extend(above if index < half else below)[0].root())
        leaves, index = (below, index) if index < half else (above, index - half)
    return path[::-1]


def verify(house: House, folder: Path, lines: int) -> None:
    """Time the export, the check of the copy with the key alone, and that of the rows."""
    with house.db.read() as tx:
        _, seconds = timed(lambda: write_files(tx, folder))
    told("seconds to export the tiles", f"{seconds:.1f}")
    key, now = house.resources.signer.public_key(), house.clock.now()
    found, seconds = timed(lambda: ledger.verify_published(open_copy(folder, None), key, now=now))
    assert found.sound, found.findings[:3]
    assert found.size == lines
    told(
        "seconds to verify all from the tiles", f"{seconds:.1f}", f"{lines / seconds:,.0f} a second"
    )
    checked, seconds = timed(lambda: house.ask(ledger.verify))
    assert checked.sound, checked.findings[:3]
    told(
        "seconds to verify all from the rows", f"{seconds:.1f}", f"{lines / seconds:,.0f} a second"
    )
    proof = house.ask(ledger.prove, lines // 2)
    assert included(leaf_hash(proof.text.encode()), proof.index, lines, proof.path, found.root)


def write_files(tx: Any, folder: Path) -> None:
    """Write the log as files of tlog-tiles."""
    for path, content in transparency.files(tx):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def main() -> None:
    """Measure a log of so many lines, in a house on one SQLite file that is gone afterwards."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lines", type=int, default=LINES, help="how long the log is")
    lines = options.parse_args().lines // BATCH * BATCH
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(load_settings(data=Path(folder)))
        migrate(house.db.engine)
        print(f"A log of {lines:,} lines on SQLite, Python {sys.version.split()[0]}:")
        try:
            fill(house, lines)
            prove(house, lines)
            verify(house, Path(folder) / "tiles", lines)
        finally:
            house.close()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    told("megabytes of memory at most", f"{used:,}")


if __name__ == "__main__":
    main()
