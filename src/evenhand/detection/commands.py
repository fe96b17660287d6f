"""Recording what the detectors said about an item: all of it, in one line of the ledger."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from evenhand import people
from evenhand.db import Tx
from evenhand.detection import store
from evenhand.detection.errors import NothingToRecord
from evenhand.detection.model import Answer, Assessment
from evenhand.ledger.append import append


def record(tx: Tx, actor: people.Actor, item_id: str, assessments: Sequence[Assessment]) -> str:
    """Record one examination of an item and return its run id; the path goes on to the rules.

    Raises NothingToRecord without assessments.
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
