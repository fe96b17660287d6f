"""The tables of what was learned: versions, the trainings asked for, the alarms raised.

No text is in them. The weights lie sealed in the vault, under the object id a version names.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, metadata
from evenhand.detection.learned.model import (
    DETECTOR,
    AlarmView,
    ClassifierView,
    Drift,
    Report,
    Scored,
    State,
    Stream,
    TrainingState,
    TrainingView,
    Zone,
)
from evenhand.detection.store import assessments
from evenhand.kit.ids import first_id_at

models = sa.Table(
    "learned_models",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("clause_key", sa.Text, nullable=False),
    sa.Column("clause_version", sa.Integer, nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("size_bytes", sa.Integer, nullable=False),
    sa.Column("object_id", sa.String(36), nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("report", sa.JSON, nullable=False),
    sa.Column("training_id", sa.String(36), nullable=False),
    sa.Column("trained_at", UtcTime, nullable=False),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("enforced_at", UtcTime),
    sa.Column("enforced_by", sa.Text),
    sa.Column("enforced_why", sa.Text),
    sa.Column("retired_at", UtcTime),
    sa.Column("retired_by", sa.Text),
    sa.Column("retired_why", sa.Text),
    sa.UniqueConstraint("clause_key", "sha256"),
)

trainings = sa.Table(
    "learned_trainings",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("clause_key", sa.Text, nullable=False, index=True),
    sa.Column("confidence", sa.Float, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("asked_by", sa.Text, nullable=False),
    sa.Column("asked_why", sa.Text, nullable=False),
    sa.Column("asked_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
    sa.Column("says", sa.Text, nullable=False),
    sa.Column("model_id", sa.String(36)),
)

alarms = sa.Table(
    "learned_alarms",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("model_id", sa.String(36), sa.ForeignKey("learned_models.id"), nullable=False),
    sa.Column("stream", sa.String(10), nullable=False),
    sa.Column("before", sa.Float, nullable=False),
    sa.Column("after", sa.Float, nullable=False),
    sa.Column("seen", sa.Integer, nullable=False),
    sa.Column("noticed_at", UtcTime, nullable=False),
    sa.Column("raised_at", UtcTime, nullable=False),
    sa.Index("ix_learned_alarms_model_id", "model_id"),
)


def insert_model(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write a version."""
    tx.insert(models, **values)


def change_model(tx: Tx, model_id: str, **values: Any) -> None:
    """Change where a version stands."""
    tx.change(models, model_id, **values)


def model_rows(tx: ReadTx, where: sa.ColumnElement[bool]) -> list[Row]:
    """Return versions as they are stored, newest first."""
    return tx.rows(sa.select(models).where(where).order_by(models.c.id.desc()))


def model_by_id(tx: ReadTx, model_id: str) -> Row | None:
    """Return one version as it is stored."""
    return tx.by_id(models, model_id)


def rows_in_force(tx: ReadTx, clause_key: str | None = None) -> list[Row]:
    """Return the versions in force: of one clause, or of all, in the order of their clauses."""
    wanted = models.c.state == State.IN_FORCE.value
    if clause_key is not None:
        wanted = sa.and_(wanted, models.c.clause_key == clause_key)
    return tx.rows(sa.select(models).where(wanted).order_by(models.c.clause_key))


def clauses_of(tx: ReadTx, ids: Collection[str]) -> dict[str, str]:
    """Return the clauses of those of these versions that still stand, by id."""
    wanted = sa.select(models.c.id, models.c.clause_key).where(
        models.c.id.in_(ids), models.c.state != State.RETIRED.value
    )
    return {row["id"]: row["clause_key"] for row in tx.rows(wanted)} if ids else {}


def model_of(tx: ReadTx, clause_key: str, sha256: str) -> str | None:
    """Return the id of the version of this content, or None."""
    same = sa.and_(models.c.clause_key == clause_key, models.c.sha256 == sha256)
    found = tx.value(sa.select(models.c.id).where(same))
    return None if found is None else str(found)


def view(row: Row) -> ClassifierView:
    """Read a version."""
    same = (
        "id",
        "clause_key",
        "clause_version",
        "sha256",
        "size_bytes",
        "trained_at",
        "asked_by",
        "enforced_at",
        "enforced_by",
        "enforced_why",
        "retired_at",
        "retired_by",
        "retired_why",
    )
    return ClassifierView(
        state=State(row["state"]),
        report=Report.from_dict(row["report"]),
        **{name: row[name] for name in same},
    )


def insert_training(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write that a training was asked for."""
    tx.insert(trainings, **values)


def change_training(tx: Tx, training_id: str, **values: Any) -> None:
    """Write what came of a training."""
    tx.change(trainings, training_id, **values)


def load_trainings(
    tx: ReadTx, where: sa.ColumnElement[bool], *, limit: int = 1
) -> list[TrainingView]:
    """Return trainings, the one asked for last first."""
    wanted = sa.select(trainings).where(where).order_by(trainings.c.id.desc()).limit(limit)
    return [
        TrainingView(**{**row, "state": TrainingState(row["state"])}) for row in tx.rows(wanted)
    ]


def insert_alarm(tx: Tx, model_id: str, drift: Drift) -> str:
    """Write an alarm; return its id."""
    alarm_id = tx.new_id()
    tx.insert(
        alarms,
        id=alarm_id,
        model_id=model_id,
        stream=drift.stream.value,
        before=drift.before,
        after=drift.after,
        seen=drift.seen,
        noticed_at=drift.noticed_at,
        raised_at=tx.now,
    )
    return alarm_id


def load_alarms(tx: ReadTx, model_id: str | None = None) -> list[AlarmView]:
    """Return the alarms about one version, or about all, the latest first."""
    wanted = sa.select(alarms).order_by(alarms.c.id.desc())
    if model_id is not None:
        wanted = wanted.where(alarms.c.model_id == model_id)
    return [
        AlarmView(
            row["id"],
            row["model_id"],
            Drift(
                Stream(row["stream"]), row["before"], row["after"], row["seen"], row["noticed_at"]
            ),
            row["raised_at"],
        )
        for row in tx.rows(wanted)
    ]


def looks_since(tx: ReadTx, since: datetime, *, limit: int) -> list[tuple[str, Scored | None]]:
    """Return what classifiers said of items since an instant, of the newest, oldest first.

    A look without a score (no text, no threshold, a package missing) has None.
    """
    wanted = (
        sa.select(assessments.c.item_id, assessments.c.evidence, assessments.c.at)
        .where(assessments.c.detector == DETECTOR, assessments.c.id >= first_id_at(since))
        .order_by(assessments.c.id.desc())
        .limit(limit)
    )
    return [(row["item_id"], _scored(row)) for row in reversed(tx.rows(wanted))]


def _scored(row: Row) -> Scored | None:
    told = row["evidence"]
    if "model_id" not in told:
        return None
    return Scored(
        item_id=row["item_id"],
        model_id=told["model_id"],
        clause_key=told["clause"],
        score=told["scores"]["breaks_clause"],
        zone=Zone(told["zone"]),
        at=row["at"],
    )
