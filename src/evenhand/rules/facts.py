"""From what detectors said to what the rules know; whether the item is stored changes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from evenhand import banks, intake, policy
from evenhand.db import ReadTx
from evenhand.detection import (
    LEARNED_DETECTOR,
    Answer,
    Assessment,
    AssessmentView,
    clauses_of_standing,
)
from evenhand.policy import Harm
from evenhand.rules.flooding import flooding
from evenhand.rules.language.ruleset import Enqueue, Rule
from evenhand.rules.learning import Leaning, from_classifiers
from evenhand.rules.model import (
    ADULT_IMAGES,
    Action,
    Covering,
    Facts,
    Match,
    Opinion,
    Proposal,
    Unlooked,
    propose,
)
from evenhand.rules.proposing import AS_LISTED, Hit, Under, proposals_of
from evenhand.rules.weighing import Less


@dataclass(frozen=True)
class Met:
    """What came of meeting the rules: hits in the rules' order, and the rules that failed."""

    hits: tuple[Hit, ...] = ()
    failed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """What a rule may know of an assessment, recorded or not."""

    id: str
    detector: str
    answer: Answer
    entry_id: str | None
    media_id: str | None
    evidence: Mapping[str, Any]
    field: str | None = None


def recorded(assessments: Iterable[AssessmentView]) -> list[Said]:
    """Take what was recorded."""
    return [
        Said(one.id, one.detector, one.answer, one.entry_id, one.media_id, one.evidence, one.field)
        for one in assessments
    ]


def unrecorded(assessments: Iterable[Assessment]) -> list[Said]:
    """Take what was said of an item that is not stored; an id is its place."""
    return [
        Said(
            str(at),
            one.detector,
            one.finding.answer,
            one.finding.entry_id,
            one.finding.media_id,
            one.finding.evidence,
            one.finding.field,
        )
        for at, one in enumerate(assessments)
    ]


def key_of(item: intake.ItemView) -> str:
    """Return whom an item counts for: its account, or itself when nobody knows whose it is."""
    return item.account.id if item.account else item.id


def proposed(
    tx: ReadTx,
    kind: str,
    said: Sequence[Said],
    matched: Sequence[Match],
    met: Met,
) -> list[Proposal]:
    """Return all that the rules propose about an item of a kind, holds before the rest."""
    seen = opinions(said)
    facts = Facts(
        opinions=seen,
        adult_clause=adult_clause(tx) if seen else None,
        unlooked=unlooked(tx, kind, said, met.failed),
    )
    every = propose(facts)
    harms = harms_of(tx, met.hits)
    for hit in met.hits:
        clause, harm = harm_under(hit.rule, harms, Harm.OTHER)
        every += proposals_of(hit, Under(clause, harm), matched)
    every += from_classifiers(leanings(tx, said))
    return sorted(every, key=lambda one: one.action is not Action.HOLD)


def harms_of(tx: ReadTx, hits: Sequence[Hit]) -> Mapping[str, Harm]:
    """Return the harm of every clause in force, where a hit names one of them."""
    if all(hit.rule.policy in {None, AS_LISTED} for hit in hits):
        return {}
    return {clause.key: clause.harm for clause in policy.clauses(tx)}


def harm_under(rule: Rule, harms: Mapping[str, Harm], otherwise: Harm) -> tuple[str | None, Harm]:
    """Return the clause a rule names, if it is in force, and the harm it is about.

    Without one, the harm is the one whose queue it names.
    """
    if rule.policy is not None and rule.policy in harms:
        return rule.policy, harms[rule.policy]
    queues = [one.queue for one in rule.actions if isinstance(one, Enqueue)]
    named = [Harm(queue) for queue in queues if queue in set(Harm)]
    return None, named[0] if named else otherwise


def matches(tx: ReadTx, said: Sequence[Said], *, key: str) -> tuple[Match, ...]:
    """Join what was found with what the banks say of it now; what matches no more is left out."""
    found = [one for one in said if one.answer is Answer.FOUND and one.entry_id]
    entries = banks.entries_by_id(tx, [one.entry_id for one in found if one.entry_id])
    return tuple(
        _match(tx, one, entry, key)
        for one in found
        if (entry := entries.get(one.entry_id or "")) is not None
        and entry.matches(tx.now)
        and entry.clause_key is not None
    )


def _match(tx: ReadTx, found: Said, entry: banks.EntryView, key: str) -> Match:
    assert entry.clause_key is not None, "what is known to be harmful stands under a clause"
    return Match(
        assessment_id=found.id,
        entry_id=entry.id,
        bank_id=entry.bank_id,
        bank=entry.bank,
        confidence=entry.confidence,
        clause_key=entry.clause_key,
        harm=policy.clause(tx, entry.clause_key).harm,
        less=_less(tx, found, entry, key),
    )


def _less(tx: ReadTx, found: Said, entry: banks.EntryView, key: str) -> tuple[Less, ...]:
    """Say why a match counts for less than its entry says.

    The same and confirmed is never weighed down by what is fine.
    """
    less = []
    if not banks.in_rollout(entry.bank_id, key, entry.rollout):
        less.append(Less.OUTSIDE_ROLLOUT)
    if entry.quarantined_at is not None:
        less.append(Less.QUARANTINED)
        if flooding(tx, entry, but=key):
            less.append(Less.FLOODING)
    surely = entry.kind in banks.EXACT and entry.confidence is banks.Confidence.CONFIRMED
    if found.evidence.get("also_fine") and not surely:
        less.append(Less.KNOWN_FINE if found.evidence.get("covered") else Less.ALSO_FINE)
    if found.evidence.get("distant") or found.evidence.get("only_for_people"):
        less.append(Less.DISTANT)
    return tuple(less)


def opinions(said: Sequence[Said]) -> tuple[Opinion, ...]:
    """Gather what models found; what they did not find, or failed to look at, is no opinion."""
    return tuple(
        Opinion(
            assessment_id=one.id,
            detector=one.detector,
            model=one.evidence["model"],
            model_version=one.evidence["model_version"],
            media_id=one.media_id,
            score=one.evidence["score"],
        )
        for one in said
        if one.answer is Answer.FOUND and one.detector in ADULT_IMAGES.reads
    )


def adult_clause(tx: ReadTx) -> Covering | None:
    """Return the clause that the operator named for sexual material, if it is in force."""
    key = tx.resources.adult_clause
    return next((Covering(c.key, c.harm) for c in policy.clauses(tx) if c.key == key), None)


def unlooked(
    tx: ReadTx, kind: str, said: Sequence[Said], rules_failed: Sequence[str]
) -> Unlooked | None:
    """Say which detectors and rules failed, and what the kind says then; None when none did."""
    failed = [one for one in said if one.answer is Answer.FAILED]
    if not failed and not rules_failed:
        return None
    declared = intake.kinds(tx).get(kind)
    return Unlooked(
        (*sorted({one.detector for one in failed}), *(f"rule {name}" for name in rules_failed)),
        tuple(one.id for one in failed),
        declared.when_not_looked_at if declared else intake.WhenNotLookedAt.REVIEW,
    )


def leanings(tx: ReadTx, said: Sequence[Said]) -> list[Leaning]:
    """Join what classifiers found with whether their versions still stand."""
    found = [one for one in said if one.answer is Answer.FOUND and one.detector == LEARNED_DETECTOR]
    standing = clauses_of_standing(tx, [one.evidence["model_id"] for one in found])
    return [
        Leaning(
            assessment_id=one.id,
            model_id=one.evidence["model_id"],
            version=one.evidence["model_version"],
            clause_key=standing[one.evidence["model_id"]],
            harm=policy.clause(tx, standing[one.evidence["model_id"]]).harm,
            score=one.evidence["scores"]["breaks_clause"],
        )
        for one in found
        if one.evidence["model_id"] in standing
    ]
