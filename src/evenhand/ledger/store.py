"""The ledger's tables: lines, what they commit to, the head, jobs and the outbox."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, metadata
from evenhand.ledger import tiles
from evenhand.ledger.merkle import Edge, Node
from evenhand.ledger.model import Line

#: A text of so many characters may be of more bytes than an entry bundle can say of one line.
LONG_CHARACTERS = tiles.ENTRY_BYTES_MAX // 4
#: Such lines are few, and found without reading the others.
is_long = sa.text(f"length(text) > {LONG_CHARACTERS}")
lines = sa.Table(
    "ledger_lines",
    metadata,
    sa.Column("line", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("leaf", sa.LargeBinary, nullable=False),
    sa.Index("ix_ledger_lines_subject_type", "subject", "type"),
    sa.Index("ix_ledger_lines_type_line", "type", "line"),
    sa.Index("ix_ledger_lines_long", "line", sqlite_where=is_long, postgresql_where=is_long),
)

private = sa.Table(
    "ledger_private",
    metadata,
    sa.Column("line", sa.BigInteger, sa.ForeignKey("ledger_lines.line"), primary_key=True),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("content", sa.Text, nullable=False),
)

#: The roots of perfect subtrees of 256, 256**2 … lines: what tiles above the lines hold.
nodes = sa.Table(
    "ledger_nodes",
    metadata,
    sa.Column("level", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("place", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

#: The keys after the first, sealed; the first comes from the master key.
signers = sa.Table(
    "ledger_signers",
    metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sealed", sa.LargeBinary, nullable=False),
)

head = sa.Table(
    "ledger_head",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("edge", sa.LargeBinary, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
)


def load_head(tx: Tx) -> tuple[Edge, str | None]:
    """Read the tree's edge and its checkpoint, locked until the commit: indices never collide."""
    tx.lock("ledger")
    return read_head(tx)


def read_head(tx: ReadTx) -> tuple[Edge, str | None]:
    """Read the tree's edge as it is written, and the checkpoint that signs it.

    Before the first line it is the empty tree's, and nothing signs it.
    """
    row = tx.by_id(head, 1)
    if row is None:
        return Edge(), None
    flat = bytes(row["edge"])
    edge = Edge(row["size"], tuple(flat[i : i + 32] for i in range(0, len(flat), 32)))
    return edge, str(row["note"])


def save_edge(tx: Tx, edge: Edge, note: str) -> None:
    """Write the edge and the checkpoint that signs it."""
    values = {"size": edge.size, "edge": b"".join(edge.hashes), "note": note}
    if not tx.change(head, 1, **values):
        tx.insert(head, id=1, **values)


def save_lines(tx: Tx, written: Sequence[Line]) -> None:
    """Write lines and, apart from them, what they commit to."""
    tx.insert_all(
        lines,
        [
            {
                "line": one.index,
                "type": one.draft.type,
                "subject": one.draft.subject,
                "at": one.draft.at,
                "text": one.text,
                "leaf": one.hash,
            }
            for one in written
        ],
    )
    kept_apart = [
        {"line": one.index, "salt": one.draft.salt, "content": one.draft.private}
        for one in written
        if one.draft.private is not None
    ]
    tx.insert_all(private, kept_apart)


def save_nodes(tx: Tx, made: Sequence[Node]) -> None:
    """Write the nodes that new lines completed."""
    tx.insert_all(nodes, [node._asdict() for node in made])


def read_nodes(tx: ReadTx) -> dict[tuple[int, int], bytes]:
    """Read every node that is kept, by level and place: one for each 256 lines."""
    wanted = sa.select(nodes.c.level, nodes.c.place, nodes.c.hash)
    return {(level, place): bytes(value) for level, place, value in tx.conn.execute(wanted)}


def read_hashes(tx: ReadTx, level: int, first: int, count: int) -> list[bytes]:
    """Read hashes of one level of the tree, in order; fewer when they are not all there."""
    at, value = (lines.c.line, lines.c.leaf) if level == 0 else (nodes.c.place, nodes.c.hash)
    wanted = sa.select(value).where(at >= first, at < first + count).order_by(at)
    if level:
        wanted = wanted.where(nodes.c.level == level)
    return [bytes(found) for found in tx.conn.execute(wanted).scalars()]


def head_note(tx: ReadTx) -> str | None:
    """Return the checkpoint of the tree as it stands in the rows, or None before the first line."""
    return read_head(tx)[1]


def destroy_private(tx: Tx, line: int) -> bool:
    """Destroy what a line commits to. False when there is nothing."""
    return bool(tx.run(private.delete().where(private.c.line == line)))


def is_set_back(tx: ReadTx, line: int) -> bool:
    """Tell whether a line bears an earlier time than the line above it."""
    wanted = sa.select(lines.c.at).where(lines.c.line.in_((line - 1, line))).order_by(lines.c.line)
    times = tx.conn.execute(wanted).scalars().all()
    return len(times) == 2 and times[1] < times[0]


def add_signer(tx: Tx, number: int, sealed: bytes) -> None:
    """Keep a key that signs from here on."""
    tx.insert(signers, number=number, sealed=sealed)


def last_signer(tx: ReadTx) -> int:
    """Return the number of the last key; the first is number 1."""
    return int(str(tx.value(sa.select(sa.func.coalesce(sa.func.max(signers.c.number), 1)))))


def sealed_signer(tx: ReadTx, number: int) -> bytes:
    """Return a key after the first as it is kept."""
    wanted = sa.select(signers.c.sealed).where(signers.c.number == number)
    return bytes(tx.conn.execute(wanted).scalar_one())
