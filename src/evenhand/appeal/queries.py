"""Looking at appeals: the appellant's with a receipt, the reviewer's at the appeal desk."""

from __future__ import annotations

from evenhand import decision, people, queue
from evenhand.appeal import store
from evenhand.appeal.errors import NoSuchAppeal, NotAnAppealTask
from evenhand.appeal.model import (
    AppealDesk,
    AppealState,
    AppealView,
    compare,
    verdict_from_dict,
)
from evenhand.db import ReadTx
from evenhand.people import Permission


def appeal(tx: ReadTx, actor: people.Actor, appeal_id: str) -> AppealView:
    """Return one appeal to staff. Raises NoSuchAppeal, NotAllowed."""
    people.require(actor, Permission.SEE_QUEUE)
    return store.view(store.load(tx, appeal_id))


def recent(tx: ReadTx, actor: people.Actor, *, limit: int = 50) -> list[AppealView]:
    """Return appeals, newest first."""
    people.require(actor, Permission.SEE_QUEUE)
    return [store.view(row) for row in store.recent(tx, limit=limit)]


def of_receipt(tx: ReadTx, actor: people.Actor) -> list[AppealView]:
    """Return the appeals the holder of a receipt has filed, oldest first."""
    if actor.kind != "receipt" or actor.subject_id is None:
        raise NoSuchAppeal("a receipt opens them")
    if actor.holder == "reporter":
        return [store.view(row) for row in store.of_report(tx, actor.subject_id)]
    rows = store.of_decision(tx, actor.subject_id)
    current = decision.for_receipt(tx, actor)
    if current is not None and current.id != actor.subject_id:
        rows += store.of_decision(tx, current.id)
    return [store.view(row) for row in rows if row["by"] == "affected"]


def for_delivery(tx: ReadTx, appeal_id: str) -> AppealView:
    """Return an appeal so that `delivery`'s texts can speak of it. Not for doors."""
    return store.view(store.load(tx, appeal_id))


def desk(tx: ReadTx, actor: people.Actor, task_id: str) -> AppealDesk:
    """Return the appeal desk; the first decision is there only once this actor has judged.

    Raises NoSuchTask, NotAnAppealTask, NotAllowed.
    """
    people.require(actor, Permission.JUDGE_APPEALS)
    task = queue.task(tx, actor, task_id)
    if task.appeal_id is None:
        raise NotAnAppealTask(task_id)
    row = store.load(tx, task.appeal_id)
    view = store.view(row)
    if view.state is AppealState.WAITING or (
        view.state is AppealState.JUDGED and row["judged_by"] != actor.id
    ):
        return AppealDesk(view, None, None, None)
    first = decision.current(tx, row["decision_id"])
    second = verdict_from_dict(row["blind"])
    return AppealDesk(view, second, first, compare(first, second, by=view.by))


def looked_before(tx: ReadTx, item_id: str) -> frozenset[str]:
    """Return the ids of staff who decided about an item or judged an appeal about it."""
    refs = [one.by_ref for one in decision.on_item(tx, people.SYSTEM, item_id)]
    deciders = {ref.removeprefix("staff:") for ref in refs if ref.startswith("staff:")}
    judges = {row["judged_by"] for row in store.on_item(tx, item_id) if row["judged_by"]}
    return frozenset(deciders | judges)


def count(tx: ReadTx) -> int:
    """Count all appeals."""
    return store.count(tx)
