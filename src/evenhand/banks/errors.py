"""What the banks refuse, said so that whoever keeps them can put it right.

BanksError
├── NoSuchBank
├── NoSuchEntry
├── BankTaken
├── EntryExists
├── EntryAlreadyWithdrawn
├── NothingChanges
└── EntryRefused
"""

from __future__ import annotations


class BanksError(Exception):
    """Anything to do with banks of known material and their entries."""


class NoSuchBank(BanksError):
    """No bank has this name."""

    def __init__(self) -> None:
        """Say what to do, without repeating what was asked."""
        super().__init__("There is no bank of this name. Check the list of banks.")


class NoSuchEntry(BanksError):
    """No entry has this id."""

    def __init__(self) -> None:
        """Say it without repeating what was asked."""
        super().__init__("There is no such entry in any bank.")


class BankTaken(BanksError):
    """There is a bank of this name already."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("There is a bank of this name already. Choose another name, or use it.")


class EntryExists(BanksError):
    """The bank already holds this value, and it was not withdrawn."""

    def __init__(self, entry_id: str) -> None:
        """Keep the id of the entry that stands."""
        super().__init__("This bank holds this already. Nothing was added.")
        self.entry_id = entry_id


class EntryAlreadyWithdrawn(BanksError):
    """The entry was withdrawn before; there is nothing to change."""

    def __init__(self) -> None:
        """Say that nothing changed."""
        super().__init__("This entry was withdrawn already. Nothing was changed.")


class NothingChanges(BanksError):
    """The bank or the entry is already as it was asked to be."""

    def __init__(self, says: str) -> None:
        """Say how it stands."""
        super().__init__(f"{says} Nothing was changed.")


class EntryRefused(BanksError):
    """A field of a bank or an entry cannot be taken: `field` names it, `why` is a full sentence."""

    def __init__(self, field: str, why: str) -> None:
        """Keep both parts, so that a door can show the sentence beside the field."""
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why
