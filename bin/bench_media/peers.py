"""The peers run in an environment of their own, so that neither side lends the other a library.

It is made for the run and gone afterwards, or is the one whose Python PEER_PYTHON names. Where the
peers cannot be had, the report says so instead of a ratio.
"""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import venv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

PEERS: Final = ("threatexchange", "pdqhash")
PROGRAM: Final = Path(__file__).with_name("peer_program.py")


class Peer:
    """The peers' process."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def ask(self, what: str, argument: str) -> dict[str, Any]:
        """Have something done and return what came of it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([what, argument]) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@contextmanager
def started() -> Iterator[Peer | None]:
    """Start the peers, or give None and say so."""
    with tempfile.TemporaryDirectory() as folder:
        python = os.environ.get("PEER_PYTHON") or _installed(Path(folder))
        if python is None:
            print(f"MISSING: {' and '.join(PEERS)} could not be installed; no ratios.\n")
            yield None
            return
        command = [python, "-W", "ignore", str(PROGRAM)]
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=clean
        ) as process:
            yield Peer(process)
            process.terminate()


def _installed(folder: Path) -> str | None:
    venv.create(folder, with_pip=True)
    python = str(folder / "bin" / "python")
    made = subprocess.run(
        [python, "-m", "pip", "install", "--quiet", *PEERS], check=False, capture_output=True
    )
    return python if made.returncode == 0 else None
