"""Processes that exist to be killed: workers, and makers of decisions, forked ready to run.

Started as a program it imports everything once, then forks a process for every line it reads and
prints its number. The clock of every process runs fast by the same measure, so that leases and
waits of minutes pass in seconds.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from evenhand import decision, review
from evenhand.adapters.webhook import WebhookHost
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import DatabaseBusy
from evenhand.kit.clock import SystemClock
from evenhand.worker import Outside, Worker
from tests.outside import SECRET
from tests.stage import Stage, violation

SPEED = 10
HOST_SECONDS = 0.4


@dataclass(frozen=True)
class FastClock:
    """Starts at one instant, the same for every process, and runs SPEED times as fast."""

    started: datetime

    def now(self) -> datetime:
        """Return the instant."""
        passed = SystemClock().now() - self.started
        return self.started + passed * SPEED


@dataclass(frozen=True)
class Place:
    """Where a process finds its house, its host, and the file in which it notes what it did."""

    data: Path
    database_url: str
    host_url: str
    started: datetime

    def open(self) -> House:
        """Open the house, with a worker that looks often."""
        settings = load_settings(
            data=self.data, database_url=self.database_url, worker_seconds=0.05
        )
        return open_house(settings, clock=FastClock(self.started))

    @property
    def noted(self) -> Path:
        """Return the file of decisions that were durable when they returned."""
        return self.data / "decided"


def work(place: Place) -> None:
    """Work until killed."""
    host = WebhookHost(
        place.host_url, secret=SECRET, clock=SystemClock(), timeout_seconds=HOST_SECONDS
    )
    Worker(place.open(), outside=Outside(host)).run(threading.Event())


def decide(place: Place) -> None:
    """Decide whatever waits, and send more, until killed."""
    stage = Stage(place.open())
    while True:
        try:
            _one_round(stage, place)
        except DatabaseBusy:
            time.sleep(0.05)


def _one_round(stage: Stage, place: Place) -> None:
    """Decide what waits; when nothing does, bring something in."""
    claim = stage.house.do(review.claim_next, stage.rosa)
    if claim is None:
        number = uuid.uuid4().hex
        item_id = stage.item(account=f"a{number}", external_id=number, email=None)
        stage.report(item_id, by=None)
        return
    decided = stage.house.do(decision.decide, stage.rosa, claim.task_id, violation())
    with place.noted.open("a") as noted:
        noted.write(decided + "\n")


def main() -> None:
    """Fork what is asked for on each line: `work` or `decide`."""
    data, database_url, host_url, started = sys.argv[1:]
    place = Place(Path(data), database_url, host_url, datetime.fromisoformat(started))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1):
                os.dup2(nowhere, stream)
            {"work": work, "decide": decide}[line.strip()](place)
            os._exit(1)
        print(child, flush=True)


def fast_start() -> datetime:
    """Return the instant from which a fast clock may run, so that it is never behind."""
    return datetime.now(UTC) - timedelta(seconds=1)  # noqa: TID251 - the machines' common start


if __name__ == "__main__":
    main()
