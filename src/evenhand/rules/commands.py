"""Letting the rules meet the facts, and recording what they propose. Rules act as themselves."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand import banks, detection, intake, people, policy
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.rules import store
from evenhand.rules.errors import NoSuchProposal
from evenhand.rules.model import (
    KNOWN_MATERIAL,
    REPORTED,
    Facts,
    Match,
    Proposal,
    ProposalView,
    ReportFact,
    Rule,
    propose,
)


def evaluate_item(tx: Tx, item_id: str) -> list[ProposalView]:
    """Let the rules meet what the detectors last said about an item; return what is new.

    An entry that was withdrawn meanwhile counts for nothing. What was proposed before, on the
    same entries, is not proposed again. Without anything new there is no ledger line.
    """
    tx.lock(f"rules:{item_id}")
    return _record(tx, item_id, KNOWN_MATERIAL, propose(Facts(matches=_matches(tx, item_id))))


def evaluate_report(tx: Tx, report_id: str) -> list[ProposalView]:
    """Let the rules meet a report; return what is new. Raises intake's NoSuchReport."""
    report = intake.report(tx, people.SYSTEM, report_id)
    tx.lock(f"rules:{report.item_id}")
    fact = ReportFact(report.id, report.harm, repeat=report.repeat_of is not None)
    return _record(tx, report.item_id, REPORTED, propose(Facts(reports=(fact,))))


def reconsider_entry(tx: Tx, entry_id: str) -> list[str]:
    """Return the items of which a proposal rested on an entry that was withdrawn, oldest first.

    What still waited and rested on this entry alone, or on others withdrawn as well, is closed,
    so that nothing is held on withdrawn grounds. The line of entry.withdrawn records it.
    """
    rested = store.resting_on(tx, entry_id)
    for proposal in rested:
        others = store.other_entries(tx, proposal.id, entry_id)
        standing = banks.entries_by_id(tx, others).values()
        if all(entry.withdrawn_at is not None for entry in standing):
            store.withdraw(tx, proposal.id)
    return list(dict.fromkeys(proposal.item_id for proposal in rested))


def mark_taken(tx: Tx, ids: Sequence[str]) -> None:
    """Mark proposals as acted on, as part of the command that acts; its line records it.

    Raises NoSuchProposal when one of them does not wait any more.
    """
    wanted = list(dict.fromkeys(ids))
    if store.take(tx, wanted) != len(wanted):
        raise NoSuchProposal


def _matches(tx: Tx, item_id: str) -> tuple[Match, ...]:
    """Join what was found with what the banks say of it now."""
    said = detection.assessments(tx, people.SYSTEM, item_id)
    found = [one for one in said if one.answer is detection.Answer.FOUND and one.entry_id]
    entries = banks.entries_by_id(tx, [one.entry_id for one in found if one.entry_id])
    matches = []
    for one in found:
        entry = entries.get(one.entry_id or "")
        if entry is None or entry.withdrawn_at is not None:
            continue
        matches.append(
            Match(
                assessment_id=one.id,
                entry_id=entry.id,
                bank_id=entry.bank_id,
                bank=entry.bank,
                confidence=entry.confidence,
                clause_key=entry.clause_key,
                harm=policy.clause(tx, entry.clause_key).harm,
            )
        )
    return tuple(matches)


def _record(tx: Tx, item_id: str, rule: Rule, made: Sequence[Proposal]) -> list[ProposalView]:
    saved = store.save_new(tx, item_id, made)
    if saved:
        append(
            tx,
            "rules.proposed",
            subject=item_id,
            actor=people.rule_actor(rule.id, rule.version).ref,
            public={
                "rule": rule.id,
                "version": rule.version,
                "actions": [proposal.action.value for proposal in saved],
                "proposals": [proposal.id for proposal in saved],
            },
        )
    return saved
