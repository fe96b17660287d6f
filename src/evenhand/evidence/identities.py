"""A sealed identity opens here alone, whether for a letter or for somebody with a reason."""

from __future__ import annotations

import json
from typing import Any

from evenhand.db import ReadTx
from evenhand.evidence import envelope, store
from evenhand.evidence.errors import IdentityErased, IdentityUnknown

IDENTITY_PURPOSE = "identity"


def read_identity(tx: ReadTx, identity_id: str) -> dict[str, Any]:
    """Return what was sealed. Raises IdentityUnknown, IdentityErased, SealBroken."""
    row = store.identity_row(tx, identity_id)
    if row is None:
        raise IdentityUnknown
    if row["sealed_key"] is None:
        raise IdentityErased
    found = envelope.Envelope(bytes(row["sealed"]), bytes(row["sealed_key"]))
    plain = envelope.open_envelope(
        tx.resources.keys, found, purpose=IDENTITY_PURPOSE, name=identity_id
    )
    return dict(json.loads(plain))
