"""A worker takes what is due, does it exactly once, and stops without dropping anything.

It may be killed at any moment: what it held is taken over when its lease ends, and a result it
still brings after that is refused. Log lines have fixed names and hold ids, codes and counts:
never a secret, never what a person wrote.
"""

from __future__ import annotations

import os
import socket
import threading
import time
import uuid
from collections.abc import Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Final

import structlog

from evenhand import banks, delivery, ledger
from evenhand.bootstrap import House
from evenhand.ledger import Work
from evenhand.worker.held import BEAT_SECONDS, Held, Shelf
from evenhand.worker.learning import Tending
from evenhand.worker.outside import Outside, open_outside
from evenhand.worker.path import SLOW
from evenhand.worker.sending import deliver
from evenhand.worker.steps import place_of, run_step

log = structlog.get_logger("evenhand.worker")

SENDERS: Final = 4
STEPS_AT_ONCE: Final = 8
ADVANCE_SECONDS_MAX: Final = 10.0
ADVANCE_LOOK_SECONDS: Final = 0.02
PAUSE_AFTER_TROUBLE_SECONDS: Final = 1.0
LEARN_SECONDS: Final = 2.0  # how often a worker looks for what takes long
LONG_SECONDS_MAX: Final = 3_600.0
SIGNAL_SECONDS: Final = 0.5
INDEX_SECONDS: Final = 10.0  # how often the index of known pictures is read over and merged


class Worker:
    """Runs jobs and deliveries for one house. Any number may run at once, in any processes."""

    def __init__(
        self, house: House, *, outside: Outside | None = None, name: str | None = None
    ) -> None:
        """Work for a house. Without `outside`, deliveries go to what the settings name."""
        self._house = house
        self._outside = outside or open_outside(house)
        self._held = Held(house)
        self._tending = Tending(house)
        self._stopping = threading.Event()
        self._threads: list[threading.Thread] = []
        self.name = name or f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"

    def start(self) -> None:
        """Work in threads until `stop`: path, long steps, senders, a heartbeat, the index."""
        assert not self._threads, "this worker was started before"
        loops = {"path": self._path_loop, "send": self._send_loop, "beat": self._beat_loop}
        loops |= {"index": self._index_loop, "learn": self._learn_loop}
        for what, loop in loops.items():
            thread = threading.Thread(target=loop, name=f"worker-{what}", daemon=True)
            self._threads.append(thread)
            thread.start()
        log.info("worker.started", worker=self.name)

    def stop(self) -> None:
        """Finish what is in hand, take nothing new, and return when all is put down."""
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        log.info("worker.stopped", worker=self.name)

    def run(self, stop: threading.Event) -> None:
        """Work until the event is set, then stop gracefully: for a process of its own.

        It waits in short stretches. A signal may come to any thread, and the handler that sets the
        event runs in this one, which an endless wait would never give back.
        """
        self.start()
        try:
            while not stop.wait(SIGNAL_SECONDS):
                pass
        finally:
            self.stop()

    def run_due(self) -> int:
        """Do everything that is due now, here, until nothing is left; count what was tried."""
        self._tending.when_due()
        done = 0
        while tried := self._run_steps() + self._run_deliveries():
            done += tried
        return done

    def advance(self, subject: str, *, seconds_max: float = ADVANCE_SECONDS_MAX) -> bool:
        """Run the path of one subject to its end, here, so that an answer can say what came of it.

        What another worker holds is waited for. Returns False when the path is not at its end: a
        step failed, was given up, or took too long. Nobody may then read "no hold" as "clean".
        """
        until = time.monotonic() + seconds_max
        while unfinished := self._house.ask(ledger.jobs.unfinished_for, subject):
            job_id, state = unfinished[0]
            mine = self._house.do(ledger.jobs.claim, self.name, only=job_id)
            if mine:
                with self._held.keep(Shelf.JOBS, mine):
                    if not run_step(self._house, mine[0]):
                        return False
            elif state == delivery.State.DEAD or time.monotonic() > until:
                return False
            else:
                time.sleep(ADVANCE_LOOK_SECONDS)
        return True

    def carry_through(self, subject: str) -> bool:
        """Run the path of one subject to its end, here, however long it takes. See `advance`."""
        done = threading.Event()
        beside = threading.Thread(target=self._beat_loop, args=(done,), daemon=True)
        beside.start()
        try:
            return self.advance(subject, seconds_max=LONG_SECONDS_MAX)
        finally:
            done.set()
            beside.join()

    def _run_steps(self, *, kinds: Collection[str] | None = None, but: Collection[str] = ()) -> int:
        if not self._house.ask(ledger.jobs.any_due):
            return 0
        limit = STEPS_AT_ONCE if kinds is None else 1
        claimed = self._house.do(ledger.jobs.claim, self.name, limit=limit, kinds=kinds, but=but)
        with self._held.keep(Shelf.JOBS, claimed):
            for work in claimed:
                run_step(self._house, work)
                self._held.put_down(work)
        return len(claimed)

    def _claim_deliveries(self, limit: int) -> list[Work]:
        if not self._house.ask(ledger.outbox.any_due):
            return []
        return self._house.do(delivery.claim, self.name, limit=limit)

    def _run_deliveries(self) -> int:
        claimed = self._claim_deliveries(SENDERS)
        for work in claimed:
            self._deliver(work)
        return len(claimed)

    def _deliver(self, work: Work) -> None:
        with self._held.keep(Shelf.OUTBOX, [work]):
            deliver(self._house, self._outside, work)

    def _path_loop(self) -> None:
        while not self._stopping.is_set():
            tried = 0
            with self._outliving("path"):
                tried = self._run_steps(but=SLOW)
            if not tried:
                self._stopping.wait(self._house.settings.worker_seconds)

    def _learn_loop(self) -> None:
        while not self._stopping.is_set():
            tried = 0
            with self._outliving("learn"):
                self._tending.when_due()
                tried = self._run_steps(kinds=SLOW)
            if not tried:
                self._stopping.wait(LEARN_SECONDS)

    def _send_loop(self) -> None:
        """Keep up to SENDERS deliveries under way, so that a slow one does not hold up the rest."""
        under_way: set[Future[None]] = set()
        with ThreadPoolExecutor(SENDERS, thread_name_prefix="worker-sender") as senders:
            while not self._stopping.is_set():
                under_way = {one for one in under_way if not one.done()}
                claimed: list[Work] = []
                with self._outliving("send"):
                    claimed = self._claim_deliveries(SENDERS - len(under_way))
                under_way |= {senders.submit(self._deliver_outliving, one) for one in claimed}
                if len(under_way) == SENDERS:
                    wait(under_way, timeout=BEAT_SECONDS, return_when=FIRST_COMPLETED)
                elif not claimed:
                    self._stopping.wait(self._house.settings.worker_seconds)

    def _deliver_outliving(self, work: Work) -> None:
        with self._outliving("send"):
            self._deliver(work)

    def _beat_loop(self, done: threading.Event | None = None) -> None:
        while not (done or self._stopping).wait(BEAT_SECONDS):
            with self._outliving("beat"):
                self._held.beat()

    def _index_loop(self) -> None:
        while not self._stopping.is_set():
            with self._outliving("index"):
                self._house.ask(banks.tend_index)
            self._stopping.wait(INDEX_SECONDS)

    @contextmanager
    def _outliving(self, loop: str) -> Iterator[None]:
        """Keep a loop going past whatever happens to the database or to us, after a pause."""
        try:
            yield
        except Exception as error:
            log.error("worker.trouble", loop=loop, error=place_of(error))  # noqa: TRY400 - no words
            self._stopping.wait(PAUSE_AFTER_TROUBLE_SECONDS)
