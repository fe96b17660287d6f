"""Bytes go into the blob store sealed, before the transaction that keeps them.

What was staged and never kept has no key anywhere, so that a crash in between leaves only noise.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from evenhand.evidence import envelope
from evenhand.evidence.errors import ObjectDamaged
from evenhand.evidence.model import Staged
from evenhand.kit.resources import Resources
from evenhand.kit.seal import SealBroken

PURPOSE = "evidence"
_NAME_BYTES = 16


def stage(resources: Resources, content: bytes, media_type: str) -> Staged:
    """Seal bytes and put them into the blob store. Slow: before the transaction, never in it."""
    blob = secrets.token_hex(_NAME_BYTES)
    closed = envelope.close(resources.keys, content, purpose=PURPOSE, name=_bound(blob, media_type))
    resources.blobs.put(blob, closed.sealed)
    return Staged(blob, media_type, len(content), closed.sealed_key)


def discard(resources: Resources, staged: Staged) -> None:
    """Take staged bytes out again when the command that was to keep them failed."""
    resources.blobs.delete(staged.blob)


def delete_blobs(resources: Resources, names: Iterable[str]) -> None:
    """Delete what `orphans` named. Slow: outside any transaction."""
    for name in names:
        resources.blobs.delete(name)


def read_blob(resources: Resources, *, blob: str, media_type: str, sealed_key: bytes) -> bytes:
    """Return the bytes that were kept, whole and unchanged. Raises ObjectDamaged."""
    try:
        found = envelope.Envelope(resources.blobs.get(blob), sealed_key)
        return envelope.open_envelope(
            resources.keys, found, purpose=PURPOSE, name=_bound(blob, media_type)
        )
    except (KeyError, SealBroken) as why:
        raise ObjectDamaged from why


def _bound(blob: str, media_type: str) -> str:
    """Name what the seal is bound to: neither place nor kind can be exchanged."""
    return f"{blob} {media_type}"
