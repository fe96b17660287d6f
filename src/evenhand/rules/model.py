"""Rules meet facts and propose; they never decide (charter, promises 6 and 13).

Most rules are written in the language. Two stand here: `adult-images`, by which a picture that one
image model takes for sexual is put before a person, and one that two models take for it is also
held, if the policy has a clause for it; and `not-looked-at`, by which what a detector or a rule
could not look at waits, or is put before a person, or neither, as its kind says. Two about
classifiers, `learned-from-decisions` and `ask-for-labels`, stand in `learning`. Pure: facts in,
proposals out, always in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from evenhand.banks import Confidence
from evenhand.intake import WhenNotLookedAt
from evenhand.policy import CHECKED_FIRST, Harm, Originals
from evenhand.rules.weighing import Less, Weight, weight_of


class Action(StrEnum):
    """What a rule may propose: both can be undone, and a person sees both."""

    HOLD = "hold"
    ENQUEUE = "enqueue"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule's id and version; whoever reads a proposal can look up what it meant."""

    id: str
    version: int
    says: str
    reads: frozenset[str] = frozenset()  # names of costly detectors that it cannot do without


ADULT_IMAGES: Final = Rule(
    "adult-images",
    1,
    "A picture that one image model takes for sexual is looked at; one that two take for it is"
    " held as well, where the policy has a clause for it.",
    reads=frozenset({"adult_image_opennsfw", "adult_image_nsfwjs"}),
)
LEARNED: Final = Rule(
    "learned-from-decisions",
    1,
    "What a classifier, learned from people's decisions, takes for a breach is looked at.",
)
ASK_FOR_LABELS: Final = Rule(
    "ask-for-labels",
    1,
    "A few items, chosen at random or where a classifier is unsure, are looked at to learn from.",
)

NOT_LOOKED_AT: Final = Rule(
    "not-looked-at", 1, "What could not be looked at is held or looked at, as its kind says."
)

ORDERED: Final = Rule(
    "ordered", 1, "What an authority orders is put before a person, and no rule acts on it."
)

BUILT_IN: Final = (ADULT_IMAGES, NOT_LOOKED_AT, LEARNED, ASK_FOR_LABELS, ORDERED)
"""The rules that are not written in the language, in the order in which they are listed."""


OPINIONS_TO_HOLD: Final = 2
"""Never one model alone above asking for a look: two that learned apart must agree on a picture."""


@dataclass(frozen=True, slots=True)
class Match:
    """A bank entry that stands and was found in an item, with what its bank says about it.

    `less` says why it counts for less than its confidence: nothing, in most cases.
    """

    assessment_id: str
    entry_id: str
    bank_id: str
    bank: str
    confidence: Confidence
    clause_key: str
    harm: Harm
    less: tuple[Less, ...] = ()

    @property
    def weight(self) -> Weight:
        """Return how much it counts."""
        return weight_of(self.confidence, self.less)


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a model found in one picture: which detector asked it, and how it scored."""

    assessment_id: str
    detector: str
    model: str
    model_version: str
    media_id: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Covering:
    """The clause in force that covers what a rule is about."""

    key: str
    harm: Harm


@dataclass(frozen=True, slots=True)
class KnownMedia:
    """A picture that is confirmed known material: nobody is shown it again to confirm it.

    `distance` is in bits of 256 to the listed hash, 0 for the very bytes.
    """

    media_id: str
    entry_id: str
    bank: str
    distance: int | None


@dataclass(frozen=True, slots=True)
class Unlooked:
    """That detectors failed with an item (skipped is not failed), and what its kind says then."""

    detectors: tuple[str, ...]
    assessment_ids: tuple[str, ...]
    then: WhenNotLookedAt


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules outside of the language know about an item."""

    opinions: tuple[Opinion, ...] = ()
    adult_clause: Covering | None = None  # None: the policy has no clause for it
    unlooked: Unlooked | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one rule proposes, and on what it rests: entries, detectors, classifiers' versions."""

    rule: Rule
    action: Action
    harm: Harm
    clause_key: str | None
    report_id: str | None
    why: str
    entry_ids: tuple[str, ...] = ()
    detectors: tuple[str, ...] = ()
    model_ids: tuple[str, ...] = ()
    version_ids: tuple[str, ...] = ()  # of rules
    evidence: Mapping[str, Any] = field(default_factory=dict)

    @property
    def grounds(self) -> tuple[str, ...]:
        """Everything it rests on, whose withdrawal takes it back."""
        return (*self.entry_ids, *self.detectors, *self.model_ids, *self.version_ids)


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A recorded proposal. `taken_at` None: it still waits to be acted on."""

    id: str
    item_id: str
    report_id: str | None
    rule: str
    rule_version: int
    action: Action
    clause_key: str | None
    harm: Harm
    why: str
    evidence: Mapping[str, Any]
    made_at: datetime
    taken_at: datetime | None
    withdrawn: bool


@dataclass(frozen=True, slots=True)
class Proposing:
    """That a rule proposed something about an item, and under which clause, if under any."""

    item_id: str
    rule: str
    clause_key: str | None


@dataclass(frozen=True, slots=True)
class MatchView:
    """That an entry was found in an item: since when, and how much it counted the last time."""

    entry_id: str
    item_id: str
    weight: Weight
    less: tuple[Less, ...]
    first_at: datetime
    last_at: datetime


def propose(facts: Facts) -> list[Proposal]:
    """Return what the rules outside of the language propose, holds first, in a stable order."""
    proposals = [
        *_adult_images(facts.opinions, facts.adult_clause),
        *_not_looked_at(facts.unlooked),
    ]
    return sorted(proposals, key=lambda one: one.action is not Action.HOLD)


def sealing(match: Match, originals: Mapping[str, Originals]) -> bool:
    """Tell whether a match is sure, and its clause says that such pictures are not shown again."""
    shown = originals.get(match.clause_key, Originals.KEEP_IN_VAULT) is Originals.SHOWN
    return match.weight is Weight.HOLDS and not shown


def _adult_images(opinions: Sequence[Opinion], clause: Covering | None) -> list[Proposal]:
    """One model's opinion asks for a look; a hold needs two models on one picture, and a clause."""
    read = [one for one in opinions if one.detector in ADULT_IMAGES.reads]
    if not read:
        return []
    agreed = [one for one in read if len(_models_on(one.media_id, read)) >= OPINIONS_TO_HOLD]
    proposals = [_on_opinions(Action.ENQUEUE, read, clause)]
    if agreed and clause is not None:
        proposals.insert(0, _on_opinions(Action.HOLD, agreed, clause))
    return proposals


def _models_on(media_id: str | None, opinions: Sequence[Opinion]) -> set[str]:
    return {one.model for one in opinions if one.media_id == media_id and media_id is not None}


def _on_opinions(action: Action, read: Sequence[Opinion], clause: Covering | None) -> Proposal:
    models = sorted({one.model for one in read})
    told = ", ".join(models)
    several = len(models) > 1
    return Proposal(
        rule=ADULT_IMAGES,
        action=action,
        harm=clause.harm if clause else Harm.ADULT_CONTENT,
        clause_key=clause.key if clause else None,
        report_id=None,
        why=f"{'Models take' if several else 'One model takes'} a picture for sexual: {told}.",
        detectors=tuple(sorted({one.detector for one in read})),
        evidence={
            "assessment_ids": sorted({one.assessment_id for one in read}),
            "detectors": sorted({one.detector for one in read}),
            "models": {one.model: one.model_version for one in read},
            "scores": {one.model: one.score for one in sorted(read, key=lambda one: one.score)},
            "confirmed": False,
        },
    )


def not_asked(failed: Sequence[str], harm: Harm, report_id: str) -> list[Proposal]:
    """Put a report before a person when a rule about reports failed."""
    if not failed:
        return []
    return [
        Proposal(
            rule=NOT_LOOKED_AT,
            action=Action.ENQUEUE,
            harm=harm,
            clause_key=None,
            report_id=report_id,
            why=f"Not every rule could look at it: {', '.join(failed)} failed.",
            evidence={"rules": list(failed), "report_id": report_id},
        )
    ]


def before_a_person(made: Sequence[Proposal], harm: Harm, report_id: str) -> list[Proposal]:
    """Put an order before a person and let nothing obey it: no hold because of it is proposed.

    Charter, refusal 6.
    """
    asked = Proposal(
        rule=ORDERED,
        action=Action.ENQUEUE,
        harm=harm,
        clause_key=None,
        report_id=report_id,
        why="An authority ordered it: a person decides.",
        evidence={"report_id": report_id},
    )
    return [asked, *(one for one in made if one.action is not Action.HOLD)]


def _not_looked_at(unlooked: Unlooked | None) -> list[Proposal]:
    if unlooked is None or unlooked.then is WhenNotLookedAt.ALLOW:
        return []
    look = Proposal(
        rule=NOT_LOOKED_AT,
        action=Action.ENQUEUE,
        harm=Harm.OTHER,
        clause_key=None,
        report_id=None,
        why=f"Not everything could look at it: {', '.join(unlooked.detectors)} failed.",
        evidence={
            "detectors": list(unlooked.detectors),
            "assessment_ids": list(unlooked.assessment_ids),
        },
    )
    if unlooked.then is WhenNotLookedAt.REVIEW:
        return [look]
    return [replace(look, action=Action.HOLD, clause_key=CHECKED_FIRST), look]
