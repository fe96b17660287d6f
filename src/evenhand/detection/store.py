"""Detection's tables: what each detector said, and the hashes of what it looked at."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, kept, metadata, statements_of
from evenhand.detection.model import Answer, AssessmentView, MediaHash, SearchView

assessments = sa.Table(
    "assessments",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("item_id", sa.String(36), nullable=False),
    sa.Column("run", sa.String(36), nullable=False),
    sa.Column("position", sa.Integer, nullable=False),
    sa.Column("media_id", sa.String(36)),
    sa.Column("field", sa.Text),
    sa.Column("detector", sa.Text, nullable=False),
    sa.Column("detector_version", sa.Text, nullable=False),
    sa.Column("answer", sa.Text, nullable=False),
    sa.Column("entry_id", sa.String(36)),
    sa.Column("evidence", sa.JSON, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Index("ix_assessments_item_id", "item_id"),
    sa.Index("ix_assessments_entry_id", "entry_id"),
    sa.Index("ix_assessments_at", "at"),
    sa.Index("ix_assessments_run", "run"),
)

media_hashes = sa.Table(
    "media_hashes",
    metadata,
    sa.Column("media_id", sa.String(36), primary_key=True),
    sa.Column("sha256", sa.String(64), nullable=False),
    sa.Column("pdq", sa.String(64)),
    sa.Column("quality", sa.Integer),
    sa.Column("md5", sa.String(32)),
    sa.Column("looks", sa.LargeBinary),
    sa.Index("ix_media_hashes_sha256", "sha256"),
)

detector_switches = sa.Table(
    "detector_switches",
    metadata,
    sa.Column("name", sa.String(80), primary_key=True),
    sa.Column("is_on", sa.Boolean, nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
)


searches = sa.Table(
    "bank_searches",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("bank_id", sa.String(36), nullable=False),
    sa.Column("first_id", sa.String(36), nullable=False),
    sa.Column("last_id", sa.String(36), nullable=False),
    sa.Column("cursor", sa.String(36), nullable=False),
    sa.Column("step", sa.Integer, nullable=False),
    sa.Column("looked", sa.BigInteger, nullable=False),
    sa.Column("found", sa.BigInteger, nullable=False),
    sa.Column("began_at", UtcTime, nullable=False),
    sa.Column("ended_at", UtcTime),
    sa.Index("ix_bank_searches_bank_id", "bank_id", "began_at"),
)


def save_assessments(tx: Tx, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write what the detectors said."""
    tx.insert_all(assessments, [dict(row) for row in rows])


def save_hash(tx: Tx, made: MediaHash) -> None:
    """Write a picture's hashes, in place of earlier ones."""
    values = dataclasses.asdict(made)
    del values["media_id"]
    same = media_hashes.c.media_id == made.media_id
    if not tx.run(media_hashes.update().where(same).values(**values)):
        tx.insert(media_hashes, media_id=made.media_id, **values)


def load_hash(tx: ReadTx, media_id: str) -> MediaHash | None:
    """Return a picture's hashes, or None when they were never made."""
    row = tx.row(sa.select(media_hashes).where(media_hashes.c.media_id == media_id))
    return None if row is None else MediaHash(**row)


def load_switches(tx: ReadTx) -> dict[str, bool]:
    """Return what was ever switched, and how it stands."""
    wanted = sa.select(detector_switches.c.name, detector_switches.c.is_on)
    return {row["name"]: row["is_on"] for row in tx.rows(wanted)}


def save_switch(tx: Tx, name: str, *, on: bool) -> None:
    """Write how a detector stands from now on."""
    same = detector_switches.c.name == name
    values = {"is_on": on, "changed_at": tx.now}
    if not tx.run(detector_switches.update().where(same).values(**values)):
        tx.insert(detector_switches, name=name, **values)


def count_answers(tx: ReadTx, since: datetime, *, newest: int) -> dict[tuple[str, Answer], int]:
    """Count answers by detector since an instant, of the newest so many."""
    late = sa.select(assessments.c.detector, assessments.c.answer).where(assessments.c.at >= since)
    some = late.order_by(assessments.c.at.desc()).limit(newest).subquery()
    wanted = sa.select(some.c.detector, some.c.answer, sa.func.count().label("count"))
    rows = tx.rows(wanted.group_by(some.c.detector, some.c.answer))
    return {(row["detector"], Answer(row["answer"])): int(row["count"]) for row in rows}


def latest_run(tx: ReadTx, item_id: str) -> str | None:
    """Return the last examination of an item, or None before the first."""
    found = tx.value(_latest_run(item_id))
    return None if found is None else str(found)


@kept
def _latest_run(item_id: str) -> sa.Select[Any]:
    wanted = sa.select(assessments.c.run).where(assessments.c.item_id == item_id)
    return wanted.order_by(assessments.c.at.desc(), assessments.c.run.desc()).limit(1)


def item_of_run(tx: ReadTx, run: str) -> str:
    """Return the item that one examination was of."""
    return str(tx.value(sa.select(assessments.c.item_id).where(assessments.c.run == run).limit(1)))


def count_runs(tx: ReadTx, item_id: str) -> int:
    """Count the examinations of an item."""
    runs = sa.func.count(sa.distinct(assessments.c.run))
    return int(str(tx.value(sa.select(runs).where(assessments.c.item_id == item_id))))


def assessments_of_run(tx: ReadTx, run: str) -> list[AssessmentView]:
    """Return what one examination left, in the order it was left."""
    return [_view(row) for row in tx.rows(_assessments_of_run(run))]


@kept
def _assessments_of_run(run: str) -> sa.Select[Any]:
    return sa.select(assessments).where(assessments.c.run == run).order_by("position")


def assessments_of_item(tx: ReadTx, item_id: str) -> list[AssessmentView]:
    """Return what every examination of an item left, oldest first."""
    same = assessments.c.item_id == item_id
    in_order = (assessments.c.at, assessments.c.run, assessments.c.position)
    return [_view(row) for row in tx.rows(sa.select(assessments).where(same).order_by(*in_order))]


def items_found_by(tx: ReadTx, entry_id: str) -> list[str]:
    """Return the items in which an entry was ever found, oldest first."""
    found = sa.and_(assessments.c.entry_id == entry_id, assessments.c.answer == Answer.FOUND.value)
    wanted = sa.select(assessments.c.item_id).where(found).group_by(assessments.c.item_id)
    return [row["item_id"] for row in tx.rows(wanted.order_by(assessments.c.item_id))]


def hashes_after(tx: ReadTx, media_id: str, *, limit: int, bytes_max: int) -> list[MediaHash]:
    """Return kept hashes of what came after a picture or film, in the order in which it came.

    As many as there are, `limit` at most, and no more than fit into so many bytes; one at least.
    """
    later = media_hashes.c.media_id > media_id
    length = sa.func.coalesce(sa.func.length(media_hashes.c.looks), 0).label("length")
    sizes = sa.select(media_hashes.c.media_id, length).where(later)
    last, total = "", 0
    for row in tx.rows(sizes.order_by(media_hashes.c.media_id).limit(limit)):
        total += int(row["length"])
        if last and total > bytes_max:
            break
        last = row["media_id"]
    if not last:
        return []
    wanted = sa.select(media_hashes).where(later, media_hashes.c.media_id <= last)
    return [MediaHash(**row) for row in tx.rows(wanted.order_by(media_hashes.c.media_id))]


def save_search(tx: Tx, search: SearchView) -> None:
    """Write a search that begins."""
    tx.insert(searches, **dataclasses.asdict(search))


def change_search(tx: Tx, search_id: str, **values: Any) -> None:
    """Write how far a search is."""
    tx.change(searches, search_id, **values)


def load_search(tx: ReadTx, search_id: str) -> SearchView | None:
    """Return a search, or None."""
    found = _searches(tx, sa.select(searches).where(searches.c.id == search_id))
    return found[0] if found else None


def searches_in(tx: ReadTx, bank_id: str, *, limit: int) -> list[SearchView]:
    """Return the searches for entries of a bank, the latest first."""
    wanted = sa.select(searches).where(searches.c.bank_id == bank_id)
    newest = (searches.c.began_at.desc(), searches.c.id.desc())
    return _searches(tx, wanted.order_by(*newest).limit(limit))


def _searches(tx: ReadTx, wanted: sa.Select[Any]) -> list[SearchView]:
    return [SearchView(**row) for row in tx.rows(wanted)]


def _view(row: sa.RowMapping) -> AssessmentView:
    return AssessmentView(
        id=row["id"],
        item_id=row["item_id"],
        run=row["run"],
        field=row["field"],
        media_id=row["media_id"],
        detector=row["detector"],
        detector_version=row["detector_version"],
        answer=Answer(row["answer"]),
        entry_id=row["entry_id"],
        evidence=row["evidence"],
        why=row["why"],
        at=row["at"],
    )


def finders_of(tx: ReadTx, item_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return each item with each detector that found something on it, the last time it looked."""
    newest = assessments.alias()
    later = sa.select(newest.c.id).where(
        newest.c.item_id == assessments.c.item_id,
        newest.c.detector == assessments.c.detector,
        newest.c.at > assessments.c.at,
    )
    wanted = sa.select(assessments.c.item_id, assessments.c.detector).distinct()
    wanted = wanted.where(assessments.c.answer == "found", ~later.exists())
    return [
        (row["item_id"], row["detector"])
        for some in statements_of(item_ids)
        for row in tx.rows(wanted.where(assessments.c.item_id.in_(some)))
    ]
