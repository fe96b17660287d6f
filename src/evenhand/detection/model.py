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

from evenhand.banks import LiveEntry, Snapshot


class Answer(StrEnum):
    """What came of looking; only `not_found` says that all of it was compared in vain."""

    FOUND = "found"
    NOT_FOUND = "not_found"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class TextContent:
    """A text field's value. A field that holds many has a path such as `notes[2]`.

    `read_from` names the media it was read out of; such a text was not written by anybody.
    """

    field: str
    text: str = dataclasses.field(repr=False)
    read_from: str | None = None


@dataclass(frozen=True, slots=True)
class LinkContent:
    """A link field's value, as it was written, or read out of the media `read_from` names."""

    field: str
    url: str = dataclasses.field(repr=False)
    read_from: str | None = None


@dataclass(frozen=True, slots=True)
class ImageContent:
    """A picture. `load` gives its bytes, or raises DetectorFailed when they cannot be had."""

    field: str
    media_id: str
    sha256: str
    media_type: str
    load: Callable[[], bytes] = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class UnkeptImage:
    """A picture that was looked at before it was to be stored, and then was not stored.

    `found` holds its hash and the findings of then (see `rules.Screen`). Nobody can look again.
    """

    field: str
    media_id: str
    sha256: str
    found: Mapping[str, Any] = dataclasses.field(repr=False)


@dataclass(frozen=True, slots=True)
class VideoContent:
    """A film. `load` gives its bytes, or raises DetectorFailed when they cannot be had."""

    field: str
    media_id: str
    sha256: str
    media_type: str
    load: Callable[[], bytes] = dataclasses.field(repr=False)


def _none_in_force(_text: str, _language: str | None) -> Sequence[Finding]:
    return ()


@dataclass(frozen=True, slots=True)
class ItemContent:
    """Everything about an item that a detector may look at.

    `account_name` is the name its account shows, which may pretend to be somebody else's;
    `account_id` is what the host knows it by, `language` the one it is set to. `ask_classifiers`
    asks those in force about a text in a language: an answer of each, none without any, or
    DetectorFailed.
    """

    item_id: str
    texts: tuple[TextContent, ...] = ()
    links: tuple[LinkContent, ...] = ()
    images: tuple[ImageContent, ...] = ()
    videos: tuple[VideoContent, ...] = ()
    kind: str = ""
    account_name: str = ""
    unkept: tuple[UnkeptImage, ...] = ()
    account_id: str = ""
    language: str | None = None
    ask_classifiers: Callable[[str, str | None], Sequence[Finding]] = dataclasses.field(
        default=_none_in_force, repr=False
    )


@dataclass(frozen=True, slots=True)
class MediaHash:
    """The hashes of one picture or film; `pdq` None when it has none (blank, small, or a film).

    `md5` is None when its bytes could not be had. `looks` holds every hash that was compared, in
    all orientations, as `signals.pdq_kept` writes them: so that what is listed later is found.
    """

    media_id: str
    sha256: str
    pdq: str | None
    quality: int | None
    md5: str | None = None
    looks: bytes | None = dataclasses.field(default=None, repr=False)


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


def naming(entry: LiveEntry) -> dict[str, Any]:
    """Give the part of the evidence by which anybody can look an entry up."""
    return {
        "entry_id": entry.id,
        "bank_id": entry.bank_id,
        "bank": entry.bank,
        "kind": entry.kind.value,
    }


def found_entry(
    entry: LiveEntry,
    why: str,
    how: Mapping[str, Any],
    *,
    field: str | None,
    media_id: str | None = None,
    hashes: MediaHash | None = None,
) -> Finding:
    """Say that a listed entry was found in one place, and how."""
    return Finding(
        Answer.FOUND,
        why,
        field,
        media_id,
        entry_id=entry.id,
        evidence={**naming(entry), **how},
        hash=hashes,
    )


class Cost(StrEnum):
    """What looking takes: costly detectors run only while a rule reads what they say."""

    CHEAP = "cheap"
    COSTLY = "costly"


@dataclass(frozen=True, slots=True)
class Needs:
    """What has to be installed before a detector can look: an extra, and the modules it brings."""

    extra: str
    modules: tuple[str, ...]

    @property
    def says(self) -> str:
        """Say what to install, as an answer does when it is missing."""
        return f"What it needs is not installed: pip install 'evenhand[{self.extra}]'."


class Detector(Protocol):
    """Looks at an item. `version` changes whenever an answer could.

    A detector may also declare `cost`, `seconds_max` (for one item; whoever waits goes on then
    without it), `needs` (what must be installed) and, when it asks a model, `card`: see
    `evenhand.detection.declared`. No thread can be stopped, so every loop and pattern of its own
    has a limit of its own too.
    """

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
class Reading:
    """What was read out of an item's media, each with `read_from`, and how the reading went.

    A finding says of each of the media what came of it: "found" that something was read.
    """

    texts: tuple[TextContent, ...] = ()
    links: tuple[LinkContent, ...] = ()
    findings: tuple[Finding, ...] = ()


class Reader(Protocol):
    """Reads texts and links out of media, before the detectors look. `version` as a detector's."""

    @property
    def name(self) -> str:
        """The reader's name, as assessments carry it."""
        ...

    @property
    def version(self) -> str:
        """The reader's version."""
        ...

    def read(self, content: ItemContent, bank: Snapshot) -> Reading:
        """Return what it read, with at least one finding. The bank says what is asked for.

        Raises DetectorFailed when it could not read at all.
        """
        ...


@dataclass(frozen=True, slots=True)
class Assessment:
    """A finding with the detector, or the reader, that answers for it."""

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


@dataclass(frozen=True, slots=True)
class SearchView:
    """A search of the recent past for entries of a bank: where it is, and what it found so far.

    `step` counts its portions, so that a portion that was overtaken is noticed.
    """

    id: str
    bank_id: str
    first_id: str
    last_id: str
    cursor: str
    step: int
    looked: int
    found: int
    began_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Portion:
    """What one portion of a search came to: the items to be looked at again, and where it ended."""

    search_id: str
    step: int
    items: tuple[str, ...] = ()
    cursor: str = ""
    looked: int = 0
    clause_key: str | None = None
    ended: bool = False
