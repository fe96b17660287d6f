"""A bank is made under a clause, or without one for what is fine, and rolled out as far as wanted.

Whatever narrows what a bank does has holds looked at again; whatever widens it has the recent past
searched. Both happen by jobs, so that the command itself is short.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from evenhand import people, policy
from evenhand.banks import store
from evenhand.banks.errors import BankTaken, EntryRefused, NoSuchBank, NothingChanges
from evenhand.banks.model import (
    Confidence,
    bank_name,
    check_confidence,
    confidence_of,
    flood_of,
    polarity_of,
    reason_of,
    rollout_of,
    signal_of,
)
from evenhand.banks.states import ROLLOUT_WHOLE, Polarity
from evenhand.banks.views import BankView
from evenhand.db import Tx
from evenhand.ledger import jobs
from evenhand.ledger.append import append


def create_bank(
    tx: Tx,
    actor: people.Actor,
    *,
    name: str,
    signal: str,
    confidence: str = Confidence.CONFIRMED,
    clause_key: str | None = None,
    polarity: str = Polarity.HARM,
    rollout: int = ROLLOUT_WHOLE,
    flood_max: int | None = None,
) -> str:
    """Make an empty bank under a clause in force; return its id.

    A bank of what is known to be fine stands under no clause and is always confirmed: somebody
    looked. Raises NotAllowed, EntryRefused, BankTaken, or policy's NoSuchClause.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    name = bank_name(name)
    kind_of_bank = polarity_of(polarity)
    fine = kind_of_bank is Polarity.FINE
    tx.lock(f"bank:{name}")
    if store.find_bank(tx, name) is not None:
        raise BankTaken
    bank = BankView(
        id=tx.new_id(),
        name=name,
        signal=signal_of(signal),
        confidence=Confidence.CONFIRMED if fine else confidence_of(confidence),
        clause_key=None if fine else _clause(tx, clause_key),
        created_at=tx.now,
        polarity=kind_of_bank,
        rollout=ROLLOUT_WHOLE if fine else rollout_of(rollout),
        flood_max=None if flood_max is None else flood_of(flood_max),
    )
    if not fine:
        check_confidence(bank.signal, bank.confidence)
    store.save_bank(tx, bank)
    append(
        tx,
        "bank.created",
        subject=bank.id,
        actor=actor.ref,
        public={
            "signal": bank.signal.value,
            "confidence": bank.confidence.value,
            "clause": bank.clause_key,
            "polarity": bank.polarity.value,
            "rollout": bank.rollout,
        },
        private={"name": name},
    )
    return bank.id


def change_bank(
    tx: Tx,
    actor: people.Actor,
    name: str,
    *,
    why: str,
    enabled: bool | None = None,
    rollout: int | None = None,
    flood_max: int | None = None,
    flood_as_set: bool = False,
) -> BankView:
    """Switch a bank on or off, roll it out or back, or change how much is a flood; say why.

    What is None stays as it is; `flood_as_set` goes back to the setting's number. Returns the bank
    as it is then. Raises NotAllowed, NoSuchBank, EntryRefused, or NothingChanges.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    why = reason_of(why, "why")
    tx.lock(f"bank:{bank_name(name)}")
    was = store.find_bank(tx, bank_name(name))
    if was is None:
        raise NoSuchBank
    wanted: dict[str, Any] = {}
    if enabled is not None:
        wanted["enabled"] = enabled
    if rollout is not None:
        wanted["rollout"] = _rollout(was, rollout)
    if flood_as_set or flood_max is not None:
        wanted["flood_max"] = None if flood_max is None else flood_of(flood_max)
    now = replace(was, **wanted)
    if now == was:
        raise NothingChanges("The bank is so already.")
    store.change_bank(tx, was.id, **wanted)
    changed = {key: value for key, value in wanted.items() if value != getattr(was, key)}
    append(
        tx,
        "bank.changed",
        subject=was.id,
        actor=actor.ref,
        public={"now": changed, "before": {key: getattr(was, key) for key in changed}},
        private={"why": why},
    )
    _go_on(tx, was, now)
    return now


def _clause(tx: Tx, key: str | None) -> str:
    """Return the key of a clause in force. Raises EntryRefused without one, or NoSuchClause."""
    if not key:
        raise EntryRefused("clause", "Choose the clause that a match breaks.")
    return policy.clause(tx, key).key


def _rollout(bank: BankView, percent: int) -> int:
    if bank.polarity is Polarity.FINE:
        raise EntryRefused("rollout", "A bank of what is fine holds nothing, so it is for all.")
    return rollout_of(percent)


def _go_on(tx: Tx, was: BankView, now: BankView) -> None:
    """Have the past looked at again when more counts now, and holds when less does."""
    if now.enabled and (not was.enabled or now.rollout > was.rollout):
        jobs.enqueue(tx, "bank.widened", {"subject": was.id})
    if (was.enabled and not now.enabled) or now.rollout < was.rollout:
        jobs.enqueue(tx, "bank.narrowed", {"subject": was.id})
