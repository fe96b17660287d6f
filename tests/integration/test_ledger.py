"""The ledger on real databases: many writers, one order, nothing rewritten."""

from __future__ import annotations

import threading

import pytest

from evenhand import ledger
from evenhand.bootstrap import House
from evenhand.db import Tx
from evenhand.ledger import merkle
from evenhand.ledger.append import append
from evenhand.ledger.checkpoint import read


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


def write_notes(tx: Tx, count: int) -> None:
    """Append many lines at once."""
    for number in range(count):
        write_note(tx, number)


def check(house: House) -> ledger.Verification:
    """Verify the ledger against the kept checkpoint."""
    return house.ask(ledger.verify)


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


class TestProve:
    """Proofs come from tiles, and hold in a log of several."""

    def test_proves_lines_and_growth_over_several_tiles(self, house: House) -> None:
        """Written in two parts that end inside a tile."""
        house.do(write_notes, 300)
        then = read(str(house.ask(ledger.head)), house.resources.signer.public_key())
        house.do(write_notes, 400)
        now = read(str(house.ask(ledger.head)), house.resources.signer.public_key())
        for index in (0, 255, 256, 299, 300, 511, 512, 699):
            proof = house.ask(ledger.prove, index)
            leaf = merkle.leaf_hash(proof.text.encode())
            assert merkle.included(leaf, index, 700, proof.path, now.root)
        grown = house.ask(ledger.prove_since, 300)
        assert grown.first_root == then.root
        assert merkle.consistent(300, then.root, 700, now.root, grown.path)
        assert check(house).sound

    def test_refuses_what_is_not_there(self, house: House) -> None:
        """No line, no earlier log, and no answer that looks like one."""
        house.do(write_note, 0)
        for asked in (lambda: house.ask(ledger.prove, 1), lambda: house.ask(ledger.prove_since, 0)):
            with pytest.raises(IndexError):
                asked()
