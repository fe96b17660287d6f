"""An auditor says what for before looking, and each view is on record, for the operator to see."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.people import store
from evenhand.people.errors import NotAllowed, PurposeNeeded, PurposeRefused
from evenhand.people.model import Actor, Role

PURPOSE_DAYS_MAX: Final = 30
PURPOSE_WORDS_MIN: Final = 5
PURPOSE_CHARS_MAX: Final = 1_000


def state_purpose(tx: Tx, actor: Actor, *, purpose: str, days: int) -> str:
    """Say what an auditor looks for, and for how many days; return the purpose's id.

    A new one takes the place of the one before. Raises PurposeRefused, NotAllowed.
    """
    if actor.role is not Role.AUDITOR:
        raise NotAllowed(actor.name, "state_purpose")
    said = purpose.strip()[:PURPOSE_CHARS_MAX]
    if len(said.split()) < PURPOSE_WORDS_MIN or not 1 <= days <= PURPOSE_DAYS_MAX:
        raise PurposeRefused
    purpose_id, until = tx.new_id(), tx.now + timedelta(days=days)
    store.insert_purpose(tx, purpose_id, actor.id, said, stated_at=tx.now, until=until)
    append(
        tx,
        "purpose.stated",
        subject=purpose_id,
        actor=actor.ref,
        public={"days": days},
        private={"purpose": said},
    )
    return purpose_id


def record_view(tx: Tx, actor: Actor, page: str) -> None:
    """Put on record that an auditor looks at a page, for the purpose they stated.

    Raises PurposeNeeded when there is none, or its time is over.
    """
    row = store.purpose_of(tx, actor.id)
    if row is None or row["until"] <= tx.now:
        raise PurposeNeeded
    store.insert_view(tx, tx.new_id(), row["id"], page=page, at=tx.now)
    append(
        tx,
        "page.viewed",
        subject=row["id"],
        actor=actor.ref,
        public={},
        private={"page": page},
    )
