"""Decisions, their measures and their strikes. Rows are added and ended, never rewritten."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, kept, metadata, statements_of
from evenhand.decision.errors import NoSuchDecision
from evenhand.decision.model import MeasureView, StrikeView
from evenhand.policy import Measure

decisions = sa.Table(
    "decisions",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("task_id", sa.String(36)),
    sa.Column("item_id", sa.String(36), nullable=False, index=True),
    sa.Column("account_id", sa.String(36), index=True),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("clause_key", sa.Text),
    sa.Column("clause_version", sa.Integer),
    sa.Column("facts", sa.Text, nullable=False),
    sa.Column("reasons", sa.Text, nullable=False),
    sa.Column("above_ladder_reason", sa.Text),
    sa.Column("statement", sa.JSON(none_as_null=True)),
    sa.Column("no_action", sa.JSON(none_as_null=True)),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("automated", sa.Boolean, nullable=False),
    sa.Column("automated_detection", sa.Boolean, nullable=False),
    sa.Column("by_ref", sa.Text, nullable=False),
    sa.Column("by_name", sa.Text, nullable=False),
    sa.Column("provisional", sa.Boolean, nullable=False),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("caused_by", sa.String(36), index=True),
    sa.Column("superseded_by", sa.String(36)),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("appeal_until", UtcTime, nullable=False),
    sa.Column("notice_until", UtcTime),
    sa.Column("notice_reason", sa.Text),
    sa.Column("reversed_at", UtcTime),
    sa.Column("reversed_by", sa.Text),
    sa.Column("undone", sa.JSON(none_as_null=True)),
    sa.Column("not_undone", sa.JSON(none_as_null=True)),
    sa.Index("ix_decisions_made_at", "made_at"),
)

measures = sa.Table(
    "measures",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("decision_id", sa.String(36), sa.ForeignKey("decisions.id"), nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("target", sa.Text, nullable=False),
    sa.Column("target_id", sa.String(36), nullable=False),
    sa.Column("starts", UtcTime, nullable=False),
    sa.Column("ends", UtcTime),
    sa.Column("lifted_at", UtcTime),
    sa.Column("lifted_why", sa.Text),
    sa.Column("label", sa.Text),
    sa.Column("label_says", sa.Text),
    sa.Index("ix_measures_decision_id", "decision_id"),
    sa.Index("ix_measures_target_id", "target_id"),
)

strikes = sa.Table(
    "strikes",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("decision_id", sa.String(36), sa.ForeignKey("decisions.id"), nullable=False),
    sa.Column("account_id", sa.String(36), nullable=False, index=True),
    sa.Column("clause_key", sa.Text, nullable=False),
    sa.Column("weight", sa.Integer, nullable=False),
    sa.Column("given_at", UtcTime, nullable=False),
    sa.Column("expires_at", UtcTime, nullable=False),
    sa.Column("voided_at", UtcTime),
    sa.Index("ix_strikes_decision_id", "decision_id"),
)


decision_grounds = sa.Table(
    "decision_grounds",
    metadata,
    sa.Column("decision_id", sa.String(36), sa.ForeignKey("decisions.id"), primary_key=True),
    sa.Column("entry_id", sa.String(36), primary_key=True),
    sa.Index("ix_decision_grounds_entry_id", "entry_id"),
)


def insert_decision(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a decision, and the bank entries it cites where they are found again."""
    tx.insert(decisions, **values)
    cited = dict.fromkeys(values["evidence"])
    rows = [{"decision_id": values["id"], "entry_id": entry_id} for entry_id in cited]
    tx.insert_all(decision_grounds, rows)


def insert_measure(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write one measure of a decision."""
    tx.insert(measures, **values)


def insert_strike(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write one strike."""
    tx.insert(strikes, **values)


def load(tx: ReadTx, decision_id: str) -> Row:
    """Read one decision. Raises NoSuchDecision."""
    row = tx.by_id(decisions, decision_id)
    if row is None:
        raise NoSuchDecision(decision_id)
    return row


def load_locked(tx: Tx, decision_id: str) -> Row:
    """Read one decision and let nobody else change it until the commit."""
    row = tx.row(sa.select(decisions).where(decisions.c.id == decision_id).with_for_update())
    if row is None:
        raise NoSuchDecision(decision_id)
    return row


def change(tx: Tx, decision_id: str, **values: Any) -> None:
    """Mark a decision reversed or superseded."""
    tx.change(decisions, decision_id, **values)


def on_item(tx: ReadTx, item_id: str) -> list[Row]:
    """Return the decisions on an item, oldest first."""
    wanted = sa.select(decisions).where(decisions.c.item_id == item_id)
    return tx.rows(wanted.order_by(decisions.c.made_at, decisions.c.id))


def on_account(tx: ReadTx, account_id: str) -> list[Row]:
    """Return the decisions on an account, newest first."""
    wanted = sa.select(decisions).where(decisions.c.account_id == account_id)
    return tx.rows(wanted.order_by(decisions.c.made_at.desc(), decisions.c.id.desc()))


def caused_by(tx: ReadTx, decision_id: str) -> list[Row]:
    """Return the decisions that followed from a decision."""
    return tx.rows(sa.select(decisions).where(decisions.c.caused_by == decision_id))


def recent(tx: ReadTx, *, limit: int, before: str | None) -> list[Row]:
    """Return decisions, newest first; `before` is the id of the last one already seen."""
    wanted = sa.select(decisions).order_by(decisions.c.id.desc()).limit(limit)
    if before is not None:
        wanted = wanted.where(decisions.c.id < before)
    return tx.rows(wanted)


def after(tx: ReadTx, *, limit: int, cursor: str | None) -> list[Row]:
    """Return decisions, oldest first, after a cursor (the id of the last one seen)."""
    wanted = sa.select(decisions).order_by(decisions.c.id).limit(limit)
    if cursor is not None:
        wanted = wanted.where(decisions.c.id > cursor)
    return tx.rows(wanted)


def standing_on(tx: ReadTx, entry_ids: Sequence[str], *, provisional: bool) -> list[Row]:
    """Return the decisions that cite any of these entries and are neither reversed nor replaced.

    All of them, or only the holds that wait for a person.
    """
    live = sa.and_(decisions.c.reversed_at.is_(None), decisions.c.superseded_by.is_(None))
    if provisional:
        live = sa.and_(live, decisions.c.provisional)
    found: dict[str, Row] = {}
    for some in statements_of(entry_ids):
        citing = sa.select(decision_grounds.c.decision_id).where(
            decision_grounds.c.entry_id.in_(some)
        )
        wanted = sa.select(decisions).where(live, decisions.c.id.in_(citing))
        found |= {row["id"]: row for row in tx.rows(wanted)}
    return [found[decision_id] for decision_id in sorted(found)]


def entries_of_holds(tx: ReadTx) -> list[str]:
    """Return every entry that a hold which waits for a person cites."""
    waits = sa.and_(
        decisions.c.provisional,
        decisions.c.reversed_at.is_(None),
        decisions.c.superseded_by.is_(None),
    )
    wanted = sa.select(decision_grounds.c.entry_id).join(
        decisions, decisions.c.id == decision_grounds.c.decision_id
    )
    ordered = wanted.where(waits).distinct().order_by(decision_grounds.c.entry_id)
    return [row["entry_id"] for row in tx.rows(ordered)]


def standing_by_people(tx: ReadTx, among: Sequence[str] | None = None) -> list[Row]:
    """Return in brief what people decided and what stands, oldest first, but for escalations.

    Of all items, or among a few.
    """
    columns = ("id", "item_id", "outcome", "clause_key", "clause_version", "made_at")
    wanted = sa.select(*(decisions.c[name] for name in columns)).where(_stands_by_people())
    if among is not None:
        wanted = wanted.where(decisions.c.item_id.in_(among))
    return tx.rows(wanted.order_by(decisions.c.made_at, decisions.c.id))


def broke_by_people(tx: ReadTx, item_ids: Sequence[str], clause_key: str) -> set[str]:
    """Return those of some items that, as people decided and as stands, broke a clause."""
    broke = sa.select(decisions.c.item_id).where(
        _stands_by_people(),
        decisions.c.clause_key == clause_key,
        decisions.c.outcome == "violation",
    )
    return {
        row["item_id"]
        for some in statements_of(item_ids)
        for row in tx.rows(broke.where(decisions.c.item_id.in_(some)))
    }


def _stands_by_people() -> sa.ColumnElement[bool]:
    return sa.and_(
        decisions.c.by_ref.like("staff:%"),
        decisions.c.automated.is_(False),
        decisions.c.provisional.is_(False),
        decisions.c.reversed_at.is_(None),
        decisions.c.superseded_by.is_(None),
        decisions.c.outcome != "escalated",
    )


def _measure(row: Row) -> MeasureView:
    return MeasureView(
        id=row["id"],
        measure=Measure(row["measure"]),
        target=row["target"],
        target_id=row["target_id"],
        starts=row["starts"],
        ends=row["ends"],
        lifted_at=row["lifted_at"],
        lifted_why=row["lifted_why"],
        label=row["label"],
        label_says=row["label_says"],
    )


def measures_of(tx: ReadTx, decision_id: str) -> tuple[MeasureView, ...]:
    """Return the measures of a decision, in the order they were taken."""
    return tuple(_measure(row) for row in tx.rows(_measures_of(decision_id)))


@kept
def _measures_of(decision_id: str) -> sa.Select[Any]:
    wanted = sa.select(measures).where(measures.c.decision_id == decision_id)
    return wanted.order_by(measures.c.id)


def measures_on(tx: ReadTx, target_id: str) -> list[tuple[str, MeasureView]]:
    """Return (decision id, measure) for whatever was ever done to an item or account."""
    wanted = sa.select(measures).where(measures.c.target_id == target_id)
    rows = tx.rows(wanted.order_by(measures.c.id))
    return [(row["decision_id"], _measure(row)) for row in rows]


def measure(tx: ReadTx, measure_id: str) -> tuple[str, MeasureView]:
    """Return (decision id, measure). Raises NoSuchDecision."""
    row = tx.by_id(measures, measure_id)
    if row is None:
        raise NoSuchDecision(measure_id)
    return row["decision_id"], _measure(row)


def end_measure(tx: Tx, measure_id: str, *, at: datetime, why: str) -> bool:
    """Mark a measure ended. False when it had ended already."""
    return bool(
        tx.run(
            measures.update()
            .where(measures.c.id == measure_id, measures.c.lifted_at.is_(None))
            .values(lifted_at=at, lifted_why=why)
        )
    )


def strikes_of(tx: ReadTx, account_id: str) -> tuple[StrikeView, ...]:
    """Return all strikes an account was ever given, oldest first."""
    return _strikes(tx, strikes.c.account_id == account_id)


def strikes_from(tx: ReadTx, decision_id: str) -> tuple[StrikeView, ...]:
    """Return the strikes a decision gave."""
    return _strikes(tx, strikes.c.decision_id == decision_id)


def _strikes(tx: ReadTx, which: sa.ColumnElement[bool]) -> tuple[StrikeView, ...]:
    return tuple(
        StrikeView(
            id=row["id"],
            decision_id=row["decision_id"],
            clause_key=row["clause_key"],
            weight=row["weight"],
            given_at=row["given_at"],
            expires_at=row["expires_at"],
            voided_at=row["voided_at"],
        )
        for row in tx.rows(sa.select(strikes).where(which).order_by(strikes.c.given_at))
    )


def void_strike(tx: Tx, strike_id: str, *, at: datetime) -> None:
    """Make a strike count no more."""
    tx.change(strikes, strike_id, voided_at=at)


def with_statements(
    tx: ReadTx, *, since: datetime, until: datetime, after: str | None, limit: int
) -> list[str]:
    """Return the ids of decisions with a statement that may be told by now, in id order."""
    told = sa.or_(decisions.c.notice_until.is_(None), decisions.c.notice_until <= tx.now)
    made = sa.and_(decisions.c.made_at >= since, decisions.c.made_at < until)
    wanted = sa.select(decisions.c.id).where(decisions.c.statement.is_not(sa.null()), made, told)
    if after is not None:
        wanted = wanted.where(decisions.c.id > after)
    return [row["id"] for row in tx.rows(wanted.order_by(decisions.c.id).limit(limit))]


def count(tx: ReadTx) -> int:
    """Count all decisions."""
    return int(str(tx.value(sa.select(sa.func.count()).select_from(decisions))))
