"""What delivery needs from the outside: a host for parcels, a mail server for letters.

Appeals come after delivery on the path, so what they say is also asked for through a port; the
worker hands in the appeal room's own query.
"""

from __future__ import annotations

from typing import Protocol

from evenhand.db import ReadTx
from evenhand.decision import Restitution
from evenhand.delivery.model import Letter, Parcel


class Host(Protocol):
    """The service that runs Evenhand, as a place where effects and messages arrive."""

    def send(self, parcel: Parcel) -> str:
        """Hand over a parcel and return what acknowledged it, in a few words of ours.

        Raises NotDelivered, for good when the host said it never wants this again.
        """
        ...


class Post(Protocol):
    """A mail server."""

    def send(self, letter: Letter) -> str:
        """Hand over a letter and return what acknowledged it, in a few words of ours.

        Raises NotDelivered, for good when the address does not exist.
        """
        ...


class Answered(Protocol):
    """What a letter says about an appeal; everything is None while the appeal waits."""

    @property
    def outcome(self) -> str | None:
        """Return granted, partly_granted or rejected."""
        ...

    @property
    def explanation(self) -> str | None:
        """Return what the second reviewer wrote to the person."""
        ...

    @property
    def restitution(self) -> Restitution | None:
        """Return what was undone, and what could not be."""
        ...


class AppealLookup(Protocol):
    """The appeal room's own query."""

    def __call__(self, tx: ReadTx, appeal_id: str, /) -> Answered:
        """Return what is to be said about an appeal."""
        ...
