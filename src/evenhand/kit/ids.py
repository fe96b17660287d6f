"""Ids sort by time of making (UUIDv7, RFC 9562 §5.7) and are shown short to people."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

SHORT_CHARS = 6


def new_id(now: datetime) -> str:
    """Make a UUIDv7: 48 bits of milliseconds, then 74 random bits."""
    millis = int(now.timestamp() * 1000) & ((1 << 48) - 1)
    value = millis << 80 | 0x7 << 76 | secrets.randbits(12) << 64 | 0b10 << 62
    return str(UUID(int=value | secrets.randbits(62)))


def first_id_at(at: datetime) -> str:
    """Return the id before which none was made at this instant or later: an end for ranges."""
    millis = int(at.timestamp() * 1000) & ((1 << 48) - 1)
    return str(UUID(int=millis << 80))


def short(an_id: str) -> str:
    """Return the last characters of an id: the random end, which differs between neighbours."""
    return an_id[-SHORT_CHARS:]


def is_id(text: str) -> bool:
    """Tell whether a text is a canonical UUID, so that a door can refuse anything else."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
