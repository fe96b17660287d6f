"""Deliveries are claimed, sent outside any transaction, and then acknowledged or failed.

An answer counts only from whoever holds the latest claim. What is given up leaves a ledger line
and stays visible until a person sends it again; nothing is dropped.
"""

from __future__ import annotations

from evenhand import ledger, people
from evenhand.db import Tx
from evenhand.delivery import store
from evenhand.delivery.errors import NotADeadLetter
from evenhand.delivery.model import Status, line_for
from evenhand.ledger import Work
from evenhand.ledger.append import append

DETAIL_CHARS_MAX = 200


def claim(tx: Tx, who: str, *, limit: int) -> list[Work]:
    """Take up to `limit` deliveries that are due, or whose sender has gone quiet."""
    return ledger.outbox.claim(tx, who, limit=limit)


def acknowledged(tx: Tx, work: Work, *, answer: str) -> None:
    """Record that the other side took it. Raises LeaseLost when somebody else holds it now."""
    ledger.outbox.acknowledge(tx, work)
    detail = answer[:DETAIL_CHARS_MAX]
    store.write_attempt(tx, work.id, work.attempt, status=Status.ACKNOWLEDGED, detail=detail)
    event, data = line_for(work.kind, work.payload)
    data |= {"delivery": work.id, "attempts": work.attempt}
    append(tx, event, subject=work.subject, actor=people.SYSTEM.ref, public=data)


def failed(tx: Tx, work: Work, *, says: str, for_good: bool = False) -> bool:
    """Record a failed attempt and set the next. Returns True when it is now a dead letter.

    Raises LeaseLost when somebody else holds it now.
    """
    buried = ledger.outbox.fail(tx, work, says[:DETAIL_CHARS_MAX], for_good=for_good)
    status = Status.BURIED if buried else Status.FAILED
    detail = says[:DETAIL_CHARS_MAX]
    store.write_attempt(tx, work.id, work.attempt, status=status, detail=detail)
    if buried:
        public = {"delivery": work.id, "kind": work.kind, "attempts": work.attempt}
        append(tx, "effect.buried", subject=work.subject, actor=people.SYSTEM.ref, public=public)
    return buried


def resend(tx: Tx, actor: people.Actor, outbox_id: str) -> None:
    """Send a dead letter again from the start. Raises NotAllowed, NotADeadLetter.

    A measure that was lifted since it was given up is not sent again: it no longer stands.
    """
    people.require(actor, people.Permission.RESEND)
    if not ledger.outbox.resend(tx, outbox_id):
        raise NotADeadLetter(
            "Only something that was given up, and still stands, can be sent again."
        )
    append(
        tx,
        "effect.resent",
        subject=outbox_id,
        actor=actor.ref,
        public={"delivery": outbox_id},
    )


def step_failed(tx: Tx, work: Work, *, says: str) -> bool:
    """Record that a step of the path failed. Returns True when it was given up, visibly.

    Raises LeaseLost when somebody else holds it now.
    """
    buried = ledger.jobs.fail(tx, work, says[:DETAIL_CHARS_MAX])
    if buried:
        public = {"step": work.kind, "job": work.id, "attempts": work.attempt}
        append(tx, "effect.buried", subject=work.subject, actor=people.SYSTEM.ref, public=public)
    return buried


def resume_step(tx: Tx, actor: people.Actor, job_id: str) -> None:
    """Take up a step of the path that was given up. Raises NotAllowed, NotADeadLetter."""
    people.require(actor, people.Permission.RESEND)
    if not ledger.jobs.revive(tx, job_id):
        raise NotADeadLetter("Only a step that was given up can be taken up again.")
    append(tx, "effect.resent", subject=job_id, actor=actor.ref, public={"job": job_id})
