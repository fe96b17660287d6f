"""A request that is sent twice acts once: the second gets the first one's answer.

The answer is remembered in the transaction that acted, sealed, because it may hold a receipt. The
same key with another body is refused: one of the two requests would be lost in silence.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from evenhand.db import Tx
from evenhand.intake import store
from evenhand.intake.errors import KeyMalformed, KeyReused
from evenhand.intake.model import Answer, RequestKey
from evenhand.kit.canonical import canonical

REMEMBERED_HOURS: Final = 24
PURPOSE: Final = "idempotency"
_KEY: Final = re.compile(r"[\x21-\x7e]{1,255}")


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
    row = store.load_answer(tx, key.scope, key.key, since=since)
    context = canonical([key.scope, key.key])
    if row is not None:
        if row["digest"] != key.digest:
            raise KeyReused
        plain = tx.resources.keys.open(bytes(row["body"]), purpose=PURPOSE, context=context)
        return Answer(row["status"], json.loads(plain), replayed=True)
    status, body = act(tx)
    sealed = tx.resources.keys.seal(canonical(body).encode(), purpose=PURPOSE, context=context)
    store.save_answer(
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
    return store.forget_answers(tx, before=tx.now - timedelta(hours=REMEMBERED_HOURS))
