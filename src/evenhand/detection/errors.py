"""What detection refuses, and how a detector says that it could not look.

DetectionError
├── DetectorFailed
├── ModelMissing
├── NoOpinion
├── NoSuchDetector
├── NothingToRecord
├── ReasonMissing
└── SwitchedAlready
"""

from __future__ import annotations


class DetectionError(Exception):
    """Anything to do with detectors and their assessments."""


class DetectorFailed(DetectionError):
    """A detector could not look; its assessment is "failed", never "not found"."""


class ModelMissing(DetectionError):
    """A model's package is not installed, so nobody looked: "skipped". The message says which."""


class NoOpinion(DetectionError):
    """Only what asks a model can be taken back: the others say what entries of banks say."""

    def __init__(self, name: str) -> None:
        """Say what to withdraw instead."""
        super().__init__(
            f"{name} asks no model: what it finds rests on entries of banks. Withdraw the entry."
        )


class NoSuchDetector(DetectionError):
    """There is no detector, reader or model of this name."""

    def __init__(self, name: str) -> None:
        """Say where the names are."""
        super().__init__(
            f"There is no detector called {name!r}. `evenhand detection list` shows their names."
        )


class ReasonMissing(DetectionError):
    """Taking back what a detector said needs a reason."""

    def __init__(self) -> None:
        """Ask for it."""
        super().__init__("Say in a few words what was wrong, so that others can check it.")


class SwitchedAlready(DetectionError):
    """The detector is on, or off, as was asked; nothing was changed."""

    def __init__(self, name: str, *, on: bool) -> None:
        """Say how it stands."""
        super().__init__(
            f"{name} is switched {'on' if on else 'off'} already. Nothing was changed."
        )


class NothingToRecord(DetectionError):
    """No detector left an assessment, so nobody looked and there is nothing to record."""

    def __init__(self) -> None:
        """Say what it means."""
        super().__init__("No detector looked at this item. Run the detectors first.")
