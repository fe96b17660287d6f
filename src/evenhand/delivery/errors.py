"""What delivery refuses, and what the outside answers when it does not take something.

DeliveryError
├── NotADeadLetter
├── NothingToSend
└── NotDelivered
"""

from __future__ import annotations


class DeliveryError(Exception):
    """Something could not be sent, or sent again, as asked."""


class NotADeadLetter(DeliveryError):
    """Only what was given up can be sent again; this is on its way, delivered, or not known."""


class NothingToSend(DeliveryError):
    """There is nobody to write to, or nothing to say: trying again would not change that."""


class NotDelivered(DeliveryError):
    """The outside did not take it. `for_good` means that trying again would not change that.

    `says` is short, ours, and free of addresses and of what the other side wrote: it is kept in
    the attempt log and shown to staff.
    """

    def __init__(self, says: str, *, for_good: bool = False) -> None:
        super().__init__(says)
        self.says = says
        self.for_good = for_good
