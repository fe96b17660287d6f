"""A person decides a task, and everything that follows is written with it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from evenhand import intake, people, policy, queue, review, rules
from evenhand.db import Tx
from evenhand.decision.commands import following
from evenhand.decision.commands.making import Maker, Matter, make
from evenhand.decision.errors import AppealNeedsSecondLook, AuditDecidesNothing
from evenhand.decision.model import Outcome, Verdict
from evenhand.policy import Basis
from evenhand.queue import TaskKind, TaskView

_NOTHING_BROKEN: Final = frozenset(
    {Outcome.NO_VIOLATION, Outcome.NOT_ENOUGH_INFORMATION, Outcome.OUT_OF_SCOPE}
)


def decide(tx: Tx, actor: people.Actor, task_id: str, verdict: Verdict) -> str:
    """Decide a task the actor holds; return the decision's id.

    Everything that follows is written with it: measures, strikes, effects, messages, the
    reporters' answers. Raises VerdictIncomplete, NotYours, LeaseEnded, AppealNeedsSecondLook,
    AuditDecidesNothing.
    """
    task = review.held_task(tx, actor, task_id)
    if task.kind is TaskKind.APPEAL:
        raise AppealNeedsSecondLook(task_id)
    if task.kind in {TaskKind.AUDIT, TaskKind.DISPUTE} or queue.is_exercise(tx, task_id):
        raise AuditDecidesNothing(task_id)
    return decide_for(tx, actor, task, verdict)


def decide_for(tx: Tx, actor: people.Actor, task: TaskView, verdict: Verdict) -> str:
    """Decide a task that the caller has checked is the actor's to decide."""
    item = intake.item(tx, actor, task.item_id)
    proposals = rules.proposals_of(tx, actor, task.item_id)
    found = any(_detected(proposal) for proposal in proposals)
    maker = Maker(actor, actor.name, detected_automatically=found)
    cited = entries_cited(proposals)
    matter = Matter(item, task, Basis(task.origin.value), evidence=cited)
    if task.kind is TaskKind.REOPENED and verdict.outcome in _NOTHING_BROKEN:
        following.undo_doubted(tx, actor, item)
    decision_id = make(tx, maker, matter, verdict)
    if verdict.outcome is Outcome.ESCALATED:
        queue.escalate(tx, actor, task.id, why=verdict.note)
        return decision_id
    following.replace_holds(tx, item, decision_id)
    if task.kind is TaskKind.REOPENED and verdict.outcome is Outcome.VIOLATION:
        following.replace_doubted(tx, item, decision_id)
    if verdict.clause_key is not None:
        clause = policy.clause(tx, verdict.clause_key)
        following.strike(tx, decision_id, matter, verdict, clause)
        following.bank(tx, actor, decision_id, item, verdict)
    review.finish(tx, actor, task.id, outcome=verdict.outcome.value)
    return decision_id


def _detected(proposal: rules.ProposalView) -> bool:
    """Tell whether automated means found something: a report, a lot or a failed look found none."""
    found_nothing = proposal.rule == rules.NOT_LOOKED_AT.id
    by_lot = proposal.evidence.get("chosen") == rules.AT_RANDOM
    return proposal.report_id is None and not found_nothing and not by_lot


def entries_cited(proposals: Sequence[rules.ProposalView]) -> tuple[str, ...]:
    """Return the entries, detectors, rules and classifiers (in their versions) proposals rest on.

    So a withdrawal finds the decision.
    """
    rests_on = ("entry_ids", "detectors", "model_ids", "rule_version_ids")
    return tuple(
        sorted({one for p in proposals for at in rests_on for one in p.evidence.get(at, ())})
    )
