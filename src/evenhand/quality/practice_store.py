"""Cases, sessions and exercises."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, metadata
from evenhand.policy import Harm
from evenhand.quality.errors import NoSuchSession
from evenhand.quality.practice import Case, Exercise, Session, SessionKind

cases = sa.Table(
    "cases",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("decision_id", sa.String(36), nullable=False),
    sa.Column("item_id", sa.String(36), nullable=False, unique=True),
    sa.Column("harm", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("added_by", sa.String(36), nullable=False),
    sa.Column("added_at", UtcTime, nullable=False),
)

sessions = sa.Table(
    "practice_sessions",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("harm", sa.Text, nullable=False),
    sa.Column("staff_id", sa.String(36)),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
    sa.Column("passed", sa.Boolean),
)

exercises = sa.Table(
    "exercises",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("session_id", sa.String(36), sa.ForeignKey("practice_sessions.id")),
    sa.Column("case_id", sa.String(36), sa.ForeignKey("cases.id"), nullable=False),
    sa.Column("staff_id", sa.String(36)),
    sa.Column("task_id", sa.String(36), nullable=False, unique=True),
    sa.Column("answer", sa.Text),
    sa.Column("answered_at", UtcTime),
    sa.Index("ix_exercises_session_id", "session_id"),
    sa.Index("ix_exercises_staff_id", "staff_id"),
)


def insert_case(tx: Tx, values: Mapping[str, Any]) -> None:
    """Keep a case."""
    tx.insert(cases, **values)


def insert_session(tx: Tx, values: Mapping[str, Any]) -> None:
    """Begin a session."""
    tx.insert(sessions, **values)


def insert_exercises(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Put cases before people."""
    tx.insert_all(exercises, rows)


def change_session(tx: Tx, session_id: str, **values: Any) -> None:
    """End a session."""
    tx.change(sessions, session_id, **values)


def change_exercise(tx: Tx, exercise_id: str, **values: Any) -> None:
    """Write an answer down."""
    tx.change(exercises, exercise_id, **values)


def drop_exercise(tx: Tx, exercise_id: str) -> None:
    """Forget an exercise that nobody answered."""
    tx.run(exercises.delete().where(exercises.c.id == exercise_id))


def every_case(tx: ReadTx, *, harm: str | None = None) -> list[Case]:
    """Return the cases there are, oldest first."""
    wanted = sa.select(cases).order_by(cases.c.added_at, cases.c.id)
    if harm is not None:
        wanted = wanted.where(cases.c.harm == harm)
    return [_case(row) for row in tx.rows(wanted)]


def load_case(tx: ReadTx, case_id: str) -> Case:
    """Read one case, which is there: cases are never taken away."""
    row = tx.by_id(cases, case_id)
    assert row is not None, "what is planted was kept"
    return _case(row)


def case_on(tx: ReadTx, item_id: str) -> Case | None:
    """Return the case about an item, or None."""
    row = tx.row(sa.select(cases).where(cases.c.item_id == item_id))
    return None if row is None else _case(row)


def load_session(tx: ReadTx, session_id: str) -> Session:
    """Read one session. Raises NoSuchSession."""
    row = tx.by_id(sessions, session_id)
    if row is None:
        raise NoSuchSession
    return _session(row)


def every_session(tx: ReadTx, kind: SessionKind) -> list[Session]:
    """Return the sessions of a kind, newest first."""
    wanted = sa.select(sessions).where(sessions.c.kind == kind.value)
    return [_session(row) for row in tx.rows(wanted.order_by(sessions.c.id.desc()))]


def of_session(tx: ReadTx, session_id: str) -> list[Exercise]:
    """Return the exercises of a session."""
    return _exercises(tx, exercises.c.session_id == session_id)


def of_task(tx: ReadTx, task_id: str) -> Exercise | None:
    """Return the exercise behind a task, or None."""
    return next(iter(_exercises(tx, exercises.c.task_id == task_id)), None)


def of_person(tx: ReadTx, staff_id: str) -> list[Exercise]:
    """Return the exercises of one person, checks too."""
    return _exercises(tx, exercises.c.staff_id == staff_id)


def checks(tx: ReadTx) -> list[Exercise]:
    """Return every hidden check, answered or not."""
    return _exercises(tx, exercises.c.session_id.is_(None))


def of_case(tx: ReadTx, case_id: str) -> list[Exercise]:
    """Return the exercises on one case."""
    return _exercises(tx, exercises.c.case_id == case_id)


def times_seen(tx: ReadTx, staff_id: str) -> Counter[str]:
    """Count how often somebody was given each case."""
    return Counter(one.case_id for one in of_person(tx, staff_id))


def _exercises(tx: ReadTx, which: sa.ColumnElement[bool]) -> list[Exercise]:
    rows = tx.rows(sa.select(exercises).where(which).order_by(exercises.c.id))
    return [Exercise(**row) for row in rows]


def _case(row: Row) -> Case:
    return Case(**(dict(row) | {"harm": Harm(row["harm"])}))


def _session(row: Row) -> Session:
    told = {"kind": SessionKind(row["kind"]), "harm": Harm(row["harm"])}
    return Session(**(dict(row) | told))
