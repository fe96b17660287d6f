"""What publishing under the Digital Services Act refuses.

TransparencyError
├── AnswersRefused
└── NotHeld
"""

from __future__ import annotations

from evenhand.transparency.errors import TransparencyError


class NotHeld(TransparencyError):
    """Only a statement that was held or refused can be sent again; this is not one."""


class AnswersRefused(TransparencyError):
    """Something in the operator's answers for a report cannot stand; the message says where."""

    def __init__(self, field: str, says: str) -> None:
        super().__init__(f"{field}: {says}.")
        self.field = field
