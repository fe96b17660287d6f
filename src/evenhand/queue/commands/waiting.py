"""Opening, joining, holding and closing tasks. Many reports on one item join one task."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from evenhand import intake, people, rules
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.policy import Harm
from evenhand.queue import store
from evenhand.queue.errors import TaskClosed
from evenhand.queue.model import (
    BLIND,
    CHECK_LINE,
    ESCALATED_QUEUE,
    QUIET,
    SEVERITY,
    URGENT_QUEUE,
    Facts,
    Origin,
    TaskKind,
    TaskState,
    TaskView,
    opened_line,
    priority,
    queue_of,
    total,
    worse,
)
from evenhand.queue.reporting import Reporting
from evenhand.queue.reporting import reporting as reporting_on


def take_proposals(tx: Tx, item_id: str) -> str | None:
    """Open a task for what rules proposed about an item, or let it join the open one.

    Returns the task's id, or None when nothing was waiting to be taken.
    """
    tx.lock(f"item:{item_id}")
    proposed = [p for p in rules.untaken(tx, item_id) if p.action == "enqueue"]
    if not proposed:
        return None
    rules.mark_taken(tx, [p.id for p in proposed])
    harm = Harm(proposed[0].harm)
    for proposal in proposed[1:]:
        harm = worse(harm, Harm(proposal.harm))
    known = any(proposal.evidence.get("confirmed", False) for proposal in proposed)
    current = store.open_task_of(tx, item_id)
    if current is None:
        return _open(tx, TaskKind.REVIEW, item_id, harm=harm, known=known)
    _refresh(tx, current, harm=harm, known=known or store.is_known(tx, current.id))
    return current.id


def withdraw(tx: Tx, item_id: str) -> str | None:
    """Take the open task of an item back when nobody is needed any more; return its id.

    Only one that waits for a first look, that nobody has ever held or reported into, and that no
    proposal stands behind: what a person asked for or began, a person answers.
    """
    tx.lock(f"item:{item_id}")
    task = store.open_task_of(tx, item_id)
    if task is None or task.kind is not TaskKind.REVIEW or task.state is not TaskState.WAITING:
        return None
    standing = [p for p in rules.proposals_of(tx, people.SYSTEM, item_id) if not p.withdrawn]
    if standing or task.claim_number or reporting_on(tx, item_id).reports:
        return None
    store.change(tx, task.id, state=TaskState.CLOSED.value, closed_at=tx.now)
    append(
        tx,
        "task.withdrawn",
        subject=task.id,
        actor=people.SYSTEM.ref,
        public={"kind": task.kind.value, "harm": task.harm.value},
        private={"item_id": item_id},
    )
    return task.id


def reopen(tx: Tx, item_id: str, *, harm: Harm) -> str:
    """Bring an item back because what its decision rested on was withdrawn (promise 9)."""
    tx.lock(f"item:{item_id}")
    current = store.open_task_of(tx, item_id)
    if current is not None:
        return current.id
    return _open(tx, TaskKind.REOPENED, item_id, harm=harm, known=False)


def open_appeal(tx: Tx, *, appeal_id: str, item_id: str, harm: Harm, not_for: Sequence[str]) -> str:
    """Open the task of an appeal, kept from those who must not judge it (promise 3)."""
    tx.lock(f"appeal:{appeal_id}")
    known = store.open_for_appeal(tx, appeal_id)
    if known is not None:
        return known
    task_id = _open(tx, TaskKind.APPEAL, item_id, harm=harm, known=False, appeal_id=appeal_id)
    for staff_id in not_for:
        store.exclude(tx, task_id, staff_id, "first_decider")
    return task_id


def hold(tx: Tx, actor: people.Actor, task_id: str, *, until: datetime) -> TaskView:
    """Give a task to somebody until an instant. The caller has checked that they may have it."""
    task = store.load_locked(tx, task_id)
    if task.kind is TaskKind.APPEAL and task.claimed_by not in {None, actor.id}:
        store.change(tx, task_id, blind=True)
    number = task.claim_number + 1
    store.change(
        tx,
        task_id,
        state=TaskState.CLAIMED.value,
        claimed_by=actor.id,
        claim_number=number,
        lease_until=until,
    )
    append(tx, "task.claimed", subject=task_id, actor=actor.ref, public={"claim": number})
    return store.load(tx, task_id)


def extend(tx: Tx, task_id: str, *, until: datetime) -> None:
    """Move the end of a lease. A heartbeat changes nothing else, so it leaves no line."""
    store.change(tx, task_id, lease_until=until)


def release(tx: Tx, actor: people.Actor, task_id: str, *, skipped: str | None = None) -> None:
    """Put a task back. A skipped one never comes back to whoever skipped it."""
    task = store.load_locked(tx, task_id)
    store.change(
        tx,
        task_id,
        state=TaskState.WAITING.value,
        claimed_by=None,
        lease_until=None,
        blind=task.kind in BLIND,
    )
    if skipped is None:
        append(tx, "task.released", subject=task_id, actor=actor.ref, public={})
        return
    store.exclude(tx, task_id, actor.id, "skipped")
    append(
        tx,
        "task.skipped",
        subject=task_id,
        actor=actor.ref,
        public={},
        private={"reason": skipped},
    )


def escalate(tx: Tx, actor: people.Actor, task_id: str, *, why: str) -> None:
    """Hand a task to the escalation queue; it will not come back to whoever escalated it."""
    store.change(
        tx,
        task_id,
        queue=ESCALATED_QUEUE,
        state=TaskState.WAITING.value,
        claimed_by=None,
        lease_until=None,
    )
    store.exclude(tx, task_id, actor.id, "escalated")
    append(
        tx,
        "task.escalated",
        subject=task_id,
        actor=actor.ref,
        public={},
        private={"why": why},
    )


def keep_from(tx: Tx, actor: people.Actor, *, appeal_id: str, why: str) -> None:
    """Keep an appeal's task from somebody, and take it back if they hold it. The caller's line."""
    task_id = store.open_for_appeal(tx, appeal_id)
    if task_id is None:
        return
    store.exclude(tx, task_id, actor.id, why)
    task = store.load_locked(tx, task_id)
    if task.state is TaskState.CLAIMED and task.claimed_by == actor.id:
        release(tx, actor, task_id)


def unblind(tx: Tx, task_id: str) -> None:
    """Let the first decision be read: the second judgement is written down. The caller's line."""
    store.change(tx, task_id, blind=False)


def close(tx: Tx, actor: people.Actor, task_id: str, *, outcome: str) -> None:
    """Close a task for good. Raises TaskClosed when it is closed already.

    The line of a second look by lot or an exercise does not say who looked: from that anybody could
    work out how often one person is wrong.
    """
    task = store.load_locked(tx, task_id)
    if task.state is TaskState.CLOSED:
        raise TaskClosed(task_id)
    exercise = store.is_exercise(tx, task_id)
    quiet = task.kind in QUIET or exercise
    check = exercise and task.kind is TaskKind.REVIEW
    store.change(tx, task_id, state=TaskState.CLOSED.value, closed_at=tx.now, lease_until=None)
    append(
        tx,
        "task.closed",
        subject=task_id,
        actor=people.SYSTEM.ref if quiet else actor.ref,
        public={
            "outcome": outcome,
            "kind": CHECK_LINE if check else task.kind.value,
            "harm": task.harm.value,
        },
    )


def _open(
    tx: Tx,
    kind: TaskKind,
    item_id: str,
    *,
    harm: Harm,
    known: bool,
    appeal_id: str | None = None,
) -> str:
    """Write a new task with its priority and its clock."""
    task_id = tx.new_id()
    reporting = reporting_on(tx, item_id)
    item = intake.item(tx, people.SYSTEM, item_id)
    harm = worse(harm, reporting.harm) if reporting.harm else harm
    asked = _asked(tx, item_id)
    facts = _facts(kind, harm, known=known, reporting=reporting, reach=item.reach or 0)
    parts = priority(replace(facts, asked=asked.priority))
    queue = queue_of(kind, harm, urgent=asked.urgent)
    origin = Origin(reporting.basis) if reporting.basis else Origin.OWN_INITIATIVE
    store.insert(
        tx,
        task_id,
        kind,
        item,
        harm=harm,
        queue=queue,
        parts=parts,
        appeal_id=appeal_id,
        origin=origin.value,
        known=known,
        blind=kind is TaskKind.APPEAL,
        clock=reporting.clock,
        law=reporting.law,
        due_at=reporting.due_at,
        reports=reporting.reports,
    )
    append(
        tx,
        "task.reopened" if kind is TaskKind.REOPENED else "task.opened",
        subject=task_id,
        actor=people.SYSTEM.ref,
        public=opened_line(kind, harm, queue, origin, total(parts)),
        private={"item_id": item_id},
    )
    return task_id


def _refresh(tx: Tx, task: TaskView, *, harm: Harm, known: bool) -> None:
    """Weigh an open task again after something joined it."""
    reporting = reporting_on(tx, task.item_id)
    item = intake.item(tx, people.SYSTEM, task.item_id)
    harm = worse(task.harm, worse(harm, reporting.harm or harm))
    asked = _asked(tx, task.item_id)
    facts = _facts(task.kind, harm, known=known, reporting=reporting, reach=item.reach or 0)
    parts = priority(replace(facts, asked=asked.priority))
    queue = queue_of(task.kind, harm, urgent=asked.urgent)
    store.change(
        tx,
        task.id,
        harm=harm.value,
        severity=SEVERITY[harm],
        queue=task.queue if task.queue == ESCALATED_QUEUE else queue,
        priority=total(parts),
        why=[{"points": part.points, "says": part.says} for part in parts],
        known=known,
        origin=reporting.basis or task.origin.value,
        clock=reporting.clock or (task.clock.id if task.clock else None),
        law=reporting.law or (task.clock.law if task.clock else None),
        due_at=reporting.due_at or (task.clock.due_at if task.clock else None),
        reports=reporting.reports,
    )
    append(
        tx,
        "task.joined",
        subject=task.id,
        actor=people.SYSTEM.ref,
        public={
            "reports": reporting.reports,
            "reporters": reporting.reporters,
            "priority": total(parts),
        },
    )


@dataclass(frozen=True)
class _Asked:
    """What rules ask for about an item: a priority from 0 to 100, and whether it is urgent."""

    priority: int
    urgent: bool


def _asked(tx: Tx, item_id: str) -> _Asked:
    """Return the most that the rules which stand ask for."""
    standing = [p for p in rules.proposals_of(tx, people.SYSTEM, item_id) if not p.withdrawn]
    return _Asked(
        max((p.evidence.get("priority") or 0 for p in standing), default=0),
        any(p.evidence.get("queue") == URGENT_QUEUE for p in standing),
    )


def _facts(kind: TaskKind, harm: Harm, *, known: bool, reporting: Reporting, reach: int) -> Facts:
    return Facts(
        kind=kind,
        harm=harm,
        known_material=known,
        reporters=reporting.reporters,
        trusted=reporting.trusted,
        accurate_reporter=reporting.accurate,
        reach=reach,
    )
