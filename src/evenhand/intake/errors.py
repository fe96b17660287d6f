"""What intake refuses, said so that the sender can mend it; nothing of what was sent is repeated.

IntakeError
├── Refused
│   ├── ItemRefused
│   ├── ReportRefused
│   ├── OrderRefused
│   └── KindRefused
├── KindUnchanged
├── KeyMalformed
├── KeyReused
├── NoSuchItem
├── NoSuchReport
├── NoSuchAccount
├── NoSuchOrder
├── OrderKnown
├── OrderConfirmed
├── OrderAnswered
├── OrderNotSo
└── NobodySealed
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend: where it is, a sentence for people, and a code for machines."""

    path: str
    says: str
    code: str


class IntakeError(Exception):
    """Something that arrived was not taken; nothing of it was stored."""


class Refused(IntakeError):
    """The base of refusals that list every problem, so that the sender mends all at once."""

    what = "This"

    def __init__(self, problems: Sequence[Problem]) -> None:
        """Keep the problems; the message names their places and codes only."""
        places = "; ".join(f"{found.path or 'body'}: {found.code}" for found in problems)
        super().__init__(f"{self.what} was not taken ({places}).")
        self.problems = tuple(problems)


class ItemRefused(Refused):
    """The item is not one that can be stored whole, so nothing of it was stored."""

    what = "The item"


class ReportRefused(Refused):
    """The report is not complete, or what it is about cannot be told."""

    what = "The report"


class OrderRefused(Refused):
    """The order lacks what the law asks of one (DSA Art. 9(2), 10(2)); nothing of it was stored."""

    what = "The order"


class KindRefused(Refused):
    """A kind of item that cannot be declared so."""

    what = "The kind"


class KindUnchanged(IntakeError):
    """The kind was declared with exactly these fields before; there is nothing to change."""

    def __init__(self) -> None:
        """Say that nothing changed."""
        super().__init__("This kind was declared so before. Nothing was changed.")


class KeyMalformed(IntakeError):
    """An idempotency key is 1 to 255 visible ASCII characters."""

    def __init__(self) -> None:
        """Say what a key looks like."""
        super().__init__("An idempotency key is 1 to 255 visible ASCII characters, such as a UUID.")


class KeyReused(IntakeError):
    """The idempotency key came before with another body, so it cannot mean the same request."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "This idempotency key was used for a different request. Send a new key with this body."
        )


class NoSuchItem(IntakeError):
    """No item has this id, or it is not the asker's to see."""

    def __init__(self) -> None:
        """Say it without repeating what was asked."""
        super().__init__("There is no such item.")


class NoSuchReport(IntakeError):
    """No report has this id, or it is not the asker's to see."""

    def __init__(self) -> None:
        """Say it without repeating what was asked."""
        super().__init__("There is no such report.")


class NoSuchAccount(IntakeError):
    """No item by an account with this id was ever received."""

    def __init__(self) -> None:
        """Say it without repeating what was asked."""
        super().__init__("There is no such account: nothing by it was ever received.")


class NobodySealed(IntakeError):
    """There is no identity to open: none was given."""

    def __init__(self) -> None:
        """Say why that may be."""
        super().__init__("No identity is sealed here: whoever sent this gave none.")


class NoSuchOrder(IntakeError):
    """No order has this id."""

    def __init__(self) -> None:
        """Say where the ids are."""
        super().__init__("There is no such order: see `evenhand order list`.")


class OrderKnown(IntakeError):
    """The authority's order of this reference was received before."""

    def __init__(self, order_id: str) -> None:
        """Name the order that is here."""
        super().__init__(f"This authority's order of this reference is here already: {order_id}.")


class OrderConfirmed(IntakeError):
    """The order's receipt was confirmed before."""

    def __init__(self, at: str) -> None:
        """Say when."""
        super().__init__(f"Its receipt was confirmed already, at {at}. Nothing was changed.")


class OrderAnswered(IntakeError):
    """The order was answered before; an answer is given once."""

    def __init__(self, effect: str) -> None:
        """Say how."""
        super().__init__(f"It was answered already: {effect}. Nothing was changed.")


class OrderNotSo(IntakeError):
    """The answer is not what happened, or says too little."""
