"""How fast a file's bytes become a PDQ hash, beside the peers and beside the floor of decoding.

The floor is the least that the format lets anybody decode: one sample for 8 x 8 pixels.
"""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median
from typing import Final

from PIL import Image

from bin.bench_media.figures import Report
from bin.bench_media.peers import PEERS, Peer
from evenhand.detection.signals.pdq import PdqHash, distance
from evenhand.detection.signals.pdq_fast import pdq_of
from evenhand.detection.signals.pdq_looks import looks_at
from evenhand.kit.luma import luma_frames

AIMS: Final = {"512 px": 8, "1080 px": 10, "2048 px": 15, "camera (4000 px)": 15}
ROUNDS: Final = 7


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
    """Time the second of two calls, in processor time of this process: the first warms caches."""
    act(data)
    began = time.process_time()
    act(data)
    return time.process_time() - began


Round = dict[str, float]
"""What each way took of one file, in seconds, and by how many `bits` the peer's hash differs."""


def one_round(peer: Peer | None, file: Path, data: bytes) -> Round:
    """Hash a file in every way, one after another."""
    took = {
        "ours": seconds(ours, data),
        "looks": seconds(every_look, data),
        "floor": seconds(floor, data),
    }
    if peer is not None:
        said = peer.ask("hash", str(file))
        took |= {name: float(said[name]) for name in PEERS}
        took["bits"] = distance(ours(data), said["bits"])
    return took


@dataclass(frozen=True)
class Measured:
    """Files of one size: the rounds of each."""

    files: Sequence[Sequence[Round]]

    def milliseconds(self, way: str) -> float:
        """Return the mean over the files of the best round."""
        return 1_000 * mean(min(each[way] for each in rounds) for rounds in self.files)

    def times(self, way: str) -> float:
        """Return how many times as long as ours a way took, half of the time.

        Only what was measured in the same moment is compared: machines change their pace.
        """
        return median(each[way] / each["ours"] for rounds in self.files for each in rounds)

    @property
    def bits(self) -> float:
        """Return the most bits by which the peer's hash differs from ours."""
        return max(each["bits"] for rounds in self.files for each in rounds)


def measured(peer: Peer | None, files: Sequence[Path]) -> Measured:
    """Hash the files of one size in every way, again and again."""
    contents = {file: file.read_bytes() for file in files}
    return Measured([[one_round(peer, *each) for _ in range(ROUNDS)] for each in contents.items()])


def run(report: Report, files: Mapping[str, Sequence[Path]], peer: Peer | None) -> None:
    """Print the table of every size, and add the ratios to the report."""
    count = len(next(iter(files.values())))
    print(f"Hashing bytes to PDQ, ms of one core, mean over {count} photographs")
    head = ("size", "MB", "evenhand", "all looks", *PEERS, "ratio", "of floor", "bits")
    print("".join(f"{each:>17}" if not at else f"{each:>15}" for at, each in enumerate(head)))
    for size, group in files.items():
        made = measured(peer, group)
        ratio = made.times("threatexchange") if peer else None
        share = 100 * made.times("floor")
        row = [
            f"{mean(file.stat().st_size for file in group) / 1e6:.2f}",
            *(f"{made.milliseconds(name):.2f}" for name in ("ours", "looks")),
            *(f"{made.milliseconds(name):.1f}" if peer else "missing" for name in PEERS),
            f"{ratio:.1f}x" if ratio else "missing",
            f"{share:.0f} %",
            f"{made.bits:.0f}" if peer else "missing",
        ]
        print(f"{size:>17}" + "".join(f"{each:>15}" for each in row))
        sys.stdout.flush()
        report.least(f"hashing, {size}, against threatexchange", ratio, AIMS[size], "x")
        report.told(f"hashing, {size}, share of the decode floor reached", share, " %")
