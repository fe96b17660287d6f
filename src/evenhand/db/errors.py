"""What can go wrong with the database that a caller can do something about."""

from __future__ import annotations


class DatabaseBusy(Exception):
    """The database stayed locked, or two transactions kept colliding; nothing was changed."""
