"""What a worker holds stays its own while it is busy with it: leases are renewed in time."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from enum import Enum
from typing import Final

from evenhand import ledger
from evenhand.bootstrap import House
from evenhand.ledger import Work

BEAT_SECONDS: Final = 10.0  # a third of a job's lease, a sixth of a delivery's


class Shelf(Enum):
    """The two tables work is held in: the table, and for how many seconds at a time."""

    JOBS = (ledger.jobs.table, ledger.jobs.LEASE_SECONDS)
    OUTBOX = (ledger.outbox.table, ledger.outbox.LEASE_SECONDS)


class Held:
    """What one worker holds at this moment."""

    def __init__(self, house: House) -> None:
        """Hold nothing yet."""
        self._house = house
        self._work: dict[str, tuple[Shelf, Work]] = {}
        self._changing = threading.Lock()

    @contextmanager
    def keep(self, shelf: Shelf, works: Sequence[Work]) -> Iterator[None]:
        """Renew the leases of these with every beat until the block ends."""
        with self._changing:
            self._work |= {work.id: (shelf, work) for work in works}
        try:
            yield
        finally:
            for work in works:
                self.put_down(work)

    def put_down(self, work: Work) -> None:
        """Stop renewing one lease: it is finished, or somebody else's."""
        with self._changing:
            self._work.pop(work.id, None)

    def beat(self) -> None:
        """Renew every lease once; one that was lost is put down."""
        with self._changing:
            held = list(self._work.values())
        for shelf, work in held:
            table, seconds = shelf.value
            try:
                self._house.do(ledger.leases.heartbeat, table, work, lease_seconds=seconds)
            except ledger.LeaseLost:
                self.put_down(work)
