"""Reading the vault and the viewing record."""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa

from evenhand import people
from evenhand.db import ReadTx
from evenhand.evidence import store
from evenhand.evidence.errors import (
    IdentityErased,
    IdentityUnknown,
    NotYourViewing,
    ViewingClosed,
    ViewingUnknown,
)
from evenhand.evidence.identities import read_identity
from evenhand.evidence.model import UNSEEN_AFTER, Viewing, day_begin
from evenhand.evidence.vault import read_blob
from evenhand.kit.images import Veil


def read_object(tx: ReadTx, object_id: str) -> tuple[bytes, str]:
    """Return an object's bytes and media type: for detectors, and behind an open viewing.

    A door shows it to nobody without `viewing`. Raises ObjectUnknown, ObjectNotKept,
    ObjectShredded, ObjectDamaged.
    """
    row = store.openable_row(tx, object_id)
    content = read_blob(
        tx.resources,
        blob=row["blob"],
        media_type=row["media_type"],
        sealed_key=bytes(row["sealed_key"]),
    )
    return content, row["media_type"]


def orphans(tx: ReadTx, *, limit: int = 100) -> list[str]:
    """Return names of blobs whose key was destroyed and whose bytes may still lie there."""
    table = store.objects
    wanted = sa.select(table.c.blob).where(
        table.c.shredded_at.is_not(None), table.c.swept_at.is_(None)
    )
    return [row["blob"] for row in tx.rows(wanted.order_by(table.c.shredded_at).limit(limit))]


def contact_of(tx: ReadTx, identity_id: str) -> dict[str, Any]:
    """Return a person's identity, for delivery alone: to write to them, unseen by anybody.

    Nothing may show, log or store it. Whoever wants to see it calls `open_identity`. Raises
    IdentityUnknown, IdentityErased.
    """
    return read_identity(tx, identity_id)


def channel(tx: ReadTx, identity_id: str) -> Literal["mail", "host"] | None:
    """Tell how somebody can be reached: by mail, else as an account on the host, else not at all.

    What comes out is the channel alone, so that no message is put that cannot be sent.
    """
    try:
        known = read_identity(tx, identity_id)
    except (IdentityErased, IdentityUnknown):
        return None
    if str(known.get("email") or "").strip():
        return "mail"
    return "host" if known.get("account_id") else None


def viewings_of(
    tx: ReadTx, *, task_id: str | None = None, item_id: str | None = None
) -> list[Viewing]:
    """Return every viewing within a task or of an item, oldest first.

    The record behind “a person viewed this file”; for rooms that gate their actor themselves.
    """
    if (task_id is None) == (item_id is None):
        raise TypeError("ask for a task or for an item")
    table = store.viewings
    if task_id is not None:
        return store.viewings_where(tx, table.c.task_id == task_id)
    return store.viewings_where(tx, table.c.item_id == item_id)


def viewing(tx: ReadTx, actor: people.Actor, viewing_id: str) -> Viewing:
    """Return an open viewing to the one who opened it: the gate before any pixel.

    A viewing that nobody has looked at for a while is over, so that pixels are never fetched
    off the record. Raises ViewingUnknown, NotYourViewing, ViewingClosed, NotAllowed.
    """
    found = store.viewing_by_id(tx, viewing_id)
    if found is None:
        raise ViewingUnknown
    if actor.kind != "staff" or found.staff_id != actor.id:
        raise NotYourViewing
    if found.closed_at is not None or tx.now - found.beat_at > UNSEEN_AFTER:
        raise ViewingClosed
    people.require(actor, people.Permission.REVIEW)
    return found


def exposure_today(tx: ReadTx, actor: people.Actor) -> dict[Veil, float]:
    """Return for how many seconds a person looked at media today (UTC), by level."""
    table = store.viewings
    wanted = (
        sa.select(table.c.level, sa.func.sum(table.c.seconds).label("seconds"))
        .where(table.c.staff_id == actor.id, table.c.opened_at >= day_begin(tx.now))
        .group_by(table.c.level)
    )
    seen = {row["level"]: float(row["seconds"]) for row in tx.rows(wanted)}
    return {veil: seen.get(veil.value, 0.0) for veil in Veil}
