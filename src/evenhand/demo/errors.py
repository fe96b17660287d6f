"""What keeps the day from being played.

DemoError
├── DemoCannot
└── DemoBroke
"""

from __future__ import annotations


class DemoError(Exception):
    """The day was not played, or not to its end."""


class DemoCannot(DemoError):
    """Something outside must be put right first; the message says what."""


class DemoBroke(DemoError):
    """A promise did not hold while the day was played: a fault of ours, please report it."""
