"""A worker of its own: takes what is due, delivers what must leave, and stops when it is told."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, flag, note, show
from evenhand.cli.shell import opened


def worker(
    *,
    once: Annotated[bool, flag("Do what is due now, and stop.")] = False,
    json: Json = False,
) -> Exit:
    """Run a worker until it is told to stop (Ctrl-C or SIGTERM): steps, times, deliveries.

    Any number may run at once on PostgreSQL. What a killed one held, another takes over.
    """
    from evenhand.cli.logs import configure
    from evenhand.detection import warm_up
    from evenhand.worker import Worker

    with opened() as house:
        configure(house.settings.log_level)
        running = Worker(house)
        if once:
            done = running.run_due()
            show({"done": done}, as_json=json, text=[f"{done} things were due."])
            return Exit.OK
        warm_up()
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        if not json:
            note("Working. Ctrl-C stops it; nothing in hand is dropped.")
        running.run(stop)
    return Exit.OK
