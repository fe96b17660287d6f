"""Evidence: the vault, and the record of every look into it.

Originals lie encrypted, each under a key of its own, and are erased by destroying that key.
Who somebody is lies sealed apart from what they said; opening it takes a permission and a reason,
and leaves a line. Media is seen only through a viewing, which belongs to one reviewer, one level
and a counted time, so that “a person viewed this file” is observed and never typed.

`stage` before the transaction, `keep` inside it, `discard` when it failed.
"""

from evenhand.evidence.commands import (
    beat_viewing,
    close_viewings,
    erase_identity,
    keep,
    open_identity,
    open_viewing,
    seal_identity,
    shred,
    sweep_orphans,
)
from evenhand.evidence.errors import (
    EvidenceError,
    IdentityErased,
    IdentityUnknown,
    NotYourViewing,
    ObjectDamaged,
    ObjectNotKept,
    ObjectShredded,
    ObjectUnknown,
    ReasonRefused,
    ViewingClosed,
    ViewingUnknown,
)
from evenhand.evidence.model import BEAT_SECONDS_MAX, Staged, Unkept, Viewing
from evenhand.evidence.queries import (
    channel,
    contact_of,
    exposure_today,
    orphans,
    read_object,
    viewing,
    viewings_of,
)
from evenhand.evidence.vault import delete_blobs, discard, stage
from evenhand.kit.images import Veil

__all__ = [
    "BEAT_SECONDS_MAX",
    "EvidenceError",
    "IdentityErased",
    "IdentityUnknown",
    "NotYourViewing",
    "ObjectDamaged",
    "ObjectNotKept",
    "ObjectShredded",
    "ObjectUnknown",
    "ReasonRefused",
    "Staged",
    "Unkept",
    "Veil",
    "Viewing",
    "ViewingClosed",
    "ViewingUnknown",
    "beat_viewing",
    "channel",
    "close_viewings",
    "contact_of",
    "delete_blobs",
    "discard",
    "erase_identity",
    "exposure_today",
    "keep",
    "open_identity",
    "open_viewing",
    "orphans",
    "read_object",
    "seal_identity",
    "shred",
    "stage",
    "sweep_orphans",
    "viewing",
    "viewings_of",
]
