"""What the ledger refuses or finds.

LedgerError
├── UnknownEvent
├── CheckpointInvalid
├── LedgerCut
├── NothingSigned
├── NothingToErase
├── NothingToExplain
├── StampInvalid
├── StampsUnread
├── TreeBroken
└── LeaseLost
"""

from __future__ import annotations


class LedgerError(Exception):
    """Something about the ledger, the jobs or the outbox is not as it must be."""


class UnknownEvent(LedgerError):
    """The event is not in the registry, so nobody could know what its line means."""


class CheckpointInvalid(LedgerError):
    """The checkpoint cannot be trusted."""


class LedgerCut(LedgerError):
    """Lines that were signed are gone. Nothing is recorded until somebody has said why."""


class NothingSigned(LedgerError):
    """The ledger is empty, so that its key has signed nothing yet."""


class NothingToErase(LedgerError):
    """This line commits to nothing, or it was erased, or there is no such line."""


class NothingToExplain(LedgerError):
    """The time of this line follows those before it, or was explained, or there is no such line."""


class StampInvalid(LedgerError):
    """What an authority answered is not a good time stamp of this checkpoint."""


class StampsUnread(LedgerError):
    """Time stamps cannot be checked here: a package or trusted authorities are missing."""


class TreeBroken(LedgerError):
    """Hashes of the tree are gone, so that nothing can be proved from it."""


class LeaseLost(LedgerError):
    """The lease ran out and somebody else may hold the work now; this result is dropped."""
