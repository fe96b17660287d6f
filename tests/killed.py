"""Processes that exist to be killed: servers, workers, makers of decisions, forked ready to run.

Started as a program it imports everything once, then forks a process for every line it reads and
prints its number. Servers and workers are the commands `evenhand serve` and `evenhand worker`,
but hold what they take for seconds instead of minutes, so that what a killed one held is taken
over while all goes on. A fresh server imports everything itself, and waits as long as that.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from evenhand import api, console, decision, detection, portal, review
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.cli.run import run
from evenhand.db import DatabaseBusy
from evenhand.kit.clock import Clock
from evenhand.ledger import jobs, outbox
from tests.outside import SECRET
from tests.stage import Stage, violation

ADDRESS: Final = "127.0.0.1"
NOTES: Final = "decided"
JOB_LEASE_SECONDS: Final = 3
DELIVERY_LEASE_SECONDS: Final = 6
PAUSE_SECONDS: Final = 0.8
#: What a server imports late comes before the fork here, or every start would take seconds.
IMPORTED_LATE: Final = (
    "evenhand.cli.exposure",
    "evenhand.cli.logs",
    "evenhand.cli.migrate",
    "evenhand.cli.serve",
    "evenhand.cli.worker",
    "evenhand.db.migrate",
    "evenhand.doors",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)


@dataclass(frozen=True)
class Place:
    """Where every process finds its house, its host and its port."""

    data: Path
    database_url: str
    host_url: str
    port: int

    @property
    def base(self) -> str:
        """Return the address of the server."""
        return f"http://{ADDRESS}:{self.port}"

    def environment(self) -> Mapping[str, str]:
        """Return the environment of a process of this house, without this one's own settings."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("EVENHAND_")}
        return kept | {
            "EVENHAND_DATA": str(self.data),
            "EVENHAND_DATABASE_URL": self.database_url,
            "EVENHAND_LISTEN": ADDRESS,
            "EVENHAND_PORT": str(self.port),
            "EVENHAND_HOST_WEBHOOK_URL": self.host_url,
            "EVENHAND_HOST_WEBHOOK_SECRET": SECRET,
            "EVENHAND_LOG_LEVEL": "warning",
            # A look that ran out of time would leave the item to a person: slow, and not wrong.
            "EVENHAND_GATE_SECONDS": "60",
        }

    def open(self, clock: Clock) -> House:
        """Open the house in this process, which nobody kills."""
        return open_house(
            load_settings(data=self.data, database_url=self.database_url), clock=clock
        )

    def decided(self) -> list[str]:
        """Return the decisions that were durable when they returned."""
        notes = self.data / NOTES
        return notes.read_text().split() if notes.exists() else []


def serve_fresh() -> None:
    """Become a server with nothing imported yet."""
    os.execv(sys.executable, [sys.executable, "-c", "from tests import killed; killed.serve()"])


def serve() -> None:
    """Serve until killed, with a worker inside."""
    _run_hastily("serve")


def work() -> None:
    """Work until killed."""
    _run_hastily("worker")


def _run_hastily(command: str) -> None:
    jobs.LEASE_SECONDS = JOB_LEASE_SECONDS
    outbox.LEASE_SECONDS = DELIVERY_LEASE_SECONDS
    run([command, "--json"])


def decide() -> None:
    """Decide whatever waits, and send more, until killed."""
    stage = Stage(open_house())
    while True:
        with suppress(DatabaseBusy):
            _one_round(stage)
        time.sleep(PAUSE_SECONDS)


def _one_round(stage: Stage) -> None:
    """Decide what waits; when nothing does, bring something in."""
    claim = stage.house.do(review.claim_next, stage.rosa)
    if claim is None:
        number = uuid.uuid4().hex
        item_id = stage.item(account=f"a{number}", external_id=number, email=None)
        stage.report(item_id, by=None)
        return
    decided = stage.house.do(decision.decide, stage.rosa, claim.task_id, violation())
    with (stage.house.settings.data / NOTES).open("a") as noted:
        noted.write(decided + "\n")


LIVES: Final[Mapping[str, Callable[[], None]]] = {
    "serve": serve,
    "serve_fresh": serve_fresh,
    "work": work,
    "decide": decide,
}


def main() -> None:
    """Fork what is asked for on each line, and never wait for it.

    Words in pictures are read by a fresh server alone, for it takes seconds: as in a house without
    `evenhand[ocr]`, the others say that they do not.
    """
    sys.modules["rapidocr"] = None  # type: ignore[assignment]  # as if it were not installed
    for module in IMPORTED_LATE:
        importlib.import_module(module)
    for made_once in (api.router, portal.router, console.router, console.make_templates):
        made_once()
    detection.warm_up().join()  # what is loaded here, no fork has to load
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            nowhere = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1):
                os.dup2(nowhere, stream)
            LIVES[line.strip()]()
            os._exit(1)
        print(child, flush=True)


if __name__ == "__main__":
    main()
