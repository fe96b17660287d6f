"""Items that rules hit or would have hit, with what came of them and where to go from there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evenhand import decision, intake, queue, rules
from evenhand.console.frame import Visit
from evenhand.decision import DecisionView
from evenhand.intake import ItemView
from evenhand.queue import TaskView
from evenhand.rules import VersionOnItem


@dataclass(frozen=True)
class Came:
    """An item, None when it is gone, the last decisions about it, and the task that is open."""

    id: str
    item: ItemView | None
    decisions: Sequence[DecisionView]
    task: TaskView | None


def came_of(visit: Visit, item_ids: Iterable[str]) -> dict[str, Came]:
    """Say of each item what it is, what was decided and whether it waits."""
    found = {}
    for item_id in dict.fromkeys(item_ids):
        try:
            item = visit.ask(intake.item, item_id)
        except intake.NoSuchItem:
            found[item_id] = Came(item_id, None, (), None)
            continue
        decisions = visit.ask(decision.on_item, item_id)[-2:]
        found[item_id] = Came(item_id, item, decisions, visit.house.ask(queue.open_task, item_id))
    return found


def shown_at_the_desk(
    hits: Sequence[VersionOnItem], *, decided: bool
) -> list[tuple[VersionOnItem, int]]:
    """Return the hits that whoever decides may see, each once and how often it came so.

    People's answers measure rules. Until the answer is given, the desk says nothing of rules in the
    shadow, which brought the item to nobody.
    """
    shown = [one for one in hits if decided or one.doing != "note"]
    times = Counter((one.version_id, one.doing, one.why) for one in shown)
    firsts = {(one.version_id, one.doing, one.why): one for one in reversed(shown)}
    return [(firsts[alike], count) for alike, count in times.items()]


def hits_at_the_desk(visit: Visit, item_id: str, *, decided: bool) -> dict[str, object]:
    """Collect what a desk shows of rules: which hit the item, and which could not look at it."""
    return {
        "rule_hits": shown_at_the_desk(visit.ask(rules.versions_on, item_id), decided=decided),
        "rules_failed": visit.ask(rules.failed_on, item_id),
        "decided": decided,
    }
