"""Recording what detectors said about an item: all that one examination left, in one line.

What failed is looked at again after a while, a few times, with all the time it needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final

from evenhand import people
from evenhand.db import Tx
from evenhand.detection import store
from evenhand.detection.errors import NothingToRecord
from evenhand.detection.model import Answer, Assessment
from evenhand.ledger import jobs
from evenhand.ledger.append import append

AGAIN: Final = "item.look_again"  # the kind of the job; its subject is the run that failed
AGAIN_AFTER: Final = (timedelta(seconds=30), timedelta(minutes=15), timedelta(hours=6))


def record(tx: Tx, actor: people.Actor, item_id: str, assessments: Sequence[Assessment]) -> str:
    """Record one examination of an item and return its run id; the path goes on to the rules.

    When something failed, another look is put down for later. Raises NothingToRecord without
    assessments.
    """
    if not assessments:
        raise NothingToRecord
    run = tx.new_id()
    store.save_assessments(
        tx, [_row(tx, item_id, run, at, one) for at, one in enumerate(assessments)]
    )
    made = [one.finding.hash for one in assessments if one.finding.hash is not None]
    for media_hash in {one.media_id: one for one in made}.values():
        store.save_hash(tx, media_hash)
    answers = Counter(one.finding.answer for one in assessments)
    if answers[Answer.FAILED]:
        _look_again_later(tx, item_id, run)
    append(
        tx,
        "item.assessed",
        subject=item_id,
        actor=actor.ref,
        public={
            "answers": {answer.value: answers[answer] for answer in Answer},
            "detectors": {one.detector: one.detector_version for one in assessments},
        },
    )
    return run


def record_again(
    tx: Tx, actor: people.Actor, run_id: str, assessments: Sequence[Assessment]
) -> str:
    """Record another examination of the item of a run, as `record` does."""
    return record(tx, actor, store.item_of_run(tx, run_id), assessments)


def _look_again_later(tx: Tx, item_id: str, run: str) -> None:
    looks = store.count_runs(tx, item_id)
    if looks <= len(AGAIN_AFTER):
        jobs.enqueue(tx, AGAIN, {"subject": run}, run_at=tx.now + AGAIN_AFTER[looks - 1])


def _row(tx: Tx, item_id: str, run: str, position: int, one: Assessment) -> dict[str, Any]:
    return {
        "id": tx.new_id(),
        "item_id": item_id,
        "run": run,
        "position": position,
        "media_id": one.finding.media_id,
        "field": one.finding.field,
        "detector": one.detector,
        "detector_version": one.detector_version,
        "answer": one.finding.answer.value,
        "entry_id": one.finding.entry_id,
        "evidence": dict(one.finding.evidence),
        "why": one.finding.why,
        "at": tx.now,
    }
