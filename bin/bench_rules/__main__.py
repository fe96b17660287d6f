"""Prints the report: `make bench-rules`.

Times are processor time of one core, the best of several rounds that take turns. CEL is installed
into an environment of its own that is gone afterwards, or taken from the Python that PEER_PYTHON
names; when it cannot be had, the report says so.
"""

from __future__ import annotations

import gc
import json
import os
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic_core import from_json, to_json

from bin.bench_rules import beside, history, peer, workload
from evenhand.rules.language.backfill import clock_of, counted
from evenhand.rules.language.counters import SlidingCounts, SlidingDistincts
from evenhand.rules.language.events import EventReader
from evenhand.rules.language.index import RuleIndex
from evenhand.rules.language.row import Failure, Layout
from evenhand.rules.language.running import Answer, LineReader

COUNTS: Final = (10, 100, 1_000, 10_000)
EVENTS: Final = 20_000
ROUNDS: Final = 3
HAND_EVENTS: Final = {10: 20_000, 100: 20_000, 1_000: 4_000, 10_000: 400}
CEL_EVENTS: Final = {10: 4_000, 100: 1_000, 1_000: 100, 10_000: 10}
PIPELINE_RULES: Final = 120
PIPELINE_EVENTS: Final = 100_000


def best(act: Callable[[], int], rounds: int = ROUNDS) -> tuple[float, int]:
    """Return the processor seconds of the best round, and what it counted."""
    seconds, count = float("inf"), 0
    for _ in range(rounds):
        began = time.process_time()
        count = act()
        seconds = min(seconds, time.process_time() - began)
    return seconds, count


def one_by_one(events: Sequence[dict[str, Any]]) -> None:
    """Print how long one event takes with so many rules, for each way of running them."""
    peers = peer.cel(
        ["kind", *workload.FIELDS],
        events[: max(CEL_EVENTS.values())],
        [([one.cel for one in workload.rules(count)], CEL_EVENTS[count]) for count in COUNTS],
    )
    print("One event at a time, µs of processor time (× as long as the index):\n")
    print(
        f"{'rules':>7} {'compiled':>9} {'index':>8} {'from JSON':>10} {'by hand':>16} {'CEL':>18}"
    )
    for at, count in enumerate(COUNTS):
        written = workload.rules(count)
        ruleset = workload.ruleset(written)
        layout = Layout.of(ruleset.rules)
        compiled, _ = best(lambda: len(RuleIndex(ruleset.rules, layout).kinds), 1)  # noqa: B023
        index = RuleIndex(ruleset.rules, layout)
        reader = EventReader(ruleset, layout)
        rows = [reader.read(event).row or [] for event in events]
        failed: list[Failure] = []
        found, matches = best(lambda: sum(len(index.run(row, failed)) for row in rows))  # noqa: B023
        lines = [json.dumps(event) for event in events]
        whole, _ = best(
            lambda: sum(
                len(index.run(reader.read(from_json(line)).row or [], failed))  # noqa: B023
                for line in lines  # noqa: B023
            )
        )
        hand, few = workload.by_hand(written), events[: HAND_EVENTS[count]]
        by_hand, hand_matches = best(lambda: sum(rule(e) for e in few for rule in hand))  # noqa: B023
        same = sum(len(index.run(row, failed)) for row in rows[: len(few)]) == hand_matches
        each = found / len(rows)
        hand_each = by_hand / len(few)
        cel = "not installed"
        if peers is not None:
            told = peers[at]
            ours = sum(len(index.run(row, failed)) for row in rows[: CEL_EVENTS[count]])
            same = same and ours == told.matches
            cel = f"{told.seconds * 1e6:,.0f} ({told.seconds / each:,.0f} ×)"
        print(
            f"{count:>7,} {compiled:>7.2f} s {each * 1e6:>8.2f} {whole / len(rows) * 1e6:>10.2f}"
            f" {f'{hand_each * 1e6:,.1f} ({hand_each / each:,.1f} ×)':>16} {cel:>18}"
            f"   {matches / len(rows):.4f} matches an event,"
            f" {'the same everywhere' if same and not failed else 'NOT THE SAME'}"
        )


def over_history(counts: Sequence[int]) -> None:
    """Print what it takes to try rules on history."""
    print("\nOver history (Parquet), one core:\n")
    print(f"{'events':>12} {'rules':>6} {'engine':>8} {'CPU-s':>8} {'peak MB':>8} {'matches':>9}")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "history.parquet"
            history.write(path, count)
            for rules in (1, 100):
                told = {one: history.measured(path, one, rules) for one in ("duckdb", "hybrid")}
                same = len({one.digest for one in told.values()}) == 1
                for engine, one in told.items():
                    print(
                        f"{count:>12,} {rules:>6} {engine:>8} {one.seconds:>8.2f}"
                        f" {one.megabytes:>8.0f} {one.matches:>9,} {'' if same else 'NOT THE SAME'}"
                    )


def after_the_fact() -> None:
    """Print what it takes to count a long log as it comes, and a new counter over it later."""
    events, at_once, withins = 2_000_000, 8, [3_600, 60]
    dice = np.random.default_rng(workload.SEED)
    clock = clock_of(np.arange(events) // at_once)
    keys, values = dice.integers(0, 5_000, events), dice.integers(0, 20, events)
    print(
        f"\nCounters over {events:,} events, {at_once} at each instant, {len(withins)} windows:\n"
    )
    print(f"{'counter':>10} {'as they come':>13} {'afterwards':>11}")
    for name, sliding, of in (
        ("count", SlidingCounts(withins), None),
        ("distinct", SlidingDistincts(withins), values),
    ):
        began = time.process_time()
        arrived = zip(keys.tolist(), values.tolist(), clock.tolist(), strict=True)
        then = np.array([sliding.hit(key, value, at) for key, value, at in arrived])
        online = time.process_time() - began
        began = time.process_time()
        later = np.stack([counted(keys, clock, within, of) for within in withins], axis=1)
        backfilled = time.process_time() - began
        same = np.array_equal(then, later)
        print(
            f"{name:>10} {online:>11.1f} s {backfilled:>9.1f} s"
            f"   {'the same everywhere' if same else 'NOT THE SAME'}"
        )


def pipeline(events: Sequence[dict[str, Any]]) -> None:
    """Print how many events a second go from bytes through ten counters and rules into a log."""
    windows = ("10m", "30m", "1h", "6h", "24h")
    counters = [
        f"counter {what}_{at} = {said} in {', '.join(workload.KINDS)} by account within {window}"
        for at, window in enumerate(windows)
        for what, said in (("made", "count"), ("said", "distinct country"))
    ]
    asked = "\n".join(
        f"rule counted_{at} on post\n  when made_{at} > 90 and said_{at} > 7\n  enqueue spam\n"
        for at in range(len(windows))
    )
    written = workload.rules(PIPELINE_RULES - len(windows))
    ruleset = workload.ruleset(written, more="\n".join(counters) + "\n\n" + asked)
    layout = Layout.of(ruleset.rules)
    index = RuleIndex(ruleset.rules, layout)
    names = [rule.name for rule in ruleset.rules]
    lines = [json.dumps(event).encode() for event in events]

    def run() -> int:
        reader, failed = LineReader(ruleset, layout), list[Failure]()
        with tempfile.TemporaryFile("wb") as log:
            for number, line in enumerate(lines, 1):
                event = reader.read(number, line)
                if isinstance(event, Answer) or event.row is None:
                    raise SystemExit(f"line {number} could not be read")
                row = event.row
                fires = [names[position] for position in index.run(row, failed)]
                counted = {name: row[place] for place, name in event.counted}
                log.write(to_json({"id": event.id, "fires": fires, "counters": counted}))
                log.write(b"\n")
        return len(lines)

    gc.freeze()  # what is measured does not sweep through what was made up to measure it
    seconds, count = best(run)
    gc.unfreeze()
    print(f"\nFrom bytes to a logged decision, 10 counters, {PIPELINE_RULES} rules:")
    print(f"  {count / seconds:,.0f} events/s on one core ({seconds / count * 1e6:.1f} µs each)")


def main() -> None:
    """Measure and print."""
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}: trust ratios more than times.\n")
    one_by_one(workload.events(EVENTS))
    over_history((1_000_000, 10_000_000))
    after_the_fact()
    pipeline(workload.events(PIPELINE_EVENTS))
    beside.report()


if __name__ == "__main__":
    main()
