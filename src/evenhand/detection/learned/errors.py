"""What learning refuses, in sentences that say what is missing.

DetectionError
├── AlreadyInForce
├── AlreadyRaised
├── AlreadyRetired
├── ClassifierDamaged
├── LearnedPackageMissing
├── NeedsAReason
├── NoSuchClassifier
├── NothingNew
├── NotLearnable
├── TrainingEnded
├── TrainingRefused
│   ├── CannotTell
│   └── NotEnoughLessons
└── TrainingWaits
"""

from __future__ import annotations

from evenhand.detection.errors import DetectionError


class AlreadyInForce(DetectionError):
    """This version is in force already."""

    def __init__(self) -> None:
        """Say that nothing changed."""
        super().__init__("This version is in force already. Nothing was changed.")


class AlreadyRaised(DetectionError):
    """This drift was noticed before."""

    def __init__(self) -> None:
        """Say that nothing changed."""
        super().__init__("This drift was noticed before. Nothing was changed.")


class AlreadyRetired(DetectionError):
    """This version was retired; a retired version does not come back."""

    def __init__(self) -> None:
        """Say what to do instead."""
        super().__init__("This version was retired and does not come back. Train a new one.")


class ClassifierDamaged(DetectionError):
    """What is stored is not what was trained."""

    def __init__(self) -> None:
        """Say what to do."""
        super().__init__(
            "The stored classifier is not the one that was trained. Retire it and train anew."
        )


class LearnedPackageMissing(DetectionError):
    """What learning needs is not installed on this machine."""

    def __init__(self, package: str) -> None:
        """Name it, and what brings it."""
        super().__init__(f"{package} is not installed: install evenhand[learned].")


class NeedsAReason(DetectionError):
    """Putting a version in force, or retiring it, needs a reason."""

    def __init__(self) -> None:
        """Ask for it."""
        super().__init__("Say in a few words why, so that others can follow it later.")


class NoSuchClassifier(DetectionError):
    """There is no version, or no training, of this name."""

    def __init__(self) -> None:
        """Say where versions are listed."""
        super().__init__("There is no such version. `evenhand model list` shows those there are.")


class NotLearnable(DetectionError):
    """No classifier may be trained under this clause."""

    def __init__(self) -> None:
        """Say why: the charter makes no claim to detect child abuse material by model."""
        super().__init__(
            "Nothing is learned about child safety: no model can claim to see it. Known material,"
            " reports and people do that work."
        )


class NothingNew(DetectionError):
    """Training came to a version that is there already."""

    def __init__(self, version: str) -> None:
        """Name the version."""
        super().__init__(f"The decisions since then changed nothing: this is version {version}.")


class TrainingEnded(DetectionError):
    """This training came to its end before."""

    def __init__(self) -> None:
        """Say that nothing changed."""
        super().__init__("This training has ended already. Nothing was changed.")


class TrainingWaits(DetectionError):
    """A training under this clause waits for a worker already."""

    def __init__(self) -> None:
        """Say what happens next."""
        super().__init__("A training under this clause waits for a worker already.")


class TrainingRefused(DetectionError):
    """Nothing worth keeping can be learned from what there is."""


class NotEnoughLessons(TrainingRefused):
    """Too few answers to learn from."""

    def __init__(self, *, broke: int, fine: int, needed: int) -> None:
        """Say how many there are of each, and how many it takes."""
        super().__init__(
            f"Too few answers: {broke} items broke the clause and {fine} were fine. It takes"
            f" {needed} of each."
        )
        self.broke, self.fine, self.needed = broke, fine, needed


class CannotTell(TrainingRefused):
    """What was learned does not hold for answers that were kept aside."""

    def __init__(self, auc: float) -> None:
        """Say how near to chance it came."""
        super().__init__(
            f"It could not tell the items apart: on answers kept aside it came to {auc:.2f}, and"
            " guessing comes to 0.50. More answers may help."
        )
        self.auc = auc
