"""Banks: what the service already knows to be harmful, entry by entry.

A bank holds one kind of signal (pictures, phrases or links) under one clause, and says how sure
it is: confirmed material may be held at once, indicative material only asks for a look. Every
entry says where it came from and why it is there. An entry is never edited or deleted, only
withdrawn, and what rested on it is then looked at again.
"""

from evenhand.banks.commands import add_entry, create_bank, withdraw_entry
from evenhand.banks.errors import (
    BanksError,
    BankTaken,
    EntryAlreadyWithdrawn,
    EntryExists,
    EntryRefused,
    NoSuchBank,
    NoSuchEntry,
)
from evenhand.banks.model import (
    BankView,
    Confidence,
    EntryKind,
    EntryView,
    LiveEntry,
    Signal,
    Snapshot,
)
from evenhand.banks.queries import (
    bank,
    banks,
    entries,
    entries_by_id,
    entries_of_decision,
    snapshot,
)

__all__ = [
    "BankTaken",
    "BankView",
    "BanksError",
    "Confidence",
    "EntryAlreadyWithdrawn",
    "EntryExists",
    "EntryKind",
    "EntryRefused",
    "EntryView",
    "LiveEntry",
    "NoSuchBank",
    "NoSuchEntry",
    "Signal",
    "Snapshot",
    "add_entry",
    "bank",
    "banks",
    "create_bank",
    "entries",
    "entries_by_id",
    "entries_of_decision",
    "snapshot",
    "withdraw_entry",
]
