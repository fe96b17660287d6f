"""The audits and the decisions that each of them drew."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, metadata
from evenhand.decision import Outcome
from evenhand.quality.errors import NoSuchAudit
from evenhand.quality.model import Label, Right, Unit, UnitState

audits = sa.Table(
    "audits",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("since", UtcTime, nullable=False),
    sa.Column("until", UtcTime, nullable=False),
    sa.Column("sample", sa.Integer, nullable=False),
    sa.Column("least", sa.Integer, nullable=False),
    sa.Column("checkpoint_line", sa.BigInteger, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("strata", sa.JSON, nullable=False),
    sa.Column("drawn_at", UtcTime, nullable=False),
    sa.Column("closed_at", UtcTime),
)

units = sa.Table(
    "audit_units",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("audit_id", sa.String(36), sa.ForeignKey("audits.id"), nullable=False),
    sa.Column("stratum", sa.Text, nullable=False),
    sa.Column("decision_id", sa.String(36), nullable=False),
    sa.Column("item_id", sa.String(36), nullable=False),
    sa.Column("task_id", sa.String(36), nullable=False),
    sa.Column("dispute_id", sa.String(36)),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("decided_by", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("clause_key", sa.Text),
    sa.Column("harm", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("detectors", sa.JSON, nullable=False),
    sa.Column("rules", sa.JSON, nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("label_outcome", sa.Text),
    sa.Column("label_clause", sa.Text),
    sa.Column("label_note", sa.Text),
    sa.Column("labelled_by", sa.String(36)),
    sa.Column("labelled_at", UtcTime),
    sa.Column("right_answer", sa.Text),
    sa.Column("why", sa.Text),
    sa.Column("settled_by", sa.Text),
    sa.Column("settled_at", UtcTime),
    sa.Index("ix_audit_units_audit_id", "audit_id"),
    sa.Index("ix_audit_units_task_id", "task_id", unique=True),
    sa.Index("ix_audit_units_dispute_id", "dispute_id", unique=True),
    sa.Index("ix_audit_units_item_id", "item_id"),
    sa.Index("ix_audit_units_by", "by"),
)


def insert_audit(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a new audit."""
    tx.insert(audits, **values)


def insert_units(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the decisions that were drawn."""
    tx.insert_all(units, rows)


def change_audit(tx: Tx, audit_id: str, **values: Any) -> None:
    """Close an audit."""
    tx.change(audits, audit_id, **values)


def change_unit(tx: Tx, unit_id: str, **values: Any) -> None:
    """Write down an answer, or which of two is right."""
    tx.change(units, unit_id, **values)


def load_audit(tx: ReadTx, audit_id: str) -> Row:
    """Read one audit. Raises NoSuchAudit."""
    row = tx.by_id(audits, audit_id)
    if row is None:
        raise NoSuchAudit(f"There is no audit called {audit_id}.")
    return row


def every_audit(tx: ReadTx) -> list[Row]:
    """Return all audits, newest first."""
    return tx.rows(sa.select(audits).order_by(audits.c.drawn_at.desc(), audits.c.id.desc()))


def of_audit(tx: ReadTx, audit_id: str) -> list[Unit]:
    """Return the decisions an audit drew."""
    return _units(tx, units.c.audit_id == audit_id)


def of_item(tx: ReadTx, item_id: str) -> list[Unit]:
    """Return what was drawn about an item, in any audit."""
    return _units(tx, units.c.item_id == item_id)


def of_task(tx: ReadTx, task_id: str) -> Unit | None:
    """Return the drawn decision behind a task, or None."""
    return next(iter(_units(tx, units.c.task_id == task_id)), None)


def of_person(tx: ReadTx, ref: str) -> list[Unit]:
    """Return the drawn decisions of one person."""
    return _units(tx, units.c.by == ref)


def of_dispute(tx: ReadTx, task_id: str) -> Unit | None:
    """Return the drawn decision whose two answers a task is about, or None."""
    return next(iter(_units(tx, units.c.dispute_id == task_id)), None)


def _units(tx: ReadTx, which: sa.ColumnElement[bool]) -> list[Unit]:
    wanted = sa.select(units).where(which).order_by(units.c.stratum, units.c.decision_id)
    return [_unit(row) for row in tx.rows(wanted)]


def _unit(row: Row) -> Unit:
    label = None
    if row["label_outcome"] is not None:
        outcome = Outcome(row["label_outcome"])
        label = Label(outcome, row["label_clause"], row["label_note"] or "")
    names = (
        *("id", "audit_id", "stratum", "decision_id", "item_id", "task_id", "dispute_id"),
        *("by", "decided_by"),
        *("outcome", "clause_key", "harm", "answer", "language", "labelled_by", "labelled_at"),
        *("why", "settled_at"),
    )
    return Unit(
        **{name: row[name] for name in names},
        detectors=tuple(row["detectors"]),
        rules=tuple(row["rules"]),
        state=UnitState(row["state"]),
        label=label,
        right=Right(row["right_answer"]) if row["right_answer"] else None,
    )
