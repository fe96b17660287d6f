"""The shell's door: one file per room, in the order of the path.

Whoever holds the shell holds the keys, so commands act as the system and are on the record as
such. Nothing heavy is imported before a command needs it.
"""

from __future__ import annotations

from evenhand.cli.run import main

__all__ = ["main"]
