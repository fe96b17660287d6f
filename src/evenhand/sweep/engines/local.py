"""A pool of processes on this machine that outlives any of them.

Workers are processes because decoding is in C and may crash: the one that did is replaced, and
what it had in hand is done again. Each is forked from a server that has everything imported, so a
new one is ready at once. They end by themselves when the process that started them is gone.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkServerProcess
from typing import Final

from evenhand.sweep.engines.blame import Blame
from evenhand.sweep.errors import EngineBroken
from evenhand.sweep.looking import look
from evenhand.sweep.model import Inline, Job, Partition
from evenhand.sweep.ports import Result, Work

WORKERS_MAX: Final = 256
PARTITION_SECONDS_MAX: Final = 900.0
FILE_SECONDS_MAX: Final = 300.0
STARTS_MAX: Final = 3  # of a worker that dies before it has begun
_READY: Final = "ready"
_PRELOADED: Final = [
    "evenhand.sweep.looking",
    "evenhand.detection.signals.pdq_kernels",
    "evenhand.banks.index.kernels",
]
_SHORTAGES: Final = (MemoryError, ArithmeticError, LookupError, OSError, RuntimeError, ValueError)
_FAULTS: Final = (*_SHORTAGES, AssertionError, AttributeError, NameError, TypeError, EOFError)
_WAIT_SECONDS: Final = 1.0
_STOP_SECONDS: Final = 5.0


@dataclass(eq=False)
class _Hand:
    """One worker: its process, the pipe to it, and what it has in hand, oldest first."""

    process: ForkServerProcess
    pipe: Connection
    given: deque[Partition] = field(default_factory=deque)
    since: float = 0.0
    ready: bool = False

    def late(self, now: float, seconds: tuple[float, float]) -> bool:
        """Tell whether it took too long: for a partition, or for one file alone."""
        if not self.given or not self.ready:
            return False
        return now - self.since > seconds[len(self.given[0].files) == 1]


class LocalEngine:
    """Runs the partition function in as many processes as there are workers."""

    name: Final = "local"

    def __init__(
        self,
        workers: int,
        *,
        work: Work = look,
        seconds: tuple[float, float] = (PARTITION_SECONDS_MAX, FILE_SECONDS_MAX),
    ) -> None:
        """Take so many workers; none is started yet. `seconds`: for a partition, for one file."""
        assert 1 <= workers <= WORKERS_MAX, "a pool has between one and a few hundred workers"
        self.workers = workers
        self._work, self._seconds = work, seconds
        self._starting = multiprocessing.get_context("forkserver")
        self._starting.set_forkserver_preload(list(_PRELOADED))
        self._hands: list[_Hand] = []
        self._stillborn = 0

    def run(
        self, job: Job, partitions: Iterator[Partition]
    ) -> Iterator[tuple[Partition, list[Result]]]:
        """Give partitions back as they are done. Raises EngineBroken."""
        blame = Blame()
        again: deque[Partition] = deque()
        whole = False
        try:
            while True:
                self._hand_out(job, partitions, again)
                busy = [hand for hand in self._hands if hand.given]
                if not busy:
                    whole = True
                    return
                for number in self._await(job, busy, blame, again):
                    finished = blame.finished(number)
                    if finished is not None:
                        yield finished
        finally:
            if not whole:  # what is in hand is nobody's any more
                self.close()

    def close(self) -> None:
        """Let the workers go; one that does not end by itself is killed."""
        for hand in self._hands:
            hand.pipe.close()
        until = time.monotonic() + _STOP_SECONDS
        for hand in self._hands:
            if not hand.given:
                hand.process.join(max(0.0, until - time.monotonic()))
            hand.process.kill()
            hand.process.join()
            hand.process.close()
        self._hands = []

    def _hand_out(self, job: Job, partitions: Iterator[Partition], again: deque[Partition]) -> None:
        """Keep every worker busy: one in hand, and one waiting when that is quick to send.

        Workers are started as there is work for them.
        """
        for depth in (1, 2):
            for at in range(self.workers):
                hand = self._hands[at] if at < len(self._hands) else None
                given = hand.given if hand else ()
                if len(given) >= depth or (given and _heavy(given[-1])):
                    continue
                partition = again.popleft() if again else next(partitions, None)
                if partition is None:
                    return
                if hand is None:
                    hand = self._start(job)
                    self._hands.append(hand)
                self._give(hand, partition)

    def _give(self, hand: _Hand, partition: Partition) -> None:
        if not hand.given:
            hand.since = time.monotonic()
        hand.given.append(partition)
        with suppress(OSError):  # it died just now: that is noticed where answers are awaited
            hand.pipe.send(partition)

    def _await(
        self, job: Job, busy: list[_Hand], blame: Blame, again: deque[Partition]
    ) -> Iterator[int]:
        """Wait for answers; give the numbers of partitions that something came of."""
        answered = wait([hand.pipe for hand in busy], _WAIT_SECONDS)
        now = time.monotonic()
        for hand in busy:
            if hand.pipe in answered:
                try:
                    said = hand.pipe.recv()
                except (EOFError, OSError):
                    code = self._exit_code(hand)
                    yield from self._replace(job, hand, f"its worker died ({code})", blame, again)
                    continue
                yield from self._heard(hand, said, blame, again)
            elif hand.late(now, self._seconds):
                why = f"it took more than {self._seconds[1]:g} seconds"
                yield from self._replace(job, hand, why, blame, again)

    def _heard(
        self, hand: _Hand, said: str | list[Result], blame: Blame, again: deque[Partition]
    ) -> Iterator[int]:
        hand.since = time.monotonic()
        if said == _READY:
            hand.ready, self._stillborn = True, 0
            return
        partition = hand.given.popleft()
        if isinstance(said, str):
            again.extend(blame.died(partition, said))
        else:
            blame.took(partition, said)
        yield partition.number

    def _replace(
        self, job: Job, hand: _Hand, why: str, blame: Blame, again: deque[Partition]
    ) -> Iterator[int]:
        """Put another worker in the place of one that died or hangs, and do its work again."""
        given = list(hand.given)
        self._hands.remove(hand)
        hand.process.kill()
        hand.process.join()
        hand.process.close()
        hand.pipe.close()
        if not hand.ready:
            self._stillborn += 1
            if self._stillborn >= STARTS_MAX * self.workers:
                raise EngineBroken(f"Workers die as soon as they are started: {why}.")
            again.extend(given)
        else:
            again.extend(blame.died(given[0], why))
            again.extend(given[1:])
        self._hands.append(self._start(job))
        if hand.ready:
            yield given[0].number

    def _start(self, job: Job) -> _Hand:
        ours, theirs = self._starting.Pipe()
        process = self._starting.Process(
            target=_serve,
            args=(theirs, job, self._work, dict(os.environ)),
            name="evenhand-scan",
            daemon=True,
        )
        process.start()
        theirs.close()
        return _Hand(process, ours)

    @staticmethod
    def _exit_code(hand: _Hand) -> str:
        hand.process.join(_STOP_SECONDS)
        code = hand.process.exitcode
        if code is not None and code < 0:
            return signal.Signals(-code).name
        return f"exit status {code}"


def _heavy(partition: Partition) -> bool:
    """Tell whether sending a partition would wait until its worker is free."""
    return any(isinstance(file.where, Inline) for file in partition.files)


def _serve(pipe: Connection, job: Job, work: Work, surroundings: dict[str, str]) -> None:
    """Work until the pipe is closed; Ctrl-C is for the process that handed the work out.

    The server it was forked from may have been started in other surroundings.
    """
    from evenhand.sweep.looking import tools_of

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.environ.update(surroundings)
    os.nice(1)  # whoever serves people goes first
    if job.banks:
        tools_of(job)
    with suppress(EOFError, OSError):
        pipe.send(_READY)
        while True:
            partition = pipe.recv()
            pipe.send(_done(job, partition, work))


def _done(job: Job, partition: Partition, work: Work) -> str | list[Result]:
    try:
        return work(job, partition)
    except _FAULTS as fault:
        return f"{type(fault).__name__}: {fault}"
