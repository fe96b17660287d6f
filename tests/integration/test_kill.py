"""Killing any process at any moment loses no effect and doubles none (charter, promise 2).

Workers and makers of decisions are killed with SIGKILL fifty times, at random moments, while the
host fails two times in five. Afterwards every decision that was made has had each of its effects
and messages done by the host exactly once, and nothing waits for ever.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from evenhand import ledger
from evenhand.adapters.webhook import WebhookHost
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import metadata
from evenhand.kit.clock import SetClock, SystemClock
from evenhand.worker import Outside, Worker
from tests.conftest import load_every_store
from tests.killed import Place, fast_start
from tests.outside import SECRET, Host, serving
from tests.stage import Stage

KILLS = 50
BACKLOG = 40
DECISIONS_MIN = 25
LIVING = ("work", "work", "work", "decide", "decide")
SECONDS_BETWEEN_KILLS = (0.1, 0.8)
SECONDS_FOR_LOAD_MAX = 30
CALM_ROUNDS_MAX = 20
EACH_DECISION = {("effect", "remove"), ("effect", "warn"), ("message", "decision_made")}


class Nursery:
    """Forks processes from one that has everything imported, and kills them."""

    def __init__(self, place: Place) -> None:
        """Start the process that forks."""
        arguments = (place.data, place.database_url, place.host_url, place.started.isoformat())
        self._parent = subprocess.Popen(
            [sys.executable, "-m", "tests.killed", *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._told() == "ready"
        self.living: list[tuple[str, int]] = []

    def bear(self, what: str) -> None:
        """Fork one process."""
        assert self._parent.stdin is not None
        self._parent.stdin.write(what + "\n")
        self._parent.stdin.flush()
        self.living.append((what, int(self._told())))

    def kill(self, which: int) -> str:
        """Kill one process without warning; return what it was."""
        what, number = self.living.pop(which)
        os.kill(number, signal.SIGKILL)
        return what

    def close(self) -> None:
        """Kill all that is left."""
        while self.living:
            self.kill(0)
        self._parent.kill()
        self._parent.wait()
        for stream in (self._parent.stdin, self._parent.stdout):
            assert stream is not None
            stream.close()

    def _told(self) -> str:
        assert self._parent.stdout is not None
        return self._parent.stdout.readline().strip()


@contextmanager
def opened(place: Place, clock: SetClock) -> Iterator[House]:
    """Open the house in this process, which nobody kills."""
    settings = load_settings(data=place.data, database_url=place.database_url)
    house = open_house(settings, clock=clock)
    try:
        yield house
    finally:
        house.close()


def decided(place: Place) -> int:
    """Count the decisions that were durable when they returned."""
    return len(place.noted.read_text().split()) if place.noted.exists() else 0


def rage(place: Place) -> Counter[str]:
    """Kill fifty processes at random moments, each replaced at once.

    On a slow machine the last of them go on until the load was large enough to mean anything.
    """
    chance = random.Random(20261121)
    killed: Counter[str] = Counter()
    nursery = Nursery(place)
    try:
        for what in LIVING:
            nursery.bear(what)
        for _ in range(KILLS):
            time.sleep(chance.uniform(*SECONDS_BETWEEN_KILLS))
            what = nursery.kill(chance.randrange(len(nursery.living)))
            killed[what] += 1
            nursery.bear(what)
        until = time.monotonic() + SECONDS_FOR_LOAD_MAX
        while decided(place) < DECISIONS_MIN and time.monotonic() < until:
            time.sleep(0.1)
    finally:
        nursery.close()
    return killed


def calm(house: House, host: Host, clock: SetClock) -> None:
    """Let one worker finish what was left, as time goes on and the host recovers."""
    host.chances = {}
    outside = Outside(WebhookHost(host.url, secret=SECRET, clock=SystemClock()))
    worker = Worker(house, outside=outside)
    for _ in range(CALM_ROUNDS_MAX):
        if not worker.run_due():
            return
        clock.forward(timedelta(days=2))
    pytest.fail("something is still pending after forty days")


def told(event: dict[str, Any]) -> tuple[str, str, str]:
    """Name what a webhook told the host: about which decision, and what."""
    data = event["data"]
    if event["type"] == "message.to_account":
        return data["decision_id"], "message", data["template"]
    return data["decision_id"], "effect", data["measure"]


@pytest.mark.timeout(180)
def test_killing_any_process_at_any_moment_loses_no_effect_and_doubles_none(
    database_url: str, tmp_path: Path
) -> None:
    """Fifty kills, a flaky host, and every effect of every decision exactly once."""
    load_every_store()
    flaky = {"500": 0.15, "drop": 0.1, "lost": 0.1, "late": 0.05}
    started = fast_start()
    clock = SetClock(started)
    with serving(Host(chances=flaky, seconds_late=0.6)) as host:
        place = Place(tmp_path, database_url, host.url, started)
        with opened(place, clock) as house:
            metadata.create_all(house.db.engine)
            stage = Stage.open(house)
            for number in range(BACKLOG):
                item_id = stage.item(account=f"b{number}", external_id=f"b{number}", email=None)
                stage.report(item_id, by=None)
            stage.settle()
        killed = rage(place)
        clock.forward(timedelta(days=1))
        with opened(place, clock) as house:
            calm(house, host, clock)
            check(house, host, place)
    assert sum(killed.values()) == KILLS
    assert set(killed) == {"work", "decide"}


def lines(house: House, *events: str) -> list[dict[str, Any]]:
    """Return the ledger's lines of some types."""
    return house.ask(lambda tx: list(ledger.events(tx, events)))


def check(house: House, host: Host, place: Place) -> None:
    """Compare what was decided, what the ledger says, and what the host did."""
    made = [line["subject"] for line in lines(house, "decision.made")]
    noted = place.noted.read_text().split()
    assert len(made) >= len(noted) >= DECISIONS_MIN, "the load was too small to mean anything"
    assert set(noted) <= set(made), "a decision that had returned was lost"
    done = Counter(told(event) for event in host.applied.values())
    assert done == Counter((one, *what) for one in made for what in EACH_DECISION)
    assert {state for _, state in house.ask(ledger.outbox.counts)} == {"done"}
    said = lines(house, "effect.acknowledged", "message.sent")
    assert Counter(line["data"]["delivery"] for line in said) == Counter(list(host.applied))
    assert house.ask(ledger.jobs.dead, limit=10) == []
    assert not house.ask(ledger.jobs.unfinished, due_by=house.clock.now())
    assert len(host.tries) > len(host.applied), "the host was not flaky at all"
    key = house.resources.signer.public_key()
    assert house.ask(ledger.verify, key, kept=house.resources.shelf.latest()).sound
