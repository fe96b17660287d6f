"""The one way a line enters the ledger. Only rooms' `commands` may import this module.

Lines get their index just before the commit, all that commit together at once: the ledger is locked
for as short a time as possible, and one signature stands for all of them. An event from which the
path goes on also gets its job, in the same transaction.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evenhand.db import Tx
from evenhand.ledger import jobs, signing, store
from evenhand.ledger.checkpoint import Checkpoint, read, sign
from evenhand.ledger.errors import CheckpointInvalid, LedgerCut
from evenhand.ledger.merkle import Edge, leaf_hash
from evenhand.ledger.model import EVENTS, SALT_BYTES, Draft, Line


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
    and only committed to, and so is who acted (the leaf says `staff`). Raises UnknownEvent for an
    event that is not in the registry.
    """
    draft = Draft.of(
        event,
        subject=subject,
        actor=actor,
        public=public,
        private=private,
        at=tx.now,
        salt=secrets.token_bytes(SALT_BYTES),
    )
    tx.gather("ledger", draft, _write)
    if EVENTS[event].moves_on:
        jobs.enqueue(tx, event, {"subject": subject})


def _write(tx: Tx, drafts: Sequence[Draft]) -> None:
    """Give the drafts their places, and sign the tree that holds them."""
    edge, signed = store.load_head(tx)
    number = signing.in_force(tx)
    _check_signed(tx, edge, signed, signing.private_key(tx, number))
    number += sum(draft.type == signing.CHANGED for draft in drafts)
    lines: list[Line] = []
    for index, draft in enumerate(drafts, edge.size):
        text = draft.text(index)
        lines.append(Line(index, draft, text, leaf_hash(text.encode())))
    edge, made = edge.extend(line.hash for line in lines)
    store.save_lines(tx, lines)
    store.save_nodes(tx, made)
    note = sign(Checkpoint(edge.size, edge.root()), signing.private_key(tx, number))
    store.save_edge(tx, edge, note)
    shelf, size = tx.resources.shelf, edge.size
    tx.after_commit.append(lambda: shelf.keep(note, size=size))


def _check_signed(tx: Tx, edge: Edge, note: str | None, key: Ed25519PrivateKey) -> None:
    """Build only on what was signed, so that a changed row is never signed anew.

    Raises CheckpointInvalid: then nothing can be recorded until somebody has looked.
    """
    signed = read(note, key.public_key()) if note else Checkpoint(0, Edge().root())
    if signed != Checkpoint(edge.size, edge.root()):
        raise CheckpointInvalid("the ledger's head is not what was signed: run ledger verify")
    kept = tx.resources.shelf.size()
    if kept > edge.size:
        raise LedgerCut(
            f"The ledger has {edge.size} lines, and its kept checkpoint signs {kept}: the last "
            f"{kept - edge.size} are gone. If a backup was restored, say so with "
            "`evenhand ledger accept-restore`; if not, find out who could write to the database."
        )
