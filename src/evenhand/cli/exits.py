"""What a command says with its exit status, for scripts and for cron."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """The exit status of every command."""

    OK = 0
    FOUND = 1  # the command worked, and what it looked for is there: a broken ledger, dead letters
    USAGE = 2  # the command line itself is not right; nothing was done
    NOT_WHOLE = 2  # a scan: nothing was found, but not everything could be looked at
    NOT_POSSIBLE = 3  # asked rightly, but it cannot be: no such id, already so, refused content
    NOT_READY = 4  # settings, keys, the database or a server outside must be put right first
    FAULT = 70  # something failed that nobody foresaw; the place is printed
    INTERRUPTED = 130  # stopped with Ctrl-C

    @property
    def says(self) -> str:
        """Return the words the reference has for it."""
        return _SAYS[self]


_SAYS = {
    Exit.OK: "It worked.",
    Exit.FOUND: "It worked, and what it looked for is there: a broken ledger, dead letters.",
    Exit.USAGE: (
        "The command line is not right, and nothing was done. From `evenhand scan`: nothing was"
        " found, but not everything could be looked at."
    ),
    Exit.NOT_POSSIBLE: "It cannot be: no such id, already so, or the content was refused.",
    Exit.NOT_READY: "Settings, keys, the database or a server outside must be put right first.",
    Exit.FAULT: "Something failed that nobody foresaw. The place is printed.",
    Exit.INTERRUPTED: "It was stopped with Ctrl-C.",
}
