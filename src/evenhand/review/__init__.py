"""A reviewer claims a task, sees it safely, notes it, and passes it on or decides it.

A claim is exclusive and kept alive by the open desk; when the desk goes quiet the task returns to
the queue. Media arrives veiled and opens by steps, and each step is on record. Nothing at the desk
says who reported.
"""

from evenhand.evidence import Veil as Level
from evenhand.review.commands import (
    beat,
    claim,
    claim_next,
    finish,
    held_task,
    open_known,
    open_media,
    release,
    skip,
    write_note,
)
from evenhand.review.errors import (
    KeptFromYou,
    KnownMaterial,
    LeaseEnded,
    NeedsCertificate,
    NoSuchMedia,
    NothingSaid,
    NotYours,
    ReviewError,
    TaskTaken,
)
from evenhand.review.model import (
    LEASE,
    Claim,
    DeadEnd,
    Desk,
    Note,
    ReportSummary,
    check_free,
    check_held,
    fold,
)
from evenhand.review.queries import dead_ends, desk, notes

__all__ = [
    "LEASE",
    "Claim",
    "DeadEnd",
    "Desk",
    "KeptFromYou",
    "KnownMaterial",
    "LeaseEnded",
    "Level",
    "NeedsCertificate",
    "NoSuchMedia",
    "NotYours",
    "Note",
    "NothingSaid",
    "ReportSummary",
    "ReviewError",
    "TaskTaken",
    "beat",
    "check_free",
    "check_held",
    "claim",
    "claim_next",
    "dead_ends",
    "desk",
    "finish",
    "fold",
    "held_task",
    "notes",
    "open_known",
    "open_media",
    "release",
    "skip",
    "write_note",
]
