"""The tables of living rules: what was deployed, each version, what was met and what it hit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from evenhand.db import ReadTx, Row, Tx, UtcTime, metadata, statements_of
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

rule_counts = sa.Table(
    "rule_counts",
    metadata,
    sa.Column("event_id", sa.String(36), primary_key=True),
    sa.Column("counter", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("value", sa.Text),
    sa.Column("at", UtcTime, nullable=False),
    sa.Index("ix_rule_counts_counter_key_at", "counter", "key", "at"),
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


def save_ruleset(tx: Tx, **values: Any) -> str:
    """Write what was deployed; return its id."""
    ruleset_id = tx.new_id()
    tx.insert(rulesets, id=ruleset_id, made_at=tx.now, **values)
    return ruleset_id


def ruleset_files(tx: ReadTx, ruleset_id: str) -> list[tuple[str, str]]:
    """Return the files of a deployment: name and text."""
    row = tx.row(sa.select(rulesets.c.files).where(rulesets.c.id == ruleset_id))
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
    tx.run(rule_versions.update().where(rule_versions.c.id == version_id).values(**values))


def versions(tx: ReadTx, where: sa.ColumnElement[bool] | None = None) -> list[RuleVersion]:
    """Return versions by name, the newest of each first."""
    wanted = sa.select(rule_versions)
    if where is not None:
        wanted = wanted.where(where)
    in_order = wanted.order_by(rule_versions.c.name, rule_versions.c.number.desc())
    return [_version(row) for row in tx.rows(in_order)]


def running(tx: ReadTx) -> list[RuleVersion]:
    """Return every version that is asked about what comes in."""
    return versions(tx, rule_versions.c.stage.in_(RUNNING))


def named(tx: ReadTx, name: str) -> list[RuleVersion]:
    """Return the versions of a rule, the newest first. Raises NoSuchRule."""
    found = versions(tx, rule_versions.c.name == name)
    if not found:
        raise NoSuchRule(name)
    return found


def with_id(tx: ReadTx, version_id: str) -> RuleVersion | None:
    """Return a version, or None."""
    found = versions(tx, rule_versions.c.id == version_id)
    return found[0] if found else None


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
    return tx.row(sa.select(rule_events).where(rule_events.c.subject_id == subject_id))


def save_event(tx: Tx, event_id: str, **values: Any) -> None:
    """Write what happened as the rules met it."""
    tx.insert(rule_events, id=event_id, at=tx.now, **values)


def change_event(tx: Tx, event_id: str, **values: Any) -> None:
    """Write what is known of an event after another look."""
    tx.run(rule_events.update().where(rule_events.c.id == event_id).values(**values))


def hits_of_event(tx: ReadTx, event_id: str) -> dict[str, datetime | None]:
    """Return the versions that have hit an event, and when what they propose is due."""
    columns = (rule_hits.c.version_id, rule_hits.c.due_at)
    wanted = sa.select(*columns).where(rule_hits.c.event_id == event_id)
    return {row["version_id"]: row["due_at"] for row in tx.rows(wanted)}


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


def count(
    tx: ReadTx, counter: str, key: str, since: datetime, *, distinct: bool
) -> tuple[int, datetime | None]:
    """Count what a counter has seen of a key after an instant; say when it saw the last of it."""
    columns = rule_counts.c
    what = sa.func.count(sa.distinct(columns.value)) if distinct else sa.func.count()
    wanted = sa.select(what.label("seen"), sa.func.max(columns.at).label("last")).where(
        columns.counter == counter, columns.key == key, columns.at > since
    )
    row = tx.row(wanted)
    return (0, None) if row is None else (row["seen"], row["last"])


def last_counted(tx: ReadTx, counter: str, key: str) -> tuple[datetime | None, list[str]]:
    """Return when a counter saw a key for the last time, and the events it saw then."""
    columns = rule_counts.c
    mine = sa.and_(columns.counter == counter, columns.key == key)
    last = sa.select(sa.func.max(columns.at)).where(mine).scalar_subquery()
    rows = tx.rows(sa.select(columns.event_id, columns.at).where(mine, columns.at == last))
    return (rows[0]["at"] if rows else None), sorted(row["event_id"] for row in rows)


def counted_since(tx: ReadTx, counter: str, key: str, since: datetime) -> list[Row]:
    """Return what a counter has seen of a key after an instant, oldest first."""
    columns = rule_counts.c
    wanted = sa.select(columns.event_id, columns.value, columns.at).where(
        columns.counter == counter, columns.key == key, columns.at > since
    )
    return tx.rows(wanted.order_by(columns.at))


def is_counted(tx: ReadTx, counter: str, key: str, value: str, since: datetime) -> bool:
    """Tell whether a counter has seen a value of a key after an instant."""
    wanted = sa.select(rule_counts.c.event_id).where(
        rule_counts.c.counter == counter,
        rule_counts.c.key == key,
        rule_counts.c.value == value,
        rule_counts.c.at > since,
    )
    return tx.row(wanted.limit(1)) is not None


def save_counts(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what counters saw."""
    tx.insert_all(rule_counts, rows)


def forget_counts(tx: Tx, counter: str) -> None:
    """Forget what a counter saw, so that it can be counted anew."""
    tx.run(rule_counts.delete().where(rule_counts.c.counter == counter))


def labels_on(tx: ReadTx, entity_ids: Sequence[str]) -> list[Row]:
    """Return the labels that hang on some entities now."""
    wanted = sa.select(rule_labels).where(
        rule_labels.c.entity_id.in_(entity_ids),
        rule_labels.c.removed_at.is_(None),
        sa.or_(rule_labels.c.until.is_(None), rule_labels.c.until > tx.now),
    )
    return tx.rows(wanted.order_by(rule_labels.c.id))


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
