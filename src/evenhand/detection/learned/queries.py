"""Reading what was learned: versions and cards for people, weights for the detector."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import lru_cache
from typing import Final

from evenhand import evidence, people
from evenhand.db import ReadTx, Row
from evenhand.detection.errors import DetectorFailed
from evenhand.detection.learned import store
from evenhand.detection.learned.classifier import VERSION_CHARS, Classifier, from_bytes
from evenhand.detection.learned.errors import ClassifierDamaged, NoSuchClassifier
from evenhand.detection.learned.model import (
    AlarmView,
    ClassifierView,
    InForce,
    Report,
    Scored,
    TrainingView,
)
from evenhand.detection.learned.training import Current

LOADED_MAX: Final = 64
TRAININGS_MAX: Final = 200
VERSION_CHARS_MIN: Final = 6


def classifiers(tx: ReadTx, actor: people.Actor) -> list[ClassifierView]:
    """Return every version of every clause, newest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_NUMBERS)
    return [store.view(row) for row in store.model_rows(tx, store.models.c.id.is_not(None))]


def classifier(tx: ReadTx, actor: people.Actor, name: str) -> ClassifierView:
    """Return one version by its id, or by the first digits of its version.

    Raises NotAllowed, NoSuchClassifier.
    """
    found = [
        one
        for one in classifiers(tx, actor)
        if one.id == name or (len(name) >= VERSION_CHARS_MIN and one.sha256.startswith(name))
    ]
    if len(found) != 1:
        raise NoSuchClassifier
    return found[0]


def trainings(tx: ReadTx, actor: people.Actor, *, limit: int = 20) -> list[TrainingView]:
    """Return the trainings asked for last, the latest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_NUMBERS)
    return store.load_trainings(
        tx, store.trainings.c.id.is_not(None), limit=min(limit, TRAININGS_MAX)
    )


def training(tx: ReadTx, training_id: str) -> TrainingView:
    """Return one training. For the worker and the shell. Raises NoSuchClassifier."""
    found = store.load_trainings(tx, store.trainings.c.id == training_id)
    if not found:
        raise NoSuchClassifier
    return found[0]


def last_training(tx: ReadTx, clause_key: str) -> TrainingView | None:
    """Return the training asked for last under a clause, or None. For the worker."""
    found = store.load_trainings(tx, store.trainings.c.clause_key == clause_key)
    return found[0] if found else None


def alarms(tx: ReadTx, actor: people.Actor, model_id: str | None = None) -> list[AlarmView]:
    """Return the alarms about one version or about all, the latest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_NUMBERS)
    return store.load_alarms(tx, model_id)


def in_force(tx: ReadTx) -> tuple[InForce, ...]:
    """Return the versions in force with their weights, as the detector asks them.

    Weights are read once in a process. Raises DetectorFailed when they cannot be had.
    """
    return tuple(
        InForce(
            id=row["id"],
            clause_key=row["clause_key"],
            version=row["sha256"][:VERSION_CHARS],
            thresholds=(report := Report.from_dict(row["report"])).thresholds,
            languages=report.languages,
            classifier=_weights(tx, row),
        )
        for row in store.rows_in_force(tx)
    )


def versions_in_force(tx: ReadTx) -> list[ClassifierView]:
    """Return the versions in force without their weights. For the worker."""
    return [store.view(row) for row in store.rows_in_force(tx)]


def current(tx: ReadTx, clause_key: str) -> Current | None:
    """Return the version in force under a clause, to be measured beside a new one, or None."""
    for row in store.rows_in_force(tx, clause_key):
        return Current(row["sha256"], _weights(tx, row))
    return None


def clauses_of_standing(tx: ReadTx, ids: Collection[str]) -> dict[str, str]:
    """Return the clause keys of those of these versions that were not retired. For other rooms."""
    return store.clauses_of(tx, ids)


def looks_since(tx: ReadTx, since: datetime, *, limit: int) -> list[tuple[str, Scored | None]]:
    """Return (item id, what was said) of the newest looks since an instant. For other rooms."""
    return store.looks_since(tx, since, limit=limit)


def _weights(tx: ReadTx, row: Row) -> Classifier:
    """Read a version's weights from the vault, or from this process. Raises DetectorFailed."""
    known = _loaded().get(row["id"])
    if known is not None:
        return known
    try:
        content, _ = evidence.read_object(tx, row["object_id"])
        made = from_bytes(content, sha256=row["sha256"])
    except (evidence.EvidenceError, ClassifierDamaged) as why:
        raise DetectorFailed(str(why)) from why
    if len(_loaded()) >= LOADED_MAX:
        _loaded().clear()
    _loaded()[row["id"]] = made
    return made


@lru_cache(maxsize=1)
def _loaded() -> dict[str, Classifier]:
    """Keep what this process has loaded, by version id; a version's content never changes."""
    return {}
