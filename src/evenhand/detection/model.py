"""What a detector sees and what it may say: found, not found, failed or skipped, never silence.

"Not looked at" is not "clean" (charter, promise 5): a picture that could not be opened, a hash that
could not be made and a bank that was empty each have an answer of their own. Pure: no I/O; a
picture's bytes come through a function the caller supplies.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from evenhand.banks import Snapshot


class Answer(StrEnum):
    """What came of looking; only `not_found` says that all of it was compared in vain."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class TextContent:
    """A text field's value. A field that holds many has a path such as `notes[2]`."""

    field: str
    text: str = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkContent:
    """A link field's value, as it was written."""

    field: str
    url: str = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class ImageContent:
    """A picture. `load` gives its bytes, or raises DetectorFailed when they cannot be had."""

    field: str
    media_id: str
    sha256: str
    media_type: str
    load: Callable[[], bytes] = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class ItemContent:
    """Everything about an item that a detector may look at."""

    item_id: str
    texts: tuple[TextContent, ...] = ()
    links: tuple[LinkContent, ...] = ()
    images: tuple[ImageContent, ...] = ()


@dataclass(frozen=True, slots=True)
class MediaHash:
    """The hashes of one picture; `pdq` None when it has none (blank, or too small)."""

    media_id: str
    sha256: str
    pdq: str | None
    quality: int | None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a detector says about one place in an item."""

    answer: Answer
    why: str
    field: str | None = None
    media_id: str | None = None
    entry_id: str | None = None
    evidence: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    hash: MediaHash | None = None


class Detector(Protocol):
    """Looks at an item. `version` changes whenever an answer could."""

    @property
    def name(self) -> str:
        """The detector's name, as assessments carry it."""
        ...

    @property
    def version(self) -> str:
        """The detector's version."""
        ...

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Return at least one finding. Raises DetectorFailed when it could not look at all."""
        ...


@dataclass(frozen=True, slots=True)
class Assessment:
    """A finding with the detector that answers for it."""

    detector: str
    detector_version: str
    finding: Finding


@dataclass(frozen=True, slots=True)
class AssessmentView:
    """A recorded assessment; `run` is shared by all that one examination left."""

    id: str
    item_id: str
    run: str
    field: str | None
    media_id: str | None
    detector: str
    detector_version: str
    answer: Answer
    entry_id: str | None
    evidence: Mapping[str, Any]
    why: str
    at: datetime
