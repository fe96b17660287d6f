"""Prints every figure in one run, and a table of them beside their aims at the end."""

from __future__ import annotations

import argparse
import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

import structlog

from bin.bench_media import gate, hashing, matching, peers
from bin.bench_media.figures import Report
from bin.bench_media.pictures import photographs

SIZES: Final = (100_000, 1_000_000)
SCAN: Final = Path(__file__).parents[1] / "bench_scan.py"
PARTS: Final = ("hashing", "matching", "scanning")


def main() -> None:
    """Measure what was asked for, or everything."""
    arguments = argparse.ArgumentParser(prog="bench_media", description=__doc__)
    arguments.add_argument("parts", nargs="*", help=f"Of {', '.join(PARTS)}; else all of them.")
    arguments.add_argument("--sizes", nargs="*", type=int, default=SIZES, help="Hashes in a bank.")
    given = arguments.parse_args()
    unknown = set(given.parts) - set(PARTS)
    if unknown:
        arguments.error(f"there is no part {', '.join(sorted(unknown))}")
    parts, report = set(given.parts or PARTS), Report()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    with tempfile.TemporaryDirectory() as folder, peers.started() as peer:
        files: dict[str, list[Path]] = {}
        for size, file in photographs(Path(folder)):
            files.setdefault(size, []).append(file)
        if "hashing" in parts:
            hashing.run(report, files, peer)
        for count in given.sizes if "matching" in parts else ():
            with tempfile.TemporaryDirectory(dir=folder) as place:
                index = matching.run(report, count, Path(place), peer)
                if count == max(SIZES):
                    gate.run(report, index, files, peer)
    if "scanning" in parts:
        scanning()
    report.print()


def scanning() -> None:
    """Measure the scan of a back catalogue, which has a program of its own and prints its aims."""
    print("\nScanning a back catalogue", flush=True)
    if not SCAN.exists():
        print(f"MISSING: there is no {SCAN.name}.")
        return
    if subprocess.run([sys.executable, str(SCAN)], check=False).returncode:
        print(f"FAILED: {SCAN.name} stopped before its end.")


if __name__ == "__main__":
    main()
