"""What detection refuses, and how a detector says that it could not look.

DetectionError
├── DetectorFailed
└── NothingToRecord
"""

from __future__ import annotations


class DetectionError(Exception):
    """Anything to do with detectors and their assessments."""


class DetectorFailed(DetectionError):
    """A detector could not look; its assessment is "failed", never "not found"."""


class NothingToRecord(DetectionError):
    """No detector left an assessment, so nobody looked and there is nothing to record."""

    def __init__(self) -> None:
        """Say what it means."""
        super().__init__("No detector looked at this item. Run the detectors first.")
