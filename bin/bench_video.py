"""Measures how fast films are looked at, against decoding alone and against the plain way.

The plain way is what the field's own tool does: decode every frame, make it RGB, hash one a second
with `pdqhash`. It runs in an environment of its own that is gone afterwards, or in the one whose
Python PEER_PYTHON names; `vpdq` itself ships no wheel and is tried too. Times are processor time
of one core, the best of several rounds taken in turn. Figures are printed and never asserted.
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
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from PIL import Image

from evenhand.banks import (
    Confidence,
    EntryKind,
    FrameLike,
    FrameRun,
    LiveEntry,
    LiveIndex,
    Snapshot,
)
from evenhand.banks.index import Changes, Everything
from evenhand.detection import hash_film, look_at_film
from evenhand.kit.films import FilmLimits, open_film

PHOTOS: Final = Path(__file__).parents[1] / "src" / "evenhand" / "demo" / "community" / "photos"
NAMES: Final = ("harbour-boats", "alpine-valley", "tabby-cat", "wooden-house", "march-sheep")
#: Size, seconds between key frames, grain: web films, a short GOP, and one with a camera's noise.
CLIPS: Final = {
    "1080p, key 4 s": ((1920, 1080), 4.0, 0),
    "720p, key 1 s": ((1280, 720), 1.0, 0),
    "720p, key 4 s, grain": ((1280, 720), 4.0, 6),
    "480p, key 4 s": ((854, 480), 4.0, 0),
}
SECONDS: Final = 16
RATE: Final = 30
ROUNDS: Final = 3
FILMS, FRAMES = 10_000, 120
LIMITS: Final = FilmLimits(bytes_max=200_000_000, wall_seconds_max=600.0)
GATE_AIM, DENSE_AIM = 10, 90

PEER_PROGRAM: Final = """
import json, sys, time
import av, numpy, pdqhash
def plain(name):
    hashes, last = [], -1.0
    with av.open(name) as film:
        stream = film.streams.video[0]
        stream.codec_context.thread_count = 1
        for frame in film.decode(stream):
            if int(frame.time) > last:
                last = int(frame.time)
                hashes.append(pdqhash.compute(frame.to_ndarray(format="rgb24")))
    return len(hashes)
try:
    import vpdq
except ImportError:
    vpdq = None
for line in sys.stdin:
    name = json.loads(line)
    took = []
    for hashed in (plain, vpdq and (lambda name: vpdq.computeHash(name, seconds_per_hash=1.0))):
        began = time.process_time()
        if hashed:
            hashed(name)
        took.append(time.process_time() - began if hashed else None)
    print(json.dumps(took), flush=True)
"""


class Listed:
    """Ten thousand listed films of 120 frames, as the index reads them."""

    def __init__(self, folder: Path) -> None:
        """Draw them, and have the index made."""
        dice = np.random.default_rng(5)
        self.rows = dice.integers(0, 256, (FILMS * FRAMES, 32), dtype=np.uint8)
        self.index = LiveIndex(folder)
        self.index.catch_up(self)
        self.seconds = 0.0

    @property
    def held(self) -> bool:
        """Tell that there are some."""
        return True

    def confirms(self, line: int, _mark: str) -> bool:
        """Know one's own log."""
        return line <= 1

    def changes(self, _line: int) -> Changes | None:
        """Nothing changes here."""
        return None

    def everything(self) -> Everything:
        """Give all rows, in portions."""
        step = 100_000
        portions = (
            [(f"{at:032x}", self.rows[at].tobytes().hex()) for at in range(begin, begin + step)]
            for begin in range(0, len(self.rows), step)
        )
        return Everything(1, "all", portions)

    def match(self, hashes: Sequence[str], distance: int) -> list[list[FrameLike]]:
        """Look up, and add up how long that took."""
        began = time.process_time()
        found = self.index.match(hashes, distance)
        self.seconds += time.process_time() - began
        sure = Confidence.CONFIRMED
        entry = LiveEntry("e", "b", "films", sure, "c", EntryKind.VIDEO, "")
        return [[FrameLike(one.distance, entry, 0) for one in each] for each in found]

    def runs(self, _entry_id: str) -> tuple[FrameRun, ...]:
        """No film here is looked at more closely."""
        return ()


def clip(size: tuple[int, int], apart: float, grain: int) -> bytes:
    """Make a film of pans over photographs, with a cut every four seconds."""
    out = io.BytesIO()
    chance = np.random.default_rng(1)
    width, height = size
    with av.open(out, "w", format="mp4") as made:
        stream: Any = made.add_stream("libx264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.codec_context.gop_size = round(apart * RATE)
        stream.options = {"preset": "veryfast", "crf": "23"}
        for at in range(SECONDS * RATE):
            scene, inside = divmod(at, 4 * RATE)
            if not inside:
                photo = Image.open(PHOTOS / f"{NAMES[scene % len(NAMES)]}.jpg").convert("RGB")
                wide = np.asarray(photo.resize((width * 5 // 4, height * 5 // 4)))
            left, top = width // 4 * inside // (4 * RATE), height // 4 * inside // (4 * RATE)
            shown = wide[top : top + height, left : left + width]
            if grain:
                noisy = shown + chance.normal(0, grain, (height, width, 1))
                shown = np.clip(noisy, 0, 255).astype(np.uint8)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(shown), format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, RATE)
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return out.getvalue()


@contextmanager
def peer() -> Iterator[subprocess.Popen[str] | None]:
    """Start the plain way in a process of its own, or give None."""
    with tempfile.TemporaryDirectory() as folder:
        python = os.environ.get("PEER_PYTHON") or _installed(Path(folder))
        if python is None:
            yield None
            return
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        command = [python, "-W", "ignore", "-c", PEER_PROGRAM]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean
        ) as process:
            yield process
            process.terminate()


def _installed(folder: Path) -> str | None:
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    install = [python, "-m", "pip", "install", "--quiet"]
    made = subprocess.run([*install, "pdqhash", "av"], check=False, capture_output=True)
    subprocess.run([*install, "vpdq"], check=False, capture_output=True)
    return python if made.returncode == 0 else None


def asked(process: subprocess.Popen[str], file: Path) -> dict[str, float | None]:
    """Let the plain way hash a film; give its time, and that of vpdq if it is there."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(str(file)) + "\n")
    process.stdin.flush()
    plain, vpdq = json.loads(process.stdout.readline())
    return {"plain": plain, "vpdq": vpdq}


def seconds(act: Callable[[], object]) -> float:
    """Time one call, in processor time of this process."""
    began = time.process_time()
    act()
    return time.process_time() - began


def decoded(data: bytes, skipping: str) -> int:
    """Decode and throw away: no hashing can be faster than this."""
    with av.open(io.BytesIO(data), "r") as film:
        stream = film.streams.video[0]
        stream.codec_context.thread_count = 1
        stream.codec_context.skip_frame = skipping  # type: ignore[assignment]  # one of its words
        return sum(1 for _ in film.decode(stream))


def measured(data: bytes, file: Path, process: Any, bank: Listed) -> dict[str, float]:
    """Give the best times of one film, in seconds."""

    def gate() -> None:
        bank.seconds = 0.0
        with open_film(data, limits=LIMITS) as film:
            look = look_at_film(film, Snapshot(frames=bank))
        assert look.closer is None, look.closer

    def dense() -> None:
        with open_film(data, limits=LIMITS) as film:
            hash_film(film)

    ways: dict[str, Callable[[], object]] = {
        "gate": gate,
        "dense": dense,
        "floor": lambda: decoded(data, "NONREF"),
        "all": lambda: decoded(data, "DEFAULT"),
    }
    best: dict[str, float] = {}
    for _ in range(ROUNDS):
        took = {name: seconds(way) for name, way in ways.items()}
        took["matching"] = bank.seconds
        if process is not None:
            took |= {name: each for name, each in asked(process, file).items() if each is not None}
        best = {name: min(each, best.get(name, each)) for name, each in took.items()}
    return best


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as name, peer() as process:
        folder = Path(name)
        bank = Listed(folder / "index")
        if process is None:
            print("MISSING: pdqhash could not be installed; no ratios.")
        print(f"Films of {SECONDS} s against {FILMS:,} listed of {FRAMES} frames; s of one core")
        print("gate: key frames, every look, both rings; dense: a hash each second, for a bank")
        print(f"aims: gate {GATE_AIM}x the plain way; dense {DENSE_AIM} % of the decode floor\n")
        head = ("film", "MB", "gate", "matching", "dense", "floor", "all frames", "plain", "vpdq")
        print(
            "".join(f"{each:>12}" if at else f"{each:<22}" for at, each in enumerate(head)), end=""
        )
        print(f"{'gate ratio':>12}{'of floor':>10}")
        for title, (size, apart, grain) in CLIPS.items():
            file = folder / "clip.mp4"
            file.write_bytes(clip(size, apart, grain))
            best = measured(file.read_bytes(), file, process, bank)
            row = [f"{file.stat().st_size / 1e6:.1f}"]
            row += [f"{best[each]:.2f}" for each in ("gate", "matching", "dense", "floor", "all")]
            row += [
                f"{best[each]:.2f}" if each in best else "missing" for each in ("plain", "vpdq")
            ]
            ratio = f"{best['plain'] / best['gate']:.1f}x" if "plain" in best else "missing"
            print(f"{title:<22}" + "".join(f"{each:>12}" for each in row), end="")
            print(f"{ratio:>12}{100 * best['floor'] / best['dense']:>8.0f} %")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
