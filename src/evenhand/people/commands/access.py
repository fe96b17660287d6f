"""How the host's keys and people's receipts are issued.

Issuing or revoking a key leaves one ledger line. A receipt leaves none: it is part of the command
that issues it, and its digits are known to its holder alone.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from evenhand.db import Tx, kept
from evenhand.ledger.append import append
from evenhand.people import store
from evenhand.people.errors import AlreadyInThatState, KeyUnknown, ScopeRefused
from evenhand.people.limits import clean_key_name
from evenhand.people.model import (
    SCOPES,
    Actor,
    Holder,
    IssuedKey,
    Permission,
    SubjectKind,
    require,
)
from evenhand.people.receipts import DrawnReceipt, draw_receipt


def issue_key(tx: Tx, actor: Actor, *, name: str, scopes: Collection[str]) -> IssuedKey:
    """Issue an API key; its text is returned this once and stored only as a hash.

    Raises NotAllowed, DetailsRefused, ScopeRefused.
    """
    require(actor, Permission.MANAGE_KEYS)
    granted = sorted(set(scopes))
    if not granted or not set(granted) <= set(SCOPES):
        raise ScopeRefused(f"Choose at least one scope out of {', '.join(SCOPES)}.")
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(store.TOKEN_BYTES)
    text, key_id = f"eh_{prefix}_{secret}", tx.new_id()
    tx.insert(
        store.api_keys,
        id=key_id,
        name=clean_key_name(name),
        prefix=prefix,
        secret_hash=store.token_hash(text),
        scopes=granted,
        issued_by=actor.ref,
        issued_at=tx.now,
    )
    append(tx, "key.issued", subject=key_id, actor=actor.ref, public={"scopes": granted})
    return IssuedKey(key_id, text)


def revoke_key(tx: Tx, actor: Actor, key_id: str) -> None:
    """Revoke an API key, from its very next request.

    Raises NotAllowed, KeyUnknown, AlreadyInThatState.
    """
    require(actor, Permission.MANAGE_KEYS)
    keys = store.api_keys
    if tx.value(sa.select(keys.c.id).where(keys.c.id == key_id)) is None:
        raise KeyUnknown
    standing = sa.and_(keys.c.id == key_id, keys.c.revoked_at.is_(None))
    if not tx.run(keys.update().where(standing).values(revoked_at=tx.now)):
        raise AlreadyInThatState("This key was revoked already.")
    append(tx, "key.revoked", subject=key_id, actor=actor.ref, public={})


def issue_receipt(
    tx: Tx,
    *,
    holder: Holder,
    subject_kind: SubjectKind,
    subject_id: str,
    drawn: DrawnReceipt | None = None,
) -> str:
    """Issue a receipt and return its sixteen digits, which are nowhere stored.

    It opens one report or decision for its reporter or for the person affected. Part of the
    caller's command, and no ledger line. Drawing takes about five milliseconds, so whoever
    issues many draws ahead (`draw_receipt`).
    """
    table = store.receipts
    drawn = drawn or draw_receipt(tx.resources.keys)
    while tx.value(_with_digits(drawn.hashed)) is not None:
        drawn = draw_receipt(tx.resources.keys)
    tx.insert(
        table,
        id=tx.new_id(),
        digits_hash=drawn.hashed,
        holder=holder,
        subject_kind=subject_kind,
        subject_id=subject_id,
        issued_at=tx.now,
    )
    return drawn.digits


@kept
def _with_digits(hashed: bytes) -> sa.Select[Any]:
    return sa.select(store.receipts.c.id).where(store.receipts.c.digits_hash == hashed)
