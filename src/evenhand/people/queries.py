"""Who is who: the actor behind a session, a key or a receipt, and the lists of staff and keys."""

from __future__ import annotations

import hmac
from datetime import datetime

import sqlalchemy as sa

from evenhand.db import ReadTx
from evenhand.people import store
from evenhand.people.errors import (
    InvitationEnded,
    KeyUnknown,
    ReceiptUnknown,
    SessionEnded,
    StaffUnknown,
)
from evenhand.people.limits import TOUCH_EVERY, session_over
from evenhand.people.model import (
    ROLE_PERMISSIONS,
    SCOPES,
    Actor,
    Invited,
    KeyView,
    Permission,
    Purpose,
    Role,
    Session,
    StaffView,
    ViewOnRecord,
    require,
)
from evenhand.people.receipts import read_receipt, receipt_hash

_KEY_PARTS = 3


def first_run_needed(tx: ReadTx) -> bool:
    """Tell whether nobody is on the staff yet, so that the first administrator is to be made."""
    return not store.anybody_set_up(tx)


def setup_token_good(tx: ReadTx, token: str) -> bool:
    """Tell whether this is the setup token that was printed last, and is still unused."""
    table = store.setup_tokens
    wanted = sa.select(table.c.token_hash).where(table.c.token_hash == store.token_hash(token))
    return first_run_needed(tx) and tx.value(wanted) is not None


def invited(tx: ReadTx, token: str) -> Invited:
    """Return whom an invitation is for. Raises InvitationEnded."""
    row = store.staff_by_invite(tx, token)
    if row is None:
        raise InvitationEnded
    return Invited(row["id"], row["name"], row["email"], Role(row["role"]))


def session_of(tx: ReadTx, token: str) -> Session:
    """Return the session of a token, with the permissions its holder has now.

    Raises SessionEnded when it was closed, was idle for twelve hours, is seven days old, or its
    holder has left.
    """
    row = store.session_row(tx, token)
    if row is None or row["closed_at"] is not None or row["state"] != "active":
        raise SessionEnded
    if session_over(opened_at=row["opened_at"], seen_at=row["seen_at"], now=tx.now):
        raise SessionEnded
    return Session(
        id=row["id"],
        actor=_staff_actor(row["staff_id"], row["name"], row["role"]),
        opened_at=row["opened_at"],
        seen_at=row["seen_at"],
        touch_due=tx.now - row["seen_at"] >= TOUCH_EVERY,
    )


def session_actor(tx: ReadTx, token: str) -> Actor:
    """Return whoever holds a session. Raises SessionEnded."""
    return session_of(tx, token).actor


def staff_actor(tx: ReadTx, staff_id: str) -> Actor:
    """Return a member of staff as an actor, without a session: for the shell and the demo.

    Raises StaffUnknown unless they are active.
    """
    row = store.staff_row(tx, staff_id)
    if row is None or row["state"] != "active":
        raise StaffUnknown
    return _staff_actor(row["id"], row["name"], row["role"])


def key_actor(tx: ReadTx, text: str) -> Actor:
    """Return the holder of an API key, compared in constant time. Raises KeyUnknown."""
    parts = text.strip().split("_", _KEY_PARTS - 1)
    if len(parts) != _KEY_PARTS or parts[0] != "eh":
        raise KeyUnknown
    row = store.key_row(tx, prefix=parts[1])
    kept = row["secret_hash"] if row else store.token_hash("")
    right = hmac.compare_digest(kept, store.token_hash(text.strip()))
    if not right or row is None or row["revoked_at"] is not None:
        raise KeyUnknown
    return Actor("key", row["id"], row["name"], frozenset(SCOPES[s] for s in row["scopes"]))


def receipt_actor(tx: ReadTx, digits: str) -> Actor:
    """Return the holder of a receipt, typed with or without spaces and dashes.

    It holds no permission; rooms let it see the one thing it is for. Raises ReceiptUnknown.
    """
    hashed = receipt_hash(tx.resources.keys, read_receipt(digits))
    table = store.receipts
    row = tx.row(sa.select(table).where(table.c.digits_hash == hashed))
    if row is None:
        raise ReceiptUnknown
    return Actor(
        "receipt",
        row["id"],
        "The holder of a receipt",
        holder=row["holder"],
        subject_kind=row["subject_kind"],
        subject_id=row["subject_id"],
    )


def staff(tx: ReadTx, actor: Actor) -> list[StaffView]:
    """List everybody who is or was on the staff, by name. Raises NotAllowed."""
    require(actor, Permission.SEE_STAFF)
    table = store.staff
    return [
        StaffView(
            id=row["id"],
            name=row["name"],
            email=row["email"],
            role=Role(row["role"]),
            state=row["state"],
            added_at=row["added_at"],
        )
        for row in tx.rows(sa.select(table).order_by(sa.func.lower(table.c.name), table.c.id))
    ]


def keys(tx: ReadTx, actor: Actor) -> list[KeyView]:
    """List every API key ever issued, newest first, without its secret. Raises NotAllowed."""
    require(actor, Permission.MANAGE_KEYS)
    table = store.api_keys
    return [
        KeyView(
            id=row["id"],
            name=row["name"],
            prefix=f"eh_{row['prefix']}",
            scopes=tuple(row["scopes"]),
            issued_by=row["issued_by"],
            issued_at=row["issued_at"],
            revoked_at=row["revoked_at"],
        )
        for row in tx.rows(sa.select(table).order_by(table.c.issued_at.desc(), table.c.id.desc()))
    ]


def staff_name(tx: ReadTx, staff_id: str) -> str:
    """Return the name of somebody who is or was on the staff. Raises StaffUnknown.

    For views inside the house that gate their actor themselves; the public never gets it.
    """
    row = store.staff_row(tx, staff_id)
    if row is None:
        raise StaffUnknown
    return str(row["name"])


def certificates_required(tx: ReadTx) -> frozenset[str]:
    """Return the kinds of harm that take a certificate here."""
    return store.required_harms(tx)


def certificates_of(tx: ReadTx, staff_id: str) -> dict[str, datetime]:
    """Return until when somebody is certified, by kind of harm; what ran out is left out."""
    found = store.certificates_of(tx, staff_id)
    return {harm: until for harm, until in found.items() if until > tx.now}


def certificates_lacking(tx: ReadTx, staff_id: str) -> frozenset[str]:
    """Return the kinds of harm on which somebody may not work yet. For other rooms."""
    required = store.required_harms(tx)
    return required - certificates_of(tx, staff_id).keys() if required else required


def certificates_nobody_holds(tx: ReadTx) -> frozenset[str]:
    """Return the kinds of harm that take a certificate which nobody here who reviews has."""
    required = store.required_harms(tx)
    if not required:
        return required
    may = [role.value for role in Role if Permission.REVIEW in ROLE_PERMISSIONS[role]]
    return required - store.certified_harms(tx, may)


def purpose_of(tx: ReadTx, actor: Actor) -> Purpose | None:
    """Return the purpose for which the actor looks now, or None."""
    row = store.purpose_of(tx, actor.id)
    return None if row is None or row["until"] <= tx.now else Purpose(**row)


def views_on_record(tx: ReadTx, actor: Actor, *, limit: int = 200) -> list[ViewOnRecord]:
    """Return what auditors looked at and what for, newest first. Raises NotAllowed."""
    require(actor, Permission.SEE_STAFF)
    return [
        ViewOnRecord(staff_name(tx, row["staff_id"]), row["page"], row["says"], row["at"])
        for row in store.views(tx, limit=limit)
    ]


def name_of(tx: ReadTx, ref: str) -> str:
    """Put a name to an actor's `ref` as records hold it, for views inside the house.

    A ref that was erased has only its kind left. Raises StaffUnknown or KeyUnknown for an id that
    is nobody's.
    """
    kind, _, who = ref.partition(":")
    if ref in {"staff", "key"}:
        return {"staff": "a member of staff", "key": "a key"}[ref]
    if kind == "staff":
        return staff_name(tx, who)
    if kind == "key":
        name = tx.value(sa.select(store.api_keys.c.name).where(store.api_keys.c.id == who))
        if name is None:
            raise KeyUnknown
        return f"key {name}"
    if kind == "rule":
        rule, _, version = who.partition("@")
        return f"rule {rule}, version {version}"
    return {"system": "Evenhand", "receipt": "the holder of a receipt"}.get(kind, "somebody")


def _staff_actor(staff_id: str, name: str, role: str) -> Actor:
    return Actor("staff", staff_id, name, ROLE_PERMISSIONS[Role(role)], Role(role))
