"""What stands now, as a database of its own that nobody changes any more.

A long look over many files must compare the last with what the first was compared with, in many
processes that should hold neither the house's keys nor its database open for hours. The copy has
the banks' tables and nothing else: no items, no people, no record.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from evenhand import ledger
from evenhand.banks import store
from evenhand.banks.queries import bank as bank_named
from evenhand.banks.views import BankView
from evenhand.db import ReadTx, metadata

PORTION_ROWS: Final = 10_000
_OURS: Final = ("bank", "entry", "entries")  # what the types of lines that tell of banks begin with


def mark(tx: ReadTx, *, names: Sequence[str] = ()) -> str:
    """Name what stands now in all banks, or in the named ones: another name for every other state.

    Every change leaves a line in the ledger; what changes with time changes how many match. Raises
    NoSuchBank.
    """
    types = [kind for kind in ledger.EVENTS if kind.partition(".")[0] in _OURS]
    last = ledger.last_passed(tx, types)
    said = [
        last.hash if last else "",
        sorted([one.id, one.live] for one in _chosen(tx, names)),
        bool(names),
    ]
    return hashlib.sha256(json.dumps(said).encode()).hexdigest()[:32]


def freeze(tx: ReadTx, file: Path, *, names: Sequence[str] = ()) -> None:
    """Write all banks, or the named ones, into a new SQLite file.

    It has every table, so that whatever asks about banks can be asked there; all but the banks'
    are empty. Raises NoSuchBank.
    """
    ids = [one.id for one in _chosen(tx, names)]
    engine = sa.create_engine(f"sqlite:///{file}")
    try:
        with engine.connect() as conn, conn.begin():
            metadata.create_all(conn)
            for table in metadata.sorted_tables:
                if table.name == "banks" or table.name.startswith("bank_"):
                    _copy(tx, conn, table, ids)
    finally:
        engine.dispose()


def _chosen(tx: ReadTx, names: Sequence[str]) -> list[BankView]:
    if not names:
        return store.load_banks(tx)
    return [bank_named(tx, name) for name in sorted(set(names))]


def _copy(tx: ReadTx, into: sa.Connection, table: sa.Table, banks: Sequence[str]) -> None:
    """Copy a table's rows that belong to some banks, a portion at a time."""
    if table is store.banks:
        ours = table.c.id.in_(banks)
    elif "bank_id" in table.c:
        ours = table.c.bank_id.in_(banks)
    else:
        entries = sa.select(store.entries.c.id).where(store.entries.c.bank_id.in_(banks))
        ours = table.c.entry_id.in_(entries)
    names = table.c.keys()
    for portion in tx.portions(sa.select(table).where(ours), PORTION_ROWS):
        into.execute(table.insert(), [dict(zip(names, row, strict=True)) for row in portion])
