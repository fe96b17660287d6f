"""The policy's tables: every version of every clause and label ever published, never edited."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, kept, metadata
from evenhand.policy.model import (
    Clause,
    Harm,
    InLaw,
    Label,
    Measure,
    Originals,
    Rung,
    usual_originals,
)

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

labels = sa.Table(
    "policy_labels",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("says", sa.Text, nullable=False),
    sa.Column("declared_at", UtcTime, nullable=False),
    sa.Column("declared_by", sa.Text, nullable=False),
)

_CLAUSES: Final = sa.select(clauses).order_by(clauses.c.key, clauses.c.version)
_LABELS: Final = sa.select(labels).order_by(labels.c.key, labels.c.version)


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
    return tuple(_clause(row) for row in tx.rows(_CLAUSES))


def versions_of(tx: ReadTx, key: str) -> tuple[Clause, ...]:
    """Return all versions of one clause, in their order."""
    return tuple(_clause(row) for row in tx.rows(_versions_of(key)))


@kept
def _versions_of(key: str) -> sa.Select[Any]:
    return _CLAUSES.where(clauses.c.key == key)


def save_label(tx: Tx, label: Label, *, version: int, by: str) -> None:
    """Write one version of a label."""
    values = {"says": label.says, "declared_at": tx.now, "declared_by": by}
    tx.insert(labels, key=label.key, version=version, **values)


def newest_labels(tx: ReadTx) -> dict[str, tuple[int, Label]]:
    """Return each label's newest version and its words, by key."""
    rows = tx.rows(_LABELS)
    return {row["key"]: (row["version"], Label(row["key"], row["says"])) for row in rows}


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
        "originals": clause.originals.value,
        **({"dsa": asdict(clause.dsa)} if clause.dsa != InLaw() else {}),
        "ladder": [
            {
                "measures": [measure.value for measure in rung.measures],
                "days": rung.days,
                "strike_weight": rung.strike_weight,
                **({"label": rung.label} if rung.label else {}),
            }
            for rung in clause.ladder
        ],
    }


def _clause(row: Row) -> Clause:
    content = row["content"]
    originals = content.get("originals")  # clauses published before this was written say nothing
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
        originals=Originals(originals) if originals else usual_originals(content["severity"]),
        dsa=InLaw(**content.get("dsa", {})),
        ladder=tuple(
            Rung(
                tuple(Measure(m) for m in rung["measures"]),
                rung["days"],
                rung["strike_weight"],
                rung.get("label"),
            )
            for rung in content["ladder"]
        ),
    )
