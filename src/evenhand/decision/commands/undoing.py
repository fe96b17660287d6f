"""Undoing a decision undoes what followed from it, and says what it could not (promise 4)."""

from __future__ import annotations

from dataclasses import dataclass, field

from evenhand import banks, intake, people, policy
from evenhand.db import Row, Tx
from evenhand.decision import store
from evenhand.decision.commands import telling
from evenhand.decision.errors import AlreadyEnded, AlreadyReversed
from evenhand.decision.model import MeasureView, Restitution, ReversedBy
from evenhand.ledger import outbox
from evenhand.ledger.append import append
from evenhand.policy import Clause, Measure


@dataclass
class _Undoing:
    """Collects what was undone and what could not be, in sentences for the person."""

    undone: list[str] = field(default_factory=list)
    not_undone: list[str] = field(default_factory=list)


def reverse(
    tx: Tx,
    actor: people.Actor,
    decision_id: str,
    *,
    by: ReversedBy,
    appeal_id: str | None = None,
    tell: bool = True,
) -> Restitution:
    """Undo a decision and everything that followed from it.

    Measures are lifted on the host, strikes voided, sanctions that those strikes triggered
    reversed too, bank entries made from the item withdrawn, and the reporters' accuracy put
    back. `tell` false leaves the telling to the caller. Raises NoSuchDecision, AlreadyReversed.
    """
    row = store.load_locked(tx, decision_id)
    if row["reversed_at"] is not None:
        raise AlreadyReversed(decision_id)
    item = intake.item(tx, people.SYSTEM, row["item_id"])
    work = _Undoing()
    _undo_one(tx, row, item, work)
    for derived in store.caused_by(tx, decision_id):
        if derived["reversed_at"] is None:
            _undo_one(tx, derived, item, work)
            work.undone.append("The limit that followed from its strikes was lifted.")
            _mark(tx, actor, derived, by=by, appeal_id=appeal_id, work=_Undoing())
    _undo_reports(tx, row, work, tell=tell)
    work.not_undone += _what_stays(tx, row)
    _mark(tx, actor, row, by=by, appeal_id=appeal_id, work=work)
    if tell:
        telling.to_account(
            tx,
            "decision_reversed",
            subject=decision_id,
            ids={"decision_id": decision_id, "appeal_id": appeal_id},
            account=item.account,
        )
    return Restitution(tuple(work.undone), tuple(work.not_undone))


def end_measure(tx: Tx, measure_id: str) -> None:
    """End a measure whose time has run out, on the host too. Raises AlreadyEnded."""
    decision_id, measure = store.measure(tx, measure_id)
    row = store.load(tx, decision_id)
    item = intake.item(tx, people.SYSTEM, row["item_id"])
    if not lift(tx, row, measure, item, why="expired"):
        raise AlreadyEnded(measure_id)
    telling.to_account(
        tx,
        "measure_ended",
        subject=decision_id,
        ids={"decision_id": decision_id, "measure": measure.measure.value},
        account=item.account,
    )


def lift(
    tx: Tx,
    row: Row,
    measure: MeasureView,
    item: intake.ItemView,
    *,
    why: str,
) -> bool:
    """End one measure, and tell the host unless another decision still asks for the same.

    Returns False when it had ended already.
    """
    if not store.end_measure(tx, measure.id, at=tx.now, why=why):
        return False
    append(
        tx,
        "measure.ended",
        subject=measure.id,
        actor=people.SYSTEM.ref,
        public={"decision_id": row["id"], "measure": measure.measure.value, "why": why},
    )
    if _still_asked_for(tx, measure) is None:
        telling.effects(
            tx,
            "lift",
            [measure],
            decision_id=row["id"],
            item=item,
            clause=_clause_of(tx, row),
            provisional=row["provisional"],
        )
    return True


def _clause_of(tx: Tx, row: Row) -> Clause | None:
    if row["clause_key"] is None:
        return None
    return policy.clause(tx, row["clause_key"], row["clause_version"])


def _still_asked_for(tx: Tx, measure: MeasureView) -> str | None:
    """Return the decision that asks for the same measure on the same target, if one stands.

    A warning is a message and asks for nothing that could go on.
    """
    if measure.measure is Measure.WARN:
        return None
    for decision_id, other in store.measures_on(tx, measure.target_id):
        live = other.lifted_at is None and (other.ends is None or other.ends > tx.now)
        if other.id != measure.id and other.measure is measure.measure and live:
            return decision_id
    return None


def _undo_one(tx: Tx, row: Row, item: intake.ItemView, work: _Undoing) -> None:
    """Lift the measures, void the strikes and withdraw the entries of one decision."""
    for measure in store.measures_of(tx, row["id"]):
        facts = measure.measure.facts
        if not lift(tx, row, measure, item, why="lifted"):
            work.not_undone.append(f"{facts.wording}: this had already run out.")
        elif _still_asked_for(tx, measure) is not None:
            work.not_undone.append(f"{facts.wording}: another decision still asks for this.")
        else:
            work.undone.append(f"{facts.inverse}.")
    for strike in store.strikes_from(tx, row["id"]):
        if strike.voided_at is None:
            store.void_strike(tx, strike.id, at=tx.now)
            work.undone.append("The strike on the account was taken back.")
    standing = [e for e in banks.entries_of_decision(tx, row["id"]) if e.withdrawn_at is None]
    for entry in standing:
        banks.withdraw_entry(tx, people.SYSTEM, entry.id, why="the decision behind it was reversed")
        work.undone.append("It is no longer in the list of known material.")


def _undo_reports(tx: Tx, row: Row, work: _Undoing, *, tell: bool) -> None:
    """Take back what the decision said about the reports, and tell those reporters."""
    unsettled = intake.unsettle_reports(tx, row["item_id"], decision_id=row["id"])
    if not unsettled:
        return
    work.undone.append("What it meant for the reports about it was taken back.")
    if tell:
        telling.to_reporters(
            tx,
            "decision_reversed",
            unsettled,
            subject=row["id"],
            ids={"decision_id": row["id"]},
        )


def _what_stays(tx: Tx, row: Row) -> list[str]:
    """Say honestly what no undoing reaches."""
    stays = []
    item = intake.item(tx, people.SYSTEM, row["item_id"])
    if any(media.unkept is not None for media in item.media):
        stays.append("The picture was never stored here, so it cannot be given back.")
    if any(m.measure.facts.restricts for m in store.measures_of(tx, row["id"])):
        days = (tx.now - row["made_at"]).days
        lasted = "less than a day" if days == 0 else f"{days} days"
        stays.append(f"The time it was restricted ({lasted}) cannot be given back.")
    sent = outbox.about(tx, [row["id"]])
    if any(one["kind"] == "message.mail" and one["state"] == "done" for one in sent):
        stays.append("The mail that told you of the first decision cannot be called back.")
    if any(one["kind"] == "effect.host" and one["state"] == "dead" for one in sent):
        stays.append("The service did not confirm a measure; somebody is looking into it.")
    return stays


def _mark(
    tx: Tx,
    actor: people.Actor,
    row: Row,
    *,
    by: ReversedBy,
    appeal_id: str | None,
    work: _Undoing,
) -> None:
    store.change(
        tx,
        row["id"],
        reversed_at=tx.now,
        reversed_by=by.value,
        undone=work.undone,
        not_undone=work.not_undone,
    )
    append(
        tx,
        "decision.reversed",
        subject=row["id"],
        actor=actor.ref,
        public={
            "by": by.value,
            "appeal_id": appeal_id,
            "undone": len(work.undone),
            "not_undone": len(work.not_undone),
        },
        private={"undone": work.undone, "not_undone": work.not_undone},
    )
