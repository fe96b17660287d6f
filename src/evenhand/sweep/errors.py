"""Why a sweep cannot begin, or cannot go on, each with what to do about it.

SweepError
├── NoSuchSource
├── SourceUnreadable
├── NothingToCompare
├── UnknownBank
├── SweepRunning
├── StateUnreadable
├── EngineMissing
└── EngineBroken
"""

from __future__ import annotations


class SweepError(Exception):
    """Anything that keeps a whole source from being looked at."""


class NoSuchSource(SweepError):
    """There is nothing at the place that was named."""


class SourceUnreadable(SweepError):
    """The source is there, and cannot be read as what it should be."""


class NothingToCompare(SweepError):
    """No bank holds anything, so nothing could be found."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "No bank holds anything to compare with, so nothing could be found. Import a list with"
            " `evenhand bank import`, or name another bank."
        )


class UnknownBank(SweepError):
    """A bank was named that there is not."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "There is no bank of one of these names. `evenhand bank list` shows those there are."
        )


class SweepRunning(SweepError):
    """Another process sweeps the same source with the same state."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "Another sweep of this source is running. Wait for it, or give this one a folder of its"
            " own with --state."
        )


class StateUnreadable(SweepError):
    """What an earlier sweep left cannot be read."""

    def __init__(self, why: str) -> None:
        """Say what to do."""
        super().__init__(
            f"What an earlier sweep of this source left cannot be read: {why}. Begin anew with"
            " --fresh."
        )


class EngineMissing(SweepError):
    """The engine that was asked for is not installed, or cannot be reached."""


class EngineBroken(SweepError):
    """The workers cannot be kept running."""
