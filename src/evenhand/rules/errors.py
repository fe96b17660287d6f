"""What the rules refuse.

RulesError
└── NoSuchProposal
"""

from __future__ import annotations


class RulesError(Exception):
    """Anything to do with rules and their proposals."""


class NoSuchProposal(RulesError):
    """A proposal with this id does not wait: it never was, or it was taken already."""

    def __init__(self) -> None:
        """Say that nothing changed."""
        super().__init__("This proposal does not wait any more. Nothing was changed.")
