"""Letting the rules meet the facts, and recording what is new in what they propose."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand import detection, intake, people
from evenhand.db import Tx
from evenhand.rules import happening, store
from evenhand.rules.commands.braking import brake
from evenhand.rules.commands.meeting import meet
from evenhand.rules.commands.minding import mind
from evenhand.rules.commands.recording import record
from evenhand.rules.errors import NoSuchProposal
from evenhand.rules.facts import Met, harm_under, harms_of, key_of, matches, proposed, recorded
from evenhand.rules.model import ProposalView, before_a_person, not_asked
from evenhand.rules.proposing import Under, proposals_of


def evaluate_item(tx: Tx, item_id: str) -> list[ProposalView]:
    """Let the rules meet what the detectors last said about an item; return what is new.

    An entry that matches nothing any more, or a version that was retired, counts for nothing, and
    an entry that floods is quarantined first. What was proposed before, on the same grounds, is
    not proposed again. Without anything new there is no ledger line.
    """
    tx.lock(f"rules:{item_id}")
    item = intake.item(tx, people.SYSTEM, item_id)
    key = key_of(item)
    said = recorded(detection.assessments(tx, people.SYSTEM, item_id))
    mind(tx, item_id, said, key=key)
    matched = matches(tx, said, key=key)
    met = meet(tx, happening.of_item(item, key=key), said, matched)
    made = record(tx, item_id, proposed(tx, item.kind, said, matched, met))
    _mind_hits(tx, met)
    return made


def evaluate_report(tx: Tx, report_id: str) -> list[ProposalView]:
    """Let the rules meet a report; return what is new. Raises intake's NoSuchReport."""
    report = intake.report(tx, people.SYSTEM, report_id)
    tx.lock(f"rules:{report.item_id}")
    item = intake.item(tx, people.SYSTEM, report.item_id)
    reporter = intake.reporter_ref_of(tx, report_id)
    met = meet(tx, happening.of_report(report, item, reporter_ref=reporter, key=key_of(item)))
    harms = harms_of(tx, met.hits)
    proposals = not_asked(met.failed, report.harm, report.id)
    for hit in met.hits:
        clause, harm = harm_under(hit.rule, harms, report.harm)
        proposals += proposals_of(hit, Under(clause, harm, report.id), ())
    if report.basis is intake.ReportBasis.ORDER:
        proposals = before_a_person(proposals, report.harm, report.id)
    made = record(tx, report.item_id, proposals)
    _mind_hits(tx, met)
    return made


def mark_taken(tx: Tx, ids: Sequence[str]) -> None:
    """Mark proposals as acted on, as part of the command that acts; its line records it.

    Raises NoSuchProposal when one of them does not wait any more.
    """
    wanted = list(dict.fromkeys(ids))
    if store.take(tx, wanted) != len(wanted):
        raise NoSuchProposal


def _mind_hits(tx: Tx, met: Met) -> None:
    for hit in met.hits:
        brake(tx, hit.version)
