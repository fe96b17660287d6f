"""Where each decision's statement of reasons stands with the Commission's database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, metadata, statements_of

statements = sa.Table(
    "dsa_statements",
    metadata,
    sa.Column("decision_id", sa.String(36), primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("uuid", sa.Text),
    sa.Column("detail", sa.JSON, nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Index("ix_dsa_statements_state", "state"),
)


def known(tx: ReadTx, decision_ids: Sequence[str]) -> set[str]:
    """Return those of some decisions of which something is known."""
    found: set[str] = set()
    for some in statements_of(decision_ids):
        wanted = sa.select(statements.c.decision_id).where(statements.c.decision_id.in_(some))
        found |= {row["decision_id"] for row in tx.rows(wanted)}
    return found


def in_state(tx: ReadTx, states: Sequence[str], *, limit: int | None = None) -> list[Row]:
    """Return what is in one of some states, oldest decision first."""
    wanted = sa.select(statements).where(statements.c.state.in_(states))
    return tx.rows(wanted.order_by(statements.c.decision_id).limit(limit))


def load(tx: ReadTx, decision_id: str) -> Row | None:
    """Return what is known of a decision's statement, or None."""
    return tx.row(sa.select(statements).where(statements.c.decision_id == decision_id))


def counts(tx: ReadTx) -> dict[str, int]:
    """Count by state."""
    wanted = sa.select(statements.c.state, sa.func.count().label("n"))
    return {row["state"]: row["n"] for row in tx.rows(wanted.group_by(statements.c.state))}


def put(
    tx: Tx,
    decision_id: str,
    state: str,
    *,
    uuid: str | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write where a statement stands; `detail` left out keeps what stood there."""
    values: dict[str, Any] = {"state": state, "uuid": uuid, "changed_at": tx.now}
    if detail is not None:
        values["detail"] = dict(detail)
    mine = statements.c.decision_id == decision_id
    if not tx.run(statements.update().where(mine).values(**values)):
        tx.insert(statements, decision_id=decision_id, **{"detail": {}} | values)


def forget(tx: Tx, decision_id: str) -> None:
    """Let a decision's statement be as if it had not been looked at."""
    tx.run(statements.delete().where(statements.c.decision_id == decision_id))
