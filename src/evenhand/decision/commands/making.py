"""Making a decision: one transaction holds the record, its effects, its messages and its line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any, Final

from evenhand import intake, people, policy
from evenhand.db import Tx
from evenhand.decision import store
from evenhand.decision.commands import telling
from evenhand.decision.errors import VerdictIncomplete
from evenhand.decision.letter import NoActionOutcome, NoActionReasons, no_action_to_dict
from evenhand.decision.model import (
    MeasureView,
    Outcome,
    Verdict,
    active_weight,
    verdict_problems,
)
from evenhand.decision.statement import (
    AutomatedDecision,
    Redress,
    StatementIncomplete,
    draft_statement,
    earliest_appeal_end,
    restrictions_for,
    to_dict,
)
from evenhand.kit.seal import Keyring
from evenhand.ledger import jobs
from evenhand.ledger.append import append
from evenhand.policy import TIMED, Basis, Clause, Measure
from evenhand.queue import TaskView

#: What stands for an item in the log's lines about decisions: keyed, and cut to so many characters.
ITEM_MARK: Final = "item in the log"
ITEM_MARK_CHARS: Final = 32


@dataclass(frozen=True)
class Maker:
    """Who decides, and how much of it is automatic."""

    actor: people.Actor
    name: str
    by_rule: bool = False
    detected_automatically: bool = False


@dataclass(frozen=True)
class Matter:
    """What is decided about: the item, the task it came in, and what led to it."""

    item: intake.ItemView
    task: TaskView | None
    source: Basis
    evidence: tuple[str, ...] = ()
    caused_by: str | None = None
    provisional: bool = False


def make(tx: Tx, maker: Maker, matter: Matter, verdict: Verdict) -> str:
    """Record a verdict as a decision, or raise VerdictIncomplete with all that is missing."""
    clause = policy.clause(tx, verdict.clause_key) if verdict.clause_key else None
    account = matter.item.account
    strikes = store.strikes_of(tx, account.id) if account else ()
    rung = None
    if clause is not None and not maker.by_rule:
        here = [s for s in strikes if s.clause_key == clause.key]
        rung = policy.least_restrictive(clause, active_weight(here, tx.now))
    labels = {label.key: label.says for label in policy.labels(tx)}
    missing = verdict_problems(
        verdict, clause, rung, now=tx.now, by_rule=maker.by_rule, labels=labels
    )
    if account is None and any(m.facts.target == "account" for m in verdict.measures):
        missing += ("The account behind this item is not known: choose measures on the item.",)
    if missing:
        raise VerdictIncomplete(missing)
    decision_id = tx.new_id()
    words = labels.get(verdict.label or "")
    statement = _statement(tx, maker, matter, verdict, clause, label=words)
    row = _row(tx, decision_id, maker, matter, verdict, clause)
    store.insert_decision(tx, row | {"statement": statement})
    taken = _take_measures(tx, decision_id, matter.item, verdict, label_says=words)
    notice = _tell(tx, decision_id, matter, verdict, clause, taken)
    _record(tx, decision_id, maker, matter, verdict, clause=clause, notice=notice)
    _settle_reports(tx, decision_id, matter, verdict)
    return decision_id


def redress(tx: Tx) -> Redress:
    """Return the ways to object, in the operator's words."""
    service = tx.resources.service
    return Redress(
        "Ask us to look again, free of charge. Somebody who did not take part will decide.",
        service.out_of_court,
        service.judicial,
    )


def _row(
    tx: Tx, decision_id: str, maker: Maker, matter: Matter, verdict: Verdict, clause: Clause | None
) -> dict[str, Any]:
    appeal_until = tx.now.replace(hour=23, minute=59, second=59, microsecond=0)
    appeal_until += earliest_appeal_end(tx.now.date()) - tx.now.date()
    delay = verdict.delay
    return {
        "id": decision_id,
        "task_id": matter.task.id if matter.task else None,
        "item_id": matter.item.id,
        "account_id": matter.item.account.id if matter.item.account else None,
        "outcome": verdict.outcome.value,
        "clause_key": clause.key if clause else None,
        "clause_version": clause.version if clause else None,
        "facts": verdict.facts.strip(),
        "reasons": verdict.reasons.strip(),
        "above_ladder_reason": verdict.above_ladder_reason,
        "no_action": _no_action(tx, verdict),
        "source": matter.source.value,
        "automated": maker.by_rule,
        "automated_detection": maker.detected_automatically,
        "by_ref": maker.actor.ref,
        "by_name": maker.name,
        "provisional": matter.provisional,
        "evidence": list(matter.evidence),
        "caused_by": matter.caused_by,
        "made_at": tx.now,
        "appeal_until": appeal_until,
        "notice_until": delay.until if delay else None,
        "notice_reason": delay.reason if delay else None,
    }


def _language(matter: Matter) -> str:
    account = matter.item.account
    return (account.language if account else None) or "en"


def _base_language(matter: Matter) -> str | None:
    """Return the language of whose matter it is, without its country, or None if unknown."""
    account = matter.item.account
    return account.language.partition("-")[0] if account and account.language else None


def _statement(
    tx: Tx,
    maker: Maker,
    matter: Matter,
    verdict: Verdict,
    clause: Clause | None,
    *,
    label: str | None,
) -> dict[str, Any] | None:
    """Draft the statement of reasons when anything is restricted. Raises VerdictIncomplete."""
    days = verdict.days if verdict.days and TIMED & set(verdict.measures) else None
    restrictions = restrictions_for(verdict.measures, tx.now.date(), days=days, label=label)
    if clause is None or not restrictions:
        return None
    reasons = verdict.reasons
    if verdict.above_ladder_reason:
        reasons = f"{reasons.strip()}\n{verdict.above_ladder_reason.strip()}"
    try:
        statement = draft_statement(
            issued_on=tx.now.date(),
            clause=clause,
            restrictions=restrictions,
            facts=verdict.facts,
            explanation=reasons,
            source=matter.source,
            automated_detection=maker.detected_automatically,
            automated_decision=AutomatedDecision.FULLY if maker.by_rule else AutomatedDecision.NONE,
            redress=redress(tx),
            language=_language(matter),
        )
    except StatementIncomplete as why:
        raise VerdictIncomplete(why.missing) from why
    return to_dict(statement)


REPORT_OUTCOMES = {
    Outcome.VIOLATION: intake.ReportOutcome.UPHELD,
    Outcome.NO_VIOLATION: intake.ReportOutcome.NOT_UPHELD,
    Outcome.NOT_ENOUGH_INFORMATION: intake.ReportOutcome.NOT_ENOUGH_INFORMATION,
    Outcome.DUPLICATE: intake.ReportOutcome.DUPLICATE,
    Outcome.OUT_OF_SCOPE: intake.ReportOutcome.OUT_OF_SCOPE,
}

_QUIET_REASONS = {
    Outcome.NO_VIOLATION: "A reviewer compared it with our rules and found none that it breaks.",
    Outcome.NOT_ENOUGH_INFORMATION: "What we were told and shown does not settle the question.",
    Outcome.DUPLICATE: "The same material was decided on before, and that decision still holds.",
    Outcome.OUT_OF_SCOPE: "It lies outside what our written rules and this service deal with.",
}


def _no_action(tx: Tx, verdict: Verdict) -> dict[str, Any] | None:
    """Write the answer reporters get when nothing is restricted (DSA Art. 16(5))."""
    if verdict.outcome not in _QUIET_REASONS:
        return None
    reasons = NoActionReasons(
        issued_on=tx.now.date(),
        outcome=NoActionOutcome(verdict.outcome.value),
        reasons=verdict.reasons.strip() or _QUIET_REASONS[verdict.outcome],
        automated_decision=AutomatedDecision.NONE,
        redress=redress(tx),
        appeal_until=earliest_appeal_end(tx.now.date()),
        language="en",
    )
    return no_action_to_dict(reasons)


def _take_measures(
    tx: Tx, decision_id: str, item: intake.ItemView, verdict: Verdict, *, label_says: str | None
) -> tuple[MeasureView, ...]:
    for measure in verdict.measures:
        target = measure.facts.target
        labels = measure is Measure.LABEL
        assert target == "item" or item.account is not None, "checked before"
        ends = None
        if measure in TIMED and verdict.days:
            ends = tx.now + timedelta(days=verdict.days)
        measure_id = tx.new_id()
        store.insert_measure(
            tx,
            {
                "id": measure_id,
                "decision_id": decision_id,
                "measure": measure.value,
                "target": target,
                "target_id": item.account.id if target == "account" and item.account else item.id,
                "starts": tx.now,
                "ends": ends,
                "label": verdict.label if labels else None,
                "label_says": label_says if labels else None,
            },
        )
        if ends is not None:
            jobs.enqueue(tx, "measure.end", {"subject": measure_id}, run_at=ends)
    return store.measures_of(tx, decision_id)


def _tell(
    tx: Tx,
    decision_id: str,
    matter: Matter,
    verdict: Verdict,
    clause: Clause | None,
    taken: Sequence[MeasureView],
) -> str:
    """Send the effects and tell the person affected; return how the telling stands."""
    if verdict.outcome is not Outcome.VIOLATION:
        return "nothing_to_tell"
    receipt = telling.affected_receipt(tx, decision_id, matter.item.account)
    telling.effects(
        tx,
        "apply",
        taken,
        decision_id=decision_id,
        item=matter.item,
        clause=clause,
        provisional=matter.provisional,
        receipt=None if verdict.delay else receipt,
    )
    return telling.to_account(
        tx,
        "decision_made",
        subject=decision_id,
        ids={"decision_id": decision_id},
        account=matter.item.account,
        receipt=receipt,
        not_before=verdict.delay.until if verdict.delay else None,
    )


def _record(
    tx: Tx,
    decision_id: str,
    maker: Maker,
    matter: Matter,
    verdict: Verdict,
    *,
    clause: Clause | None,
    notice: str,
) -> None:
    task = matter.task
    append(
        tx,
        "decision.made",
        subject=decision_id,
        actor=maker.actor.ref,
        public={
            "outcome": verdict.outcome.value,
            "clause": clause.key if clause else None,
            "clause_number": clause.number if clause else None,
            "clause_version": clause.version if clause else None,
            "clause_title": clause.title if clause else None,
            "harm": clause.harm.value if clause else (task.harm.value if task else None),
            "ground": clause.ground if clause else None,
            "dsa": _heading_line(clause),
            "measures": [_measure_line(measure, verdict) for measure in verdict.measures],
            "source": matter.source.value,
            "decided_by": "rule" if maker.by_rule else "person",
            "rule": maker.actor.id.split("@")[0] if maker.by_rule else None,
            "rule_version": int(maker.actor.id.split("@")[1]) if maker.by_rule else None,
            "automated_detection": maker.detected_automatically,
            "automated_decision": "fully" if maker.by_rule else "none",
            "provisional": matter.provisional,
            "item": item_mark(tx.resources.keys, matter.item.id),
            "task_id": task.id if task else None,
            "task_kind": task.kind.value if task else None,
            "task_opened_at": task.opened_at.isoformat() if task else None,
            "in_time": tx.now <= task.clock.due_at if task and task.clock else None,
            "reports": task.reports if task else 0,
            "notices": _notice_lines(tx, matter, verdict),
            "language": _base_language(matter),
            "caused_by": matter.caused_by,
            "notice": notice,
            "notice_until": verdict.delay.until.isoformat() if verdict.delay else None,
        },
        private={
            "facts": verdict.facts,
            "reasons": verdict.reasons,
            "above_ladder_reason": verdict.above_ladder_reason,
            "note": verdict.note,
            "notice_reason": verdict.delay.reason if verdict.delay else None,
        },
    )


def _heading_line(clause: Clause | None) -> dict[str, str | None] | None:
    """Write under which heading of the law's list a breach is counted, and what misuse it is."""
    if clause is None:
        return None
    misuse = {"misuse": clause.dsa.misuse} if clause.dsa.misuse else {}
    return {**asdict(policy.heading_of(clause)), **misuse}


def item_mark(keys: Keyring, item_id: str) -> str:
    """Return what stands for an item in decisions' lines: the same for each, and not its id.

    Decisions about one item can be counted together, and whoever is to judge it anew, unseen,
    cannot look the first answer up.
    """
    return keys.mac(item_id, purpose=ITEM_MARK)[:ITEM_MARK_CHARS]


def _notice_lines(tx: Tx, matter: Matter, verdict: Verdict) -> list[dict[str, Any]]:
    """Write of each legal notice that this answers what a yearly report counts: no one's id.

    `hours` is how long it waited, to the hour, as reports give it.
    """
    if matter.task is None or not matter.task.reports or not _settles(matter, verdict):
        return []
    open_reports = intake.undecided_of(tx, matter.item.id)
    return [
        {
            "harm": report.harm.value,
            "trusted": report.trusted,
            "hours": round((tx.now - report.received_at) / timedelta(hours=1)),
        }
        for report in open_reports
        if report.basis is intake.ReportBasis.NOTICE
    ]


def _settles(matter: Matter, verdict: Verdict) -> bool:
    """Tell whether the reports on the item have their answer, or the matter is still open."""
    return not (matter.provisional or matter.caused_by or verdict.outcome is Outcome.ESCALATED)


def _measure_line(measure: Measure, verdict: Verdict) -> dict[str, Any]:
    """Write a measure for the public: a label by its key, and never by words."""
    line = {"measure": measure.value, "days": verdict.days if measure in TIMED else None}
    return line | ({"label": verdict.label} if measure is Measure.LABEL and verdict.label else {})


def _settle_reports(tx: Tx, decision_id: str, matter: Matter, verdict: Verdict) -> None:
    """Give the reports on the item their answer, unless the matter is not settled yet."""
    if not _settles(matter, verdict):
        return
    settled = intake.settle_reports(
        tx, matter.item.id, REPORT_OUTCOMES[verdict.outcome], decision_id=decision_id
    )
    telling.to_reporters(
        tx, "report_decided", settled, subject=decision_id, ids={"decision_id": decision_id}
    )
