"""Rules meet facts and propose; they never decide (charter, promises 6 and 13).

Two rules are built in. `known-material`: what stands in a confirmed bank is held, reversibly and
with notice, and put before a person; what stands in an indicative bank is only put before a
person. `reported`: what is reported is put before a person, however many report it. Pure: facts
in, proposals out, always in the same order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from evenhand.banks import Confidence
from evenhand.policy import Harm


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


KNOWN_MATERIAL: Final = Rule(
    "known-material", 1, "Confirmed known material is held and looked at; indicative is looked at."
)
REPORTED: Final = Rule("reported", 1, "What is reported is looked at by a person.")

RULES: Final = (KNOWN_MATERIAL, REPORTED)
"""Every rule there is, in the order in which they are listed for people."""


@dataclass(frozen=True, slots=True)
class Match:
    """A bank entry that stands and was found in an item, with what its bank says about it."""

    assessment_id: str
    entry_id: str
    bank_id: str
    bank: str
    confidence: Confidence
    clause_key: str
    harm: Harm


@dataclass(frozen=True, slots=True)
class ReportFact:
    """One report of an item; a repeat by the same sender brings nothing new."""

    report_id: str
    harm: Harm
    repeat: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules know about an item."""

    matches: tuple[Match, ...] = ()
    reports: tuple[ReportFact, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """What one rule proposes, and on what it rests."""

    rule: Rule
    action: Action
    harm: Harm
    clause_key: str | None
    report_id: str | None
    why: str
    entry_ids: tuple[str, ...] = ()
    evidence: Mapping[str, Any] = field(default_factory=dict)


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


def propose(facts: Facts) -> list[Proposal]:
    """Return what the built-in rules propose, holds before the rest, in a stable order."""
    proposals = [*_known_material(facts.matches), *_reported(facts.reports)]
    return sorted(proposals, key=lambda one: one.action is not Action.HOLD)


def _known_material(matches: Sequence[Match]) -> list[Proposal]:
    by_clause: dict[str, list[Match]] = {}
    for match in matches:
        by_clause.setdefault(match.clause_key, []).append(match)
    proposals = []
    for clause_key in sorted(by_clause):
        found = by_clause[clause_key]
        sure = [match for match in found if match.confidence is Confidence.CONFIRMED]
        if sure:
            proposals.append(_resting_on(Action.HOLD, sure))
        proposals.append(_resting_on(Action.ENQUEUE, found))
    return proposals


def _resting_on(action: Action, found: Sequence[Match]) -> Proposal:
    entry_ids = tuple(sorted({match.entry_id for match in found}))
    sure = any(match.confidence is Confidence.CONFIRMED for match in found)
    banks = ", ".join(sorted({match.bank for match in found}))
    says = "Confirmed" if sure else "Possibly"
    return Proposal(
        rule=KNOWN_MATERIAL,
        action=action,
        harm=found[0].harm,
        clause_key=found[0].clause_key,
        report_id=None,
        why=f"{says} known material: it matches {banks}.",
        entry_ids=entry_ids,
        evidence={
            "entry_ids": list(entry_ids),
            "assessment_ids": sorted({match.assessment_id for match in found}),
            "bank_ids": sorted({match.bank_id for match in found}),
            "confirmed": sure,
        },
    )


def _reported(reports: Sequence[ReportFact]) -> list[Proposal]:
    return [
        Proposal(
            rule=REPORTED,
            action=Action.ENQUEUE,
            harm=report.harm,
            clause_key=None,
            report_id=report.report_id,
            why="Somebody reported it.",
            evidence={"report_id": report.report_id},
        )
        for report in reports
        if not report.repeat
    ]
