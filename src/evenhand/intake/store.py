"""Intake's tables: kinds, accounts, items with their media, and reports.

`reports` holds a pointer to the sealed identity and a keyed digest of it, never the identity.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, kept, metadata, statements_of
from evenhand.intake.fields import (
    ADDRESS,
    MEDIA_TYPES,
    Field,
    FieldRole,
    FieldType,
    ItemKind,
    WhenNotLookedAt,
)
from evenhand.intake.model import (
    AccountView,
    FieldView,
    ItemView,
    MediaView,
    ReportBasis,
    ReporterCount,
    ReportOutcome,
    ReportView,
    SettledReport,
    Via,
)
from evenhand.kit.ids import short
from evenhand.policy import Harm

item_kinds = sa.Table(
    "item_kinds",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("declared_at", UtcTime, nullable=False),
    sa.Column("when_not_looked_at", sa.Text, nullable=False, server_default="review"),
)

accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("external_id", sa.Text, nullable=False, unique=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("language", sa.Text),
    sa.Column("identity_id", sa.String(36)),
    sa.Column("contact_ref", sa.String(64)),
    sa.Column("seen_at", UtcTime, nullable=False),
)

items = sa.Table(
    "items",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("external_id", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("account_id", sa.String(36), sa.ForeignKey("accounts.id")),
    sa.Column("url", sa.Text),
    sa.Column("url_key", sa.String(64)),
    sa.Column("reach", sa.BigInteger),
    sa.Column("fields", sa.JSON, nullable=False),
    sa.Column("content_hash", sa.String(64), nullable=False),
    sa.Column("created_at", UtcTime),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.UniqueConstraint("kind", "external_id", "version"),
    sa.Index("ix_items_account_id", "account_id"),
    sa.Index("ix_items_url_key", "url_key"),
)

media = sa.Table(
    "media",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("item_id", sa.String(36), sa.ForeignKey("items.id"), nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("object_id", sa.String(36), nullable=False),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("media_type", sa.Text, nullable=False),
    sa.Column("width", sa.Integer, nullable=False),
    sa.Column("height", sa.Integer, nullable=False),
    sa.Column("bytes", sa.Integer, nullable=False),
    sa.Column("seconds", sa.Float),
    sa.Column("unkept", sa.JSON(none_as_null=True)),
    sa.Index("ix_media_item_id", "item_id"),
    sa.Index("ix_media_sha256", "sha256"),
)

reports = sa.Table(
    "reports",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("item_id", sa.String(36), sa.ForeignKey("items.id"), nullable=False),
    sa.Column("via", sa.Text, nullable=False),
    sa.Column("basis", sa.Text, nullable=False),
    sa.Column("harm", sa.Text, nullable=False),
    sa.Column("explanation", sa.Text, nullable=False),
    sa.Column("notice", sa.JSON(none_as_null=True)),
    sa.Column("language", sa.Text),
    sa.Column("identity_id", sa.String(36)),
    sa.Column("reporter_ref", sa.String(64)),
    sa.Column("trusted", sa.Boolean, nullable=False),
    sa.Column("clock", sa.Text, nullable=False),
    sa.Column("law", sa.Text),
    sa.Column("due_at", UtcTime, nullable=False),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Column("repeat_of", sa.String(36), sa.ForeignKey("reports.id")),
    sa.Column("outcome", sa.Text),
    sa.Column("decided_at", UtcTime),
    sa.Column("decision_id", sa.String(36)),
    sa.Index("ix_reports_item_id", "item_id"),
    sa.Index("ix_reports_reporter_ref", "reporter_ref"),
)


_KINDS: Final = sa.select(item_kinds).order_by(item_kinds.c.name)


def load_kinds(tx: ReadTx) -> dict[str, ItemKind]:
    """Return the declared kinds by name."""
    return {row["name"]: _kind(row) for row in tx.rows(_KINDS)}


def _kind(row: sa.RowMapping) -> ItemKind:
    return ItemKind(
        row["name"],
        tuple(Field.from_dict(field) for field in row["fields"]),
        WhenNotLookedAt(row["when_not_looked_at"]),
    )


def save_kind(tx: Tx, kind: ItemKind) -> None:
    """Write a kind, in place of an earlier declaration."""
    values = {
        "fields": [field.to_dict() for field in kind.fields],
        "when_not_looked_at": kind.when_not_looked_at.value,
        "declared_at": tx.now,
    }
    if not tx.run(item_kinds.update().where(item_kinds.c.name == kind.name).values(**values)):
        tx.insert(item_kinds, name=kind.name, **values)


def account_by_external_id(tx: ReadTx, external_id: str) -> sa.RowMapping | None:
    """Return the row of an account by the host's id, or None."""
    return tx.row(sa.select(accounts).where(accounts.c.external_id == external_id))


def save_account(tx: Tx, account_id: str, values: Mapping[str, Any], *, known: bool) -> None:
    """Write a new account, or what changed of a known one."""
    if known:
        tx.change(accounts, account_id, **values)
    else:
        tx.insert(accounts, id=account_id, **values)


def load_account(tx: ReadTx, account_id: str) -> AccountView | None:
    """Return one account, or None."""
    row = tx.by_id(accounts, account_id)
    if row is None:
        return None
    names = ("id", "external_id", "name", "language", "identity_id")
    return AccountView(**{name: row[name] for name in names})


def latest_item(tx: ReadTx, kind: str, external_id: str) -> sa.RowMapping | None:
    """Return the row of the latest version of an item by the host's id, or None."""
    return tx.row(_latest_item(kind, external_id))


@kept
def _latest_item(kind: str, external_id: str) -> sa.Select[Any]:
    same = sa.and_(items.c.kind == kind, items.c.external_id == external_id)
    return sa.select(items).where(same).order_by(items.c.version.desc()).limit(1)


def item_id_at(tx: ReadTx, url_key: str) -> str | None:
    """Return the id of the latest item at an address: one the host sent before a mere address."""
    only_address = sa.case((items.c.kind == ADDRESS.name, 1), else_=0)
    wanted = sa.select(items.c.id).where(items.c.url_key == url_key)
    found = tx.value(wanted.order_by(only_address, items.c.id.desc()).limit(1))
    return None if found is None else str(found)


def save_item(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write one version of an item."""
    tx.insert(items, **values)


def save_media(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write one picture of an item."""
    tx.insert(media, **values)


def load_item(tx: ReadTx, item_id: str) -> ItemView | None:
    """Return one version of an item with its account and media, or None."""
    row = tx.by_id(items, item_id)
    if row is None:
        return None
    pictures = tx.rows(_media_of_item(item_id))
    by_field: dict[str, list[str]] = {}
    for picture in pictures:
        by_field.setdefault(picture["field"], []).append(picture["id"])
    return ItemView(
        id=row["id"],
        short=short(row["id"]),
        kind=row["kind"],
        external_id=row["external_id"],
        version=row["version"],
        url=row["url"],
        reach=row["reach"],
        account=None if row["account_id"] is None else load_account(tx, row["account_id"]),
        fields=tuple(_field(one, by_field) for one in row["fields"]),
        media=tuple(_media(picture) for picture in pictures),
        received_at=row["received_at"],
        created_at=row["created_at"],
    )


@kept
def _media_of_item(item_id: str) -> sa.Select[Any]:
    in_order = (media.c.field, media.c.position)
    return sa.select(media).where(media.c.item_id == item_id).order_by(*in_order)


def _field(one: Mapping[str, Any], by_field: Mapping[str, list[str]]) -> FieldView:
    value = one["value"]
    if FieldType(one["type"]) in MEDIA_TYPES:
        ids = by_field.get(one["name"], [])
        value = ids if isinstance(value, list) else ids[0]
    return FieldView(one["name"], FieldType(one["type"]), FieldRole(one["role"]), value)


def _media(row: sa.RowMapping) -> MediaView:
    names = ("id", "object_id", "field", "media_type", "width", "height", "sha256", "bytes")
    return MediaView(**{name: row[name] for name in (*names, "seconds", "unkept")})


def load_media(tx: ReadTx, media_id: str) -> tuple[str, MediaView] | None:
    """Return one picture and the id of the item it belongs to, or None."""
    row = tx.by_id(media, media_id)
    return None if row is None else (row["item_id"], _media(row))


def media_with_bytes(tx: ReadTx, sha256: str) -> MediaView | None:
    """Return the first media received with these very bytes, or None."""
    row = tx.row(sa.select(media).where(media.c.sha256 == sha256).order_by(media.c.id).limit(1))
    return None if row is None else _media(row)


def items_of_media(tx: ReadTx, media_ids: Sequence[str]) -> dict[str, str]:
    """Return the item that each of some media belongs to."""
    columns = (media.c.id, media.c.item_id)
    found: dict[str, str] = {}
    for some in statements_of(media_ids):
        rows = tx.rows(sa.select(*columns).where(media.c.id.in_(some)))
        found |= {row["id"]: row["item_id"] for row in rows}
    return found


def items_after(tx: ReadTx, item_id: str, *, limit: int) -> list[str]:
    """Return the items that came after an id, in the order they came."""
    wanted = sa.select(items.c.id).where(items.c.id > item_id).order_by(items.c.id).limit(limit)
    return [row["id"] for row in tx.rows(wanted)]


def latest_among(tx: ReadTx, item_ids: Sequence[str]) -> list[str]:
    """Return those of some items of which no later version came, in order."""
    later = items.alias("later")
    replaced = sa.exists().where(
        later.c.kind == items.c.kind,
        later.c.external_id == items.c.external_id,
        later.c.version > items.c.version,
    )
    found: list[str] = []
    for some in statements_of(item_ids):
        wanted = sa.select(items.c.id).where(items.c.id.in_(some), sa.not_(replaced))
        found += [row["id"] for row in tx.rows(wanted)]
    return sorted(found)


def save_report(tx: Tx, values: Mapping[str, Any]) -> None:
    """Write one report."""
    tx.insert(reports, **values)


def open_reports_by(tx: ReadTx, reporter_ref: str, item_id: str) -> list[sa.RowMapping]:
    """Return one reporter's undecided reports of an item, oldest first."""
    return tx.rows(_open_reports_by(reporter_ref, item_id))


@kept
def _open_reports_by(reporter_ref: str, item_id: str) -> sa.Select[Any]:
    same = sa.and_(reports.c.reporter_ref == reporter_ref, reports.c.item_id == item_id)
    wanted = sa.select(reports).where(same, reports.c.outcome.is_(None))
    return wanted.order_by(reports.c.id)


def load_reports(tx: ReadTx, where: sa.ColumnElement[bool]) -> list[ReportView]:
    """Return reports without their senders, oldest first."""
    rows = tx.rows(sa.select(reports).where(where).order_by(reports.c.received_at, reports.c.id))
    return [_report(row) for row in rows]


def _report(row: sa.RowMapping) -> ReportView:
    return ReportView(
        id=row["id"],
        item_id=row["item_id"],
        via=Via(row["via"]),
        basis=ReportBasis(row["basis"]),
        harm=Harm(row["harm"]),
        explanation=row["explanation"],
        language=row["language"],
        trusted=row["trusted"],
        clock=row["clock"],
        law=row["law"],
        due_at=row["due_at"],
        received_at=row["received_at"],
        outcome=None if row["outcome"] is None else ReportOutcome(row["outcome"]),
        decided_at=row["decided_at"],
        decision_id=row["decision_id"],
        repeat_of=row["repeat_of"],
    )


def pointer_of(tx: ReadTx, report_id: str) -> tuple[str | None, str | None] | None:
    """Return a report's pointer to its sealed sender and their keyed digest, or None."""
    row = tx.by_id(reports, report_id)
    return None if row is None else (row["identity_id"], row["reporter_ref"])


def notice_of(tx: ReadTx, report_id: str) -> dict[str, Any] | None:
    """Return a report's notice without its sender, or None when it is not a notice."""
    found = tx.value(sa.select(reports.c.notice).where(reports.c.id == report_id))
    return dict(found) if isinstance(found, dict) else None


def settle(tx: Tx, item_id: str, outcome: ReportOutcome, decision_id: str | None) -> list[str]:
    """Give every undecided report of an item its outcome; return their ids, oldest first."""
    undecided = sa.and_(reports.c.item_id == item_id, reports.c.outcome.is_(None))
    ids = [r["id"] for r in tx.rows(sa.select(reports.c.id).where(undecided).order_by("id"))]
    values = {"outcome": outcome.value, "decided_at": tx.now, "decision_id": decision_id}
    tx.run(reports.update().where(reports.c.id.in_(ids)).values(**values))
    return ids


def settled(tx: ReadTx, ids: Sequence[str]) -> list[SettledReport]:
    """Return what is needed to answer the senders of these reports."""
    wanted = sa.select(reports).where(reports.c.id.in_(ids)).order_by(reports.c.id)
    return [SettledReport(r["id"], r["identity_id"], r["language"]) for r in tx.rows(wanted)]


def unsettle(tx: Tx, item_id: str, decision_id: str | None) -> list[str]:
    """Take back outcomes: all of an item's, or those one decision gave. Return the ids."""
    decided = sa.and_(reports.c.item_id == item_id, reports.c.outcome.is_not(None))
    if decision_id is not None:
        decided = sa.and_(decided, reports.c.decision_id == decision_id)
    ids = [r["id"] for r in tx.rows(sa.select(reports.c.id).where(decided).order_by("id"))]
    values = {"outcome": None, "decided_at": None, "decision_id": None}
    tx.run(reports.update().where(reports.c.id.in_(ids)).values(**values))
    return ids


def outcomes_of_reporter(tx: ReadTx, reporter_ref: str) -> list[ReportOutcome]:
    """Return the outcomes of one reporter's decided reports, repeats left out."""
    wanted = sa.select(reports.c.outcome).where(
        reports.c.reporter_ref == reporter_ref,
        reports.c.repeat_of.is_(None),
        reports.c.outcome.is_not(None),
    )
    return [ReportOutcome(row["outcome"]) for row in tx.rows(wanted)]


def count_reporters(tx: ReadTx, item_id: str) -> ReporterCount:
    """Count the people told apart, and the reports whose senders cannot be told apart."""
    distinct = sa.func.count(sa.distinct(reports.c.reporter_ref)).label("known")
    nameless = sa.func.sum(sa.case((reports.c.reporter_ref.is_(None), 1), else_=0)).label("none")
    row = tx.row(sa.select(distinct, nameless).where(reports.c.item_id == item_id))
    return ReporterCount(int(row["known"]), int(row["none"] or 0)) if row else ReporterCount(0, 0)


def languages_of(tx: ReadTx, item_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return each item whose account has a language, with it."""
    said = sa.select(items.c.id, accounts.c.language).join(
        accounts, accounts.c.id == items.c.account_id
    )
    said = said.where(accounts.c.language.is_not(None))
    return [
        (row["id"], row["language"])
        for some in statements_of(item_ids)
        for row in tx.rows(said.where(items.c.id.in_(some)))
    ]
