"""Asking again: filed by the person affected or the reporter, judged by somebody else, blind."""

from __future__ import annotations

from evenhand import decision, intake, people, policy, queue, review
from evenhand.appeal import store
from evenhand.appeal.errors import (
    AppealedAlready,
    FirstDecider,
    JudgedAlready,
    NotAnAppealTask,
    NothingToAppeal,
    NotJudgedYet,
    TooLate,
    TooShort,
)
from evenhand.appeal.model import (
    EXPLANATION_WORDS_MIN,
    TEXT_CHARS_MAX,
    TEXT_WORDS_MIN,
    AppealOutcome,
    AppealState,
    check_answer,
    compare,
    verdict_from_dict,
    verdict_to_dict,
)
from evenhand.appeal.queries import looked_before
from evenhand.db import Row, Tx
from evenhand.decision import DecisionView, Outcome, Restitution, ReversedBy, Verdict
from evenhand.ledger.append import append
from evenhand.policy import Harm
from evenhand.queue import TaskKind, TaskView


def file(tx: Tx, actor: people.Actor, *, text: str) -> str:
    """Ask for a second look with a receipt; return the appeal's id.

    A person affected may appeal what was done to them, a reporter that nothing was done (DSA
    Art. 20(1)). Raises NothingToAppeal, TooLate, AppealedAlready, TooShort.
    """
    said = _enough(text, TEXT_WORDS_MIN)
    first = decision.for_receipt(tx, actor)
    if first is None or not _open_to(actor, first):
        raise NothingToAppeal
    if tx.now > first.appeal_until:
        raise TooLate(first.appeal_until.date().isoformat())
    tx.lock(f"decision:{first.id}")
    report_id = actor.subject_id if actor.holder == "reporter" else None
    for before in store.on_item(tx, first.item_id):
        mine = before["by"] == actor.holder and before["report_id"] == report_id
        waits = before["state"] != AppealState.DECIDED.value
        if mine and (before["decision_id"] == first.id or waits):
            raise AppealedAlready(before["id"])
    appeal_id = tx.new_id()
    store.insert(
        tx,
        {
            "id": appeal_id,
            "decision_id": first.id,
            "item_id": first.item_id,
            "account_id": first.account_id,
            "report_id": report_id,
            "by": actor.holder,
            "text": said[:TEXT_CHARS_MAX],
            "state": AppealState.WAITING.value,
            "filed_at": tx.now,
        },
    )
    _tell(tx, store.load(tx, appeal_id), "appeal_received")
    append(
        tx,
        "appeal.filed",
        subject=appeal_id,
        actor=actor.ref,
        public={"decision_id": first.id, "by": actor.holder, **_about_report(tx, report_id)},
        private={"text": said},
    )
    return appeal_id


def _about_report(tx: Tx, report_id: str | None) -> dict[str, object]:
    """Say, for the public count, what sort of report an appeal is about; nothing of who sent it."""
    if report_id is None:
        return {}
    report = intake.report(tx, people.SYSTEM, report_id)
    return {"basis": report.basis.value, "trusted": report.trusted}


def open_task(tx: Tx, appeal_id: str) -> str:
    """Put an appeal into the queue, kept from everybody who decided or judged the item before."""
    row = store.load(tx, appeal_id)
    first = decision.current(tx, row["decision_id"])
    return queue.open_appeal(
        tx,
        appeal_id=appeal_id,
        item_id=row["item_id"],
        harm=_harm(tx, first),
        not_for=sorted(looked_before(tx, row["item_id"])),
    )


def judge(tx: Tx, actor: people.Actor, task_id: str, verdict: Verdict) -> None:
    """Write down a second judgement, made before the first decision is shown.

    It cannot be changed afterwards; only when its judge has left the task does the next one judge
    anew, blind as well. Raises NeedsAnAnswer, VerdictIncomplete, JudgedAlready,
    FirstDecider, NotYours.
    """
    task, row = _task_and_appeal(tx, actor, task_id)
    if row["state"] == AppealState.DECIDED.value or row["judged_by"] == actor.id:
        raise JudgedAlready(row["id"])
    first = decision.current(tx, row["decision_id"])
    if first.by_ref == actor.ref:
        raise FirstDecider(row["id"])
    check_answer(verdict)
    _check_complete(tx, verdict, task, first)
    queue.unblind(tx, task_id)
    _keep_siblings_from(tx, actor, row)
    store.change(
        tx,
        row["id"],
        state=AppealState.JUDGED.value,
        judged_by=actor.id,
        judged_at=tx.now,
        blind=verdict_to_dict(verdict),
    )
    append(
        tx,
        "appeal.judged",
        subject=row["id"],
        actor=actor.ref,
        public={
            "decision_id": row["decision_id"],
            "outcome": verdict.outcome.value,
            "measures": [measure.value for measure in verdict.measures],
        },
        private=verdict_to_dict(verdict),
    )


def conclude(tx: Tx, actor: people.Actor, task_id: str, *, explanation: str) -> AppealOutcome:
    """Conclude an appeal after reading the first decision, with an explanation for the person.

    What it comes to follows from the two judgements. Granting undoes the first decision and all
    that followed from it. Raises NotJudgedYet, TooShort, NotYours.
    """
    task, row = _task_and_appeal(tx, actor, task_id)
    if row["state"] != AppealState.JUDGED.value or row["judged_by"] != actor.id:
        raise NotJudgedYet(row["id"])
    said = _enough(explanation, EXPLANATION_WORDS_MIN)
    first = decision.current(tx, row["decision_id"])
    second = verdict_from_dict(row["blind"])
    outcome = compare(first, second, by=row["by"])
    restitution, new_decision = None, None
    if outcome is AppealOutcome.REJECTED or first.reversed_at is not None:
        # What was reversed meanwhile, after another appeal, is not decided a second time.
        review.finish(tx, actor, task_id, outcome=outcome.value)
    else:
        restitution = decision.reverse(
            tx, actor, first.id, by=ReversedBy.APPEAL, appeal_id=row["id"], tell=False
        )
        new_decision = decision.decide_for(tx, actor, task, second)
    _save(tx, row["id"], outcome, said, restitution, new_decision)
    _tell(tx, store.load(tx, row["id"]), "appeal_decided")
    append(
        tx,
        "appeal.decided",
        subject=row["id"],
        actor=actor.ref,
        public={
            "decision_id": first.id,
            "outcome": outcome.value,
            "by": row["by"],
            "new_decision_id": new_decision,
        },
        private={"explanation": said},
    )
    return outcome


def _keep_siblings_from(tx: Tx, actor: people.Actor, row: Row) -> None:
    """Keep other appeals about the same item from whoever is about to read its first decision."""
    for other in store.on_item(tx, row["item_id"]):
        if other["id"] != row["id"] and other["state"] != AppealState.DECIDED.value:
            queue.keep_from(tx, actor, appeal_id=other["id"], why="judged_sibling")


def _save(
    tx: Tx,
    appeal_id: str,
    outcome: AppealOutcome,
    explanation: str,
    restitution: Restitution | None,
    new_decision: str | None,
) -> None:
    store.change(
        tx,
        appeal_id,
        state=AppealState.DECIDED.value,
        outcome=outcome.value,
        explanation=explanation,
        decided_at=tx.now,
        new_decision_id=new_decision,
        undone=list(restitution.undone) if restitution else None,
        not_undone=list(restitution.not_undone) if restitution else None,
    )


def _task_and_appeal(tx: Tx, actor: people.Actor, task_id: str) -> tuple[TaskView, Row]:
    task = review.held_task(tx, actor, task_id)
    if task.kind is not TaskKind.APPEAL or task.appeal_id is None:
        raise NotAnAppealTask(task_id)
    return task, store.load(tx, task.appeal_id)


def _check_complete(tx: Tx, verdict: Verdict, task: TaskView, first: DecisionView) -> None:
    """Hold a second judgement to the same completeness as a first one."""
    decision.check_complete(tx, verdict, task.account_id, without=first.id)


def _open_to(actor: people.Actor, first: DecisionView) -> bool:
    """Tell whether this holder may appeal this decision."""
    if first.reversed_at is not None or first.outcome is Outcome.ESCALATED:
        return False
    if actor.holder == "affected":
        return first.outcome is Outcome.VIOLATION
    return first.outcome is not Outcome.VIOLATION


def _harm(tx: Tx, first: DecisionView) -> Harm:
    if first.clause is not None:
        return policy.clause(tx, first.clause.key, first.clause.version).harm
    return queue.reporting(tx, first.item_id).harm or Harm.OTHER


def _enough(text: str, words: int) -> str:
    said = text.strip()
    # Scripts without spaces write a sentence as one "word"; two characters count as one there.
    if len(said.split()) < words and (said.isascii() or len(said) < words * 2):
        raise TooShort
    return said


def _tell(tx: Tx, row: Row, template: str) -> None:
    """Tell the appellant how it stands, on the channels that are known."""
    ids = {"appeal_id": row["id"], "decision_id": row["decision_id"]}
    if row["by"] == "reporter":
        intake.tell_reporter(
            tx,
            template,
            report_id=row["report_id"],
            identity_id=intake.identity_of_report(tx, row["report_id"]),
            subject=row["id"],
            ids=ids,
        )
        return
    account = intake.account(tx, row["account_id"])
    assert account is not None, "only the holder of an account's receipt is affected"
    decision.tell_account(tx, template, subject=row["id"], ids=ids, account=account)
