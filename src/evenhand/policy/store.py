"""The policy's table: every version of every clause that was ever published, never edited."""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, metadata
from evenhand.policy.model import Clause, Harm, Measure, Rung

clauses = sa.Table(
    "policy_clauses",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("effective_from", sa.Text, nullable=False),
    sa.Column("content", sa.JSON, nullable=False),
    sa.Column("published_at", UtcTime, nullable=False),
    sa.Column("published_by", sa.Text, nullable=False),
)


def save(tx: Tx, clause: Clause, *, by: str) -> None:
    """Write one clause version."""
    tx.insert(
        clauses,
        key=clause.key,
        version=clause.version,
        effective_from=clause.effective_from.isoformat(),
        content=_content(clause),
        published_at=tx.now,
        published_by=by,
    )


def every_version(tx: ReadTx) -> tuple[Clause, ...]:
    """Return all versions of all clauses, in key and version order."""
    wanted = sa.select(clauses).order_by(clauses.c.key, clauses.c.version)
    return tuple(_clause(row) for row in tx.rows(wanted))


def _content(clause: Clause) -> dict[str, Any]:
    return {
        "number": clause.number,
        "title": clause.title,
        "text": clause.text,
        "harm": clause.harm.value,
        "severity": clause.severity,
        "ground": clause.ground,
        "legal_ground": clause.legal_ground,
        "strike_days": clause.strike_days,
        "ladder": [
            {
                "measures": [measure.value for measure in rung.measures],
                "days": rung.days,
                "strike_weight": rung.strike_weight,
            }
            for rung in clause.ladder
        ],
    }


def _clause(row: Row) -> Clause:
    content = row["content"]
    return Clause(
        key=row["key"],
        version=row["version"],
        effective_from=date.fromisoformat(row["effective_from"]),
        number=content["number"],
        title=content["title"],
        text=content["text"],
        harm=Harm(content["harm"]),
        severity=content["severity"],
        ground=content["ground"],
        legal_ground=content["legal_ground"],
        strike_days=content["strike_days"],
        ladder=tuple(
            Rung(tuple(Measure(m) for m in rung["measures"]), rung["days"], rung["strike_weight"])
            for rung in content["ladder"]
        ),
    )
