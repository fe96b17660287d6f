"""Keeping the banks: made and changed, entries added, taken in from lists, paused and withdrawn."""

from evenhand.banks.commands.adding import add_entry
from evenhand.banks.commands.importing import import_entries
from evenhand.banks.commands.keeping import change_bank, create_bank
from evenhand.banks.commands.pausing import (
    disable_entry,
    enable_entry,
    quarantine_entry,
    release_entry,
)
from evenhand.banks.commands.withdrawing import (
    retire_expired,
    retract_entries,
    withdraw_entry,
)

__all__ = [
    "add_entry",
    "change_bank",
    "create_bank",
    "disable_entry",
    "enable_entry",
    "import_entries",
    "quarantine_entry",
    "release_entry",
    "retire_expired",
    "retract_entries",
    "withdraw_entry",
]
