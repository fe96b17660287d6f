"""`evenhand serve` and `evenhand worker` as processes of their own, until told to stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evenhand.cli.exits import Exit
from tests.shell import evenhand


class Served:
    """`evenhand serve` as a process of its own, until told to stop."""

    def __init__(self, data: Path, *words: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "evenhand.cli", "serve", "--port", "0", "--json", *words],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"EVENHAND_DATA": str(data)},
        )
        assert self.process.stdout is not None
        text = ""
        for line in self.process.stdout:
            text += line
            if line.startswith("}"):
                break
        self.greeting: dict[str, Any] = json.loads(text)

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(self.greeting["listening"] + path, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def stop(self) -> tuple[int, str]:
        self.process.send_signal(signal.SIGTERM)
        _, logged = self.process.communicate(timeout=30)
        return self.process.returncode, logged


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    """Serve a house that is made by serving it."""
    running = Served(tmp_path / "house")
    yield running
    if running.process.poll() is None:
        running.process.kill()
        running.process.communicate()


class TestServe:
    def test_it_serves_every_door_and_stops_when_told(self, served: Served) -> None:
        assert served.get("/healthz") == (200, '{"alive":true}')
        assert json.loads(served.get("/readyz")[1])["ready"] is True
        assert served.get("/")[0] == 200
        assert served.get("/api/v1/me")[0] == 401
        link = served.greeting["setup_link"]
        setup = link.removeprefix(served.greeting["public_url"])
        assert served.get(setup)[0] == 200
        assert served.get("/console/setup/wrong")[0] != 200
        status, logged = served.stop()
        assert status == 0
        assert setup.rpartition("/")[2] not in logged
        assert '"route": "/console/setup/{token}"' in logged
        assert "worker.stopped" in logged

    def test_a_port_in_use_is_said_plainly(self, served: Served, tmp_path: Path) -> None:
        port = served.greeting["listening"].rpartition(":")[2]
        found = evenhand(tmp_path / "other", "serve", "--port", port)
        assert found.returncode == Exit.NOT_READY
        assert "--port" in found.stderr

    def test_it_does_not_listen_beyond_this_machine_by_default(self, tmp_path: Path) -> None:
        found = evenhand(tmp_path / "house", "serve", "--listen", "0.0.0.0", "--port", "0")
        assert found.returncode == Exit.NOT_READY
        assert "EVENHAND_PUBLIC_URL" in found.stderr


class TestWorker:
    def test_it_stops_when_told(self, data: Path) -> None:
        running = subprocess.Popen(
            [sys.executable, "-m", "evenhand.cli", "worker"],
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"EVENHAND_DATA": str(data)},
        )
        assert running.stderr is not None
        while "worker.started" not in running.stderr.readline():
            assert running.poll() is None
        running.send_signal(signal.SIGTERM)
        _, rest = running.communicate(timeout=30)
        assert running.returncode == 0
        assert "worker.stopped" in rest
