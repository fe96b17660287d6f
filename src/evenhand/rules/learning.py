"""Two rules around what is learned from decisions: what a classifier proposes, and what it needs.

A classifier asks for a look, never for more. And a few items are put before people although nothing
proposed them, at random and where a classifier is least sure: one that is only ever told about what
it found itself gets worse. Nobody is paid or ranked for any of it. Pure: facts in, proposals out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.policy import Harm
from evenhand.rules.model import ASK_FOR_LABELS, LEARNED, Action, Proposal

AT_RANDOM: Final = "random"
UNSURE: Final = "unsure"
UNDECIDED: Final = 0.5


@dataclass(frozen=True, slots=True)
class Leaning:
    """A classifier that stands takes an item for a breach of its clause."""

    assessment_id: str
    model_id: str
    version: str
    clause_key: str
    harm: Harm
    score: float


@dataclass(frozen=True, slots=True)
class Unanswered:
    """An item that nothing proposed; `score` None where no classifier could tell anything of it."""

    item_id: str
    clause_key: str | None = None
    harm: Harm = Harm.OTHER
    score: float | None = None
    model_id: str | None = None


def from_classifiers(leanings: Sequence[Leaning]) -> list[Proposal]:
    """Propose a look for each clause that a classifier takes an item to break."""
    return [
        Proposal(
            rule=LEARNED,
            action=Action.ENQUEUE,
            harm=one.harm,
            clause_key=one.clause_key,
            report_id=None,
            why=f"What people decided before makes this likely to break it: {one.score:.2f}.",
            model_ids=(one.model_id,),
            evidence={
                "model_ids": [one.model_id],
                "model_version": one.version,
                "assessment_ids": [one.assessment_id],
                "score": one.score,
            },
        )
        for one in sorted(leanings, key=lambda one: one.clause_key)
    ]


def least_sure(items: Sequence[Unanswered], count: int) -> list[Unanswered]:
    """Pick the items of which a classifier is least sure, the least sure first, each once."""
    scored = [one for one in items if one.score is not None]
    by_item: dict[str, Unanswered] = {}
    for one in sorted(scored, key=lambda one: (_doubt(one), one.item_id)):
        by_item.setdefault(one.item_id, one)
    return list(by_item.values())[:count]


def _doubt(one: Unanswered) -> float:
    """Return how far a score is from undecided; 0 is the greatest doubt."""
    assert one.score is not None, "only what was scored can be doubted"
    return abs(one.score - UNDECIDED)


def to_learn_from(item: Unanswered, chosen: str) -> Proposal:
    """Propose that somebody answer for an item, because it was chosen and for nothing it did."""
    says = {
        AT_RANDOM: "Chosen at random to learn from. Nothing was found in it.",
        UNSURE: "The classifier is unsure, so an answer teaches it. Nothing was found in it.",
    }
    return Proposal(
        rule=ASK_FOR_LABELS,
        action=Action.ENQUEUE,
        harm=item.harm if chosen == UNSURE else Harm.OTHER,
        clause_key=item.clause_key if chosen == UNSURE else None,
        report_id=None,
        why=says[chosen],
        evidence={"chosen": chosen, "asked_of": item.model_id if chosen == UNSURE else None},
    )


def allowed_now(*, a_day: int, asked: int, waiting: int, day_passed: float) -> int:
    """Say how many items may be asked about now: the day's number spread over the day.

    What people have not answered yet counts too, so that questions never pile up beyond a day's.
    """
    assert 0 <= day_passed <= 1, "a share of the day"
    return max(0, min(int(a_day * day_passed) - asked, a_day - waiting))


def split(count: int, *, at_random: float) -> tuple[int, int]:
    """Split a number into (at random, unsure); of an odd one, the random part has the rest."""
    unsure = int(count * (1 - at_random))
    return count - unsure, unsure
