"""The ledger on real databases: many writers, one order, nothing rewritten."""

from __future__ import annotations

import threading

from evenhand import ledger
from evenhand.bootstrap import House
from evenhand.db import Tx
from evenhand.ledger.append import append


def write_note(tx: Tx, number: int) -> None:
    """Append one line, as a room's command would."""
    append(
        tx,
        "note.written",
        subject=f"task-{number}",
        actor="system",
        public={"number": number},
        private={"text": "a note"},
    )


def check(house: House) -> ledger.Verification:
    """Verify the ledger against the kept checkpoint."""
    key = house.resources.signer.public_key()
    return house.ask(ledger.verify, key, kept=house.resources.shelf.latest())


class TestAppend:
    """Appending keeps one order."""

    def test_gives_every_concurrent_writer_a_place_of_its_own(self, house: House) -> None:
        """Eight writers at once leave a tree without gaps that the kept checkpoint signs."""
        threads = [
            threading.Thread(
                target=lambda start=start: [house.do(write_note, start + i) for i in range(10)]
            )
            for start in range(0, 80, 10)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = check(house)
        assert found.size == 80
        assert found.findings == ()

    def test_leaves_nothing_when_the_command_fails(self, house: House) -> None:
        """A command that raises after appending has appended nothing."""

        def fail(tx: Tx) -> None:
            write_note(tx, 1)
            raise RuntimeError("no")

        house.do(write_note, 0)
        try:
            house.do(fail)
        except RuntimeError:
            pass
        assert house.ask(ledger.size) == 1
        assert check(house).sound
