"""The tables of living rules: what was deployed, each version, what was met and what it hit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, kept, metadata, statements_of
from evenhand.rules.errors import NoSuchRule
from evenhand.rules.life import RuleVersion, Stage

rulesets = sa.Table(
    "rulesets",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("files", sa.JSON, nullable=False),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("by_ref", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
)

rule_versions = sa.Table(
    "rule_versions",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("version", sa.String(64), nullable=False),
    sa.Column("ruleset_id", sa.String(36), sa.ForeignKey("rulesets.id"), nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("kinds", sa.JSON, nullable=False),
    sa.Column("restricts", sa.Boolean, nullable=False),
    sa.Column("stage", sa.Text, nullable=False),
    sa.Column("share", sa.Integer, nullable=False),
    sa.Column("held_out", sa.Integer, nullable=False),
    sa.Column("made_by", sa.Text, nullable=False),
    sa.Column("made_at", UtcTime, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("staged_at", UtcTime, nullable=False),
    sa.Column("approved_by", sa.Text),
    sa.Column("baseline", sa.JSON(none_as_null=True)),
    sa.Column("on_at", UtcTime),
    sa.Column("braked_why", sa.Text),
    sa.UniqueConstraint("name", "number"),
    sa.Index("ix_rule_versions_stage", "stage"),
)

rule_events = sa.Table(
    "rule_events",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("subject_id", sa.String(36), nullable=False, unique=True),
    sa.Column("item_id", sa.String(36), nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("counted", sa.JSON, nullable=False),
    sa.Column("failed", sa.JSON, nullable=False),
    sa.Index("ix_rule_events_at", "at"),
    sa.Index("ix_rule_events_item_id", "item_id"),
)

rule_hits = sa.Table(
    "rule_hits",
    metadata,
    sa.Column("event_id", sa.String(36), sa.ForeignKey("rule_events.id"), primary_key=True),
    sa.Column("version_id", sa.String(36), sa.ForeignKey("rule_versions.id"), primary_key=True),
    sa.Column("item_id", sa.String(36), nullable=False),
    sa.Column("doing", sa.Text, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("clauses", sa.JSON, nullable=False),
    sa.Column("due_at", UtcTime),
    sa.Column("at", UtcTime, nullable=False),
    sa.Index("ix_rule_hits_version_id_at", "version_id", "at"),
    sa.Index("ix_rule_hits_item_id", "item_id"),
)

rule_labels = sa.Table(
    "rule_labels",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("entity", sa.Text, nullable=False),
    sa.Column("entity_id", sa.String(36), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("by_ref", sa.Text, nullable=False),
    sa.Column("item_id", sa.String(36), nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Column("until", UtcTime),
    sa.Column("removed_at", UtcTime),
    sa.Index("ix_rule_labels_entity_id", "entity_id"),
)

RUNNING: Final = tuple(stage.value for stage in Stage if stage.runs)
_IN_ORDER: Final = sa.select(rule_versions).order_by(
    rule_versions.c.name, rule_versions.c.number.desc()
)
_RUNNING: Final = _IN_ORDER.where(rule_versions.c.stage.in_(RUNNING))


def save_ruleset(tx: Tx, **values: Any) -> str:
    """Write what was deployed; return its id."""
    ruleset_id = tx.new_id()
    tx.insert(rulesets, id=ruleset_id, made_at=tx.now, **values)
    return ruleset_id


def ruleset_files(tx: ReadTx, ruleset_id: str) -> list[tuple[str, str]]:
    """Return the files of a deployment: name and text."""
    row = tx.by_id(rulesets, ruleset_id)
    return [] if row is None else [(name, text) for name, text in row["files"]]


def latest_ruleset(tx: ReadTx) -> Row | None:
    """Return the last deployment, or None before the first."""
    return tx.row(sa.select(rulesets).order_by(rulesets.c.id.desc()).limit(1))


def save_version(tx: Tx, **values: Any) -> str:
    """Write a version; return its id."""
    version_id = tx.new_id()
    tx.insert(rule_versions, id=version_id, made_at=tx.now, staged_at=tx.now, **values)
    return version_id


def change_version(tx: Tx, version_id: str, **values: Any) -> None:
    """Change how far a version has come."""
    tx.change(rule_versions, version_id, **values)


def versions(tx: ReadTx, where: sa.ColumnElement[bool] | None = None) -> list[RuleVersion]:
    """Return versions by name, the newest of each first."""
    wanted = _IN_ORDER if where is None else _IN_ORDER.where(where)
    return [_version(row) for row in tx.rows(wanted)]


def running(tx: ReadTx) -> list[RuleVersion]:
    """Return every version that is asked about what comes in."""
    return [_version(row) for row in tx.rows(_RUNNING)]


def named(tx: ReadTx, name: str) -> list[RuleVersion]:
    """Return the versions of a rule, the newest first. Raises NoSuchRule."""
    found = versions(tx, rule_versions.c.name == name)
    if not found:
        raise NoSuchRule(name)
    return found


def with_id(tx: ReadTx, version_id: str) -> RuleVersion | None:
    """Return a version, or None."""
    row = tx.by_id(rule_versions, version_id)
    return None if row is None else _version(row)


def was_on(tx: ReadTx, version_id: str) -> bool:
    """Tell whether a version ever acted for all."""
    wanted = sa.select(rule_versions.c.on_at).where(rule_versions.c.id == version_id)
    return tx.value(wanted) is not None


def last_number(tx: ReadTx, name: str) -> int:
    """Return the highest number a rule of a name has had; 0 before the first."""
    wanted = sa.select(sa.func.max(rule_versions.c.number)).where(rule_versions.c.name == name)
    return _number(tx, wanted)


def event_of(tx: ReadTx, subject_id: str) -> Row | None:
    """Return the event of an item, or of a report, or None before it was met."""
    return tx.row(_event_of(subject_id))


@kept
def _event_of(subject_id: str) -> sa.Select[Any]:
    return sa.select(rule_events).where(rule_events.c.subject_id == subject_id)


def save_event(tx: Tx, event_id: str, **values: Any) -> None:
    """Write what happened as the rules met it."""
    tx.insert(rule_events, id=event_id, at=tx.now, **values)


def change_event(tx: Tx, event_id: str, **values: Any) -> None:
    """Write what is known of an event after another look."""
    tx.change(rule_events, event_id, **values)


def hits_of_event(tx: ReadTx, event_id: str) -> dict[str, datetime | None]:
    """Return the versions that have hit an event, and when what they propose is due."""
    return {row["version_id"]: row["due_at"] for row in tx.rows(_hits_of_event(event_id))}


@kept
def _hits_of_event(event_id: str) -> sa.Select[Any]:
    columns = (rule_hits.c.version_id, rule_hits.c.due_at)
    return sa.select(*columns).where(rule_hits.c.event_id == event_id)


def save_hit(tx: Tx, **values: Any) -> None:
    """Write that a version fired, and what came of it."""
    tx.insert(rule_hits, at=tx.now, **values)


def hits_since(tx: ReadTx, version_id: str, since: datetime) -> int:
    """Count the hits of a version after an instant."""
    wanted = sa.select(sa.func.count()).where(
        rule_hits.c.version_id == version_id, rule_hits.c.at > since
    )
    return _number(tx, wanted)


def hits(
    tx: ReadTx,
    version_id: str,
    *,
    since: datetime | None = None,
    doing: Sequence[str] | None = None,
    limit: int,
) -> list[Row]:
    """Return the last hits of a version, or those of which something came, the latest first."""
    wanted = sa.select(rule_hits).where(rule_hits.c.version_id == version_id)
    if since is not None:
        wanted = wanted.where(rule_hits.c.at >= since)
    if doing is not None:
        wanted = wanted.where(rule_hits.c.doing.in_(doing))
    return tx.rows(wanted.order_by(rule_hits.c.at.desc(), rule_hits.c.event_id.desc()).limit(limit))


def hits_on(tx: ReadTx, item_ids: Sequence[str]) -> list[Row]:
    """Return every hit on some items, oldest first, with the rule that hit."""
    columns = (rule_hits, rule_versions.c.name, rule_versions.c.number, rule_versions.c.stage)
    joined = sa.select(*columns).join(rule_versions, rule_versions.c.id == rule_hits.c.version_id)
    rows = [
        row
        for some in statements_of(item_ids)
        for row in tx.rows(joined.where(rule_hits.c.item_id.in_(some)))
    ]
    return sorted(rows, key=lambda row: (row["at"], row["name"]))


def events_between(
    tx: ReadTx, begin: datetime, end: datetime, *, after: str = "", limit: int
) -> list[Row]:
    """Return events of a span in the order in which they came, from after one of them on."""
    wanted = sa.select(rule_events).where(
        rule_events.c.at >= begin, rule_events.c.at < end, rule_events.c.id > after
    )
    return tx.rows(wanted.order_by(rule_events.c.id).limit(limit))


def events_in(tx: ReadTx, begin: datetime, end: datetime) -> int:
    """Count the events of a span."""
    wanted = sa.select(sa.func.count()).where(rule_events.c.at >= begin, rule_events.c.at < end)
    return _number(tx, wanted)


def items_met(
    tx: ReadTx, item_ids: Sequence[str], kinds: Sequence[str], begin: datetime, end: datetime
) -> set[str]:
    """Return those of some items that were met within a span as one of some kinds."""
    met = sa.select(rule_events.c.item_id).where(
        rule_events.c.at >= begin, rule_events.c.at < end, rule_events.c.kind.in_(kinds)
    )
    return {
        row["item_id"]
        for some in statements_of(item_ids)
        for row in tx.rows(met.where(rule_events.c.item_id.in_(some)))
    }


def hit_otherwise(tx: ReadTx, name: str, begin: datetime, end: datetime, *, but: str) -> bool:
    """Tell whether a rule of a name hit anything within a span of which something else came."""
    wanted = (
        sa.select(rule_hits.c.event_id)
        .join(rule_versions, rule_versions.c.id == rule_hits.c.version_id)
        .where(
            rule_versions.c.name == name,
            rule_hits.c.doing != but,
            rule_hits.c.at >= begin,
            rule_hits.c.at < end,
        )
    )
    return tx.row(wanted.limit(1)) is not None


def rules_hitting(tx: ReadTx, event_ids: Sequence[str]) -> list[str]:
    """Return the names of the rules that hit some events when they came, one for each hit."""
    joined = sa.select(rule_versions.c.name).join(
        rule_hits, rule_versions.c.id == rule_hits.c.version_id
    )
    return [
        row["name"]
        for some in statements_of(event_ids)
        for row in tx.rows(joined.where(rule_hits.c.event_id.in_(some)))
    ]


def labels_on(tx: ReadTx, entity_ids: Sequence[str]) -> list[Row]:
    """Return the labels that hang on some entities now."""
    return tx.rows(_labels_on(entity_ids, tx.now))


@kept
def _labels_on(entity_ids: Sequence[str], now: datetime) -> sa.Select[Any]:
    wanted = sa.select(rule_labels).where(
        rule_labels.c.entity_id.in_(entity_ids),
        rule_labels.c.removed_at.is_(None),
        sa.or_(rule_labels.c.until.is_(None), rule_labels.c.until > now),
    )
    return wanted.order_by(rule_labels.c.id)


def save_label(tx: Tx, values: Mapping[str, Any]) -> None:
    """Hang a label on an entity."""
    tx.insert(rule_labels, id=tx.new_id(), at=tx.now, **values)


def _number(tx: ReadTx, wanted: sa.Select[Any]) -> int:
    """Return the one number a statement asks for; 0 where there is none."""
    found = tx.value(wanted)
    return found if isinstance(found, int) else 0


def _version(row: Row) -> RuleVersion:
    return RuleVersion(
        id=row["id"],
        name=row["name"],
        number=row["number"],
        version=row["version"],
        ruleset_id=row["ruleset_id"],
        source=row["source"],
        kinds=tuple(row["kinds"]),
        restricts=row["restricts"],
        stage=Stage(row["stage"]),
        share=row["share"],
        held_out=row["held_out"],
        made_by=row["made_by"],
        made_at=row["made_at"],
        why=row["why"],
        staged_at=row["staged_at"],
        approved_by=row["approved_by"],
        baseline=row["baseline"],
        braked_why=row["braked_why"],
    )
