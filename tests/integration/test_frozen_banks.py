"""Frozen banks answer as the banks did at that instant, whatever happens to them afterwards."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import sqlalchemy as sa

from evenhand import banks, people
from evenhand.banks import EntryKind, Snapshot
from evenhand.bootstrap import House
from evenhand.cli.scan_banks import frozen, open_banks
from tests.listed import changed, drawn
from tests.stage import Stage

DICE = random.Random(7)
ALIKE = [drawn(DICE) for _ in range(60)]
EXACT = [drawn(DICE) for _ in range(20)]


@pytest.fixture
def stocked(house: House) -> House:
    """Fill three banks."""
    stage = Stage.open(house)
    for name, signal in (("one", "image"), ("two", "image"), ("words", "phrase")):
        house.do(
            banks.create_bank,
            people.SYSTEM,
            name=name,
            signal=banks.Signal(signal),
            confidence=banks.Confidence.CONFIRMED,
            clause_key="counterfeit",
        )
    for name, kind, values in (
        ("one", "pdq", ALIKE[:40]),
        ("two", "pdq", ALIKE[30:]),
        ("one", "sha256", EXACT),
        ("words", "phrase", ["gift cards only", "wire the money"]),
    ):
        house.do(
            banks.import_entries,
            people.SYSTEM,
            bank=name,
            kind=kind,
            values=list(enumerate(values)),
            source="test",
            reason="made for a test",
        )
    stage.item()
    return house


def said(bank: Snapshot, hashes: list[str]) -> list[object]:
    """Ask about hashes and entries; return all that is answered."""
    near = [
        sorted((one.distance, one.entry.id) for one in each)
        for each in bank.index.match(hashes, 31)
    ]
    return [near, *(set(bank.of_kind(kind)) for kind in EntryKind if kind is not EntryKind.PDQ)]


class TestFrozenBanks:
    def test_answer_as_the_banks_did(self, stocked: House) -> None:
        """They hold nothing but banks, and are named anew when the banks change."""
        asked = [changed(DICE, value, DICE.randrange(36)) for value in ALIKE]
        live = stocked.ask(lambda tx: said(banks.snapshot(tx), asked))
        first = frozen(stocked, [])
        assert frozen(stocked, []) == first
        opened = open_banks(str(first.folder))
        assert said(opened, asked) == live
        near = opened.index.match(ALIKE[:1], 0)[0][0]
        stocked.do(banks.withdraw_entry, people.SYSTEM, near.entry.id, why="a test is over")
        later = frozen(stocked, [])
        assert later.mark != first.mark
        assert open_banks(str(later.folder)).index.match(ALIKE[:1], 31)[0] == []
        assert opened.index.match(ALIKE[:1], 0)[0] == [near]
        copy = sa.create_engine(f"sqlite:///{first.folder / 'evenhand.sqlite3'}")
        with copy.connect() as conn:
            tables = sa.inspect(conn).get_table_names()
            filled = {name for name in tables if conn.scalar(sa.text(f"SELECT 1 FROM {name}"))}
        copy.dispose()
        assert filled == {"banks", "bank_entries"}

    def test_hold_the_banks_that_were_named(self, stocked: House) -> None:
        named = frozen(stocked, ["two"])
        assert named.mark != frozen(stocked, []).mark
        assert (named.clauses, named.entries) == ({"two": "counterfeit"}, {"two": 30})
        opened = open_banks(str(named.folder))
        assert opened.index.match(ALIKE[:1], 31) == [[]]
        assert opened.index.match(ALIKE[-1:], 31)[0][0].entry.bank == "two"
        assert opened.of_kind(EntryKind.PHRASE) == ()
        with pytest.raises(banks.NoSuchBank):
            stocked.ask(banks.mark, names=["none"])


class TestTheShelf:
    def test_keeps_what_is_held_and_what_was_asked_for_lately(self, tmp_path: Path) -> None:
        import os

        from evenhand import sweep

        made: list[str] = []

        def make(fresh: Path) -> None:
            made.append(fresh.name)
            (fresh / "file").touch()

        first, second = (sweep.frozen(tmp_path, name, make) for name in ("a", "b"))
        assert sweep.frozen(tmp_path, "a", make) == first
        assert len(made) == 2
        with sweep.held(second):
            assert (first / "file").exists()
        yesterday = first.stat().st_mtime - 86_400
        with sweep.held(first):
            os.utime(f"{first}.lock", (yesterday, yesterday))
            with sweep.held(second):
                assert first.is_dir()
        os.utime(f"{first}.lock", (yesterday, yesterday))
        with sweep.held(second):
            assert (first.is_dir(), second.is_dir()) == (False, True)
