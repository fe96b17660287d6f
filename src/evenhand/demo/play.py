"""The day from first post to last reversal, told in steps, and then left open to look around in.

Everything the day promises is checked on the way: a brigade removes nothing, whoever decided does
not judge the appeal, what was undone is back on Plaza, nothing is left undelivered, and the ledger
verifies. When one of them does not hold, the demo fails instead of looking well.
"""

from __future__ import annotations

import select
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from evenhand.bootstrap import House, load_settings
from evenhand.demo import premises, stage
from evenhand.demo.day import Day, load
from evenhand.demo.numbers import count
from evenhand.demo.premises import Details
from evenhand.demo.stage import Stage
from evenhand.demo.story import Story
from evenhand.demo.told import Teller

STOPS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOOK_EVERY_SECONDS: Final = 0.5


def run(
    *,
    data: Path | None = None,
    port: int | None = None,
    serve: bool = True,
    as_json: bool = False,
) -> None:
    """Play the day into a folder, unless it holds one already, and serve it until told to stop.

    `data` and `port` default to EVENHAND_DATA, else a fresh folder of the system's, and to
    EVENHAND_PORT. Raises DemoCannot when something is in the way, DemoBroke when a promise did
    not hold.
    """
    settings = load_settings()
    named = data or (settings.data if "data" in settings.model_fields_set else None)
    found = premises.find(named) if named else None
    teller = Teller(as_json=as_json)
    with ExitStack() as stack:
        stack.enter_context(_told_to_stop())
        taken, number = stack.enter_context(stage.bound(settings.port if port is None else port))
        folder = named or Path(tempfile.mkdtemp(prefix="evenhand-demo-"))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        teller.opening(folder, played=found is not None)
        stack.enter_context(stage.logging_to(folder))
        details = found or premises.new_details()
        house = premises.open_up(folder, port=number, plaza_port=number + 1, details=details)
        stack.callback(house.close)
        if found is None:
            details = _furnished(house, folder, details, teller)
        with stage.open_stage(house, folder, details, taken) as here:
            if found is None:
                details = _played(here, details, teller)
            summary = _summary(house, details)
            teller.summary(summary | {"addresses": here.addresses} if serve else summary)
            if serve:
                teller.addresses(here, details)
                _until_told(teller, house, details)
                teller.say("\nStopping. The day stays where it is.")


def _furnished(house: House, folder: Path, details: Details, teller: Teller) -> Details:
    day = load()
    with teller.step("The house is made") as step:
        details = premises.furnish(house, day, details)
        premises.keep(folder, details)
        step.came_to(
            "The house: policy, three banks of known material, a key for Plaza, and five on the"
            " staff"
        )
    return details


def _played(here: Stage, details: Details, teller: Teller) -> Details:
    """Play the day, check what it came to, and write down what is needed to come back."""
    began = time.monotonic()
    day: Day = load()
    with Story(here, day, details) as story:
        told = story.tell(teller)
    with teller.step("Everything is counted, and the ledger verified"):
        found = count(here.house)
    seconds = round(time.monotonic() - began, 1)
    summary = {**found, **told.summary, "seconds": seconds}
    details = replace(details, summary=summary, receipts=told.receipts)
    premises.keep(here.folder, details)
    return details


def _summary(house: House, details: Details) -> dict[str, Any]:
    """Count anew: the day may have been played before, and gone on since."""
    return {**(details.summary or {}), **count(house)}


# ── stopping ─────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _told_to_stop() -> Iterator[None]:
    """Let every way of being told to stop be the same one, so that all is put away."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, _stop) for number in STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stop(_number: int, _frame: object) -> None:
    """Be told once; a second time is for whoever does not want to wait."""
    for number in STOPS:
        signal.signal(number, signal.SIG_DFL)
    raise KeyboardInterrupt


def _until_told(teller: Teller, house: House, details: Details) -> None:
    """Serve until told to stop; at a terminal, Enter shows fresh codes."""
    at_terminal = sys.stdin is not None and sys.stdin.isatty()
    teller.say(
        "\n  Enter shows fresh codes. Ctrl-C stops everything."
        if at_terminal
        else "\n  Ctrl-C stops everything."
    )
    try:
        while True:
            if not at_terminal:
                time.sleep(LOOK_EVERY_SECONDS)
            elif select.select([sys.stdin], [], [], LOOK_EVERY_SECONDS)[0]:
                at_terminal = bool(sys.stdin.readline())
                teller.codes(details, house.clock.now())
    except KeyboardInterrupt:
        return
