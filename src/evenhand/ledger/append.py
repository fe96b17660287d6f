"""The one way a line enters the ledger. Only rooms' `commands` may import this module.

Lines get their index at the end of the transaction, so that the ledger is locked for as short a
time as possible. An event from which the path goes on also gets its job, in the same transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from evenhand.db import Tx
from evenhand.ledger import jobs, store
from evenhand.ledger.checkpoint import Checkpoint, read, sign
from evenhand.ledger.errors import CheckpointInvalid, LedgerCut
from evenhand.ledger.merkle import Edge, leaf_hash
from evenhand.ledger.model import EVENTS, SALT_BYTES, Draft, Line, line_text


def append(
    tx: Tx,
    event: str,
    *,
    subject: str,
    actor: str,
    public: Mapping[str, Any],
    private: Mapping[str, Any] | None = None,
) -> None:
    """Record that something happened, in the transaction in which it happens.

    `public` becomes the leaf in clear and must hold no personal data; `private` is kept apart
    and only committed to. Raises UnknownEvent for an event that is not in the registry.
    """
    draft = Draft(event, subject, actor, public, private)
    drafts: list[Draft] = tx.carried.setdefault("ledger", [])
    if not drafts:
        tx.before_commit.append(_write)
    drafts.append(draft)
    if EVENTS[event].moves_on:
        jobs.enqueue(tx, event, {"subject": subject})


def _write(tx: Tx) -> None:
    """Give the drafts their places, and sign the tree that holds them."""
    drafts: list[Draft] = tx.carried.pop("ledger")
    edge = store.load_edge(tx)
    _check_signed(tx, edge)
    for draft in drafts:
        salt = secrets.token_bytes(SALT_BYTES)
        index = edge.size
        text = line_text(draft, index=index, at=tx.now, salt=salt)
        leaf = leaf_hash(text.encode())
        store.save_line(tx, Line(index, draft.type, draft.subject, tx.now, text), leaf)
        if draft.private is not None:
            store.save_private(tx, index, salt, dict(draft.private))
        edge = edge.append(leaf)
    note = sign(Checkpoint(edge.size, edge.root()), tx.resources.signer)
    store.save_edge(tx, edge, note)
    shelf, size = tx.resources.shelf, edge.size
    tx.after_commit["checkpoint"] = lambda: shelf.keep(note, size=size)


def _check_signed(tx: Tx, edge: Edge) -> None:
    """Build only on what was signed, so that a changed row is never signed anew.

    Raises CheckpointInvalid: then nothing can be recorded until somebody has looked.
    """
    note = store.head_note(tx)
    signed = read(note, tx.resources.signer.public_key()) if note else Checkpoint(0, Edge().root())
    if signed != Checkpoint(edge.size, edge.root()):
        raise CheckpointInvalid("the ledger's head is not what was signed: run ledger verify")
    kept = tx.resources.shelf.size()
    if kept > edge.size:
        raise LedgerCut(
            f"The ledger has {edge.size} lines, and its kept checkpoint signs {kept}: the last "
            f"{kept - edge.size} are gone. If a backup was restored, say so with "
            "`evenhand ledger accept-restore`; if not, find out who could write to the database."
        )
