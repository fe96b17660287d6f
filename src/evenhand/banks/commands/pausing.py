"""An entry is disabled until a time, or quarantined when it floods; a person lets it count again.

Neither edits the entry. What rested on it alone is looked at again, and when it counts once more
the recent past is searched for it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from evenhand import people
from evenhand.banks import store
from evenhand.banks.errors import (
    EntryAlreadyWithdrawn,
    EntryRefused,
    NothingChanges,
)
from evenhand.banks.model import reason_of
from evenhand.banks.views import EntryView
from evenhand.db import Tx
from evenhand.ledger import jobs
from evenhand.ledger.append import append

DISABLED_DAYS_MAX: Final = 5 * 366
"""An entry that should match nothing for longer than five years is withdrawn."""


def disable_entry(tx: Tx, actor: people.Actor, entry_id: str, *, until: datetime, why: str) -> None:
    """Let an entry match nothing until an instant; a later call moves that instant.

    Raises NotAllowed, NoSuchEntry, EntryAlreadyWithdrawn, or EntryRefused for a time that has
    passed or is more than five years off, or without a reason.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    why = reason_of(why, "why")
    found = _standing(tx, entry_id)
    if not tx.now < until <= tx.now + timedelta(days=DISABLED_DAYS_MAX):
        raise EntryRefused("until", "Give a time within the next five years.")
    if until == found.disabled_until:
        raise NothingChanges("The entry is disabled until then already.")
    store.change_entry(tx, entry_id, disabled_until=until, disabled_by=actor.ref, disabled_why=why)
    append(
        tx,
        "entry.disabled",
        subject=entry_id,
        actor=actor.ref,
        public={"bank": found.bank_id, "kind": found.kind.value, "until": until.isoformat()},
        private={"why": why},
    )
    jobs.enqueue(tx, "entry.back", {"subject": entry_id}, run_at=until)


def enable_entry(tx: Tx, actor: people.Actor, entry_id: str, *, why: str) -> None:
    """Let an entry match again before its time. Raises as `disable_entry`, or NothingChanges."""
    people.require(actor, people.Permission.MANAGE_BANKS)
    why = reason_of(why, "why")
    found = _standing(tx, entry_id)
    if found.disabled_until is None or found.disabled_until <= tx.now:
        raise NothingChanges("The entry is not disabled.")
    store.change_entry(tx, entry_id, disabled_until=None, disabled_by=None, disabled_why=None)
    append(
        tx,
        "entry.enabled",
        subject=entry_id,
        actor=actor.ref,
        public={"bank": found.bank_id, "kind": found.kind.value},
        private={"why": why},
    )


def quarantine_entry(
    tx: Tx, actor: people.Actor, entry_id: str, *, accounts: int, limit: int
) -> bool:
    """Quarantine an entry that matched more accounts within an hour than it may.

    It goes on matching, and holds nothing by itself until a person has looked. Returns False when
    it is in quarantine already, or stands no more. Raises NotAllowed.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    if not store.quarantine(tx, entry_id):
        return False
    append(
        tx,
        "entry.quarantined",
        subject=entry_id,
        actor=actor.ref,
        public={"accounts": accounts, "limit": limit},
    )
    return True


def release_entry(tx: Tx, actor: people.Actor, entry_id: str, *, why: str) -> None:
    """Let a quarantined entry count in full again, after a look; its matches are weighed anew.

    The counting of accounts begins anew, too. Raises NotAllowed, NoSuchEntry,
    EntryAlreadyWithdrawn, EntryRefused without a reason, or NothingChanges.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    why = reason_of(why, "why")
    found = _standing(tx, entry_id)
    if found.quarantined_at is None:
        raise NothingChanges("The entry is not in quarantine.")
    store.change_entry(tx, entry_id, quarantined_at=None, released_at=tx.now)
    append(
        tx,
        "entry.released",
        subject=entry_id,
        actor=actor.ref,
        public={"bank": found.bank_id, "kind": found.kind.value},
        private={"why": why},
    )


def _standing(tx: Tx, entry_id: str) -> EntryView:
    found = store.load_entry(tx, entry_id)
    if found.withdrawn_at is not None:
        raise EntryAlreadyWithdrawn
    return found
