"""What can be wrong with an index: a file that is not what was written. It is made anew then."""

from __future__ import annotations


class IndexDamaged(Exception):
    """A file of the index is not what was written; the database still has all that it held."""

    def __init__(self, name: str, why: str) -> None:
        """Name the file and what is wrong with it."""
        super().__init__(f"{name}: {why}.")
        self.name, self.why = name, why
