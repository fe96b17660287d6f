"""Asks decoders in a process of their own, which may crash, hang or eat memory without harm."""

from __future__ import annotations

import json
import os
import selectors
import signal
import struct
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final

ROOT: Final = Path(__file__).parents[2]
MEGABYTES_MAX: Final = 1_100  # 50 million pixels with transparency take two thirds of it
SECONDS_TO_START: Final = 120.0


@dataclass(frozen=True)
class Said:
    """What was answered to a file, and how long it took: of the clock, and of the processor."""

    answer: str
    seconds: float
    cpu: float


@dataclass(frozen=True)
class Broken:
    """Nothing was answered: it crashed, hung, or raised what no decoder may raise."""

    how: str


class Judge:
    """A process that answers to one file after another; when one breaks it, another is started."""

    def __init__(self, *, seconds_max: float, megabytes_max: int = MEGABYTES_MAX) -> None:
        """Allow so much time for each file, and so much memory beyond what it starts with."""
        self._seconds_max, self._megabytes_max = seconds_max, megabytes_max
        self._process: subprocess.Popen[bytes] | None = None
        self._rest = b""

    def __enter__(self) -> Judge:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._stop()

    def ask(self, data: bytes) -> Said | Broken:
        """Let every decoder look at a file."""
        process = self._process or self._start()
        assert process.stdin is not None
        try:
            process.stdin.write(struct.pack(">I", len(data)) + data)
            process.stdin.flush()
        except BrokenPipeError:
            return self._broke()
        line = self._line(process, self._seconds_max)
        if line is None:
            return self._broke()
        return Said(**json.loads(line))

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", "bin.nasty.decoders"]
        paths = os.pathsep.join((str(ROOT / "src"), str(ROOT)))
        process = subprocess.Popen(
            [*command, str(self._megabytes_max)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": paths, "OPENBLAS_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self._process, self._rest = process, b""
        if self._line(process, SECONDS_TO_START) is None:
            raise RuntimeError(f"the decoders did not start: {self._broke().how}")
        return process

    def _line(self, process: subprocess.Popen[bytes], seconds_max: float) -> bytes | None:
        """Read a line, or give up when it does not come in time or at all."""
        assert process.stdout is not None
        until = time.monotonic() + seconds_max
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while b"\n" not in self._rest:
                if not selector.select(max(0.0, until - time.monotonic())):
                    return None
                part = os.read(process.stdout.fileno(), 65_536)
                if not part:
                    return None
                self._rest += part
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _broke(self) -> Broken:
        """Say how it broke, and stop the process."""
        process = self._process
        assert process is not None
        try:
            code = process.wait(0.5)
        except subprocess.TimeoutExpired:
            code = None
        told = b"" if code is None else _end_of(process.stderr)
        self._stop()
        if code is None:
            return Broken(f"it hung for more than {self._seconds_max:g} seconds")
        if code < 0:
            return Broken(f"it crashed with {signal.Signals(-code).name}")
        return Broken(told.decode(errors="replace").strip().rpartition("\n")[2] or f"exit {code}")

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                _close(pipe)


def _end_of(pipe: IO[bytes] | None) -> bytes:
    return b"" if pipe is None else pipe.read()[-4_000:]


def _close(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except BrokenPipeError:  # what was still to be written has no reader any more
        return
