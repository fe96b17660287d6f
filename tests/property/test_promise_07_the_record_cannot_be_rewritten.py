"""Promise 7: any change, gap or reorder of the ledger is found, and so is a lost tail."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from evenhand import ledger
from evenhand.bootstrap import House
from evenhand.db import Tx
from evenhand.ledger import store
from evenhand.ledger.append import append

LINES = 24
TAMPERINGS = 60


def write(tx: Tx, number: int) -> None:
    """Append one line with something private behind it."""
    append(
        tx,
        "note.written",
        subject=f"task-{number}",
        actor="system",
        public={"number": number},
        private={"text": f"note {number}"},
    )


def verify(house: House) -> ledger.Verification:
    """Verify against the kept checkpoint."""
    return house.ask(ledger.verify)


def edit_text(conn: sa.Connection, chance: random.Random) -> str:
    """Change what a line says, and give it a fitting hash and columns."""
    line = chance.randrange(LINES)
    text = conn.execute(sa.select(store.lines.c.text).where(store.lines.c.line == line)).scalar()
    leaf = json.loads(str(text))
    leaf["data"]["number"] = 999
    fresh = json.dumps(leaf, sort_keys=True, separators=(",", ":"))
    values = {"text": fresh, "leaf": ledger.merkle.leaf_hash(fresh.encode())}
    conn.execute(store.lines.update().where(store.lines.c.line == line).values(**values))
    return f"line {line} rewritten with its hash"


def edit_column(conn: sa.Connection, chance: random.Random) -> str:
    """Change a column that repeats the text."""
    line = chance.randrange(LINES)
    which = chance.choice([{"type": "item.received"}, {"subject": "another"}])
    conn.execute(store.lines.update().where(store.lines.c.line == line).values(**which))
    return f"line {line} relabelled"


def edit_private(conn: sa.Connection, chance: random.Random) -> str:
    """Change what a line commits to."""
    line = chance.randrange(LINES)
    values = {"content": '{"text":"never said"}'}
    conn.execute(store.private.update().where(store.private.c.line == line).values(**values))
    return f"private of line {line} changed"


def cut_out(conn: sa.Connection, chance: random.Random) -> str:
    """Remove a line from the middle."""
    line = chance.randrange(LINES - 1)
    conn.execute(store.private.delete().where(store.private.c.line == line))
    conn.execute(store.lines.delete().where(store.lines.c.line == line))
    return f"line {line} removed"


def cut_tail(conn: sa.Connection, chance: random.Random) -> str:
    """Remove the last lines, and roll the signed head back to an earlier one."""
    first = chance.randrange(1, LINES)
    conn.execute(store.private.delete().where(store.private.c.line >= first))
    conn.execute(store.lines.delete().where(store.lines.c.line >= first))
    return f"tail from {first} removed"


def swap(conn: sa.Connection, chance: random.Random) -> str:
    """Exchange two neighbours, each with its own hash."""
    line = chance.randrange(LINES - 1)
    two = (store.lines.c.line == line, store.lines.c.line == line + 1)
    rows = [conn.execute(sa.select(store.lines).where(one)).mappings().one() for one in two]
    for one, row in zip(two, reversed(rows), strict=True):
        values = {key: value for key, value in row.items() if key != "line"}
        conn.execute(store.lines.update().where(one).values(**values))
    return f"lines {line} and {line + 1} exchanged"


def put_before(conn: sa.Connection, chance: random.Random) -> str:
    """Put a line with a fitting hash before the first, where a count from nought never looks."""
    place = -chance.randrange(1, 9)
    row = dict(conn.execute(sa.select(store.lines).where(store.lines.c.line == 0)).mappings().one())
    text = json.dumps(json.loads(row["text"]) | {"n": place}, sort_keys=True, separators=(",", ":"))
    fresh = {"line": place, "text": text, "leaf": ledger.merkle.leaf_hash(text.encode())}
    conn.execute(store.lines.insert().values(**row | fresh))
    return f"line {place} put before the first"


def break_private(conn: sa.Connection, chance: random.Random) -> str:
    """Make what a line commits to unreadable."""
    line = chance.randrange(LINES)
    conn.execute(store.private.update().where(store.private.c.line == line).values(content="{"))
    return f"private of line {line} broken"


TAMPERS: list[Callable[[sa.Connection, random.Random], str]] = [
    edit_text,
    edit_column,
    edit_private,
    cut_out,
    cut_tail,
    swap,
    put_before,
    break_private,
]


class TestTheRecordCannotBeRewritten:
    """Whoever can write to the database still cannot rewrite the record unseen."""

    def test_every_one_of_many_tamperings_is_found(self, house: House) -> None:
        """Each tampering is done to a sound ledger, found, and taken back."""
        for number in range(LINES):
            house.do(write, number)
        assert verify(house).sound
        chance = random.Random(7)
        for number in range(TAMPERINGS):
            tamper = TAMPERS[number % len(TAMPERS)]
            with house.db.engine.connect() as conn:
                transaction = conn.begin()
                what = tamper(conn, chance)
                house_view = _verify_in(house, conn)
                transaction.rollback()
            assert not house_view.sound, what
        assert verify(house).sound

    def test_an_old_head_put_back_with_its_rows_is_a_lost_tail(
        self, house: House, tmp_path: Path
    ) -> None:
        """Restoring an old copy of the database is found by the checkpoint kept apart."""
        for number in range(5):
            house.do(write, number)
        old_head = house.ask(ledger.head)
        old_edge, _ = house.db.write(store.load_head)
        for number in range(5, 9):
            house.do(write, number)
        with house.db.engine.begin() as conn:
            conn.execute(store.private.delete().where(store.private.c.line >= 5))
            conn.execute(store.lines.delete().where(store.lines.c.line >= 5))
            values = {"note": old_head, "size": 5, "edge": b"".join(old_edge.hashes)}
            conn.execute(store.head.update().values(**values))
        found = verify(house)
        assert [finding.kind for finding in found.findings] == ["tail"]
        assert "last 4 lines" in found.findings[0].says
        with pytest.raises(ledger.LedgerCut, match="last 4 are gone"):
            house.do(write, 99)
        kept = house.resources.shelf.set_aside(beyond=5)
        house.do(ledger.record_restore, "system", kept=kept, size=5, reason="yesterday's backup")
        assert verify(house).sound
        (line,) = house.ask(lambda tx: list(ledger.events(tx, ["ledger.restored"])))
        assert line["data"] == {"kept": 9, "size": 5, "lost": 4}

    def test_a_changed_record_is_never_signed_anew(self, house: House) -> None:
        """Whoever rewrites a line and the tree's edge cannot have the house sign it by writing."""
        for number in range(5):
            house.do(write, number)
        with house.db.engine.begin() as conn:
            conn.execute(store.private.delete())
            text = str(conn.scalar(sa.select(store.lines.c.text).where(store.lines.c.line == 2)))
            text = text.replace('"number":2', '"number":999')
            values = {"text": text, "leaf": ledger.merkle.leaf_hash(text.encode())}
            conn.execute(store.lines.update().where(store.lines.c.line == 2).values(**values))
            edge = ledger.merkle.Edge()
            for leaf in conn.scalars(sa.select(store.lines.c.leaf).order_by(store.lines.c.line)):
                edge = edge.append(bytes(leaf))
            conn.execute(store.head.update().values(edge=b"".join(edge.hashes)))
        with pytest.raises(ledger.CheckpointInvalid):
            house.do(write, 5)
        assert not verify(house).sound


def _verify_in(house: House, conn: sa.Connection) -> ledger.Verification:
    """Verify what one connection sees, uncommitted tampering included."""
    tx = Tx(conn=conn, now=house.clock.now(), resources=house.resources)
    return ledger.verify(tx)
