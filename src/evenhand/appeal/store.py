"""The appeals and the judgements made on them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa

from evenhand.appeal.errors import NoSuchAppeal
from evenhand.appeal.model import AppealOutcome, AppealState, AppealView
from evenhand.db import ReadTx, Row, Tx, UtcTime, metadata
from evenhand.decision import Restitution
from evenhand.kit.ids import short

appeals = sa.Table(
    "appeals",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("decision_id", sa.String(36), nullable=False, index=True),
    sa.Column("item_id", sa.String(36), nullable=False),
    sa.Column("account_id", sa.String(36)),
    sa.Column("report_id", sa.String(36)),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("judged_by", sa.String(36)),
    sa.Column("judged_at", UtcTime),
    sa.Column("blind", sa.JSON(none_as_null=True)),
    sa.Column("outcome", sa.Text),
    sa.Column("explanation", sa.Text),
    sa.Column("new_decision_id", sa.String(36)),
    sa.Column("undone", sa.JSON(none_as_null=True)),
    sa.Column("not_undone", sa.JSON(none_as_null=True)),
    sa.Column("filed_at", UtcTime, nullable=False),
    sa.Column("decided_at", UtcTime),
    sa.UniqueConstraint("decision_id", "by", "report_id"),
)


def insert(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a new appeal."""
    tx.insert(appeals, **values)


def change(tx: Tx, appeal_id: str, **values: Any) -> None:
    """Write down a judgement or a conclusion."""
    tx.change(appeals, appeal_id, **values)


def load(tx: ReadTx, appeal_id: str) -> Row:
    """Read one appeal. Raises NoSuchAppeal."""
    row = tx.by_id(appeals, appeal_id)
    if row is None:
        raise NoSuchAppeal(appeal_id)
    return row


def of_decision(tx: ReadTx, decision_id: str) -> list[Row]:
    """Return the appeals against a decision, oldest first."""
    wanted = sa.select(appeals).where(appeals.c.decision_id == decision_id)
    return tx.rows(wanted.order_by(appeals.c.filed_at))


def on_item(tx: ReadTx, item_id: str) -> list[Row]:
    """Return the appeals against any decision on an item, oldest first."""
    wanted = sa.select(appeals).where(appeals.c.item_id == item_id)
    return tx.rows(wanted.order_by(appeals.c.filed_at))


def of_report(tx: ReadTx, report_id: str) -> list[Row]:
    """Return the appeals a reporter filed with a receipt, oldest first."""
    wanted = sa.select(appeals).where(appeals.c.report_id == report_id)
    return tx.rows(wanted.order_by(appeals.c.filed_at))


def recent(tx: ReadTx, *, limit: int) -> list[Row]:
    """Return appeals, newest first."""
    return tx.rows(sa.select(appeals).order_by(appeals.c.id.desc()).limit(limit))


def count(tx: ReadTx) -> int:
    """Count all appeals."""
    return int(str(tx.value(sa.select(sa.func.count()).select_from(appeals))))


def view(row: Row) -> AppealView:
    """Make an appeal's view from its row."""
    restitution = None
    if row["undone"] is not None:
        restitution = Restitution(tuple(row["undone"]), tuple(row["not_undone"] or ()))
    return AppealView(
        id=row["id"],
        short=short(row["id"]),
        decision_id=row["decision_id"],
        item_id=row["item_id"],
        by=row["by"],
        text=row["text"],
        state=AppealState(row["state"]),
        outcome=AppealOutcome(row["outcome"]) if row["outcome"] else None,
        explanation=row["explanation"],
        filed_at=row["filed_at"],
        decided_at=row["decided_at"],
        restitution=restitution,
    )
