"""Checks the ledger's rows against everything that was signed and kept apart from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy.exc import NoResultFound

from evenhand.db import ReadTx
from evenhand.kit.clock import stamp
from evenhand.kit.seal import SealBroken
from evenhand.ledger import signing, store
from evenhand.ledger.checking import UNREADABLE, Claim, Verification, Walk, marks_of, note_in
from evenhand.ledger.checkpoint import size_said
from evenhand.ledger.errors import StampInvalid, StampsUnread
from evenhand.ledger.merkle import Edge
from evenhand.ledger.model import commitment
from evenhand.ledger.queries import READ_ROWS
from evenhand.ledger.stamps import time_of


def verify(
    tx: ReadTx,
    *,
    against: Sequence[str] = (),
    told: Callable[[int], None] = lambda _: None,
) -> Verification:
    """Recompute the tree from its rows and compare it with what was signed.

    Held against the rows are the head's checkpoint, the one kept apart from them, every one that
    was published, on the log or apart, and those in `against`, which somebody else kept. Finds
    and names an edited line, a gap, a line out of place, a changed private content, a lost tail,
    two logs under one key, times that do not go forward, and a changed head or node. `told`
    hears how far it is.
    """
    claims = _claims(tx, against)
    published = sa.select(store.lines.c.text).where(store.lines.c.type == "checkpoint.published")
    on_the_log = (note_in(str(row["text"])) for row in tx.rows(published))
    marks = marks_of([*(claim.note for claim in claims), *on_the_log])
    walk = Walk(tx.now, marks, told)
    for row in rows_in_order(tx):
        said = walk.take(row["line"], row["text"], bytes(row["leaf"]))
        beside = (row["type"], row["subject"], stamp(row["at"]))
        if said is not None and (said["type"], said.get("subject"), said["at"]) != beside:
            says = f"what stands beside line {row['line']} is not what it says"
            walk.name("edit", row["line"], says)
    _check_private(tx, walk)
    _check_kept(claims, walk)
    walk.finish(claims, trusted=_own_keys(tx, walk), nodes=store.read_nodes(tx))
    _check_edge(tx, walk)
    _check_stamps(tx, walk)
    return walk.verification()


def _own_keys(tx: ReadTx, walk: Walk) -> list[Ed25519PublicKey]:
    """Return the public keys of what is kept to sign with; one that is not whole is named."""
    keys = []
    for number in range(1, store.last_signer(tx) + 1):
        try:
            keys.append(signing.private_key(tx, number).public_key())
        except (SealBroken, NoResultFound):
            walk.name("key", None, f"key {number}, which signs or signed, is gone or was changed")
    return keys


def rows_in_order(tx: ReadTx) -> Iterator[sa.RowMapping]:
    """Read the lines in their order, a page at a time, whatever stands there."""
    wanted = sa.select(store.lines).order_by(store.lines.c.line).limit(READ_ROWS)
    page = tx.rows(wanted)
    while page:
        yield from page
        page = tx.rows(wanted.where(store.lines.c.line > page[-1]["line"]))


def _claims(tx: ReadTx, against: Sequence[str]) -> list[Claim]:
    head, shelf = store.head_note(tx), tx.resources.shelf
    claims = [] if head is None else [Claim("head", "the head", head)]
    if (kept := shelf.latest()) is not None:
        claims.append(Claim("kept", "the kept checkpoint", kept))
    claims += [
        Claim("published", f"the published checkpoint {name}", note)
        for name, note in shelf.published()
    ]
    claims += [
        Claim("against", f"checkpoint {number} of those given", note)
        for number, note in enumerate(against, 1)
    ]
    return claims


def _check_kept(claims: Sequence[Claim], walk: Walk) -> None:
    """Miss what must be there as soon as there is a line."""
    there = {claim.kind for claim in claims}
    if walk.edge.size and "kept" not in there:
        walk.name("kept", None, "no checkpoint was kept apart from the rows")
    if (walk.edge.size or "kept" in there) and "head" not in there:
        walk.name("head", None, "the signed head is gone")


def _check_edge(tx: ReadTx, walk: Walk) -> None:
    """Compare what the next line will be joined to with what the lines make."""
    edge, note = store.read_head(tx)
    if edge != walk.edge and (edge != Edge() or note):
        walk.name("head", None, "the edge that the next line will be joined to is not the lines'")


def _check_stamps(tx: ReadTx, walk: Walk) -> None:
    """Check the time stamps that are kept beside published checkpoints."""
    for name, note, token in tx.resources.shelf.stamps():
        try:
            at = time_of(token, note, tx.resources.timestamp_roots)
        except (StampInvalid, StampsUnread) as why:
            walk.name("stamp", None, f"the time stamp {name} does not hold: {why}")
        else:
            walk.look_at_stamp(f"the time stamp {name}", size_said(note) or 0, at)


def _check_private(tx: ReadTx, walk: Walk) -> None:
    wanted = sa.select(store.private, store.lines.c.text).join(
        store.lines, store.lines.c.line == store.private.c.line
    )
    for portion in tx.portions(wanted, READ_ROWS):
        for row in portion:
            try:
                made = commitment(row.content, bytes(row.salt))
                same = json.loads(row.text)["commitment"] == made
            except UNREADABLE:
                same = False
            if not same:
                says = f"what line {row.line} commits to was changed"
                walk.name("private", row.line, says)
