"""A film that joined a bank by its bytes is listed by its frames as well."""

from __future__ import annotations

from evenhand import banks, people
from evenhand.db import Tx


def list_film(tx: Tx, actor: people.Actor, entry_id: str, frames: str | None) -> str | None:
    """List a film's frames beside its bytes, in the same bank and for the same decision.

    Returns the new entry's id; None when there is nothing to list (any more), or it stands there.
    """
    entry = banks.entries_by_id(tx, [entry_id]).get(entry_id)
    if frames is None or entry is None or entry.withdrawn_at is not None:
        return None
    try:
        return banks.add_entry(
            tx,
            actor,
            bank=entry.bank,
            kind=banks.EntryKind.VIDEO,
            value=frames,
            source=entry.source,
            reason=entry.reason,
            origin_decision=entry.origin_decision,
        )
    except (banks.EntryExists, banks.EntryRefused):  # of nothing but blank frames, for one
        return None
