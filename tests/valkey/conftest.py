"""A house that keeps its counters beside the database too, on a real server."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.bootstrap import House, load_settings, open_house
from evenhand.kit.clock import SetClock
from tests.beside import NAMES, Server


@pytest.fixture(scope="session")
def one_server() -> Iterator[Server]:
    """Start a server once a session. Its socket's path is short, as sockets want it."""
    program = next(found for name in NAMES if (found := shutil.which(name)))
    folder = Path(tempfile.mkdtemp(prefix="evenhand-valkey-"))
    made = Server(program, folder)
    made.start()
    yield made
    made.stop()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def server(one_server: Server) -> Server:
    """Give the server, running and empty."""
    if one_server.process is None:
        one_server.start()
    one_server.client.flushall()
    return one_server


@pytest.fixture
def house(database_url: str, tmp_path: Path, clock: SetClock, server: Server) -> Iterator[House]:
    """Open a house that keeps its counters there too."""
    settings = load_settings(data=tmp_path, database_url=database_url, counters=server.url)
    opened = open_house(settings, clock=clock)
    yield opened
    opened.close()
