"""Reading the policy: what binds people today, and what bound them on the day of a decision."""

from __future__ import annotations

from evenhand.db import ReadTx
from evenhand.policy import store
from evenhand.policy.model import Clause, Label, Policy


def policy(tx: ReadTx) -> Policy:
    """Return the whole policy, all versions of all clauses. It is public."""
    return Policy(tx.resources.service.name, store.every_version(tx), labels(tx))


def labels(tx: ReadTx) -> tuple[Label, ...]:
    """Return the labels that may be put on an item, in the order of their keys."""
    return tuple(label for _, label in store.newest_labels(tx).values())


def clauses(tx: ReadTx) -> tuple[Clause, ...]:
    """Return every clause in force now, in the order of its numbers."""
    return policy(tx).in_force(tx.now.date())


def clause(tx: ReadTx, key: str, version: int | None = None) -> Clause:
    """Return one clause: the version asked for, or the one in force now. Raises NoSuchClause."""
    part = Policy(tx.resources.service.name, store.versions_of(tx, key))
    if version is not None:
        return part.clause(key, version)
    return part.current(key, tx.now.date())
