"""Measures the service's own report of a year, and how long anybody needs to recompute it.

A year of a made-up service is written into a house on one SQLite file (see `bin/a_year.py` for
what happens in it), reported as a command of its own, exported, and verified from the copy alone.
Figures depend on the machine and on who else uses it, so they are printed and never asserted.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bin.a_year import MIX, YEAR, write
from evenhand import ledger
from evenhand.bootstrap import load_settings, open_house
from evenhand.db.migrate import migrate

#: A year of a mid-size service, and a small one that takes half a minute.
FULL, SMALL = 5_000_000, 50_000
_PROCESSES: Final = Path("/proc")
_LOOKS_A_SECOND: Final = 5


@dataclass(frozen=True)
class Run:
    """What a command took: seconds by the clock, seconds of processors, and megabytes at most.

    The megabytes are of all its processes together, where the system tells them, looked at while
    they run.
    """

    seconds: float
    cpu: float
    megabytes: int


def run(data: Path, *command: str) -> Run:
    """Run a command of the house as a process of its own. Raises CalledProcessError."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "EVENHAND_DATA": str(data)}
    most, argv = 0, [sys.executable, "-m", "evenhand.cli", *command]
    with subprocess.Popen(argv, env=environment, stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            most = max(most, _megabytes(process.pid))
            time.sleep(1 / _LOOKS_A_SECOND)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, argv)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(time.perf_counter() - began, used, most)


def _megabytes(parent: int) -> int:
    """Return what a process and those it started held in memory at most; 0 if unknown."""
    place = _PROCESSES / str(parent)
    try:
        lines = (place / "status").read_text().splitlines()
        children = (place / "task" / str(parent) / "children").read_text().split()
    except OSError:
        return 0
    own = next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)
    return own + sum(_megabytes(int(child)) for child in children)


def told(what: str, took: Run, lines: int) -> None:
    """Print what a command took."""
    each = f"{lines / took.seconds:,.0f} lines a second"
    cpu = f"{took.cpu:,.0f} s of processors"
    print(f"  {what:<34} {took.seconds:>8,.1f} s  {cpu:>24}  {took.megabytes:>6,} MB  {each}")
    sys.stdout.flush()


def measure(data: Path, lines: int, *, verified: bool) -> None:
    """Report the year, export the log, and verify the report from the export."""
    days = ["--since", f"{YEAR:%Y-%m-%d}", "--until", f"{YEAR:%Y}-12-31"]
    out, log = data / "report", data / "log.jsonl"
    told("the report", run(data, "transparency", "report", *days, "--out", str(out)), lines)
    if not verified:
        return
    told("the export of the log", run(data, "ledger", "export", str(log)), lines)
    verify = run(data, "transparency", "verify", str(out / "report.json"), str(log))
    told("its verification from the export", verify, lines)


def main() -> None:
    """Measure a year, small or full, in a house that is gone afterwards."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--full", action="store_true", help=f"{FULL:,} decisions: 25 GB on disk")
    options.add_argument("--verify", action="store_true", help="verify the full one too: + 15 GB")
    options.add_argument("--house", type=Path, help="measure a year that was written before")
    asked = options.parse_args()
    decisions = FULL if asked.full else SMALL
    with tempfile.TemporaryDirectory() as folder:
        data: Path = asked.house or Path(folder)
        house = open_house(load_settings(data=data))
        if asked.house is None:
            migrate(house.db.engine)
            print(f"A year of {decisions:,} decisions, {MIX}:", flush=True)
            write(house, decisions)
        lines = house.ask(ledger.size)
        house.close()
        print(f"{lines:,} lines, Python {sys.version.split()[0]}:", flush=True)
        measure(data, lines, verified=asked.verify or not asked.full)


if __name__ == "__main__":
    main()
