"""Drawing an audit, answering a second look, saying which of two answers is right, the end.

An answer changes nothing by itself. Where a lead finds a decision wrong, it is put right in the
ways there are: what was restricted is undone, and what has to be decided anew joins the queue.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from evenhand import (
    appeal,
    decision,
    detection,
    intake,
    ledger,
    people,
    policy,
    queue,
    review,
    rules,
)
from evenhand.db import Tx
from evenhand.decision import ReversedBy
from evenhand.kit.clock import stamp
from evenhand.ledger.append import append
from evenhand.people import Permission
from evenhand.policy import Harm
from evenhand.quality import published, sampling, store
from evenhand.quality.errors import (
    AlreadyDrawn,
    AlreadyPublished,
    AuditClosed,
    LabelIncomplete,
    NeedsAReason,
    NotADispute,
    NotALabelTask,
    NotSeenYet,
    PeriodRefused,
    SampleTooLarge,
)
from evenhand.quality.model import (
    NOTE_CHARS_MAX,
    NOTHING_BROKEN,
    REASON_WORDS_MIN,
    SAMPLE_MAX,
    Label,
    Right,
    Unit,
    UnitState,
    broke,
    is_done,
    label_problems,
    opening,
)
from evenhand.quality.sampling import Decided, Stratum
from evenhand.queue import TaskKind


def draw(
    tx: Tx, actor: people.Actor, *, since: datetime, until: datetime, sample: int, least: int = 2
) -> str:
    """Draw an audit from the decisions of a period, `until` exclusive; return its id.

    Each drawn decision becomes a second look in the queue, kept from whoever looked before. Raises
    NotAllowed, PeriodRefused, AlreadyDrawn, NoCheckpointYet, NothingToDraw, SampleTooSmall,
    SampleTooLarge.
    """
    people.require(actor, Permission.MANAGE_QUALITY)
    if not since < until <= tx.now:
        raise PeriodRefused
    if sample > SAMPLE_MAX:
        raise SampleTooLarge(f"An audit draws {SAMPLE_MAX} decisions at most.")
    tx.lock("audits")
    before = store.every_audit(tx)
    for other in before:
        if other["since"] < until and since < other["until"]:
            raise AlreadyDrawn(f"{other['id']} was drawn from some of these days already.")
    audit_id = f"audit-{len(before) + 1}"
    first, end = stamp(since), stamp(until)
    seeded = sampling.seeded_by(ledger.events(tx, ["checkpoint.published"]), until=end)
    made = ledger.events(tx, ["decision.made"], since=since, until=until)
    found = sampling.population(made, since=first, until=end, size=seeded.size)
    strata = sampling.draw(found, seeded.seed(audit_id), sample=sample, least=least)
    told = sampling.told(strata, seeded, since=first, until=end, sample=sample, least=least)
    store.insert_audit(
        tx,
        {
            "id": audit_id,
            "since": since,
            "until": until,
            "sample": sample,
            "least": least,
            "checkpoint_line": seeded.line,
            "digest": told["digest"],
            "strata": {one.key: one.size for one in strata},
            "drawn_at": tx.now,
        },
    )
    append(tx, "audit.drawn", subject=audit_id, actor=actor.ref, public=told)
    store.insert_units(tx, _units(tx, audit_id, strata, {one.id: one for one in found}))
    return audit_id


def _units(
    tx: Tx, audit_id: str, strata: Iterable[Stratum], by_id: Mapping[str, Decided]
) -> list[dict[str, Any]]:
    """Open a second look for every drawn decision; return the rows that keep them."""
    return [
        _unit(tx, audit_id, stratum.key, by_id[drawn])
        for stratum in strata
        for drawn in stratum.drawn
    ]


def _unit(tx: Tx, audit_id: str, stratum: str, one: Decided) -> dict[str, Any]:
    harm = Harm(one.harm) if one.harm else Harm.OTHER
    item_id, by = decision.made_about(tx, one.id)
    account = intake.item(tx, people.SYSTEM, item_id).account
    kept_from = _kept_from(tx, item_id)
    proposed = rules.proposals_of(tx, people.SYSTEM, item_id)
    found = detection.assessments(tx, people.SYSTEM, item_id)
    return {
        "id": tx.new_id(),
        "audit_id": audit_id,
        "stratum": stratum,
        "decision_id": one.id,
        "item_id": item_id,
        "task_id": queue.open_audit(tx, item_id, harm=harm, not_for=sorted(kept_from)),
        "by": by,
        "decided_by": one.decided_by,
        "outcome": one.outcome,
        "clause_key": one.clause,
        "harm": harm.value,
        "answer": one.answer.value,
        "language": account.language if account else None,
        "detectors": sorted(
            {each.detector for each in found if each.answer is detection.Answer.FOUND}
        ),
        "rules": sorted({each.rule for each in proposed} | ({one.rule} if one.rule else set())),
        "state": UnitState.WAITING.value,
    }


def _kept_from(tx: Tx, item_id: str) -> frozenset[str]:
    """Return the ids of staff who decided about an item, judged it, or looked at it by lot."""
    by_lot = {unit.labelled_by for unit in store.of_item(tx, item_id) if unit.labelled_by}
    return appeal.looked_before(tx, item_id) | by_lot


def label(tx: Tx, actor: people.Actor, task_id: str, answer: Label) -> UnitState:
    """Answer a second look that the actor holds; nothing follows from it by itself.

    Raises NotALabelTask, LabelIncomplete, NotYours, LeaseEnded, NotAllowed.
    """
    task = review.held_task(tx, actor, task_id)
    unit = store.of_task(tx, task_id)
    if task.kind is not TaskKind.AUDIT or unit is None:
        raise NotALabelTask(task_id)
    missing = label_problems(answer, {clause.key for clause in policy.clauses(tx)})
    if missing:
        raise LabelIncomplete(missing)
    agrees = answer.broke == unit.first
    state = UnitState.AGREED if agrees else UnitState.DISPUTED
    dispute_id = None
    if not agrees:
        kept_from = sorted(_kept_from(tx, unit.item_id) | {actor.id})
        dispute_id = queue.open_dispute(tx, unit.item_id, harm=task.harm, not_for=kept_from)
    note = answer.note.strip()[:NOTE_CHARS_MAX]
    store.change_unit(
        tx,
        unit.id,
        state=state.value,
        label_outcome=answer.outcome.value,
        label_clause=answer.clause_key,
        label_note=note,
        dispute_id=dispute_id,
        labelled_by=actor.id,
        labelled_at=tx.now,
    )
    queue.unblind(tx, task_id)
    review.finish(tx, actor, task_id, outcome="looked_at")
    append(
        tx,
        "audit.labelled",
        subject=unit.id,
        actor=people.SYSTEM.ref,
        public={"audit_id": unit.audit_id},
        private={
            "by": actor.ref,
            "decision_id": unit.decision_id,
            "stratum": unit.stratum,
            "agrees": agrees,
            "outcome": answer.outcome.value,
            "clause": answer.clause_key,
            "note": note,
        },
    )
    _close_when_done(tx, unit.audit_id)
    return state


def settle(
    tx: Tx, actor: people.Actor, task_id: str, *, right: Right, why: str, put_right: bool = True
) -> str | None:
    """Say which of two answers is right, and have what was wrong put right.

    What the decision restricted is undone when it was wrong to; where a rule was broken after all,
    or another one, the item comes back to be decided. Returns that task's id, if there is one.
    Raises NotADispute, NeedsAReason, NotYours, LeaseEnded, NotAllowed.
    """
    review.held_task(tx, actor, task_id)
    unit = store.of_dispute(tx, task_id)
    if unit is None:
        raise NotADispute(task_id)
    said = why.strip()[:NOTE_CHARS_MAX]
    if len(said.split()) < REASON_WORDS_MIN:
        raise NeedsAReason
    store.change_unit(
        tx,
        unit.id,
        state=UnitState.SETTLED.value,
        right_answer=right.value,
        why=said,
        settled_by=actor.id,
        settled_at=tx.now,
    )
    append(
        tx,
        "audit.settled",
        subject=unit.id,
        actor=actor.ref,
        public={"audit_id": unit.audit_id},
        private={
            "decision_id": unit.decision_id,
            "stratum": unit.stratum,
            "right": right.value,
            "why": said,
        },
    )
    review.finish(tx, actor, task_id, outcome="settled")
    _close_when_done(tx, unit.audit_id)
    if right is Right.FIRST or not put_right:
        return None
    return _put_right(tx, actor, unit, right)


def _put_right(tx: Tx, actor: people.Actor, unit: Unit, right: Right) -> str | None:
    """Undo a restriction that was wrong, and bring back what a person has to decide anew.

    What was put right meanwhile, by an appeal or by a person's decision after a hold, stays.
    """
    assert unit.label is not None, "what is in dispute was answered"
    wanted = unit.label.broke if right is Right.SECOND else None
    current = decision.current(tx, unit.decision_id)
    stands = NOTHING_BROKEN
    if current.stands:
        stands = broke(current.outcome.value, current.clause.key if current.clause else None)
    if stands == wanted:
        return None
    if stands != NOTHING_BROKEN and (wanted is not None or stands == unit.first):
        decision.reverse(tx, actor, current.id, by=ReversedBy.REVIEW)
    if wanted == NOTHING_BROKEN:
        return None
    harm = policy.clause(tx, wanted).harm if wanted else Harm(unit.harm)
    return queue.reopen(tx, unit.item_id, harm=harm)


def close(tx: Tx, actor: people.Actor, audit_id: str) -> None:
    """End an audit before all was looked at; what waits is taken back.

    Its figures open a week after the last dispute is settled. Raises NoSuchAudit, AuditClosed,
    NotAllowed.
    """
    people.require(actor, Permission.MANAGE_QUALITY)
    tx.lock("audits")
    if store.load_audit(tx, audit_id)["closed_at"] is not None:
        raise AuditClosed(audit_id)
    for unit in store.of_audit(tx, audit_id):
        if unit.state is UnitState.WAITING:
            queue.take_back(tx, unit.task_id)
            store.change_unit(tx, unit.id, state=UnitState.LEFT.value)
    _close(tx, actor, audit_id, store.of_audit(tx, audit_id))


def _close_when_done(tx: Tx, audit_id: str) -> None:
    tx.lock("audits")
    units = store.of_audit(tx, audit_id)
    if store.load_audit(tx, audit_id)["closed_at"] is None and is_done(units):
        _close(tx, people.SYSTEM, audit_id, units)


def _close(tx: Tx, actor: people.Actor, audit_id: str, units: Sequence[Unit]) -> None:
    """Write down the end, and how many answers there are: not yet what they found."""
    store.change_audit(tx, audit_id, closed_at=tx.now)
    looked_at = sum(unit.answered for unit in units)
    public = {"drawn": len(units), "looked_at": looked_at}
    append(tx, "audit.closed", subject=audit_id, actor=actor.ref, public=public)


def publish(tx: Tx, actor: people.Actor, audit_id: str) -> None:
    """Publish what an audit found, from which anybody can compute its rate.

    Not before everybody whose decisions were drawn could see what came of theirs for a week.
    Groups about which fewer than three people decided are put together; of too little, nothing is
    told but how much there was. Raises NotSeenYet, AlreadyPublished, NoSuchAudit, NotAllowed.
    """
    people.require(actor, Permission.MANAGE_QUALITY)
    tx.lock("audits")
    row, units = store.load_audit(tx, audit_id), store.of_audit(tx, audit_id)
    opens_at = opening(row["closed_at"], units)
    if opens_at is None or tx.now < opens_at:
        raise NotSeenYet(audit_id)
    if ledger.line_of(tx, "audit.counted", audit_id) is not None:
        raise AlreadyPublished(audit_id)
    public = published.counted(units, row["strata"])
    append(tx, published.COUNTED, subject=audit_id, actor=actor.ref, public=public)
