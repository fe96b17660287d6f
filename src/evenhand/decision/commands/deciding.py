"""The verbs of the room: a person decides a task, a rule holds what it proposed to hold."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand import intake, people, policy, queue, review, rules
from evenhand.db import Tx
from evenhand.decision import store
from evenhand.decision.commands import following
from evenhand.decision.commands.making import Maker, Matter, make
from evenhand.decision.errors import AppealNeedsSecondLook
from evenhand.decision.model import Outcome, Verdict
from evenhand.policy import Basis, Measure
from evenhand.queue import TaskKind, TaskView


def decide(tx: Tx, actor: people.Actor, task_id: str, verdict: Verdict) -> str:
    """Decide a task the actor holds; return the decision's id.

    Everything that follows is written with it: measures, strikes, effects, messages, the
    reporters' answers. Raises VerdictIncomplete, NotYours, LeaseEnded, AppealNeedsSecondLook.
    """
    task = review.held_task(tx, actor, task_id)
    if task.kind is TaskKind.APPEAL:
        raise AppealNeedsSecondLook(task_id)
    return decide_for(tx, actor, task, verdict)


def decide_for(tx: Tx, actor: people.Actor, task: TaskView, verdict: Verdict) -> str:
    """Decide a task that the caller has checked is the actor's to decide."""
    item = intake.item(tx, actor, task.item_id)
    proposals = rules.proposals_of(tx, actor, task.item_id)
    found = any(proposal.report_id is None for proposal in proposals)
    maker = Maker(actor, actor.name, detected_automatically=found)
    cited = _entries_cited(proposals)
    matter = Matter(item, task, Basis(task.origin.value), evidence=cited)
    decision_id = make(tx, maker, matter, verdict)
    if verdict.outcome is Outcome.ESCALATED:
        queue.escalate(tx, actor, task.id, why=verdict.note)
        return decision_id
    following.replace_holds(tx, item, decision_id)
    if verdict.clause_key is not None:
        clause = policy.clause(tx, verdict.clause_key)
        following.strike(tx, decision_id, matter, verdict, clause)
        following.bank(tx, actor, decision_id, item, verdict)
    review.finish(tx, actor, task.id, outcome=verdict.outcome.value)
    return decision_id


def hold_proposed(tx: Tx, item_id: str) -> str | None:
    """Let a rule hold an item until a person has looked, reversibly and with notice.

    Returns the hold's id, or None when no hold is proposed, the item is held already, or a
    person has found this very item to be fine.
    """
    tx.lock(f"item:{item_id}")
    proposed = [p for p in rules.untaken(tx, item_id) if p.action == "hold"]
    if not proposed:
        return None
    rules.mark_taken(tx, [p.id for p in proposed])
    if _settled_already(tx, item_id):
        return None
    first = proposed[0]
    assert first.clause_key is not None, "a hold names its clause"
    actor = people.rule_actor(first.rule, first.rule_version)
    item = intake.item(tx, people.SYSTEM, item_id)
    verdict = Verdict(
        outcome=Outcome.VIOLATION,
        clause_key=first.clause_key,
        measures=(Measure.HIDE,),
        facts=(
            f"Part of your {item.kind} matches an entry in a list of known material that this "
            "service keeps. It waits, unseen by others, until a person has looked at it."
        ),
        reasons=(
            "The list holds material that was confirmed to break this rule, and the match is "
            "close enough to wait for a person rather than be shown meanwhile."
        ),
    )
    maker = Maker(actor, actor.name, by_rule=True, detected_automatically=True)
    cited = _entries_cited(proposed)
    matter = Matter(item, None, Basis.OWN_INITIATIVE, evidence=cited, provisional=True)
    return make(tx, maker, matter, verdict)


def _entries_cited(proposals: Sequence[rules.ProposalView]) -> tuple[str, ...]:
    """Return the bank entries that proposals rest on, so that a withdrawal finds the decision."""
    return tuple(sorted({entry for p in proposals for entry in p.evidence.get("entry_ids", ())}))


def _settled_already(tx: Tx, item_id: str) -> bool:
    """Tell whether a hold or a person's word stands on this very version of an item."""
    settling = {Outcome.VIOLATION.value, Outcome.NO_VIOLATION.value}
    return any(
        row["outcome"] in settling
        for row in store.on_item(tx, item_id)
        if row["reversed_at"] is None and row["superseded_by"] is None
    )
