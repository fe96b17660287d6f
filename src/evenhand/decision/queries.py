"""Looking at decisions: one, an account's history, what stands, and what a receipt opens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from evenhand import banks, intake, people, policy, queue
from evenhand.db import ReadTx, Row
from evenhand.decision import store
from evenhand.decision.errors import HiddenUntilJudged, NoSuchDecision, VerdictIncomplete
from evenhand.decision.letter import Lines, NoActionReasons, as_lines, no_action_from_dict
from evenhand.decision.model import (
    About,
    Answered,
    ClauseRef,
    DecisionView,
    Outcome,
    Restitution,
    ReversedBy,
    StrikeView,
    Verdict,
    active_weight,
    hides,
    verdict_problems,
)
from evenhand.decision.statement import Statement, from_dict
from evenhand.kit.ids import short
from evenhand.people import Permission
from evenhand.policy import Clause, Rung

HISTORY_MAX = 100

Stands = Literal["allow", "hold", "restricted"]


@dataclass(frozen=True)
class Suggestion:
    """The least restrictive measure that fits, and why it is this one."""

    rung: Rung
    active_strikes: int
    says: str


def decision(tx: ReadTx, actor: people.Actor, decision_id: str) -> DecisionView:
    """Return one decision. Raises NoSuchDecision, HiddenUntilJudged, NotAllowed.

    Staff who see the queue, keys that read decisions, and the holder of a receipt for it may.
    """
    _require_reader(tx, actor, decision_id)
    row = store.load(tx, decision_id)
    if row["item_id"] in queue.hidden_items(tx, actor):
        raise HiddenUntilJudged(decision_id)
    return _view(tx, row)


def history(tx: ReadTx, actor: people.Actor, account_id: str) -> list[DecisionView]:
    """Return the decisions on an account, newest first."""
    people.require(actor, Permission.SEE_QUEUE)
    return _shown(tx, actor, store.on_account(tx, account_id)[:HISTORY_MAX])


def on_item(tx: ReadTx, actor: people.Actor, item_id: str) -> list[DecisionView]:
    """Return the decisions on an item, oldest first."""
    people.require(actor, Permission.SEE_QUEUE)
    return _shown(tx, actor, store.on_item(tx, item_id))


def strikes(tx: ReadTx, actor: people.Actor, account_id: str) -> tuple[StrikeView, ...]:
    """Return all strikes on an account, expired and voided ones too."""
    people.require(actor, Permission.SEE_QUEUE)
    return store.strikes_of(tx, account_id)


def recent(
    tx: ReadTx, actor: people.Actor, *, limit: int = 50, before: str | None = None
) -> list[DecisionView]:
    """Return decisions, newest first."""
    people.require(actor, Permission.SEE_QUEUE)
    return _shown(tx, actor, store.recent(tx, limit=limit, before=before))


def after(
    tx: ReadTx, actor: people.Actor, *, cursor: str | None, limit: int = 50
) -> list[DecisionView]:
    """Return decisions for the host, oldest first, after the last one it has seen."""
    people.require(actor, Permission.READ_DECISIONS)
    return [_view(tx, row) for row in store.after(tx, limit=limit, cursor=cursor)]


def with_statements(
    tx: ReadTx,
    actor: people.Actor,
    *,
    since: datetime,
    until: datetime,
    after: str | None = None,
    limit: int,
) -> list[str]:
    """Return the ids of decisions of a period that have a statement of reasons, oldest first.

    `since` is inclusive, `until` exclusive, `after` the last id already seen. What the person may
    not be told yet, for a lawful reason, is left out until they may. Raises NotAllowed.
    """
    people.require(actor, Permission.READ_DECISIONS)
    return store.with_statements(tx, since=since, until=until, after=after, limit=limit)


def for_receipt(tx: ReadTx, actor: people.Actor) -> DecisionView | None:
    """Return the decision that a receipt speaks of: its own, or the one on its report.

    None while a report has no decision yet. Raises NoSuchDecision for anybody else.
    """
    if actor.kind != "receipt" or actor.subject_id is None:
        raise NoSuchDecision("a receipt opens it")
    if actor.subject_kind == "decision":
        return _with_item(tx, _view(tx, _latest(tx, actor.subject_id)))
    decided_by = intake.report_for_receipt(tx, actor).decision_id
    if decided_by is None:
        return None
    return _with_item(tx, _view(tx, store.load(tx, decided_by)))


def _with_item(tx: ReadTx, view: DecisionView) -> DecisionView:
    """Say which item it is about."""
    item = intake.item(tx, people.SYSTEM, view.item_id)
    about = About(item.kind, item.created_at or item.received_at, item.url)
    return replace(view, about=about)


def _latest(tx: ReadTx, decision_id: str) -> Row:
    """Follow a replaced hold to the decision that replaced it."""
    row = store.load(tx, decision_id)
    while row["superseded_by"] is not None:
        row = store.load(tx, row["superseded_by"])
    return row


def for_delivery(tx: ReadTx, decision_id: str) -> DecisionView:
    """Return a decision so that `delivery` can write about it. Not for doors."""
    return _with_item(tx, _view(tx, store.load(tx, decision_id)))


def current(tx: ReadTx, decision_id: str) -> DecisionView:
    """Return the decision that stands in this one's place: itself, or what replaced it."""
    return _view(tx, _latest(tx, decision_id))


def made_about(tx: ReadTx, decision_id: str) -> tuple[str, str]:
    """Return the item that a decision is about, and the ref of whoever made it. Not for doors.

    It is the decision itself, and not what replaced it. Raises NoSuchDecision.
    """
    row = store.load(tx, decision_id)
    return row["item_id"], row["by_ref"]


def standing_item(tx: ReadTx, item_id: str) -> Stands:
    """Say how an item stands with the host: `allow`, `hold` (by a rule) or `restricted`."""
    answer: Stands = "allow"
    for row in store.on_item(tx, item_id):
        stands = row["reversed_at"] is None and row["superseded_by"] is None
        if stands and hides(store.measures_of(tx, row["id"]), tx.now):
            if not row["provisional"]:
                return "restricted"
            answer = "hold"
    return answer


def suggestion(tx: ReadTx, actor: people.Actor, task_id: str, clause_key: str) -> Suggestion:
    """Say which measure is the least restrictive that fits this account under this clause."""
    task = queue.task(tx, actor, task_id)
    clause = policy.clause(tx, clause_key)
    return suggest(tx, clause, task.account_id)


def suggest(
    tx: ReadTx, clause: Clause, account_id: str | None, *, without: str | None = None
) -> Suggestion:
    """Count the strikes that stand under a clause and pick its rung.

    `without` leaves out the strikes of one decision: the one that is being looked at again.
    """
    found = store.strikes_of(tx, account_id) if account_id else ()
    here = [s for s in found if s.clause_key == clause.key and s.decision_id != without]
    active = active_weight(here, tx.now)
    rung = policy.least_restrictive(clause, active)
    if active == 0:
        says = "first time under this clause"
    else:
        says = f"{active} active strike{'s' if active > 1 else ''} under this clause"
    return Suggestion(rung, active, says)


def check_complete(
    tx: ReadTx, verdict: Verdict, account_id: str | None, *, without: str | None = None
) -> None:
    """Hold a verdict that is no decision to the completeness of one. Raises VerdictIncomplete.

    `without` leaves out the strikes of the decision that is looked at again.
    """
    clause = policy.clause(tx, verdict.clause_key) if verdict.clause_key else None
    rung = None
    if clause is not None:
        rung = suggest(tx, clause, account_id, without=without).rung
    labels = {label.key for label in policy.labels(tx)}
    missing = verdict_problems(verdict, clause, rung, now=tx.now, labels=labels)
    if missing:
        raise VerdictIncomplete(missing)


def resting_on(tx: ReadTx, ground_id: str) -> list[tuple[str, str, policy.Harm]]:
    """Return (decision id, item id, harm) of standing decisions that cite what was withdrawn."""
    standing = store.standing_on(tx, [ground_id], provisional=False)
    return [_named(tx, row) for row in standing if row["clause_key"] is not None]


def unfounded_holds(tx: ReadTx, entry_ids: Sequence[str]) -> list[tuple[str, str, policy.Harm]]:
    """Return (decision id, item id, harm) of holds that cite these entries and lost every ground.

    A ground is lost when its entry could not hold the item now: it was withdrawn, ran out, is
    disabled or in quarantine, or its bank was switched off or rolled back from the account.
    """
    found = []
    for row in store.standing_on(tx, entry_ids, provisional=True):
        key = row["account_id"] or row["item_id"]
        grounds = banks.entries_by_id(tx, row["evidence"]).values()
        if not any(entry.may_hold(tx.now, key) for entry in grounds):
            found.append(_named(tx, row))
    return found


def entries_of_holds(tx: ReadTx) -> list[str]:
    """Return every bank entry that a hold which waits for a person cites. For other rooms."""
    return store.entries_of_holds(tx)


def answered(
    tx: ReadTx, actor: people.Actor, *, among: Sequence[str] | None = None
) -> list[Answered]:
    """Return what people last decided about each item, or each of a few, the newest last.

    Left out is whatever a rule decided or held, whatever was undone, and what says nothing either
    way. After an appeal, what the second reviewer decided is what counts. Raises NotAllowed.
    """
    people.require(actor, Permission.SEE_NUMBERS)
    every = store.standing_by_people(tx, among)
    latest = {row["item_id"]: row for row in every}
    told = {Outcome.VIOLATION.value: True, Outcome.NO_VIOLATION.value: False}
    return [
        Answered(
            item_id=row["item_id"],
            decision_id=row["id"],
            broke=row["clause_key"] if told[row["outcome"]] else None,
            clause_version=row["clause_version"],
            at=row["made_at"],
        )
        for row in every
        if row is latest[row["item_id"]] and row["outcome"] in told
    ]


def broke_by_people(tx: ReadTx, item_ids: Sequence[str], clause_key: str | None) -> set[str]:
    """Return those of some items that, as people decided and as stands, broke a clause."""
    return set() if clause_key is None else store.broke_by_people(tx, item_ids, clause_key)


def _named(tx: ReadTx, row: Row) -> tuple[str, str, policy.Harm]:
    assert row["clause_key"] is not None, "what cites an entry names its clause"
    clause = policy.clause(tx, row["clause_key"], row["clause_version"])
    return row["id"], row["item_id"], clause.harm


def count(tx: ReadTx) -> int:
    """Count all decisions."""
    return store.count(tx)


def _shown(tx: ReadTx, actor: people.Actor, rows: Sequence[Row]) -> list[DecisionView]:
    """Leave out what the actor may have to judge anew, unseen."""
    hidden = queue.hidden_items(tx, actor)
    return [_view(tx, row) for row in rows if row["item_id"] not in hidden]


def _require_reader(tx: ReadTx, actor: people.Actor, decision_id: str) -> None:
    if actor.kind == "receipt":
        own = for_receipt(tx, actor)
        if own is None or own.id != decision_id:
            raise NoSuchDecision(decision_id)
        return
    if not people.may(actor, Permission.READ_DECISIONS):
        people.require(actor, Permission.SEE_QUEUE)


def _view(tx: ReadTx, row: Row) -> DecisionView:
    statement = from_dict(row["statement"]) if row["statement"] else None
    no_action = no_action_from_dict(row["no_action"]) if row["no_action"] else None
    clause = None
    if row["clause_key"] is not None:
        clause = policy.clause(tx, row["clause_key"], row["clause_version"])
    restitution = None
    if row["reversed_at"] is not None:
        restitution = Restitution(tuple(row["undone"]), tuple(row["not_undone"]))
    return DecisionView(
        id=row["id"],
        short=short(row["id"]),
        task_id=row["task_id"],
        item_id=row["item_id"],
        account_id=row["account_id"],
        outcome=Outcome(row["outcome"]),
        clause=_clause_ref(clause),
        measures=store.measures_of(tx, row["id"]),
        facts=row["facts"],
        reasons=row["reasons"],
        above_ladder_reason=row["above_ladder_reason"],
        statement=statement,
        no_action=no_action,
        lines=_lines(row, clause, statement, no_action),
        source=row["source"],
        made_at=row["made_at"],
        automated=row["automated"],
        automated_detection=row["automated_detection"],
        by_ref=row["by_ref"],
        by_name=row["by_name"],
        provisional=row["provisional"],
        caused_by=row["caused_by"],
        superseded_by=row["superseded_by"],
        appeal_until=row["appeal_until"],
        notice_until=row["notice_until"],
        reversed_at=row["reversed_at"],
        reversed_by=ReversedBy(row["reversed_by"]) if row["reversed_by"] else None,
        restitution=restitution,
    )


def _clause_ref(clause: Clause | None) -> ClauseRef | None:
    if clause is None:
        return None
    return ClauseRef(clause.key, clause.number, clause.version, clause.title)


def _lines(
    row: Row,
    clause: Clause | None,
    statement: Statement | None,
    no_action: NoActionReasons | None,
) -> Lines:
    """Return what the person reads: from the object, or for a warning from the record."""
    told = statement or no_action
    if told is not None:
        return as_lines(told)
    if clause is None:
        return ()
    return (
        ("Date", row["made_at"].date().isoformat()),
        ("What we did", "A warning was sent"),
        ("What happened", row["facts"]),
        ("The rule", f"{clause.number} {clause.title} (version {clause.version})"),
        ("Why the rule applies", row["reasons"]),
        ("You can ask us until", row["appeal_until"].date().isoformat()),
    )
