"""What can go wrong with the database that a caller can do something about."""

from __future__ import annotations


class DatabaseBusy(Exception):
    """The database stayed locked, or two transactions kept colliding; nothing was changed."""


class ViewClosed(RuntimeError):
    """The view this was to be read from is closed: whoever opened it went on without the answer."""

    def __init__(self) -> None:
        """Say that nobody waits for it any more."""
        super().__init__("Nobody waits for this any more, so its view of the database is closed.")
