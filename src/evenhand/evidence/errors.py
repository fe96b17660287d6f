"""What the vault refuses, said so that whoever reads it knows what to do next.

EvidenceError
├── ObjectUnknown
├── ObjectShredded
├── ObjectNotKept
├── ObjectDamaged
├── IdentityUnknown
├── IdentityErased
├── ReasonRefused
├── ViewingUnknown
├── ViewingClosed
└── NotYourViewing
"""

from __future__ import annotations


class EvidenceError(Exception):
    """Anything to do with what is kept in the vault, or who may see it."""


class ObjectUnknown(EvidenceError):
    """Nothing is kept under this id."""

    def __init__(self) -> None:
        """Say it without repeating what was asked."""
        super().__init__("Nothing is kept under this id.")


class ObjectShredded(EvidenceError):
    """It was kept once, and its key was destroyed: nobody can read it again."""

    def __init__(self) -> None:
        """Say that it is for good."""
        super().__init__("This was erased for good: its key was destroyed.")


class ObjectNotKept(EvidenceError):
    """The operator's policy says that such material is not kept, so it never was."""

    def __init__(self, why: str) -> None:
        """Say under which rule."""
        super().__init__(f"This was never stored: {why}")


class ObjectDamaged(EvidenceError):
    """The stored bytes are gone, or are not those that were kept."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "The stored bytes are missing or were changed. Restore the vault from a backup."
        )


class IdentityUnknown(EvidenceError):
    """No identity is sealed under this id."""

    def __init__(self) -> None:
        """Say it without repeating what was asked."""
        super().__init__("There is no sealed identity under this id.")


class IdentityErased(EvidenceError):
    """The identity was erased, so that nobody can open it or write to the person."""

    def __init__(self) -> None:
        """Say that it is for good."""
        super().__init__("This identity was erased for good.")


class ReasonRefused(EvidenceError):
    """An identity is opened or erased only for a reason somebody wrote down."""

    def __init__(self, least: int, most: int) -> None:
        """Say how long a reason is."""
        super().__init__(
            f"Write down why, in {least} to {most} characters. It is kept beside your name."
        )


class ViewingUnknown(EvidenceError):
    """There is no such viewing."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("There is no such viewing. Open the media again from the task.")


class ViewingClosed(EvidenceError):
    """The viewing is over; what it showed is veiled again."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("This viewing is over. Open the media again from the task.")


class NotYourViewing(EvidenceError):
    """Somebody else opened this; only their own eyes may use it."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__("Somebody else opened this. Open the media yourself, so that it counts.")
