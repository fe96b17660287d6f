"""The table of trials on the past: who asked for each, how far it is, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, metadata

rule_trials = sa.Table(
    "rule_trials",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("version_id", sa.String(36), sa.ForeignKey("rule_versions.id"), nullable=False),
    sa.Column("begin", UtcTime, nullable=False),
    sa.Column("end", UtcTime, nullable=False),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("done", sa.Integer, nullable=False),
    sa.Column("total", sa.Integer),
    sa.Column("ended_at", UtcTime),
    sa.Column("result", sa.JSON(none_as_null=True)),
    sa.Column("fault", sa.Text),
    sa.Index("ix_rule_trials_version_id", "version_id"),
)


@dataclass(frozen=True, slots=True)
class TrialView:
    """A trial of a version on the past. `total` None: it was not begun; `ended_at` None: it runs.

    `result` is what it came to, as the trial writes itself; `fault` why it came to nothing.
    """

    id: str
    version_id: str
    begin: datetime
    end: datetime
    asked_by: str
    asked_at: datetime
    done: int
    total: int | None
    ended_at: datetime | None
    result: dict[str, Any] | None
    fault: str | None


def save_trial(tx: Tx, **values: Any) -> str:
    """Write that a trial was asked for; return its id."""
    trial_id = tx.new_id()
    tx.insert(rule_trials, id=trial_id, asked_at=tx.now, done=0, **values)
    return trial_id


def change_trial(tx: Tx, trial_id: str, **values: Any) -> None:
    """Write how far a trial is, or what came of it."""
    tx.change(rule_trials, trial_id, **values)


def trial_with_id(tx: ReadTx, trial_id: str) -> TrialView | None:
    """Return a trial, or None."""
    row = tx.by_id(rule_trials, trial_id)
    return None if row is None else _trial(row)


def trials_of(tx: ReadTx, version_id: str, *, limit: int) -> list[TrialView]:
    """Return the last trials of a version, the latest first."""
    wanted = sa.select(rule_trials).where(rule_trials.c.version_id == version_id)
    return [_trial(row) for row in tx.rows(wanted.order_by(rule_trials.c.id.desc()).limit(limit))]


def _trial(row: Row) -> TrialView:
    return TrialView(**dict(row))
