"""What the desk refuses.

ReviewError
├── TaskTaken
├── NotYours
├── KeptFromYou
├── NeedsCertificate
├── LeaseEnded
├── NoSuchMedia
├── KnownMaterial
└── NothingSaid
"""

from __future__ import annotations


class ReviewError(Exception):
    """Something about working on a task is not as it must be."""


class TaskTaken(ReviewError):
    """Somebody else is working on this task now; it comes back when their lease ends."""


class NotYours(ReviewError):
    """You do not hold this task. Take it before you work on it."""


class KeptFromYou(ReviewError):
    """This task is for somebody else: you decided it first, or you passed it on."""


class NeedsCertificate(ReviewError):
    """This kind of harm takes a certificate here: the training for it is on the page Practice."""

    def __init__(self, harm: str) -> None:
        """Name the harm, in words that lead on."""
        words = harm.replace("_", " ")
        super().__init__(
            f"Tasks about {words} take a certificate here. The training for it is under Practice;"
            " where there is none, ask a lead to certify you."
        )


class LeaseEnded(ReviewError):
    """Your time with this task ran out. Take it again; what you wrote is still in the form."""


class NoSuchMedia(ReviewError):
    """This media does not belong to the item of this task."""


class KnownMaterial(ReviewError):
    """This is confirmed known material: nobody need see it again to confirm it.

    Whoever must open it needs a permission of their own, and writes down why.
    """


class NothingSaid(ReviewError):
    """A note, or the reason for a skip, needs some words."""
