"""Rules over a file of history, in a process of its own so that its memory can be told."""

from __future__ import annotations

import hashlib
import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bin.bench_rules import workload
from evenhand.rules.language.batches import ROWS_AT_ONCE, batch_from
from evenhand.rules.language.duck import DuckRules
from evenhand.rules.language.hybrid import HybridRules
from evenhand.rules.language.row import Failure, Layout

DISTINCT: Final = 100_000
"""Events made up; a longer history has them again, in another order."""

_TYPES: Final = {
    "int": pa.int64(),
    "float": pa.float64(),
    "text": pa.string(),
    "bool": pa.bool_(),
    "list[text]": pa.list_(pa.string()),
}


@dataclass(frozen=True)
class Told:
    """Processor seconds, peak memory, matches and a digest of which they are."""

    seconds: float
    megabytes: float
    matches: int
    digest: str


def write(path: Path, count: int) -> None:
    """Write a history of so many events."""
    types = {"kind": pa.string()} | {n: _TYPES[t] for n, t in workload.FIELDS.items()}
    made = workload.events(min(count, DISTINCT))
    table = pa.table(
        {name: pa.array([one[name] for one in made], type_) for name, type_ in types.items()}
    )
    dice = np.random.default_rng(workload.SEED)
    with pq.ParquetWriter(path, table.schema) as writer:
        for _ in range(max(1, count // DISTINCT)):
            writer.write_table(table.take(pa.array(dice.permutation(len(table)))), ROWS_AT_ONCE)


def measured(path: Path, engine: str, rules: int) -> Told:
    """Run rules over a history in a process of its own."""
    said = subprocess.run(
        [sys.executable, "-m", "bin.bench_rules.history", str(path), engine, str(rules)],
        check=True,
        capture_output=True,
        text=True,
    )
    return Told(*json.loads(said.stdout))


def _matches(path: Path, engine: str, rules: int) -> Iterator[tuple[int, int, int]]:
    ruleset = workload.ruleset(workload.rules(rules))
    layout = Layout.of(ruleset.rules)
    made: Any = (DuckRules if engine == "duckdb" else HybridRules)(ruleset.rules, layout)
    read = ["kind", *dict.fromkeys(column.key for column in layout.columns)]
    failed: list[Failure] = []
    with pq.ParquetFile(path, pre_buffer=False) as file:
        for at, batch in enumerate(
            file.iter_batches(ROWS_AT_ONCE, columns=read, use_threads=False)
        ):
            sent = dict(zip(read, batch.columns, strict=True))
            laid = batch_from(sent.pop("kind"), sent, layout)
            for place, position in sorted(made.matches(laid, failed)):
                yield at, place, position


def _peak_kilobytes() -> int:
    """Return the most memory this process held, and not the one that started it."""
    told = Path("/proc/self/status")
    if told.exists():
        [line] = [one for one in told.read_text().splitlines() if one.startswith("VmHWM")]
        return int(line.split()[1])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main() -> None:
    """Print what a run took: a line of JSON."""
    path, engine, rules = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    began, count, digest = time.process_time(), 0, hashlib.sha256()
    for match in _matches(path, engine, rules):
        count += 1
        digest.update(repr(match).encode())
    seconds = time.process_time() - began
    megabytes = _peak_kilobytes() / 1024
    print(json.dumps([seconds, megabytes, count, digest.hexdigest()[:12]]))


if __name__ == "__main__":
    main()
