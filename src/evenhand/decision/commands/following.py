"""What follows from a person's decision: strikes, a limit at the third, known material, no hold."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from evenhand import banks, detection, intake, ledger, people, policy
from evenhand.db import Row, Tx
from evenhand.decision import store
from evenhand.decision.commands.making import Maker, Matter, make
from evenhand.decision.commands.undoing import lift, reverse
from evenhand.decision.errors import VerdictIncomplete
from evenhand.decision.model import (
    LIMIT_DAYS,
    STRIKE_RULE,
    Outcome,
    ReversedBy,
    Verdict,
    active_weight,
    limit_follows,
)
from evenhand.policy import Clause, Measure


def strike(tx: Tx, decision_id: str, matter: Matter, verdict: Verdict, clause: Clause) -> None:
    """Give the strike of the rung, and let the third one limit the account for a week."""
    account = matter.item.account
    if account is None or verdict.outcome is not Outcome.VIOLATION:
        return
    before = store.strikes_of(tx, account.id)
    here = [s for s in before if s.clause_key == clause.key]
    weight = policy.least_restrictive(clause, active_weight(here, tx.now)).strike_weight
    if weight == 0:
        return
    store.insert_strike(
        tx,
        {
            "id": tx.new_id(),
            "decision_id": decision_id,
            "account_id": account.id,
            "clause_key": clause.key,
            "weight": weight,
            "given_at": tx.now,
            "expires_at": tx.now + timedelta(days=clause.strike_days),
        },
    )
    total_before = active_weight(before, tx.now)
    stronger = {Measure.LIMIT, Measure.SUSPEND, Measure.CLOSE} & set(verdict.measures)
    if not stronger and limit_follows(before=total_before, after=total_before + weight):
        _limit_account(tx, decision_id, matter, clause, total_before + weight)


def _limit_account(tx: Tx, decision_id: str, matter: Matter, clause: Clause, strikes: int) -> None:
    rule, version = STRIKE_RULE
    actor = people.rule_actor(rule, version)
    verdict = Verdict(
        outcome=Outcome.VIOLATION,
        clause_key=clause.key,
        measures=(Measure.LIMIT,),
        days=LIMIT_DAYS,
        facts=f"With the latest decision, {strikes} strikes that have not expired stand here.",
        reasons=(
            "Three strikes that count at the same time limit posting for a week. "
            "When one of them is taken back after an appeal, this limit ends too."
        ),
    )
    maker = Maker(actor, actor.name, by_rule=True)
    cause = Matter(matter.item, matter.task, matter.source, caused_by=decision_id)
    make(tx, maker, cause, verdict)


def bank(
    tx: Tx, actor: people.Actor, decision_id: str, item: intake.ItemView, verdict: Verdict
) -> None:
    """Make the item's pictures or films known material when the reviewer asked for it.

    A film's frames take long to hash, so a step of the path lists them later.
    """
    if verdict.add_to_bank is None:
        return
    found = banks.bank(tx, verdict.add_to_bank)
    if found.clause_key != verdict.clause_key:
        raise VerdictIncomplete(("That list is kept under another rule: choose one of this rule.",))
    films = found.signal is banks.Signal.VIDEO
    for media in (one for one in item.media if one.is_film == films):
        values = [(banks.EntryKind.SHA256, media.sha256)]
        hashes = detection.hash_of(tx, media.id)
        if hashes is not None and hashes.pdq is not None:
            values.append((banks.EntryKind.PDQ, hashes.pdq))
        for kind, value in values:
            # What stands there already was put there by somebody else, and stays theirs.
            with suppress(banks.EntryExists):
                entry_id = banks.add_entry(
                    tx,
                    people.SYSTEM,
                    bank=verdict.add_to_bank,
                    kind=kind,
                    value=value,
                    source="decision",
                    reason=f"decided by {actor.ref}",
                    origin_decision=decision_id,
                )
                if films:
                    ledger.jobs.enqueue(tx, "film.list", {"subject": entry_id})


def undo_doubted(tx: Tx, actor: people.Actor, item: intake.ItemView) -> None:
    """Undo what restricted an item, and came into doubt, with everything that followed from it.

    Whoever looked again found that no rule was broken (promise 9).
    """
    for row in _doubted(tx, item):
        reverse(tx, actor, row["id"], by=ReversedBy.WITHDRAWN_SIGNAL)


def replace_doubted(tx: Tx, item: intake.ItemView, decision_id: str) -> None:
    """Let a decision take the place of those that came into doubt.

    What it does not ask for itself is lifted, and nobody gets a second strike for the same thing.
    """
    for row in _doubted(tx, item):
        if row["id"] != decision_id:
            _give_way(tx, row, item, decision_id)
            for one in store.strikes_from(tx, row["id"]):
                if one.voided_at is None:
                    store.void_strike(tx, one.id, at=tx.now)


def replace_holds(tx: Tx, item: intake.ItemView, decision_id: str) -> None:
    """End the holds a rule put on an item, now that a person has decided."""
    for row in _standing(tx, item):
        if row["provisional"] and row["id"] != decision_id:
            _give_way(tx, row, item, decision_id)


def _doubted(tx: Tx, item: intake.ItemView) -> list[Row]:
    """Return the decisions that a rule was broken that stand on an item, holds of rules aside."""
    return [
        row
        for row in _standing(tx, item)
        if row["outcome"] == Outcome.VIOLATION.value
        and not row["provisional"]
        and row["caused_by"] is None
    ]


def _standing(tx: Tx, item: intake.ItemView) -> list[Row]:
    every = store.on_item(tx, item.id)
    return [row for row in every if row["superseded_by"] is None and row["reversed_at"] is None]


def _give_way(tx: Tx, row: Row, item: intake.ItemView, decision_id: str) -> None:
    """Let another decision stand in a decision's place, and lift what only the old one asks for."""
    store.change(tx, row["id"], superseded_by=decision_id)
    for measure in store.measures_of(tx, row["id"]):
        lift(tx, row, measure, item, why="replaced")
