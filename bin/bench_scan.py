"""Measures how fast a scan looks at pictures: files a second for each core, scaling, decode floor.

Files are made from the demo's photographs at 1,600 px. A core's figure is processor time of the
function workers run, in this process; scaling is of wall time, and tells only on an idle
machine. Figures are printed and never asserted.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import uuid
from contextlib import closing
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bin.bench_media.gate import Listed as InIndex
from bin.bench_media.gate import entry_of
from bin.bench_media.hashing import floor
from bin.bench_media.matching import Drawn, drawn
from evenhand.banks import Snapshot
from evenhand.banks.index import LiveIndex
from evenhand.sweep import Job, LocalEngine, Partition, Passed, State, Sweep, look, open_source
from evenhand.sweep.model import Listed

PHOTOS: Final = Path(__file__).parents[1] / "src" / "evenhand" / "demo" / "community" / "photos"
SIDE: Final = 1_600
LISTED: Final = 100_000
ROUNDS: Final = 3  # of one worker and two in turn; the best of each counts


def listed(folder: str) -> Snapshot:
    """Open an index of random hashes, which lies in a folder as frozen banks do."""
    index = LiveIndex(Path(folder))
    index.catch_up(Drawn(drawn(LISTED)[0]))
    return Snapshot((entry_of(str(uuid.UUID(int=0))),), InIndex(index))


def pictures(folder: Path, count: int) -> None:
    """Write photographs with the grain of a sensor."""
    chance = np.random.default_rng(1)
    photos = sorted(PHOTOS.glob("*.jpg"))
    for number in range(count):
        picture = Image.open(photos[number % len(photos)]).convert("RGB")
        scale = SIDE / max(picture.size)
        large = picture.resize((round(picture.width * scale), round(picture.height * scale)))
        grain = chance.normal(0, 2, (*large.size[::-1], 1))
        grainy = np.clip(np.asarray(large) + grain, 0, 255).astype(np.uint8)
        Image.fromarray(grainy).save(folder / f"{number}.jpg", "JPEG", quality=80)


def alone(job: Job, folder: Path) -> float:
    """Return the processor seconds of looking at every file, without a pool around it."""
    files = open_source(str(folder)).entries(lambda *_: False)
    partition = Partition(1, tuple(each for each in files if isinstance(each, Listed)))
    look(job, Partition(0, partition.files[:2]))  # compiled and opened before the clock starts
    began = time.process_time()
    look(job, partition)
    return time.process_time() - began


def swept(job: Job, folder: Path, workers: int) -> tuple[int, float]:
    """Sweep a folder anew; return how many files, and the wall seconds."""
    told: list[Passed] = []
    engine = LocalEngine(workers)
    with tempfile.TemporaryDirectory() as kept:
        source = open_source(str(folder))
        with closing(State(Path(kept), source.place)) as state:
            summary = Sweep(source, state, engine, job, "bench", {}, told.append).run()
        engine.close()
    return len(told), summary.seconds


def main() -> None:
    """Print the figures."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--files", type=int, default=1_000)
    count = asked.parse_args().files
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as banks:
        folder, job = Path(made), Job(banks, listed, ("sha256",))
        pictures(folder, count)
        contents = [file.read_bytes() for file in folder.iterdir()]
        began = time.process_time()
        for data in contents:
            floor(data)
        least = time.process_time() - began
        rates: dict[int, float] = {}
        spent = alone(job, folder)
        print(
            f"{count / spent:,.0f} files per CPU second (aim 400),"
            f" {least / spent:.0%} of the decode floor"
        )
        for workers in (1, 2) * ROUNDS:
            files, wall = swept(job, folder, workers)
            rates[workers] = max(files / wall, rates.get(workers, 0.0))
            print(f"{workers} workers: {files / wall:,.0f} files/s wall")
        print(f"two-core scaling: {rates[2] / rates[1] / 2:.0%} (aim 80 %)")


if __name__ == "__main__":
    main()
