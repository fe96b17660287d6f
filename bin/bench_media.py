"""Measures how fast pictures are hashed, against the field's own tools on the same files.

The peers (`threatexchange` and `pdqhash`) are installed into an environment of their own that is
gone afterwards, or taken from the one whose Python PEER_PYTHON names; when they cannot be had, the
report says so. Times are processor time of one core, the best of several rounds taken in turn, so
that a busy machine tells little. Figures are printed and never asserted.
"""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from evenhand.detection.signals.pdq import PdqHash, distance
from evenhand.detection.signals.pdq_fast import pdq_of
from evenhand.detection.signals.pdq_looks import looks_at
from evenhand.kit.luma import luma_frames

PHOTOS: Final = Path(__file__).parents[1] / "src" / "evenhand" / "demo" / "community" / "photos"
#: Even textures and drawings are left out: the figures are of ordinary photographs.
NAMES: Final = ("harbour-boats", "alpine-valley", "tabby-cat", "wooden-house", "march-sheep")
SIZES: Final = {"512 px": 512, "1080 px": 1080, "2048 px": 2048, "camera (4000 px)": 4000}
AIMS: Final = {"512 px": 8, "1080 px": 10, "2048 px": 15, "camera (4000 px)": 15}
ROUNDS: Final = 5
PEERS: Final = ("threatexchange", "pdqhash")

PEER_PROGRAM: Final = """
import io, json, sys, time
import numpy, pdqhash
from PIL import Image
from threatexchange.signal_type.pdq.pdq_hasher import pdq_from_bytes
def bare(data):
    return pdqhash.compute(numpy.asarray(Image.open(io.BytesIO(data)).convert("RGB")))
for line in sys.stdin:
    data = open(json.loads(line), "rb").read()
    took = []
    for hashed in (pdq_from_bytes, bare):
        began = time.process_time()
        made = hashed(data)
        took.append(time.process_time() - began)
        bits = made[0] if isinstance(made[0], str) else bits
    print(json.dumps([*took, bits]), flush=True)
"""


@contextmanager
def peer() -> Iterator[subprocess.Popen[str] | None]:
    """Start the peers in a process of their own, or give None."""
    with tempfile.TemporaryDirectory() as folder:
        python = os.environ.get("PEER_PYTHON") or _installed(Path(folder))
        if python is None:
            yield None
            return
        command = [python, "-W", "ignore", "-c", PEER_PROGRAM]
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean
        ) as process:
            yield process
            process.terminate()


def _installed(folder: Path) -> str | None:
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    made = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *PEERS], check=False, capture_output=True
    )
    return python if made.returncode == 0 else None


def photographs(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write each photograph at each size, with the grain that a sensor has."""
    chance = np.random.default_rng(1)
    for size, side in SIZES.items():
        for name in NAMES:
            picture = Image.open(PHOTOS / f"{name}.jpg").convert("RGB")
            scale = side / max(picture.size)
            large = picture.resize((round(picture.width * scale), round(picture.height * scale)))
            grain = chance.normal(0, 4, (*large.size[::-1], 1))
            grainy = np.clip(np.asarray(large) + grain, 0, 255).astype(np.uint8)
            file = folder / f"{side}-{name}.jpg"
            Image.fromarray(grainy).save(file, "JPEG", quality=88)
            yield size, file


def ours(data: bytes) -> str:
    """Hash a file's bytes as the product does."""
    made = pdq_of(next(luma_frames(data, declared=None, frames_max=1)).plane)
    assert isinstance(made, PdqHash)
    return made.bits


def every_look(data: bytes) -> None:
    """Hash a file's bytes in every way in which it is compared with a bank."""
    list(looks_at(next(luma_frames(data, declared=None, frames_max=1))))


def floor(data: bytes) -> None:
    """Decode as little as the format lets anybody decode: one sample for 8 x 8 pixels."""
    image = Image.open(io.BytesIO(data))
    image.draft("L", (image.width // 8, image.height // 8))
    image.load()


def seconds(act: Callable[[bytes], object], data: bytes) -> float:
    """Time one call, in processor time of this process."""
    began = time.process_time()
    act(data)
    return time.process_time() - began


def asked(process: subprocess.Popen[str], file: Path) -> tuple[float, float, str]:
    """Let the peers hash a file; give both times and the hash."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(str(file)) + "\n")
    process.stdin.flush()
    theirs, bare, bits = json.loads(process.stdout.readline())
    return theirs, bare, bits


def measured(process: subprocess.Popen[str] | None, files: list[Path]) -> dict[str, float]:
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
            if process is not None:
                took["threatexchange"], took["pdqhash"], theirs = asked(process, file)
                sums["bits"] = max(sums["bits"], distance(bits, theirs))
            best = {name: min(each, best.get(name, each)) for name, each in took.items()}
        for name, each in best.items():
            sums[name] += 1_000 * each / len(files)
        sums["megabytes"] += len(data) / 1e6 / len(files)
    return sums


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder, peer() as process:
        files: dict[str, list[Path]] = {}
        for size, file in photographs(Path(folder)):
            files.setdefault(size, []).append(file)
        if process is None:
            print(f"MISSING: {' and '.join(PEERS)} could not be installed; no ratios.")
        print("Hashing bytes to PDQ, ms of one core, mean over", len(NAMES), "photographs\n")
        head = ("size", "MB", "evenhand", "all looks", *PEERS, "ratio", "aim", "of floor", "bits")
        print("".join(f"{each:>17}" if not at else f"{each:>15}" for at, each in enumerate(head)))
        for size, group in files.items():
            made = measured(process, group)
            ratio = f"{made['threatexchange'] / made['ours']:.1f}x" if process else "missing"
            row = [
                f"{made['megabytes']:.2f}",
                *(f"{made[name]:.2f}" for name in ("ours", "looks")),
                *(f"{made[name]:.1f}" if process else "missing" for name in PEERS),
                ratio,
                f"{AIMS[size]}x",
                f"{100 * made['floor'] / made['ours']:.0f} %",
                f"{made['bits']:.0f}" if process else "missing",
            ]
            print(f"{size:>17}" + "".join(f"{each:>15}" for each in row))
            sys.stdout.flush()


if __name__ == "__main__":
    main()
