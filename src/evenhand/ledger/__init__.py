"""The ledger: an append-only Merkle log of everything that was done, and the outbox beside it.

Every command leaves one line here in the transaction in which it acts. Lines are hash-linked in
an RFC 6962 tree whose signed checkpoint is also kept apart from the rows, so that an edit, a gap,
a reorder or a lost tail is found. Appending is not part of this front door: only rooms'
`commands` import `evenhand.ledger.append`.
"""

from evenhand.ledger import checkpoint, jobs, leases, merkle, outbox, tiles
from evenhand.ledger.checking import Finding, Verification
from evenhand.ledger.commands import erase_line, explain_clock, record_restore, rotate_key
from evenhand.ledger.errors import (
    CheckpointInvalid,
    LeaseLost,
    LedgerCut,
    LedgerError,
    NothingSigned,
    NothingToErase,
    NothingToExplain,
    StampInvalid,
    StampsUnread,
    TreeBroken,
    UnknownEvent,
)
from evenhand.ledger.leases import Work
from evenhand.ledger.model import EVENTS, EventKind, commitment
from evenhand.ledger.outside import PublishedLog, verify_published
from evenhand.ledger.queries import (
    Committed,
    GrowthProof,
    Leaf,
    Passed,
    Proof,
    actor_of,
    committed,
    count_of,
    events,
    hashes,
    head,
    last_passed,
    leaf_at,
    leaves,
    leaves_from,
    line_of,
    passed,
    private_of,
    prove,
    prove_since,
    size,
    too_long,
)
from evenhand.ledger.signing import signers
from evenhand.ledger.stamps import stamp_checkpoint
from evenhand.ledger.verifying import verify

__all__ = [
    "EVENTS",
    "CheckpointInvalid",
    "Committed",
    "EventKind",
    "Finding",
    "GrowthProof",
    "Leaf",
    "LeaseLost",
    "LedgerCut",
    "LedgerError",
    "NothingSigned",
    "NothingToErase",
    "NothingToExplain",
    "Passed",
    "Proof",
    "PublishedLog",
    "StampInvalid",
    "StampsUnread",
    "TreeBroken",
    "UnknownEvent",
    "Verification",
    "Work",
    "actor_of",
    "checkpoint",
    "commitment",
    "committed",
    "count_of",
    "erase_line",
    "events",
    "explain_clock",
    "hashes",
    "head",
    "jobs",
    "last_passed",
    "leaf_at",
    "leases",
    "leaves",
    "leaves_from",
    "line_of",
    "merkle",
    "outbox",
    "passed",
    "private_of",
    "prove",
    "prove_since",
    "record_restore",
    "rotate_key",
    "signers",
    "size",
    "stamp_checkpoint",
    "tiles",
    "too_long",
    "verify",
    "verify_published",
]
