"""From event to next command: the whole of what Evenhand does by itself, in one table.

Read it top to bottom and you know what happens to an item or a report before a person sees it.
All steps of an event run in one transaction together with the end of its job, so each happens
exactly once. A step that takes long looks first, outside that transaction, and then acts.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from evenhand import appeal, decision, detection, people, queue, rules

if TYPE_CHECKING:
    from evenhand.db import ReadTx, Tx


@dataclass(frozen=True)
class Step:
    """One command, told in words; `look` is its slow part and hands what it found to `act`."""

    says: str
    act: Callable[..., object]
    look: Callable[[ReadTx, str], Any] | None = None

    def take(self, tx: Tx, subject: str, found: Any) -> None:
        """Carry the step out on a subject, in the caller's transaction."""
        if self.look is None:
            self.act(tx, subject)
        else:
            self.act(tx, people.SYSTEM, subject, found)


def _reopen_what_rested_on(tx: Tx, entry_id: str) -> None:
    """Take back what was only proposed, and bring back every item whose decision rested on it."""
    rules.reconsider_entry(tx, entry_id)
    for _, item_id, harm in decision.resting_on(tx, entry_id):
        queue.reopen(tx, item_id, harm=harm)


def _lift_what_ran_out(tx: Tx, measure_id: str) -> None:
    """Lift a measure whose time has run out, unless it was undone before that."""
    with suppress(decision.AlreadyEnded):
        decision.end_measure(tx, measure_id)


NEXT: Final[dict[str, tuple[Step, ...]]] = {
    "item.received": (
        Step("detectors look, and leave assessments", detection.record, look=detection.examine),
    ),
    "item.assessed": (Step("rules meet the assessments, and propose", rules.evaluate_item),),
    "report.received": (Step("rules meet the report, and propose", rules.evaluate_report),),
    "rules.proposed": (
        Step("what a rule may hold is held, with notice", decision.hold_proposed),
        Step("what needs a person joins the queue", queue.take_proposals),
    ),
    "appeal.filed": (Step("somebody else is asked to judge", appeal.open_task),),
    "entry.withdrawn": (Step("what rested on it is opened again", _reopen_what_rested_on),),
}

#: What becomes due at a time that a decision set, by the kind of its job.
AT_ITS_TIME: Final[dict[str, tuple[Step, ...]]] = {
    "measure.end": (Step("a measure that ran out is lifted", _lift_what_ran_out),),
}

STEPS: Final[dict[str, tuple[Step, ...]]] = NEXT | AT_ITS_TIME
