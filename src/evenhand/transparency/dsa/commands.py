"""Where each statement stands with the Commission's database is written down as it changes.

A statement is `sending` from before it leaves until its answer is known, so that after a crash it
is asked about rather than sent again. What is refused, or may not be sent, waits for a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from evenhand import decision, people
from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.people import Permission
from evenhand.transparency import store
from evenhand.transparency.dsa.checking import BATCH_MAX, KNOWN_FIELDS
from evenhand.transparency.dsa.errors import NotHeld
from evenhand.transparency.dsa.queries import PAGE, Prepared, State, prepare

LOCK: Final = "dsa-statements"


@dataclass(frozen=True, slots=True)
class Taken:
    """Bodies that are to be sent together, and how the others of a page were found.

    `after` is the last decision looked at, or None when there is none left.
    """

    bodies: tuple[dict[str, Any], ...]
    held: int
    not_owed: int
    after: str | None


def take(
    tx: Tx,
    actor: people.Actor,
    *,
    since: datetime,
    until: datetime,
    after: str | None = None,
    limit: int = BATCH_MAX,
) -> Taken:
    """Mark up to `limit` statements of a period as being sent, and return their bodies.

    What may not be sent is held, and what is not owed is noted, so that neither is looked at
    again. Raises NotAllowed.
    """
    people.require(actor, Permission.RESEND)
    tx.lock(LOCK)
    page = decision.with_statements(tx, actor, since=since, until=until, after=after, limit=PAGE)
    again = {row["decision_id"] for row in store.in_state(tx, [State.AGAIN])} & set(page)
    known = store.known(tx, page) - again
    bodies: list[dict[str, Any]] = []
    held = not_owed = 0
    last = after
    for decision_id in page:
        if len(bodies) == limit:
            return Taken(tuple(bodies), held, not_owed, last)
        last = decision_id
        if decision_id in known:
            continue
        one = prepare(tx, actor, decision_id)
        if one.not_owed is not None:
            not_owed += 1
            store.put(tx, decision_id, State.NOT_OWED, detail=asdict(one.not_owed))
        elif one.may_be_sent and one.body is not None:
            bodies.append(one.body)
            store.put(tx, decision_id, State.SENDING)
        else:
            held += 1
            _hold(tx, actor, one)
    return Taken(tuple(bodies), held, not_owed, last if len(page) == PAGE else None)


def _hold(tx: Tx, actor: people.Actor, one: Prepared) -> None:
    assert one.checked is not None, "what is owed was checked"
    faults = [asdict(fault) for fault in one.checked.faults]
    _put_held(tx, actor, one.decision_id, State.HELD, faults)


def _put_held(
    tx: Tx, actor: people.Actor, decision_id: str, state: State, faults: list[dict[str, Any]]
) -> None:
    before = store.load(tx, decision_id)
    cut = bool(before and before["detail"].get("cut"))
    store.put(tx, decision_id, state, detail={"faults": faults, "cut": cut})
    append(
        tx,
        "statement.held",
        subject=decision_id,
        actor=actor.ref,
        public={"state": state.value, "fields": sorted({_own(fault["field"]) for fault in faults})},
    )


def _own(field: str) -> str:
    """Return the name of a field of a body; what the database calls otherwise may be anything."""
    name = field.partition(".")[0]
    return name if name in KNOWN_FIELDS else "other"


def record_stored(
    tx: Tx, actor: people.Actor, puids: Sequence[str], uuids: Mapping[str, str]
) -> None:
    """Write down that the database holds these statements now; one line names them all.

    What was written down before, by another run at the same time, is not said twice.
    """
    people.require(actor, Permission.RESEND)
    tx.lock(LOCK)
    fresh = [puid for puid in puids if _state(tx, puid) is not State.STORED]
    for puid in fresh:
        store.put(tx, puid, State.STORED, uuid=uuids.get(puid))
    if fresh:
        append(
            tx,
            "statements.submitted",
            subject=tx.new_id(),
            actor=actor.ref,
            public={"count": len(fresh), "decisions": sorted(fresh)},
        )


def _state(tx: Tx, decision_id: str) -> State | None:
    row = store.load(tx, decision_id)
    return None if row is None else State(row["state"])


def record_refused(
    tx: Tx, actor: people.Actor, faults: Mapping[str, Mapping[str, Sequence[str]]]
) -> None:
    """Write down that the database refused these statements, by puid, and with which sentences."""
    people.require(actor, Permission.RESEND)
    for puid, fields in faults.items():
        said = [{"field": name, "says": " ".join(says)} for name, says in fields.items()]
        _put_held(tx, actor, puid, State.REFUSED, said)


def release(tx: Tx, actor: people.Actor, puids: Sequence[str]) -> None:
    """Let statements that are known not to be stored be sent another time."""
    people.require(actor, Permission.RESEND)
    tx.lock(LOCK)
    for puid in puids:
        row = store.load(tx, puid)
        if row is None or row["state"] != State.SENDING:
            continue
        if row["detail"].get("cut"):
            store.put(tx, puid, State.AGAIN)
        else:
            store.forget(tx, puid)


def retry(tx: Tx, actor: people.Actor, decision_id: str, *, cut: bool = False) -> None:
    """Let a statement that waits for a person be sent again, as it is now.

    With `cut`, what looks like personal data in its texts is replaced by […]: a person said so. The
    reasons that the person affected was told stay as they are. Raises NotHeld, NotAllowed.
    """
    people.require(actor, Permission.RESEND)
    tx.lock(LOCK)
    row = store.load(tx, decision_id)
    if row is None or row["state"] not in {State.HELD, State.REFUSED}:
        raise NotHeld(decision_id)
    store.put(tx, decision_id, State.AGAIN, detail={"cut": cut})
    append(tx, "statement.retried", subject=decision_id, actor=actor.ref, public={"cut": cut})
