"""The step 2026_11_22_tiles: follows 2026_11_22_trials_of_rules."""

from __future__ import annotations

import hashlib

import sqlalchemy as sa
from alembic import op

revision = "2026_11_22_tiles"
down_revision = "2026_11_22_trials_of_rules"
branch_labels = None
depends_on = None

PAGE_LINES = 2_560  # ten tiles


def upgrade() -> None:
    """Bring the tables one step on, with the nodes over the lines that are there."""
    nodes = op.create_table(
        "ledger_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_ledger_nodes")),
    )
    conn = op.get_bind()
    page = sa.text(
        "select leaf from ledger_lines where line >= :first and line < :end order by line"
    )
    level, first, hashes = 1, 0, []
    while leaves := _values(conn, page, first):
        hashes += [_fold(leaves[at : at + 256]) for at in range(0, len(leaves) - 255, 256)]
        first += PAGE_LINES
    while hashes:
        rows = [{"level": level, "place": at, "hash": each} for at, each in enumerate(hashes)]
        conn.execute(nodes.insert(), rows)
        hashes = [_fold(hashes[at : at + 256]) for at in range(0, len(hashes) - 255, 256)]
        level += 1


def _values(conn: sa.Connection, page: sa.TextClause, first: int) -> list[bytes]:
    found = conn.execute(page, {"first": first, "end": first + PAGE_LINES})
    return [bytes(value) for value in found.scalars()]


def _fold(hashes: list[bytes]) -> bytes:
    """RFC 6962: a node is the SHA-256 of 0x01 and both children."""
    while len(hashes) > 1:
        hashes = [
            hashlib.sha256(b"\x01" + left + right).digest()
            for left, right in zip(hashes[::2], hashes[1::2], strict=True)
        ]
    return hashes[0]
