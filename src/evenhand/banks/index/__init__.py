"""The index: which listed pictures are within so many bits of a hash, exactly and at once.

Immutable segments (`segment`) are mapped by every process; what came since the last publication
is a short list in memory, and what was withdrawn a set. The ledger tells in which order entries
came and went, so any process catches up from the database before it answers, and a lost or
damaged index is made anew. A merge publishes by replacing the manifest (`manifest`).
"""

from evenhand.banks.index.errors import IndexDamaged
from evenhand.banks.index.layout import DISTANCE_EXACT_MAX, DISTANCE_MAX
from evenhand.banks.index.live import Changes, Everything, LiveIndex, Near, Source, Stats

__all__ = [
    "DISTANCE_EXACT_MAX",
    "DISTANCE_MAX",
    "Changes",
    "Everything",
    "IndexDamaged",
    "LiveIndex",
    "Near",
    "Source",
    "Stats",
]
