"""Asking for a training and ending it, putting a version in force, retiring it, raising an alarm.

Nothing here happens by itself but the training: a person puts a version in force, after seeing how
it did beside the one before.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from evenhand import evidence, people, policy
from evenhand.db import Row, Tx
from evenhand.detection.learned import store
from evenhand.detection.learned.classifier import VERSION_CHARS
from evenhand.detection.learned.errors import (
    AlreadyInForce,
    AlreadyRaised,
    AlreadyRetired,
    NeedsAReason,
    NoSuchClassifier,
    NothingNew,
    NotLearnable,
    TrainingEnded,
    TrainingWaits,
)
from evenhand.detection.learned.model import (
    CONFIDENCE,
    CONFIDENCE_MAX,
    CONFIDENCE_MIN,
    Drift,
    State,
    Trained,
    TrainingState,
    TrainingView,
)
from evenhand.ledger.append import append
from evenhand.policy import Harm

WHY_CHARS_MAX: Final = 1_000
MEDIA_TYPE: Final = "application/x-evenhand-classifier"
UNLEARNABLE: Final = frozenset({Harm.CHILD_SAFETY})


@dataclass(frozen=True)
class Learned:
    """What a training came to: a version and where its weights are staged, or why there is none."""

    trained: Trained | None = None
    staged: evidence.Staged | None = None
    refused: str = ""


def ask_training(
    tx: Tx, actor: people.Actor, clause_key: str, *, why: str, confidence: float = CONFIDENCE
) -> str:
    """Ask that a classifier learn from what people decided under a clause; return the training.

    A worker takes it up. Raises NotAllowed, NeedsAReason, NotLearnable, TrainingWaits, ValueError
    for a confidence out of bounds, or policy's NoSuchClause.
    """
    people.require(actor, people.Permission.MANAGE_MODELS)
    why = _reason(why)
    if not CONFIDENCE_MIN <= confidence <= CONFIDENCE_MAX:
        raise ValueError(f"a confidence from {CONFIDENCE_MIN} to {CONFIDENCE_MAX}")
    clause = policy.clause(tx, clause_key)
    if clause.harm in UNLEARNABLE:
        raise NotLearnable
    tx.lock(f"training:{clause_key}")
    waiting = store.trainings.c.state == TrainingState.WAITING.value
    if store.load_trainings(tx, waiting & (store.trainings.c.clause_key == clause_key)):
        raise TrainingWaits
    training_id = tx.new_id()
    store.insert_training(
        tx,
        {
            "id": training_id,
            "clause_key": clause_key,
            "confidence": confidence,
            "state": TrainingState.WAITING.value,
            "asked_by": actor.ref,
            "asked_why": why,
            "asked_at": tx.now,
            "says": "It waits for a worker.",
        },
    )
    append(
        tx,
        "training.asked",
        subject=training_id,
        actor=actor.ref,
        public={"clause": clause_key, "clause_version": clause.version},
        private={"why": why},
    )
    return training_id


def end_training(tx: Tx, actor: people.Actor, training_id: str, found: Learned) -> str | None:
    """Record what a training came to; return the new version's id, or None without one.

    Raises TrainingEnded, NoSuchClassifier.
    """
    wanted = store.load_trainings(tx, store.trainings.c.id == training_id)
    if not wanted:
        raise NoSuchClassifier
    asked = wanted[0]
    tx.lock(f"training:{asked.clause_key}")
    if asked.state is not TrainingState.WAITING:
        raise TrainingEnded
    trained, says = found.trained, found.refused
    if trained is not None:
        known = store.model_of(tx, asked.clause_key, trained.sha256)
        if known is not None:
            says = str(NothingNew(trained.sha256[:VERSION_CHARS]))
    if trained is None or found.staged is None or says:
        _refuse(tx, actor, asked, says)
        return None
    model_id = _keep(tx, asked, trained, found.staged)
    says = f"It came to version {trained.sha256[:VERSION_CHARS]}."
    store.change_training(
        tx,
        training_id,
        state=TrainingState.DONE.value,
        ended_at=tx.now,
        says=says,
        model_id=model_id,
    )
    append(
        tx,
        "model.trained",
        subject=model_id,
        actor=actor.ref,
        public={"training": training_id, **_figures(asked, trained)},
        private={"asked_by": asked.asked_by},
    )
    return model_id


def enforce(tx: Tx, actor: people.Actor, model_id: str, *, why: str) -> None:
    """Put a version in force in place of the one before; what rested on that goes on to.

    Raises NotAllowed, NeedsAReason, NoSuchClassifier, AlreadyInForce, AlreadyRetired.
    """
    people.require(actor, people.Permission.MANAGE_MODELS)
    row, why = _standing(tx, model_id), _reason(why)
    if row["state"] == State.IN_FORCE.value:
        raise AlreadyInForce
    before = store.rows_in_force(tx, row["clause_key"])
    for one in before:
        store.change_model(tx, one["id"], state=State.REPLACED.value)
    store.change_model(
        tx,
        model_id,
        state=State.IN_FORCE.value,
        enforced_at=tx.now,
        enforced_by=actor.ref,
        enforced_why=why,
    )
    append(
        tx,
        "model.enforced",
        subject=model_id,
        actor=actor.ref,
        public={**_named(row), "replaces": before[0]["id"] if before else None},
        private={"why": why},
    )


def retire(tx: Tx, actor: people.Actor, model_id: str, *, why: str) -> None:
    """Retire a version for good; the path goes on to what rested on it (charter, promise 9).

    Its weights are destroyed: it does not come back. Raises NotAllowed, NeedsAReason,
    NoSuchClassifier, AlreadyRetired.
    """
    people.require(actor, people.Permission.MANAGE_MODELS)
    row, why = _standing(tx, model_id), _reason(why)
    store.change_model(
        tx,
        model_id,
        state=State.RETIRED.value,
        retired_at=tx.now,
        retired_by=actor.ref,
        retired_why=why,
    )
    evidence.shred(tx, row["object_id"])
    append(
        tx,
        "model.retired",
        subject=model_id,
        actor=actor.ref,
        public={**_named(row), "was": row["state"]},
        private={"why": why},
    )


def raise_alarm(tx: Tx, actor: people.Actor, model_id: str, drift: Drift) -> str:
    """Record that a stream of a version drifted; return the alarm's id. Nothing else changes.

    Raises NotAllowed, NoSuchClassifier, AlreadyRetired, AlreadyRaised.
    """
    people.require(actor, people.Permission.MANAGE_MODELS)
    row = _standing(tx, model_id)
    for known in store.load_alarms(tx, model_id):
        if known.drift.stream is drift.stream and known.drift.noticed_at >= drift.noticed_at:
            raise AlreadyRaised
    alarm_id = store.insert_alarm(tx, model_id, drift)
    append(
        tx,
        "model.drifted",
        subject=model_id,
        actor=actor.ref,
        public={
            **_named(row),
            "stream": drift.stream.value,
            "before_per_mille": _per_mille(drift.before),
            "after_per_mille": _per_mille(drift.after),
            "seen": drift.seen,
        },
    )
    return alarm_id


def _refuse(tx: Tx, actor: people.Actor, asked: TrainingView, says: str) -> None:
    store.change_training(
        tx, asked.id, state=TrainingState.REFUSED.value, ended_at=tx.now, says=says
    )
    append(
        tx,
        "training.refused",
        subject=asked.id,
        actor=actor.ref,
        public={"clause": asked.clause_key},
        private={"says": says, "asked_by": asked.asked_by},
    )


def _keep(tx: Tx, asked: TrainingView, trained: Trained, staged: evidence.Staged) -> str:
    model_id = tx.new_id()
    store.insert_model(
        tx,
        {
            "id": model_id,
            "clause_key": asked.clause_key,
            "clause_version": policy.clause(tx, asked.clause_key).version,
            "sha256": trained.sha256,
            "size_bytes": len(trained.content),
            "object_id": evidence.keep(tx, staged),
            "state": State.TRAINED.value,
            "report": trained.report.to_dict(),
            "training_id": asked.id,
            "trained_at": tx.now,
            "asked_by": asked.asked_by,
        },
    )
    return model_id


def _figures(asked: TrainingView, trained: Trained) -> dict[str, Any]:
    """Give a version's counts and measures as whole numbers; None where there were too few."""
    report, measured = trained.report, trained.report.measured
    return {
        "clause": asked.clause_key,
        "version": trained.sha256,
        "broke": report.broke,
        "fine": report.fine,
        "kept_aside": measured.kept,
        "confidence_per_mille": _per_mille(report.thresholds.confidence),
        "auc_per_mille": _per_mille(measured.auc),
        "calibration_error_per_mille": _per_mille(measured.calibration_error),
        "thresholds": {
            "propose": report.thresholds.auto_from is not None,
            "let_be": report.thresholds.ignore_below is not None,
        },
    }


def _named(row: Row) -> dict[str, Any]:
    return {"clause": row["clause_key"], "version": row["sha256"]}


def _per_mille(number: float | None) -> int | None:
    return None if number is None else round(number * 1000)


def _standing(tx: Tx, model_id: str) -> Row:
    """Load a version that stands, alone with it. Raises NoSuchClassifier, AlreadyRetired."""
    row = store.model_by_id(tx, model_id)
    if row is None:
        raise NoSuchClassifier
    tx.lock(f"classifier:{row['clause_key']}")
    row = store.model_by_id(tx, model_id)
    assert row is not None, "versions are never deleted"
    if row["state"] == State.RETIRED.value:
        raise AlreadyRetired
    return row


def _reason(why: str) -> str:
    said = why.strip()[:WHY_CHARS_MAX]
    if not said:
        raise NeedsAReason
    return said
