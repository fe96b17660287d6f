"""A request that is sent twice acts once: the second gets the first one's answer.

The answer is remembered in the transaction that acted, sealed, because it may hold a receipt. The
same key with another body is refused: one of the two requests would be lost in silence.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, metadata
from evenhand.intake.errors import KeyMalformed, KeyReused
from evenhand.kit.canonical import canonical

REMEMBERED_HOURS: Final = 24
PURPOSE: Final = "idempotency"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("scope", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("digest", sa.String(64), nullable=False),
    sa.Column("status", sa.Integer, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    sa.Column("at", UtcTime, nullable=False),
    sa.Index("ix_idempotency_at", "at"),
)


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An idempotency key in the scope of one caller and route, with the digest of the body."""

    scope: str
    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request was answered; `replayed` when it was answered before."""

    status: int
    body: Mapping[str, Any] = field(repr=False)
    replayed: bool = False


def request_key(scope: str, key: str, body: bytes) -> RequestKey:
    """Make a key from what a caller sent. `scope` is the caller and route. Raises KeyMalformed."""
    if not _KEY.fullmatch(key):
        raise KeyMalformed
    return RequestKey(scope, key, hashlib.sha256(body).hexdigest())


def once(tx: Tx, key: RequestKey, act: Callable[[Tx], tuple[int, Mapping[str, Any]]]) -> Answer:
    """Act, unless this key was answered in the last day; then return that answer again.

    Two requests with one key wait for each other. Raises KeyReused, or whatever `act` raises:
    then nothing is remembered and the key can be sent again.
    """
    tx.lock(f"idempotency:{key.scope}:{key.key}")
    since = tx.now - timedelta(hours=REMEMBERED_HOURS)
    row = _load(tx, key.scope, key.key, since=since)
    context = canonical([key.scope, key.key])
    if row is not None:
        if row["digest"] != key.digest:
            raise KeyReused
        plain = tx.resources.keys.open(bytes(row["body"]), purpose=PURPOSE, context=context)
        return Answer(row["status"], json.loads(plain), replayed=True)
    status, body = act(tx)
    sealed = tx.resources.keys.seal(canonical(body).encode(), purpose=PURPOSE, context=context)
    _save(
        tx,
        {
            "scope": key.scope,
            "key": key.key,
            "digest": key.digest,
            "status": status,
            "body": sealed,
            "at": tx.now,
        },
    )
    return Answer(status, body)


def forget_answers(tx: Tx) -> int:
    """Delete remembered answers that ran out; return how many. For the worker, once a day."""
    before = tx.now - timedelta(hours=REMEMBERED_HOURS)
    return tx.run(idempotency.delete().where(idempotency.c.at < before))


def _load(tx: ReadTx, scope: str, key: str, *, since: datetime) -> sa.RowMapping | None:
    """Return what a request was answered, unless that is too long ago."""
    same = sa.and_(idempotency.c.scope == scope, idempotency.c.key == key)
    return tx.row(sa.select(idempotency).where(same, idempotency.c.at >= since))


def _save(tx: Tx, values: Mapping[str, Any]) -> None:
    """Remember an answer, in place of one that ran out."""
    same = sa.and_(idempotency.c.scope == values["scope"], idempotency.c.key == values["key"])
    tx.run(idempotency.delete().where(same))
    tx.insert(idempotency, **values)
