"""Measures a list that comes in and a search of the past for it, over many kept hashes.

Import is a whole list through the shell's own way; the search is the worker's, portion by portion.
Figures depend on the machine and on who else uses it, so they are printed and never asserted.
"""

from __future__ import annotations

import argparse
import resource
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
import sqlalchemy as sa

from evenhand import banks, detection, ledger, policy
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import Tx
from evenhand.db.migrate import migrate
from evenhand.kit.ids import new_id
from evenhand.people import SYSTEM
from evenhand.worker import steps

PORTION: Final = 20_000
LOOK_BYTES: Final = 128


def keep(house: House, count: int, dice: np.random.Generator) -> None:
    """Write kept hashes of pictures, as if that many had come in lately."""
    table = sa.table(
        "media_hashes",
        *(sa.column(name) for name in ("media_id", "sha256", "pdq", "quality", "md5", "looks")),
    )
    for _ in range(0, count, PORTION):
        raw = dice.integers(0, 256, (PORTION, LOOK_BYTES + 48), np.uint8)
        now = house.clock.now()
        rows = [
            {
                "media_id": new_id(now),
                "sha256": row[:32].tobytes().hex(),
                "md5": row[32:48].tobytes().hex(),
                "pdq": row[48:80].tobytes().hex(),
                "quality": 90,
                "looks": row[48:].tobytes(),
            }
            for row in raw
        ]
        house.do(_insert, table, rows)


def _insert(tx: Tx, table: sa.TableClause, rows: list[dict[str, object]]) -> None:
    tx.conn.execute(table.insert(), rows)


def listed(count: int, dice: np.random.Generator) -> Iterator[banks.Given]:
    """Draw a list of hashes."""
    for line in range(count):
        value = dice.integers(0, 256, 32, np.uint8).tobytes().hex()
        yield banks.Given("pdq", banks.Incoming(line, value))


def searched(house: House) -> tuple[float, float, int]:
    """Do all that follows; return seconds, seconds of processor, and how many jobs there were."""
    began, used, jobs = time.perf_counter(), time.process_time(), 0
    while works := house.do(ledger.jobs.claim, "bench", limit=8):
        for work in works:
            assert steps.run_step(house, work), work.kind
            jobs += 1
    return time.perf_counter() - began, time.process_time() - used, jobs


def measure(kept: int, lists: list[int]) -> None:
    """Print a line for each length of list."""
    dice = np.random.default_rng(1)
    with tempfile.TemporaryDirectory() as folder:
        house = open_house(load_settings(data=Path(folder)))
        migrate(house.db.engine)
        house.do(policy.seed)
        keep(house, kept, dice)
        print(
            f"{'listed':>10} {'import s':>9} {'search s':>9} {'CPU s':>7} {'jobs':>5} {'RSS MB':>7}"
        )
        for number, count in enumerate(lists):
            name = f"bank {number}"
            house.do(banks.create_bank, SYSTEM, name=name, signal="image", clause_key="fraud")
            began = time.perf_counter()
            banks.take_list(
                house.do,
                SYSTEM,
                listed(count, dice),
                bank=name,
                source="a bench",
                reason="to be measured",
            )
            took = time.perf_counter() - began
            seconds, used, jobs = searched(house)
            memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"{count:10,} {took:9.1f} {seconds:9.1f} {used:7.1f} {jobs:5} {memory:7.0f}")
            bank_id = house.ask(banks.bank, name).id
            [search] = house.ask(detection.searches, SYSTEM, bank_id)
            assert search.looked == kept, search
        house.close()


def main() -> None:
    """Read what to measure from the command line."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--kept", type=int, default=1_000_000, help="kept hashes")
    words.add_argument("--lists", type=int, nargs="*", default=[1, 1_000, 100_000])
    said = words.parse_args()
    print(f"{said.kept:,} kept hashes, each with a look in 8 orientations")
    measure(said.kept, said.lists)


if __name__ == "__main__":
    main()
