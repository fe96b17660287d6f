"""The cases that were told, and who answered for each."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, metadata
from evenhand.transparency.errors import NoSuchCase
from evenhand.transparency.told import CaseFacts, CaseState, ToldCase

told_cases = sa.Table(
    "told_cases",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("short", sa.String(12), nullable=False),
    sa.Column("decision_id", sa.String(36), nullable=False),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("words", sa.Text, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("told_by", sa.String(36), nullable=False),
    sa.Column("told_at", UtcTime, nullable=False),
    sa.Column("answered_by", sa.String(36)),
    sa.Column("answered_at", UtcTime),
    sa.Column("why", sa.Text),
    sa.Index("ix_told_cases_state", "state"),
    sa.Index("ix_told_cases_short", "short"),
)


def insert(tx: Tx, case: ToldCase) -> None:
    """Write down a case that was told."""
    values = {column.name: getattr(case, column.name) for column in told_cases.columns}
    tx.insert(told_cases, **(values | {"facts": case.facts.as_record(), "state": case.state.value}))


def answer(tx: Tx, case_id: str, state: CaseState, *, by: str, why: str | None) -> None:
    """Write down what a lead said of a case."""
    values = {"state": state.value, "answered_by": by, "answered_at": tx.now, "why": why}
    tx.change(told_cases, case_id, **values)


def load(tx: ReadTx, case_id: str) -> ToldCase:
    """Read one case. Raises NoSuchCase."""
    return _one(tx, told_cases.c.id == case_id, case_id)


def load_public(tx: ReadTx, short_id: str) -> ToldCase:
    """Read one approved case by the end of its id. Raises NoSuchCase."""
    approved = told_cases.c.state == CaseState.APPROVED.value
    return _one(tx, sa.and_(told_cases.c.short == short_id, approved), short_id)


def every(tx: ReadTx, *, state: CaseState | None = None, limit: int) -> list[ToldCase]:
    """Return cases, newest first."""
    wanted = sa.select(told_cases).order_by(told_cases.c.id.desc()).limit(limit)
    if state is not None:
        wanted = wanted.where(told_cases.c.state == state.value)
    return [_case(row) for row in tx.rows(wanted)]


def of_decision(tx: ReadTx, decision_id: str) -> list[ToldCase]:
    """Return every telling of a decision."""
    return [
        _case(row)
        for row in tx.rows(sa.select(told_cases).where(told_cases.c.decision_id == decision_id))
    ]


def _one(tx: ReadTx, which: sa.ColumnElement[bool], named: str) -> ToldCase:
    row = tx.row(sa.select(told_cases).where(which))
    if row is None:
        raise NoSuchCase(named)
    return _case(row)


def _case(row: Row) -> ToldCase:
    read: dict[str, Any] = {
        "facts": CaseFacts.from_record(row["facts"]),
        "state": CaseState(row["state"]),
    }
    return ToldCase(**(dict(row) | read))
