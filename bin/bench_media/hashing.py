"""How fast a file's bytes become a PDQ hash, beside the peers and beside the floor of decoding.

The floor is the least that the format lets anybody decode: one sample for 8 x 8 pixels.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from PIL import Image

from bin.bench_media.figures import Report
from bin.bench_media.peers import PEERS, Peer
from evenhand.detection.signals.pdq import PdqHash, distance
from evenhand.detection.signals.pdq_fast import pdq_of
from evenhand.detection.signals.pdq_looks import looks_at
from evenhand.kit.luma import luma_frames

AIMS: Final = {"512 px": 8, "1080 px": 10, "2048 px": 15, "camera (4000 px)": 15}
ROUNDS: Final = 5


def ours(data: bytes) -> str:
    """Hash a file's bytes as the product does."""
    made = pdq_of(next(luma_frames(data, declared=None, frames_max=1)).plane)
    assert isinstance(made, PdqHash)
    return made.bits


def every_look(data: bytes) -> None:
    """Hash a file's bytes in every way in which it is compared with a bank."""
    list(looks_at(next(luma_frames(data, declared=None, frames_max=1))))


def floor(data: bytes) -> None:
    """Decode as little as the format lets anybody decode."""
    image = Image.open(io.BytesIO(data))
    image.draft("L", (image.width // 8, image.height // 8))
    image.load()


def seconds(act: Callable[[bytes], object], data: bytes) -> float:
    """Time one call, in processor time of this process."""
    began = time.process_time()
    act(data)
    return time.process_time() - began


def measured(peer: Peer | None, files: Sequence[Path]) -> dict[str, float]:
    """Sum the best times over the files of one size, in milliseconds; and the most bits apart."""
    sums = dict.fromkeys(("ours", "looks", "floor", *PEERS, "bits", "megabytes"), 0.0)
    for file in files:
        data = file.read_bytes()
        bits = ours(data)
        best: dict[str, float] = {}
        for _ in range(ROUNDS):
            took = {
                "ours": min(seconds(ours, data) for _ in range(3)),
                "looks": seconds(every_look, data),
                "floor": min(seconds(floor, data) for _ in range(3)),
            }
            if peer is not None:
                said = peer.ask("hash", str(file))
                took |= {name: float(said[name]) for name in PEERS}
                sums["bits"] = max(sums["bits"], distance(bits, said["bits"]))
            best = {name: min(each, best.get(name, each)) for name, each in took.items()}
        for name, each in best.items():
            sums[name] += 1_000 * each / len(files)
        sums["megabytes"] += len(data) / 1e6 / len(files)
    return sums


def run(report: Report, files: Mapping[str, Sequence[Path]], peer: Peer | None) -> None:
    """Print the table of every size, and add the ratios to the report."""
    count = len(next(iter(files.values())))
    print(f"Hashing bytes to PDQ, ms of one core, mean over {count} photographs")
    head = ("size", "MB", "evenhand", "all looks", *PEERS, "ratio", "of floor", "bits")
    print("".join(f"{each:>17}" if not at else f"{each:>15}" for at, each in enumerate(head)))
    for size, group in files.items():
        made = measured(peer, group)
        ratio = made["threatexchange"] / made["ours"] if peer else None
        share = 100 * made["floor"] / made["ours"]
        row = [
            f"{made['megabytes']:.2f}",
            *(f"{made[name]:.2f}" for name in ("ours", "looks")),
            *(f"{made[name]:.1f}" if peer else "missing" for name in PEERS),
            f"{ratio:.1f}x" if ratio else "missing",
            f"{share:.0f} %",
            f"{made['bits']:.0f}" if peer else "missing",
        ]
        print(f"{size:>17}" + "".join(f"{each:>15}" for each in row))
        sys.stdout.flush()
        report.least(f"hashing, {size}, against threatexchange", ratio, AIMS[size], "x")
        report.told(f"hashing, {size}, share of the decode floor reached", share, " %")
