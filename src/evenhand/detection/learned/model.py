"""What a classifier is made of and measured by, and where one of its versions stands.

A lesson is one item that people decided about. It is read when a training begins and kept nowhere:
what is stored are weights, counts and measures. Pure: values in, values out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from evenhand.detection.learned.classifier import VERSION_CHARS, Classifier

DETECTOR: Final = "learned"
"""The name of the detector that asks classifiers, as assessments carry it."""

LESSONS_MIN: Final = 20
"""Of items that broke the clause, and as many of fine ones: with fewer nothing is learned."""

LESSONS_MAX: Final = 5_000
"""The newest so many of each are learned from; more made no difference that was measured."""

CONFIDENCE: Final = 0.99
CONFIDENCE_MIN: Final = 0.8
CONFIDENCE_MAX: Final = 0.999

LANGUAGE_LESSONS_MIN: Final = 20
"""With fewer lessons in a language, what a classifier says of it counts as not learned."""


class Came(StrEnum):
    """What brought an item before people: it says how far its answer may be used to measure."""

    OTHERWISE = "otherwise"  # reported, or known material
    RANDOM = "random"
    UNSURE = "unsure"
    SUGGESTED = "suggested"  # a classifier proposed it, and whoever answered knew that


class Zone(StrEnum):
    """Where a score puts an item. None of them does anything by itself."""

    AUTO = "auto"  # proposed to people at once
    PEOPLE = "people"  # it cannot tell, so a few of these are put before people
    IGNORE = "ignore"
    NO_EVIDENCE = "not_enough_evidence"


class State(StrEnum):
    """Where a version stands."""

    TRAINED = "trained"
    IN_FORCE = "in_force"
    REPLACED = "replaced"
    RETIRED = "retired"


class Stream(StrEnum):
    """What is watched for drift: the scores alone, or how they compare with decisions."""

    SCORES = "scores"
    ERRORS = "errors"


@dataclass(frozen=True, slots=True)
class Lesson:
    """An item's own text, whether people found that it broke the clause, and how they met it."""

    item_id: str
    text: str = dataclasses.field(repr=False)
    broke: bool
    language: str | None = None
    came: Came = Came.OTHERWISE
    earlier_clause: bool = False  # decided under an earlier version of the clause


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which score an item is proposed, and under which it is let be.

    At the stated confidence, and for items like those decided: of fine items no more than the
    rest are proposed, of breaking ones no more than the rest are let be. None where the answers
    kept aside were fewer than `needed`: then there is no such threshold, and none is made up.
    """

    confidence: float
    auto_from: float | None
    ignore_below: float | None
    fine: int
    broke: int
    needed: int

    def zone(self, score: float) -> Zone:
        """Say where a score puts an item."""
        if self.auto_from is None and self.ignore_below is None:
            return Zone.NO_EVIDENCE
        if self.auto_from is not None and score >= self.auto_from:
            return Zone.AUTO
        if self.ignore_below is not None and score < self.ignore_below:
            return Zone.IGNORE
        return Zone.PEOPLE


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers kept aside whose scores lie near: what was said, and what was so."""

    count: int
    said: float
    was: float


@dataclass(frozen=True, slots=True)
class Measured:
    """How a version did on answers kept aside. None where there were too few to say.

    `auc`: how often a breaking item scores above a fine one. `calibration_error`: how far scores
    are from shares, on average. Covered: the share of each sort that the thresholds put right, or
    left to people. The shares of the zones add up to one.
    """

    kept: int
    auc: float | None = None
    calibration_error: float | None = None
    covered_fine: float | None = None
    covered_broke: float | None = None
    auto: float | None = None
    people: float | None = None
    ignore: float | None = None
    wrong_among_auto: float | None = None
    bins: tuple[Bin, ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageReport:
    """The lessons in one language; `auc` None where too few of them were kept aside."""

    language: str
    broke: int
    fine: int
    auc: float | None

    @property
    def learned(self) -> bool:
        """Tell whether there were enough lessons to speak of."""
        return self.broke + self.fine >= LANGUAGE_LESSONS_MIN


@dataclass(frozen=True, slots=True)
class Report:
    """All that is known of a training: counts, thresholds and measures, and no text."""

    broke: int
    fine: int
    doubles: int
    earlier_clause: int
    came: Mapping[str, int]
    fitted: int
    share_of_letters: float
    encoder: str | None
    thresholds: Thresholds
    measured: Measured
    current: str | None = None
    measured_current: Measured | None = None
    languages: tuple[LanguageReport, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Write the report as JSON data."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Report:
        """Read what `to_dict` wrote."""
        current = data["measured_current"]
        return cls(
            **{
                **data,
                "thresholds": Thresholds(**data["thresholds"]),
                "measured": _measured(data["measured"]),
                "measured_current": None if current is None else _measured(current),
                "languages": tuple(LanguageReport(**one) for one in data["languages"]),
            }
        )


def _measured(data: Mapping[str, Any]) -> Measured:
    return Measured(**{**data, "bins": tuple(Bin(**one) for one in data["bins"])})


@dataclass(frozen=True, slots=True)
class Trained:
    """What a training came to: the weights as they are stored, and what is known of them."""

    clause_key: str
    content: bytes = dataclasses.field(repr=False)
    sha256: str
    report: Report


@dataclass(frozen=True, slots=True)
class InForce:
    """A version in force, with its weights, as the detector asks it."""

    id: str
    clause_key: str
    version: str
    thresholds: Thresholds
    languages: tuple[LanguageReport, ...]
    classifier: Classifier

    def has_learned(self, language: str) -> bool:
        """Tell whether enough of its lessons were in a language."""
        return any(one.language == language and one.learned for one in self.languages)


@dataclass(frozen=True, slots=True)
class ClassifierView:
    """One version under one clause: what it was learned from, how it did, and where it stands."""

    id: str
    clause_key: str
    clause_version: int
    sha256: str
    size_bytes: int
    state: State
    report: Report
    trained_at: datetime
    asked_by: str
    enforced_at: datetime | None
    enforced_by: str | None
    enforced_why: str | None
    retired_at: datetime | None
    retired_by: str | None
    retired_why: str | None

    @property
    def version(self) -> str:
        """Name the version by the first digits of its content's SHA-256."""
        return self.sha256[:VERSION_CHARS]

    @property
    def stands(self) -> bool:
        """Tell whether what rests on it may go on resting on it."""
        return self.state is not State.RETIRED


class TrainingState(StrEnum):
    """Where a training stands."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class TrainingView:
    """A training that somebody, or the schedule, asked for; `says` tells what came of it."""

    id: str
    clause_key: str
    confidence: float
    state: TrainingState
    asked_by: str
    asked_why: str
    asked_at: datetime
    ended_at: datetime | None
    says: str
    model_id: str | None


@dataclass(frozen=True, slots=True)
class Drift:
    """A change in a stream: its mean before and after, and when the first of the new was seen."""

    stream: Stream
    before: float
    after: float
    seen: int
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class AlarmView:
    """A drift that was noticed of a version. It changes nothing: somebody has to look."""

    id: str
    model_id: str
    drift: Drift
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Scored:
    """What a version said of an item at an instant."""

    item_id: str
    model_id: str
    clause_key: str
    score: float
    zone: Zone
    at: datetime
