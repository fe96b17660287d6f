"""What waits now, by what is known of it: its queue, clause, rule, detector or language.

A task counts once under each value that its item has: two rules that proposed something about one
item each have its task. Rows are not about one person, neither of the staff nor outside.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from evenhand import detection, intake, people, policy, rules
from evenhand.db import ReadTx
from evenhand.queue import store
from evenhand.queue.model import QUEUE_TITLES, OpenTask

_NOTHING: Final = (None,)


class By(StrEnum):
    """What open tasks are told apart by."""

    QUEUE = "queue"
    CLAUSE = "clause"
    RULE = "rule"
    DETECTOR = "detector"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True)
class LiveCount:
    """Open tasks that have one value in common; a key of None says that they have none.

    `timed` have a deadline, `overdue` are past it, and `due` is the next that is still to come.
    """

    key: str | None
    title: str
    waiting: int
    claimed: int
    timed: int
    overdue: int
    oldest: datetime
    due: datetime | None

    @property
    def open(self) -> int:
        """Return how many there are."""
        return self.waiting + self.claimed


@dataclass(frozen=True, slots=True)
class Live:
    """What waits at an instant; `total` counts each task once, and is None where none waits."""

    by: By
    at: datetime
    rows: tuple[LiveCount, ...]
    total: LiveCount | None


def live(tx: ReadTx, actor: people.Actor, by: By) -> Live:
    """Count open tasks by one thing known of them, the most first. Raises NotAllowed.

    Queues come in the order of the console's rail. Exercises are left out.
    """
    people.require(actor, people.Permission.SEE_NUMBERS)
    tasks = store.every_open(tx, tx.now)
    named = _named(tx, by)
    groups: defaultdict[str | None, list[OpenTask]] = defaultdict(list)
    keys = _keys(tx, by, tasks)
    for task in tasks:
        for key in keys.get(task.id) or _NOTHING:
            groups[key].append(task)
    rows = [_count(key, named.get(key or "", key or ""), of, tx.now) for key, of in groups.items()]
    if by is By.QUEUE:
        rail = list(QUEUE_TITLES)
        rows.sort(key=lambda row: rail.index(row.key) if row.key in rail else len(rail))
    else:
        rows.sort(key=lambda row: (row.key is None, -row.open, row.title))
    total = _count(None, "", tasks, tx.now) if tasks else None
    return Live(by, tx.now, tuple(rows), total)


def _keys(tx: ReadTx, by: By, tasks: Sequence[OpenTask]) -> Mapping[str, Sequence[str]]:
    """Return the values of each task."""
    if by is By.QUEUE:
        return {task.id: [task.queue] for task in tasks}
    item_ids = sorted({task.item_id for task in tasks})
    found: Iterable[tuple[str, str | None]]
    if by is By.LANGUAGE:
        found = intake.languages_of(tx, item_ids)
    elif by is By.DETECTOR:
        found = detection.finders_of(tx, item_ids)
    else:
        proposed = rules.proposers_of(tx, item_ids)
        clause = by is By.CLAUSE
        found = {(one.item_id, one.clause_key if clause else one.rule) for one in proposed}
    of_item: defaultdict[str, set[str]] = defaultdict(set)
    for item_id, key in found:
        if key:
            of_item[item_id].add(key)
    return {task.id: sorted(of_item.get(task.item_id, ())) for task in tasks}


def _named(tx: ReadTx, by: By) -> Mapping[str, str]:
    """Return how values are called that are not called what they are."""
    if by is By.QUEUE:
        return QUEUE_TITLES
    if by is By.CLAUSE:
        return {one.key: f"{one.number} {one.title}" for one in policy.clauses(tx)}
    return {}


def _count(key: str | None, title: str, tasks: Sequence[OpenTask], now: datetime) -> LiveCount:
    due = [task.due_at for task in tasks if task.due_at is not None]
    return LiveCount(
        key=key,
        title=title,
        waiting=sum(not task.held for task in tasks),
        claimed=sum(task.held for task in tasks),
        timed=len(due),
        overdue=sum(one < now for one in due),
        oldest=min(task.opened_at for task in tasks),
        due=min((one for one in due if one >= now), default=None),
    )
