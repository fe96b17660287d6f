"""An audit for pages to show: one under way with a second look and a dispute, and one that ended.

Drawing takes days that are over, so what was drawn is written straight into the records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from evenhand import decision, queue
from evenhand.db import Tx
from evenhand.kit.ids import new_id
from evenhand.people import Actor
from evenhand.policy import Harm
from evenhand.quality import practice_store, store
from tests.stage import Stage, fine, violation

ENDED, UNDER_WAY = "audit-1", "audit-2"
UNITS = 80


@dataclass(frozen=True)
class Laid:
    """The tasks that wait: a second look, and two answers that differ; and a calibration."""

    second_look: str
    dispute: str
    calibration: str = ""


def lay_out(stage: Stage, who: Actor) -> Laid:
    """Leave an audit that ended, and one under way with two decisions of somebody."""
    made = []
    for number, verdict in enumerate((violation(), fine())):
        item_id = stage.reported(text=f"Garden chairs, lot {number}.", account=f"drawn-{number}")
        made.append(stage.decide(item_id, verdict, by=who))
    stage.house.do(_ended, who)
    first, second = (stage.house.ask(decision.current, one) for one in made)
    calibration = stage.house.do(_calibrated, who, [first, second])
    return replace(stage.house.do(_under_way, first, second), calibration=calibration)


def _audit(tx: Tx, audit_id: str, *, days_ago: int, ended: bool) -> None:
    end = tx.now - timedelta(days=days_ago)
    strata = {"clause:counterfeit/person/violation": 900, "clause:fraud/rule/violation": 100}
    store.insert_audit(
        tx,
        {
            "id": audit_id,
            "since": end - timedelta(days=7),
            "until": end,
            "sample": UNITS,
            "least": 2,
            "checkpoint_line": 3,
            "digest": "5a" * 32,
            "strata": strata,
            "drawn_at": end,
            "closed_at": end if ended else None,
        },
    )


def _unit(tx: Tx, audit_id: str, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "id": tx.new_id(),
        "audit_id": audit_id,
        "stratum": "clause:counterfeit/person/violation",
        "decision_id": tx.new_id(),
        "item_id": tx.new_id(),
        "task_id": tx.new_id(),
        "dispute_id": None,
        "decided_by": "person",
        "outcome": "violation",
        "clause_key": "counterfeit",
        "harm": "intellectual_property",
        "answer": "violation",
        "language": "en",
        "detectors": [],
        "rules": [],
        "state": "agreed",
        "label_outcome": "violation",
        "label_clause": "counterfeit",
        "labelled_by": None,
        "labelled_at": tx.now,
        "right_answer": None,
        "why": None,
        "settled_at": None,
    }
    return row | changes


def _ended(tx: Tx, who: Actor) -> None:
    """Write eighty second looks at decisions of four people and a rule; every tenth was wrong."""
    _audit(tx, ENDED, days_ago=9, ended=True)
    deciders = [who.ref, *(f"staff:{new_id(tx.now)}" for _ in range(3))]
    rows = []
    for number in range(UNITS):
        by_rule = number % 2 == 1
        row = _unit(tx, ENDED, by=deciders[number // 2 % 4])
        if by_rule:
            row |= {"by": "rule:known@1", "decided_by": "rule", "clause_key": "fraud"}
            row |= {"stratum": "clause:fraud/rule/violation", "label_clause": "fraud"}
            row |= {"detectors": ["known_texts"], "rules": ["known"]}
        if number % 10 == 0:
            row |= {
                "state": "settled",
                "right_answer": "second",
                "settled_at": tx.now - timedelta(days=9),
            }
            row |= {"label_outcome": "no_violation", "label_clause": None}
            row |= {"why": "The seller showed the receipt of the shop."}
        rows.append(row)
    store.insert_units(tx, rows)


def _under_way(tx: Tx, first: decision.DecisionView, second: decision.DecisionView) -> Laid:
    """Open a second look at one decision, and a dispute about the other."""
    _audit(tx, UNDER_WAY, days_ago=1, ended=False)
    rows = []
    for one in (first, second):
        kept_from = [one.by_ref.removeprefix("staff:")]
        task_id = queue.open_audit(tx, one.item_id, harm=Harm.FRAUD, not_for=kept_from)
        row = _unit(tx, UNDER_WAY, by=one.by_ref, task_id=task_id, decision_id=one.id)
        row |= {"item_id": one.item_id, "outcome": one.outcome.value, "state": "waiting"}
        rows.append(row | {"label_outcome": None, "label_clause": None, "labelled_at": None})
    dispute = queue.open_dispute(tx, second.item_id, harm=Harm.FRAUD, not_for=kept_from)
    queue.take_back(tx, rows[1]["task_id"])
    rows[1] |= {"state": "disputed", "dispute_id": dispute, "labelled_at": tx.now}
    rows[1] |= {"clause_key": None, "label_outcome": "violation", "label_clause": "counterfeit"}
    store.insert_units(tx, rows)
    return Laid(rows[0]["task_id"], dispute)


def _calibrated(tx: Tx, who: Actor, made: list[decision.DecisionView]) -> str:
    """Write a calibration session in which three people answered two cases, one of them apart."""
    session_id = tx.new_id()
    practice_store.insert_session(
        tx,
        {
            "id": session_id,
            "kind": "calibration",
            "harm": "fraud",
            "staff_id": None,
            "opened_at": tx.now,
            "ended_at": tx.now,
        },
    )
    staff = [who.id, new_id(tx.now), new_id(tx.now)]
    for one in made:
        case_id = tx.new_id()
        practice_store.insert_case(
            tx,
            {
                "id": case_id,
                "decision_id": one.id,
                "item_id": one.item_id,
                "harm": "fraud",
                "answer": one.clause.key if one.clause else "none",
                "why": "The offer names gift cards as the only way to pay.",
                "added_by": staff[2],
                "added_at": tx.now,
            },
        )
        answers = ("counterfeit", "counterfeit", "none" if one.clause else "counterfeit")
        rows = [
            {
                "id": tx.new_id(),
                "session_id": session_id,
                "case_id": case_id,
                "staff_id": staff_id,
                "task_id": tx.new_id(),
                "answer": answer,
                "answered_at": tx.now,
            }
            for staff_id, answer in zip(staff, answers, strict=True)
        ]
        practice_store.insert_exercises(tx, rows)
    return session_id
