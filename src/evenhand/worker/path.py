"""From event to next command: the whole of what Evenhand does by itself, in one table.

Read it top to bottom and you know what happens to an item or a report before a person sees it.
All steps of an event run in one transaction together with the end of its job, so each happens
exactly once. A step that takes long looks first, outside that transaction, and then acts.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from evenhand import appeal, banks, decision, detection, people, quality, queue, rules
from evenhand.worker.learning import learn
from evenhand.worker.trying import try_on_past

if TYPE_CHECKING:
    from evenhand.bootstrap import House
    from evenhand.db import ReadTx, Tx


@dataclass(frozen=True)
class Step:
    """One command, told in words; `look` is its slow part and hands what it found to `act`.

    What takes minutes is `watched` instead: it looks as well, and writes as it goes how far it is.
    """

    says: str
    act: Callable[..., object]
    look: Callable[[ReadTx, str], Any] | None = None
    watched: Callable[[House, str], Any] | None = None

    def see(self, house: House, subject: str) -> Any:
        """Do the slow part of the step, outside any transaction that writes."""
        if self.watched is not None:
            return self.watched(house, subject)
        return self.look and house.ask(self.look, subject)

    def take(self, tx: Tx, subject: str, found: Any) -> None:
        """Carry the step out on a subject, in the caller's transaction."""
        if self.look is None and self.watched is None:
            self.act(tx, subject)
        else:
            self.act(tx, people.SYSTEM, subject, found)


def _look(tx: ReadTx, item_id: str) -> list[detection.Assessment]:
    """Let detectors look; the costly ones only when a rule reads what they say."""
    return detection.examine(tx, item_id, needed=rules.detectors_read(tx))


def _look_again(tx: ReadTx, run_id: str) -> list[detection.Assessment]:
    """Let them look again, with all the time they need."""
    return detection.examine_again(tx, run_id, needed=rules.detectors_read(tx))


def _reopen_what_was_wrong(tx: Tx, ground: str) -> None:
    """Take back what was only proposed, and bring back every item whose decision rested on it.

    The ground is a detector that was taken back, or a version of a rule that was retired as wrong.
    """
    rules.take_back(tx, ground)
    _reopen(tx, ground)


def _reopen_what_rested_on(tx: Tx, ground_id: str) -> None:
    """Take back what was only proposed, and bring back every item whose decision rested on it.

    The ground is a bank entry that was withdrawn, or a version of a classifier that was retired.
    Detectors look at those items again, and at what was let pass because of it, so that whoever
    decides sees what is left.
    """
    rules.reconsider(tx, ground_id)
    _reopen(tx, ground_id)
    _look_again_at_what_was_fine(tx, [ground_id])


def _reopen(tx: Tx, ground_id: str) -> None:
    items = []
    for _, item_id, harm in decision.resting_on(tx, ground_id):
        queue.reopen(tx, item_id, harm=harm)
        items.append(item_id)
    detection.look_again(tx, items)


def _reconsider(tx: Tx, entry_ids: Sequence[str]) -> None:
    """Bring back what is held on entries that can hold it no more; what was decided stays."""
    for entry_id in entry_ids:
        rules.reconsider(tx, entry_id)
    items = []
    for _, item_id, harm in decision.unfounded_holds(tx, entry_ids):
        queue.reopen(tx, item_id, harm=harm)
        items.append(item_id)
    detection.look_again(tx, items)


def _reconsider_holds_on(tx: Tx, entry_id: str) -> None:
    """Bring back what is held on this entry alone; what it let pass as fine is looked at again."""
    _reconsider(tx, [entry_id])
    _look_again_at_what_was_fine(tx, [entry_id])


def _reconsider_holds_on_expired(tx: Tx, entry_id: str) -> None:
    """Do the same for all entries that were closed together with this one."""
    ids = banks.expired_with(tx, entry_id)
    cited = set(decision.entries_of_holds(tx)) & set(ids)
    _reconsider(tx, sorted(cited))
    _look_again_at_what_was_fine(tx, ids)


def _reconsider_holds_of_bank(tx: Tx, bank_id: str) -> None:
    """Do the same for all entries of a bank that was switched off or rolled back."""
    cited = banks.entries_by_id(tx, decision.entries_of_holds(tx))
    _reconsider(tx, [entry.id for entry in cited.values() if entry.bank_id == bank_id])
    bank = banks.bank_with_id(tx, bank_id)
    if bank.polarity is banks.Polarity.FINE:
        ids = [entry.id for entry in banks.exported(tx, people.SYSTEM, bank.name)]
        detection.look_again(tx, rules.items_matched(tx, ids))


def _look_again_at_what_was_fine(tx: Tx, entry_ids: Sequence[str]) -> None:
    """Look again at what was let pass because one of these knew it to be fine."""
    entries = banks.entries_by_id(tx, entry_ids).values()
    fine = [entry.id for entry in entries if entry.polarity is banks.Polarity.FINE]
    detection.look_again(tx, rules.items_matched(tx, fine))


def _search(tx: ReadTx, search_id: str) -> detection.Portion:
    """Search a portion of the past; what people found to break the same clause is left to them.

    The picture of an item they took down is often what was listed: it is not asked about again.
    """
    portion = detection.search_portion(tx, search_id)
    answered = decision.broke_by_people(tx, portion.items, portion.clause_key)
    return replace(portion, items=tuple(one for one in portion.items if one not in answered))


def _weigh_anew(tx: Tx, entry_id: str) -> None:
    """Look again at what a released entry matched while it counted for less."""
    detection.look_again(tx, rules.items_matched(tx, [entry_id], but_held=True))


def _lift_what_ran_out(tx: Tx, measure_id: str) -> None:
    """Lift a measure whose time has run out, unless it was undone before that."""
    with suppress(decision.AlreadyEnded):
        decision.end_measure(tx, measure_id)


def _close_what_ran_out(tx: Tx, bank_id: str) -> None:
    """Close the entries of a bank whose time is over."""
    banks.retire_expired(tx, people.SYSTEM, bank_id)


NEXT: Final[dict[str, tuple[Step, ...]]] = {
    "item.received": (Step("detectors look, and leave assessments", detection.record, look=_look),),
    "item.assessed": (
        Step("rules meet the assessments, and propose", rules.evaluate_item),
        Step("what waited for a look waits no more, once it succeeded", decision.end_wait),
    ),
    "report.received": (Step("rules meet the report, and propose", rules.evaluate_report),),
    "rules.proposed": (
        Step("what a rule may hold is held, with notice", decision.hold_proposed),
        Step("what needs a person joins the queue", queue.take_proposals),
    ),
    "rule.retired": (Step("what rested on it is opened again", _reopen_what_was_wrong),),
    "appeal.filed": (Step("somebody else is asked to judge", appeal.open_task),),
    "entry.added": (Step("the recent past is searched for it", detection.begin_search),),
    "entries.imported": (Step("the recent past is searched for them", detection.begin_search),),
    "entry.disabled": (Step("what is held on it alone is opened again", _reconsider_holds_on),),
    "entry.enabled": (Step("the recent past is searched for it", detection.begin_search),),
    "entry.quarantined": (Step("what is held on it alone is opened again", _reconsider_holds_on),),
    "entry.released": (Step("what it matched meanwhile is weighed anew", _weigh_anew),),
    "entries.expired": (
        Step("what is held on them alone is opened again", _reconsider_holds_on_expired),
    ),
    "entry.withdrawn": (Step("what rested on it is opened again", _reopen_what_rested_on),),
    "detector.withdrawn": (Step("what rested on it is opened again", _reopen_what_was_wrong),),
    "training.asked": (
        Step("a classifier learns from what people decided", detection.end_training, look=learn),
    ),
    "trial.asked": (Step("a rule is tried on the past", rules.end_trial, watched=try_on_past),),
    "model.retired": (Step("what rested on it is opened again", _reopen_what_rested_on),),
}

#: What takes so long that it has a loop of its own, so that no item waits behind it.
SLOW: Final = frozenset({"training.asked", "trial.asked"})

#: What becomes due without an event of its own, at once or at its time, by the kind of its job.
AT_ITS_TIME: Final[dict[str, tuple[Step, ...]]] = {
    "film.list": (
        Step(
            "the frames of a film that joined a bank are listed beside its bytes",
            detection.list_film,
            look=detection.film_of_entry,
        ),
    ),
    "rule.due": (Step("a measure that a rule proposes after a while", rules.evaluate_item),),
    "measure.end": (Step("a measure that ran out is lifted", _lift_what_ran_out),),
    detection.AGAIN: (
        Step(
            "what could not be looked at is looked at again",
            detection.record_again,
            look=_look_again,
        ),
    ),
    "item.again": (
        Step("detectors look again, and leave assessments", detection.record, look=_look),
    ),
    "search.portion": (
        Step(
            "the next portion of the past is searched",
            detection.go_on_searching,
            look=_search,
        ),
    ),
    "bank.widened": (Step("the recent past is searched for it", detection.begin_bank_search),),
    "bank.narrowed": (Step("what is held on it is opened again", _reconsider_holds_of_bank),),
    "bank.expiry": (Step("what ran out is closed", _close_what_ran_out),),
    quality.CHECK_DUE: (
        Step("a settled case joins the queue again, unmarked", quality.plant_check),
    ),
    "entry.back": (Step("the recent past is searched for it", detection.begin_search),),
}

STEPS: Final[dict[str, tuple[Step, ...]]] = NEXT | AT_ITS_TIME
