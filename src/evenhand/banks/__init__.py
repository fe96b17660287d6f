"""Banks: what the service already knows to be harmful, entry by entry.

A bank holds one kind of signal (pictures, phrases or links) under one clause, and says how sure
it is: confirmed material may be held at once, indicative material only asks for a look. Every
entry says where it came from and why it is there. An entry is never edited or deleted, only
withdrawn, and what rested on it is then looked at again.
"""

from evenhand.banks.commands import add_entry, create_bank, import_entries, withdraw_entry
from evenhand.banks.errors import (
    BanksError,
    BankTaken,
    EntryAlreadyWithdrawn,
    EntryExists,
    EntryRefused,
    NoSuchBank,
    NoSuchEntry,
)
from evenhand.banks.index import DISTANCE_EXACT_MAX, DISTANCE_MAX, IndexDamaged, LiveIndex
from evenhand.banks.model import (
    Alike,
    BankView,
    Confidence,
    EntryKind,
    EntryView,
    Imported,
    IndexHealth,
    Like,
    LiveEntry,
    OneByOne,
    Signal,
    Snapshot,
)
from evenhand.banks.queries import (
    bank,
    banks,
    entries,
    entries_by_id,
    entries_of_decision,
    exported,
    index_health,
    match,
    rebuild_index,
    snapshot,
    tend_index,
)

__all__ = [
    "DISTANCE_EXACT_MAX",
    "DISTANCE_MAX",
    "Alike",
    "BankTaken",
    "BankView",
    "BanksError",
    "Confidence",
    "EntryAlreadyWithdrawn",
    "EntryExists",
    "EntryKind",
    "EntryRefused",
    "EntryView",
    "Imported",
    "IndexDamaged",
    "IndexHealth",
    "Like",
    "LiveEntry",
    "LiveIndex",
    "NoSuchBank",
    "NoSuchEntry",
    "OneByOne",
    "Signal",
    "Snapshot",
    "add_entry",
    "bank",
    "banks",
    "create_bank",
    "entries",
    "entries_by_id",
    "entries_of_decision",
    "exported",
    "import_entries",
    "index_health",
    "match",
    "rebuild_index",
    "snapshot",
    "tend_index",
    "withdraw_entry",
]
