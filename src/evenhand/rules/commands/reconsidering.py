"""What rested on something that was withdrawn, or only waited for a look, is taken back."""

from __future__ import annotations

from datetime import datetime

from evenhand import banks, detection, intake, people
from evenhand.db import Tx
from evenhand.rules import store, version_store
from evenhand.rules.facts import key_of
from evenhand.rules.model import NOT_LOOKED_AT, Action, ProposalView


def reconsider(tx: Tx, ground_id: str) -> list[str]:
    """Return the items of which a proposal rested on what counts for less now, oldest first.

    That is a bank entry or a version of a classifier. What still waited and has no other ground as
    good is closed, so that nothing is held on what was withdrawn, ran out, is disabled or in
    quarantine. The ground's own line records it.
    """
    rested = store.resting_on(tx, ground_id)
    for proposal in rested:
        if not _any_stands(tx, proposal):
            store.withdraw(tx, proposal.id)
    return list(dict.fromkeys(proposal.item_id for proposal in rested))


def take_back(tx: Tx, ground: str) -> list[str]:
    """Return the items of which a proposal rested on what was taken back as wrong, oldest first.

    That is a detector, or a version of a rule. What still waited is closed, whatever else it rested
    on. The ground's own line records it.
    """
    rested = store.resting_on(tx, ground)
    for proposal in rested:
        store.withdraw(tx, proposal.id)
    return list(dict.fromkeys(proposal.item_id for proposal in rested))


def end_wait(tx: Tx, item_id: str) -> bool:
    """Take back what was proposed because nothing could look, once something could.

    Part of the command that ends what followed. False when the last look failed as well, or
    nothing was proposed for that reason.
    """
    said = detection.assessments(tx, people.SYSTEM, item_id)
    event = version_store.event_of(tx, item_id)
    if event is not None and event["failed"]:
        return False
    if any(one.answer is detection.Answer.FAILED for one in said):
        return False
    return bool(store.withdraw_all(tx, item_id, NOT_LOOKED_AT.id))


def _any_stands(tx: Tx, proposal: ProposalView) -> bool:
    """Tell whether anything that a proposal rests on is still good for it."""
    grounds = store.grounds_of(tx, proposal.id)
    key = key_of(intake.item(tx, people.SYSTEM, proposal.item_id))
    entries = banks.entries_by_id(tx, grounds).values()
    if any(_supports(entry, proposal.action, tx.now, key) for entry in entries):
        return True
    return bool(detection.clauses_of_standing(tx, grounds))


def _supports(entry: banks.EntryView, action: Action, now: datetime, key: str) -> bool:
    if action is Action.HOLD:
        return entry.may_hold(now, key)
    return entry.matches(now)
