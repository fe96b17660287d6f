"""What the rules refuse.

RulesError
├── NoSuchProposal
├── NoSuchRule
├── NoSuchTrial
├── RulesRefused
├── StepRefused
└── NothingDeployed
"""

from __future__ import annotations


class RulesError(Exception):
    """Anything to do with rules and their proposals."""


class NoSuchProposal(RulesError):
    """A proposal with this id does not wait: it never was, or it was taken already."""

    def __init__(self) -> None:
        """Say that nothing changed."""
        super().__init__("This proposal does not wait any more. Nothing was changed.")


class NoSuchRule(RulesError):
    """No rule of this name, or no version of this number, was ever deployed."""

    def __init__(self, name: str) -> None:
        """Say where to look."""
        self.name = name
        super().__init__(
            f"There is no rule {name} here. `evenhand rules list` shows those there are."
        )


class NoSuchTrial(RulesError):
    """No trial with this id was ever asked for."""

    def __init__(self) -> None:
        """Say where to look."""
        super().__init__("There is no such trial here. The page of a rule lists its last ones.")


class RulesRefused(RulesError):
    """Rule files cannot be deployed; each line of the message says what is wrong with them."""

    def __init__(self, *says: str) -> None:
        """Say all that is wrong."""
        self.says = says
        super().__init__("\n".join(says))


class StepRefused(RulesError):
    """A version of a rule cannot go to a stage now."""

    def __init__(self, called: str, why: str) -> None:
        """Say why it stays where it is."""
        super().__init__(f"{called} stays where it is: {why}.")


class NothingDeployed(RulesError):
    """The files mean what is deployed already; nothing was changed."""

    def __init__(self) -> None:
        """Say that nothing changed."""
        super().__init__("Every rule in these files is deployed already, word for word.")
