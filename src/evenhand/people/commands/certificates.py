"""Who may work on which kind of harm, where the operator asks for a certificate."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.people import store
from evenhand.people.errors import AlreadyInThatState, StaffUnknown
from evenhand.people.model import Actor, Permission, require

#: A certificate counts for a year; then the training is taken again.
CERTIFICATE_TIME: Final = timedelta(days=365)


def require_certificate(tx: Tx, actor: Actor, harm: str, *, required: bool) -> None:
    """Ask for a certificate from whoever works on a kind of harm, or ask no more.

    Raises AlreadyInThatState, NotAllowed.
    """
    require(actor, Permission.MANAGE_STAFF)
    if (harm in store.required_harms(tx)) is required:
        raise AlreadyInThatState
    store.set_required(tx, harm, required=required, at=tx.now)
    public = {"harm": harm, "required": required}
    append(tx, "certificate.required", subject=harm, actor=actor.ref, public=public)


def give_certificate(tx: Tx, actor: Actor, staff_id: str, harm: str, *, why: str) -> None:
    """Certify a member of staff for a kind of harm, for a year. Raises StaffUnknown, NotAllowed."""
    require(actor, Permission.MANAGE_QUALITY)
    if store.staff_row(tx, staff_id) is None:
        raise StaffUnknown
    store.set_certificate(tx, staff_id, harm, until=tx.now + CERTIFICATE_TIME)
    _tell(tx, actor, "certificate.given", staff_id, harm, why)


def take_certificate(tx: Tx, actor: Actor, staff_id: str, harm: str, *, why: str) -> None:
    """Take a certificate back. Raises AlreadyInThatState, NotAllowed."""
    require(actor, Permission.MANAGE_QUALITY)
    if not store.drop_certificate(tx, staff_id, harm):
        raise AlreadyInThatState
    _tell(tx, actor, "certificate.taken", staff_id, harm, why)


def _tell(tx: Tx, actor: Actor, event: str, staff_id: str, harm: str, why: str) -> None:
    private = {"staff": staff_id, "why": why}
    append(tx, event, subject=harm, actor=actor.ref, public={"harm": harm}, private=private)
