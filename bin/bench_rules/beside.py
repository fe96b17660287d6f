"""What counting an event costs as a window fills: by rows, and in a Redis or Valkey beside them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import Tx
from evenhand.db.migrate import migrate
from evenhand.kit.clock import SetClock
from evenhand.rules import count_store, counting
from evenhand.rules.language.ir import Type
from evenhand.rules.language.reading import read
from evenhand.rules.language.ruleset import Counter, Kind
from evenhand.rules.language.source import SourceFile

SERVERS: Final = ("valkey-server", "redis-server")
HELD: Final = (100, 10_000, 100_000)
EVENTS: Final = 200
VALUES: Final = 997
MADE: Final = """
counter events_24h = count in post by account within 24h
counter texts_24h = distinct text in post by account within 24h
"""


def report() -> None:
    """Print microseconds an event for each way, or why there is nothing to print."""
    program = next((found for name in SERVERS if (found := shutil.which(name))), None)
    print("\nCounting one event of a busy key, on SQLite, µs (wall clock):\n")
    if program is None:
        print("  not measured: there is no Redis or Valkey on this machine")
        return
    print(f"{'in the window':>14} {'counter':>12} {'by rows':>9} {'beside':>9} {'filled once':>12}")
    post = Kind("post", {"account": Type.TEXT, "text": Type.TEXT})
    counters = read([SourceFile("bench.rules", MADE)], {"post": post}).counters
    with tempfile.TemporaryDirectory() as folder, _server(program, Path(folder)) as url:
        settings = load_settings(
            data=Path(folder), counters=url, database_url=None, master_key=None, checkpoints=None
        )
        house = open_house(settings, clock=SetClock())
        migrate(house.db.engine)
        for held in HELD:
            for counter in counters:
                told = _measured(house, counter, held)
                print(f"{held:>14,} {counter.counting.value:>12}" + told)
        house.close()


def _measured(house: House, counter: Counter, held: int) -> str:
    key = f"{counter.name}-{held}"
    house.do(_fill, counter, key, held)
    filled = house.do(_count, counter, key, 1, beside=True)
    rows = house.do(_count, counter, key, EVENTS, beside=False)
    house.do(_count, counter, key, 1, beside=True)
    beside = house.do(_count, counter, key, EVENTS, beside=True)
    return f" {rows / EVENTS:>9,.0f} {beside / EVENTS:>9,.0f} {filled:>12,.0f}"


def _fill(tx: Tx, counter: Counter, key: str, held: int) -> None:
    """Write what came within the last hours, one row after the other."""
    rows = [
        {
            "event_id": tx.new_id(),
            "counter": counter.name,
            "key": key,
            "value": f"value {number % VALUES}",
            "at": tx.now - timedelta(hours=20) + timedelta(milliseconds=number),
        }
        for number in range(held)
    ]
    tx.insert_all(count_store.counts, rows)


def _count(tx: Tx, counter: Counter, key: str, events: int, *, beside: bool) -> float:
    """Return how many microseconds it took to count so many events."""
    here = tx if beside else replace(tx, resources=replace(tx.resources, tallies=None))
    seconds = 0.0
    for number in range(events):
        here.now += timedelta(milliseconds=1)
        event_id = here.new_id()
        began = time.perf_counter()
        value = f"value {number % VALUES}"
        counted = counting.count_event(here, counter, key, value, event_id=event_id)
        seconds += time.perf_counter() - began
        counting.keep(here, counted, event_id)
    return seconds * 1e6


@contextmanager
def _server(program: str, folder: Path) -> Iterator[str]:
    socket = folder / "socket"
    words = [
        program,
        "--port",
        "0",
        "--unixsocket",
        str(socket),
        "--save",
        "",
        "--dir",
        str(folder),
    ]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL) as process:
        while not socket.exists():
            time.sleep(0.01)
        yield f"unix://{socket}"
        process.kill()
