"""What publishing under the Digital Services Act refuses.

TransparencyError
└── NotHeld
"""

from __future__ import annotations

from evenhand.transparency.errors import TransparencyError


class NotHeld(TransparencyError):
    """Only a statement that was held or refused can be sent again; this is not one."""
