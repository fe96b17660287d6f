"""What is on its way, what arrived and what was given up, as staff see it."""

from __future__ import annotations

import sqlalchemy as sa

from evenhand import ledger, people
from evenhand.db import ReadTx
from evenhand.delivery import store
from evenhand.delivery.model import EFFECT, Attempt, Delivery, State, StuckStep
from evenhand.kit.ids import short

ROWS_MAX = 200


def outbox(
    tx: ReadTx, actor: people.Actor, state: State | str, *, limit: int = 50
) -> list[Delivery]:
    """Return deliveries in one state, oldest first. Raises NotAllowed; ValueError on no state."""
    people.require(actor, people.Permission.SEE_QUEUE)
    rows = ledger.outbox.in_state(tx, State(state).value, limit=min(limit, ROWS_MAX))
    return [_delivery(row) for row in rows]


def dead_letters(tx: ReadTx, actor: people.Actor, *, limit: int = 50) -> list[Delivery]:
    """Return what was given up and waits for a person, oldest first. Raises NotAllowed."""
    return outbox(tx, actor, State.DEAD, limit=limit)


def effects_of(tx: ReadTx, actor: people.Actor, decision_id: str) -> list[Delivery]:
    """Return every effect of a decision with where it stands, oldest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    rows = ledger.outbox.about(tx, [decision_id])
    return [_delivery(row) for row in rows if row["kind"] == EFFECT]


def attempts(tx: ReadTx, actor: people.Actor, outbox_id: str) -> list[Attempt]:
    """Return every attempt at one delivery, oldest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return store.attempts_of(tx, outbox_id)


def counts(tx: ReadTx, actor: people.Actor) -> dict[State, int]:
    """Count deliveries by state, every state named. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    found = dict.fromkeys(State, 0)
    for (_kind, state), count in ledger.outbox.counts(tx).items():
        found[State(state)] += count
    return found


def stuck_steps(tx: ReadTx, actor: people.Actor, *, limit: int = 50) -> list[StuckStep]:
    """Return the steps of the path that were given up, oldest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return [
        StuckStep(
            id=row["id"],
            event=row["kind"],
            subject=row["subject"],
            attempts=row["attempt"],
            error=row["error"],
            made_at=row["made_at"],
        )
        for row in ledger.jobs.dead(tx, limit=min(limit, ROWS_MAX))
    ]


def _delivery(row: sa.RowMapping) -> Delivery:
    return Delivery(
        id=row["id"],
        short=short(row["id"]),
        kind=row["kind"],
        subject=row["subject"],
        payload=row["payload"],
        state=State(row["state"]),
        attempts=row["attempt"],
        made_at=row["made_at"],
        run_at=row["run_at"],
        done_at=row["done_at"],
        error=row["error"],
    )
