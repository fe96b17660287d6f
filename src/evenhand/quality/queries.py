"""Looking at audits: how far they are, what is in dispute, what they found, and one's own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from evenhand import ledger, people, queue, review
from evenhand.db import ReadTx, Row
from evenhand.kit.clock import stamp
from evenhand.people import Permission
from evenhand.quality import figures, store
from evenhand.quality.errors import NotADispute
from evenhand.quality.model import (
    AuditView,
    Dispute,
    Own,
    Report,
    Unit,
    UnitState,
    opening,
    progress,
)


def audits(tx: ReadTx, actor: people.Actor) -> list[AuditView]:
    """Return all audits, newest first. Raises NotAllowed."""
    people.require(actor, Permission.SEE_NUMBERS)
    return [_view(tx, row) for row in store.every_audit(tx)]


def audit(tx: ReadTx, actor: people.Actor, audit_id: str) -> AuditView:
    """Return one audit. Raises NoSuchAudit, NotAllowed."""
    people.require(actor, Permission.SEE_NUMBERS)
    return _view(tx, store.load_audit(tx, audit_id))


def unpublished(tx: ReadTx, actor: people.Actor) -> list[str]:
    """Return the audits whose counts may be published by now and were not. Raises NotAllowed."""
    told = {line["subject"] for line in ledger.events(tx, ["audit.counted"])}
    return [
        one.id
        for one in audits(tx, actor)
        if one.opens_at is not None and one.opens_at <= tx.now and one.id not in told
    ]


def dispute(tx: ReadTx, actor: people.Actor, task_id: str) -> Dispute:
    """Return the two answers that a task is about. Raises NotADispute, KeptFromYou, NotAllowed."""
    people.require(actor, Permission.MANAGE_QUALITY)
    unit = store.of_dispute(tx, task_id)
    if unit is None:
        raise NotADispute(task_id)
    if queue.kept_from(tx, task_id, actor.id) is not None:
        raise review.KeptFromYou(task_id)
    return _dispute(unit)


def report(tx: ReadTx, actor: people.Actor, audit_id: str) -> Report:
    """Return what an audit found: no figures until a week after it ended and all was settled.

    In that week everybody sees what came of their own decisions. Raises NoSuchAudit, NotAllowed.
    """
    view = audit(tx, actor, audit_id)
    if view.opens_at is None or tx.now < view.opens_at:
        return Report(view, open=False)
    units = store.of_audit(tx, audit_id)
    sizes = store.load_audit(tx, audit_id)["strata"]
    found = figures.rates(units, sizes)
    lines = ledger.events(tx, ["decision.made", "appeal.decided"])
    appeals = _appeals(lines, since=stamp(view.since), until=stamp(view.until))
    return Report(
        view,
        open=True,
        rates=found,
        agreements=figures.agreements(units),
        overturned=figures.overturned(appeals, found),
    )


def mine(tx: ReadTx, actor: people.Actor) -> list[Own]:
    """Return the actor's own decisions that were looked at again, newest first.

    Of those in dispute nothing is told before somebody has said who is right. Nobody else gets
    this. Raises NotAllowed.
    """
    people.require(actor, Permission.REVIEW)
    told = [_own(unit) for unit in store.of_person(tx, actor.ref) if _is_told(unit)]
    return sorted(told, key=lambda one: one.at, reverse=True)


def _is_told(unit: Unit) -> bool:
    return unit.state in {UnitState.AGREED, UnitState.SETTLED}


def _own(unit: Unit) -> Own:
    at = unit.settled_at or unit.labelled_at
    assert unit.label is not None, "what agrees or is settled was answered"
    assert at is not None, "and when is on record"
    return Own(
        decision_id=unit.decision_id,
        item_id=unit.item_id,
        first=unit.first,
        second=unit.label.broke,
        state=unit.state,
        right=unit.right,
        why=unit.why,
        at=at,
    )


def _dispute(unit: Unit) -> Dispute:
    assert unit.label is not None, "what is in dispute was answered"
    assert unit.labelled_at is not None, "and when is on record"
    return Dispute(
        audit_id=unit.audit_id,
        decision_id=unit.decision_id,
        decided_by=unit.decided_by,
        first=unit.first,
        second=unit.label,
        at=unit.labelled_at,
    )


def _view(tx: ReadTx, row: Row) -> AuditView:
    closed_at, units = row["closed_at"], store.of_audit(tx, row["id"])
    return AuditView(
        id=row["id"],
        since=row["since"],
        until=row["until"],
        decisions=sum(row["strata"].values()),
        sample=row["sample"],
        least=row["least"],
        checkpoint_line=row["checkpoint_line"],
        digest=row["digest"],
        drawn_at=row["drawn_at"],
        closed_at=closed_at,
        opens_at=opening(closed_at, units),
        progress=progress(units),
    )


def _appeals(
    lines: Iterable[Mapping[str, Any]], *, since: str, until: str
) -> dict[str, tuple[int, int]]:
    """Count appeals of those restricted by decisions of a period: (granted, decided) by clause."""
    clauses: dict[str, str] = {}
    granted: Counter[str] = Counter()
    every: Counter[str] = Counter()
    for line in lines:
        data = line["data"]
        if line["type"] == "decision.made":
            if since <= line["at"] < until and data["clause"]:
                clauses[line["subject"]] = data["clause"]
        elif data["by"] == "affected" and data["decision_id"] in clauses:
            clause = clauses[data["decision_id"]]
            every[clause] += 1
            granted[clause] += data["outcome"] != "rejected"
    return {clause: (granted[clause], number) for clause, number in every.items()}
