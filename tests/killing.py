"""Starts the processes of a house, kills any of them without warning, and starts them again."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from typing import Final

from tests.killed import ADDRESS, Place

PORTS: Final = range(20_000, 32_000)  # below those that connections going out are given
PATIENCE_SECONDS: Final = 60
SERVER: Final = "serve"
FRESH_SERVER: Final = "serve_fresh"
FRESH_EVERY: Final = 6


def free_port() -> int:
    """Find a port that is free now, and that no outgoing connection takes while nobody listens."""
    while True:
        port = random.SystemRandom().choice(PORTS)
        try:
            with socket.create_server((ADDRESS, port)):
                return port
        except OSError:
            continue


class Family:
    """All the processes of one house, forked from one that has everything imported."""

    def __init__(self, place: Place, *members: str, chance: random.Random) -> None:
        """Start everybody."""
        self.killed: Counter[str] = Counter()
        self._place, self._chance = place, chance
        self._log = place.data / "family.log"
        self._living: list[tuple[str, int]] = []
        with self._log.open("ab") as log:
            self._parent = subprocess.Popen(
                [sys.executable, "-m", "tests.killed"],
                env=place.environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._told() == "ready", self._last_words()
        for what in members:
            self._bear(what)

    def kill(self, what: str) -> None:
        """Kill one of a kind without warning, and put another in its place."""
        found = self._chance.choice([one for one in self._living if one[0] == what])
        os.kill(found[1], signal.SIGKILL)
        self._wait_until_gone(found[1])
        self._living.remove(found)
        self.killed[what] += 1
        self._bear(what)

    def wait_until_up(self) -> float:
        """Return as soon as the server answers; tell how many seconds that took."""
        began = time.monotonic()
        until = began + PATIENCE_SECONDS
        while not self._answers():
            assert self._lives(dict(self._living)[SERVER]), self._last_words()
            assert time.monotonic() < until, self._last_words()
            time.sleep(0.05)
        return time.monotonic() - began

    def close(self) -> None:
        """Kill everybody."""
        for _, number in self._living:
            if self._lives(number):
                os.kill(number, signal.SIGKILL)
        for _, number in self._living:
            self._wait_until_gone(number)
        self._parent.kill()
        self._parent.wait()
        for stream in (self._parent.stdin, self._parent.stdout):
            assert stream is not None
            stream.close()

    def _bear(self, what: str) -> None:
        """Fork one; the first server, and every sixth after it, is a fresh one."""
        fresh = what == SERVER and self.killed[SERVER] % FRESH_EVERY == 0
        assert self._parent.stdin is not None
        self._parent.stdin.write((FRESH_SERVER if fresh else what) + "\n")
        self._parent.stdin.flush()
        self._living.append((what, int(self._told())))

    def _told(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()

    def _answers(self) -> bool:
        asking = HTTPConnection(ADDRESS, self._place.port, timeout=PATIENCE_SECONDS)
        try:
            asking.request("GET", "/healthz")
            return asking.getresponse().status == HTTPStatus.OK
        except (OSError, HTTPException):
            return False
        finally:
            asking.close()

    def _lives(self, number: int) -> bool:
        try:
            os.kill(number, 0)
        except ProcessLookupError:
            return False
        return True

    def _wait_until_gone(self, number: int) -> None:
        until = time.monotonic() + PATIENCE_SECONDS
        while self._lives(number):
            assert time.monotonic() < until, f"process {number} outlived SIGKILL"
            time.sleep(0.005)

    def _last_words(self) -> str:
        return self._log.read_text()[-2_000:]
