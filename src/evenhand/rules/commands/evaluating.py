"""Letting the rules meet the facts, and recording what is new in what they propose."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand import detection, intake, people
from evenhand.db import Tx
from evenhand.rules import store
from evenhand.rules.commands.minding import mind
from evenhand.rules.commands.recording import record
from evenhand.rules.errors import NoSuchProposal
from evenhand.rules.facts import key_of, proposed, recorded
from evenhand.rules.model import Facts, ProposalView, ReportFact, propose


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
    return record(tx, item_id, proposed(tx, item.kind, said, key=key))


def evaluate_report(tx: Tx, report_id: str) -> list[ProposalView]:
    """Let the rules meet a report; return what is new. Raises intake's NoSuchReport."""
    report = intake.report(tx, people.SYSTEM, report_id)
    tx.lock(f"rules:{report.item_id}")
    fact = ReportFact(report.id, report.harm, repeat=report.repeat_of is not None)
    return record(tx, report.item_id, propose(Facts(reports=(fact,))))


def mark_taken(tx: Tx, ids: Sequence[str]) -> None:
    """Mark proposals as acted on, as part of the command that acts; its line records it.

    Raises NoSuchProposal when one of them does not wait any more.
    """
    wanted = list(dict.fromkeys(ids))
    if store.take(tx, wanted) != len(wanted):
        raise NoSuchProposal
