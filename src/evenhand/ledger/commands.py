"""Going on after a restore: the one act about the ledger itself, and it stands in the ledger."""

from __future__ import annotations

from evenhand.db import Tx
from evenhand.ledger.append import append

REASON_CHARS_MAX = 2_000


def record_restore(tx: Tx, actor_ref: str, *, kept: int, size: int, reason: str) -> None:
    """Record that a backup was restored: how many signed lines were lost, by whom and why.

    The caller has put the kept checkpoint aside; until then nothing can be recorded.
    """
    append(
        tx,
        "ledger.restored",
        subject="ledger",
        actor=actor_ref,
        public={"kept": kept, "size": size, "lost": max(kept - size, 0)},
        private={"reason": reason[:REASON_CHARS_MAX]},
    )
