"""How things enter the vault and are erased, and how a look into it is recorded.

Opening media or an identity leaves a ledger line of its own. Keeping, sealing and shredding are
parts of a caller's command, whose line tells of them; a beat of a viewing is no event at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from evenhand import people
from evenhand.db import Tx
from evenhand.evidence import envelope, store
from evenhand.evidence.errors import (
    IdentityErased,
    IdentityUnknown,
    NotYourViewing,
    ObjectShredded,
    ObjectUnknown,
    ViewingClosed,
    ViewingUnknown,
)
from evenhand.evidence.identities import IDENTITY_PURPOSE, read_identity
from evenhand.evidence.model import Staged, Unkept, Viewing, clean_reason, seconds_since_beat
from evenhand.kit.canonical import canonical
from evenhand.kit.images import Veil
from evenhand.ledger.append import append


def keep(tx: Tx, staged: Staged | Unkept) -> str:
    """Keep what was staged and return its object id. Part of the caller's command.

    Of what was not kept, its size, its kind, the time and why stay; nobody can ever open it.
    """
    object_id = tx.new_id()
    if isinstance(staged, Unkept):
        tx.insert(
            store.objects,
            id=object_id,
            blob=f"unkept-{object_id}",
            media_type=staged.media_type,
            bytes=staged.size,
            kept_at=tx.now,
            shredded_at=tx.now,
            swept_at=tx.now,
            unkept_why=staged.why,
        )
        return object_id
    tx.insert(
        store.objects,
        id=object_id,
        blob=staged.blob,
        media_type=staged.media_type,
        bytes=staged.size,
        sealed_key=staged.sealed_key,
        kept_at=tx.now,
    )
    return object_id


def shred(tx: Tx, object_id: str) -> None:
    """Destroy an object's key, so that no copy of its bytes can be read. Part of a command.

    The bytes themselves go at the next sweep. Raises ObjectUnknown, ObjectShredded.
    """
    table = store.objects
    standing = sa.and_(table.c.id == object_id, table.c.sealed_key.is_not(None))
    if tx.run(table.update().where(standing).values(sealed_key=None, shredded_at=tx.now)):
        return
    raise ObjectUnknown if store.object_row(tx, object_id) is None else ObjectShredded


def sweep_orphans(tx: Tx, names: Iterable[str]) -> int:
    """Note that the blobs of shredded objects were deleted; return how many that were.

    The worker asks `orphans`, calls `delete_blobs`, then this. Leaves no ledger line.
    """
    table, gone = store.objects, list(names)
    waiting = sa.and_(
        table.c.blob.in_(gone), table.c.shredded_at.is_not(None), table.c.swept_at.is_(None)
    )
    return tx.run(table.update().where(waiting).values(swept_at=tx.now))


def seal_identity(tx: Tx, data: Mapping[str, Any]) -> str:
    """Seal who somebody is, apart from what they said, and return its id. Part of a command."""
    identity_id = tx.new_id()
    closed = envelope.close(
        tx.resources.keys,
        canonical(dict(data)).encode(),
        purpose=IDENTITY_PURPOSE,
        name=identity_id,
    )
    tx.insert(
        store.identities,
        id=identity_id,
        sealed=closed.sealed,
        sealed_key=closed.sealed_key,
        made_at=tx.now,
    )
    return identity_id


def open_identity(tx: Tx, actor: people.Actor, identity_id: str, *, reason: str) -> dict[str, Any]:
    """Show a person's identity to somebody allowed, and record who looked and why.

    Raises NotAllowed, ReasonRefused, IdentityUnknown, IdentityErased.
    """
    people.require(actor, people.Permission.OPEN_IDENTITY)
    why = clean_reason(reason)
    data = read_identity(tx, identity_id)
    append(
        tx,
        "identity.opened",
        subject=identity_id,
        actor=actor.ref,
        public={},
        private={"reason": why},
    )
    return data


def erase_identity(tx: Tx, actor: people.Actor, identity_id: str, *, reason: str) -> None:
    """Destroy a sealed identity for good: on request, or by the house after its time.

    Raises NotAllowed, ReasonRefused, IdentityUnknown, IdentityErased.
    """
    if actor.kind != "system":
        people.require(actor, people.Permission.OPEN_IDENTITY)
    why = clean_reason(reason)
    table = store.identities
    standing = sa.and_(table.c.id == identity_id, table.c.erased_at.is_(None))
    if not tx.run(
        table.update().where(standing).values(sealed=None, sealed_key=None, erased_at=tx.now)
    ):
        raise IdentityUnknown if store.identity_row(tx, identity_id) is None else IdentityErased
    append(
        tx,
        "person.erased",
        subject=identity_id,
        actor=actor.ref,
        public={},
        private={"reason": why},
    )


def open_viewing(
    tx: Tx,
    actor: people.Actor,
    *,
    task_id: str,
    item_id: str,
    object_id: str,
    level: str,
    sealed_for: str | None = None,
) -> str:
    """Raise the veil from an object to a level for one reviewer, and return the viewing's id.

    `sealed_for` is the reason for which sealed known material is opened; that takes a permission of
    its own and leaves a line of its own. An earlier viewing of the same object by the same
    reviewer ends here, so that no second counts twice. Raises NotAllowed, ReasonRefused,
    ObjectUnknown, ObjectShredded, ObjectNotKept; ValueError for a level that is none.
    """
    people.require(actor, people.Permission.REVIEW)
    reason = None
    if sealed_for is not None:
        people.require(actor, people.Permission.OPEN_SEALED)
        reason = clean_reason(sealed_for)
    veil = Veil(level)
    store.openable_row(tx, object_id)
    _close(tx, store.open_viewings(tx, task_id=task_id, staff_id=actor.id, object_id=object_id))
    viewing_id = tx.new_id()
    tx.insert(
        store.viewings,
        id=viewing_id,
        staff_id=actor.id,
        task_id=task_id,
        item_id=item_id,
        object_id=object_id,
        level=veil.value,
        opened_at=tx.now,
        beat_at=tx.now,
        seconds=0.0,
    )
    append(
        tx,
        "media.opened" if reason is None else "sealed.opened",
        subject=task_id,
        actor=actor.ref,
        public={
            "viewing": viewing_id,
            "item": item_id,
            "object": object_id,
            "level": veil.value,
        },
        private=None if reason is None else {"reason": reason},
    )
    return viewing_id


def beat_viewing(tx: Tx, actor: people.Actor, viewing_id: str) -> None:
    """Count the seconds since the last beat, at most fifteen. Leaves no ledger line.

    Raises ViewingUnknown, NotYourViewing, ViewingClosed.
    """
    found = store.viewing_by_id(tx, viewing_id)
    if found is None:
        raise ViewingUnknown
    if actor.kind != "staff" or found.staff_id != actor.id:
        raise NotYourViewing
    if found.closed_at is not None:
        raise ViewingClosed
    seconds = found.seconds + seconds_since_beat(found.beat_at, tx.now)
    store.update_viewing(tx, viewing_id, beat_at=tx.now, seconds=seconds)


def close_viewings(tx: Tx, actor: people.Actor, task_id: str) -> int:
    """End what is open of a task: a reviewer's own, or everybody's when the house does it.

    Returns how many there were. Part of the caller's command, such as a release or a decision.
    """
    staff_id = None if actor.kind == "system" else actor.id
    found = store.open_viewings(tx, task_id=task_id, staff_id=staff_id)
    _close(tx, found)
    return len(found)


def _close(tx: Tx, found: Sequence[Viewing]) -> None:
    for one in found:
        seconds = one.seconds + seconds_since_beat(one.beat_at, tx.now)
        store.update_viewing(tx, one.id, beat_at=tx.now, seconds=seconds, closed_at=tx.now)
