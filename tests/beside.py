"""A real Redis or Valkey, on a socket of its own that nobody else reaches, and counters to keep."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import redis

from evenhand.rules.language.ir import Type
from evenhand.rules.language.reading import read
from evenhand.rules.language.ruleset import Counter, Kind
from evenhand.rules.language.source import SourceFile

NAMES: Final = ("valkey-server", "redis-server")


@dataclass
class Server:
    """A server that can be stopped, emptied and started again."""

    program: str
    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Say where it listens."""
        return f"unix://{self.folder / 'socket'}"

    @property
    def client(self) -> redis.Redis:
        """Return a way in for the test itself."""
        return redis.Redis.from_url(self.url)

    @property
    def names(self) -> list[bytes]:
        """Return the names of all that is kept."""
        return list(self.client.scan_iter())

    def start(self) -> None:
        """Start it, with nothing in it, and wait until it answers."""
        options = f"--port 0 --unixsocket {self.folder / 'socket'} --dir {self.folder}"
        keeps_nothing = ["--save", "", "--appendonly", "no", "--loglevel", "warning"]
        words = [self.program, *options.split(), *keeps_nothing]
        self.process = subprocess.Popen(words, stdout=subprocess.DEVNULL)
        for _ in range(500):
            try:
                if self.client.ping():
                    return
            except redis.RedisError:
                time.sleep(0.01)
        raise AssertionError(f"{self.program} does not answer")

    def stop(self) -> None:
        """End it; what it held is gone."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


def counters(text: str) -> tuple[Counter, ...]:
    """Read counters of posts, which have an account and a text."""
    post = Kind("post", {"account": Type.TEXT, "text": Type.TEXT})
    return read([SourceFile("counters.rules", text)], {"post": post}).counters
