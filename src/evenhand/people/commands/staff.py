"""How staff come and go. Each change leaves one line; names stay out of its clear part."""

from __future__ import annotations

import secrets
from typing import Final

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx
from evenhand.ledger.append import append
from evenhand.people import store
from evenhand.people.codes import TOTP_PURPOSE, matching_step
from evenhand.people.errors import (
    AlreadyInThatState,
    EmailTaken,
    InvitationEnded,
    LastAdministrator,
    SetUpRefused,
    StaffUnknown,
)
from evenhand.people.limits import INVITATION_TIME, clean_email, clean_name
from evenhand.people.model import SYSTEM, Actor, Invitation, Permission, Role, require

#: What lines about staff are about, in public: which of them is kept apart.
STAFF: Final = "staff"


def new_setup_token(tx: Tx) -> str:
    """Make the one token that lets the first administrator in; an earlier one stops working.

    Raises SetUpRefused once anybody is on the staff. It changes nothing the ledger tells.
    """
    _refuse_second_setup(tx)
    token = secrets.token_urlsafe(store.TOKEN_BYTES)
    tx.run(store.setup_tokens.delete())
    tx.insert(store.setup_tokens, token_hash=store.token_hash(token), made_at=tx.now)
    return token


def setup_administrator(
    tx: Tx,
    token: str | None,
    *,
    name: str,
    email: str,
    password_hash: str,
    totp_secret: str,
    code: str,
) -> str:
    """Make the first administrator, once, and return their id.

    `token` is the one printed at start; None is for the shell and the demo, whose caller holds
    the machine. Check the password with `check_new_password` and hash it before. Raises
    SetUpRefused, DetailsRefused, CodeRefused.
    """
    tx.lock("people:setup")
    _refuse_second_setup(tx)
    if token is not None and not tx.run(
        store.setup_tokens.delete().where(
            store.setup_tokens.c.token_hash == store.token_hash(token)
        )
    ):
        raise SetUpRefused(
            "The setup token is not the one that was printed last. Start Evenhand again and use "
            "the address it prints."
        )
    tx.run(store.setup_tokens.delete())
    staff_id = _insert_staff(tx, name=name, email=email, role=Role.ADMINISTRATOR)
    _set_means(tx, staff_id, password_hash=password_hash, totp_secret=totp_secret, code=code)
    _tell_added(tx, SYSTEM, staff_id)
    return staff_id


def add_staff(tx: Tx, actor: Actor, *, name: str, email: str, role: Role) -> Invitation:
    """Add a colleague, who chooses password and authenticator with the invitation's token.

    Raises NotAllowed, EmailTaken, DetailsRefused.
    """
    require(actor, Permission.MANAGE_STAFF)
    staff_id = _insert_staff(tx, name=name, email=email, role=role)
    token = _invite(tx, staff_id)
    _tell_added(tx, actor, staff_id)
    return Invitation(staff_id, token)


def invite_again(tx: Tx, actor: Actor, staff_id: str) -> Invitation:
    """Take away how a colleague signs in and invite them anew: a lost phone, a late reply.

    It also brings back somebody who had left. Their sessions end at once. Raises NotAllowed,
    StaffUnknown, LastAdministrator when it would lock out the only one (the shell may anyhow).
    """
    require(actor, Permission.MANAGE_STAFF)
    row = _known(tx, staff_id)
    if actor.kind == "staff":
        _keep_an_administrator(tx, staff_id)
    store.update_staff(
        tx, staff_id, state="invited", password_hash=None, totp_sealed=None, totp_step=None
    )
    closed = store.close_sessions_of(tx, staff_id)
    token = _invite(tx, staff_id)
    _tell_changed(tx, actor, staff_id, change="invited_again", was=row["state"], closed=closed)
    return Invitation(staff_id, token)


def accept_invitation(
    tx: Tx, token: str, *, password_hash: str, totp_secret: str, code: str
) -> str:
    """Take up an invitation: set password and authenticator. Returns the staff id.

    Check the password with `check_new_password` and hash it before. Raises InvitationEnded,
    CodeRefused.
    """
    tx.lock("people:staff")
    row = store.staff_by_invite(tx, token)
    if row is None:
        raise InvitationEnded
    _set_means(tx, row["id"], password_hash=password_hash, totp_secret=totp_secret, code=code)
    append(
        tx,
        "staff.changed",
        subject=STAFF,
        actor=f"staff:{row['id']}",
        public={"change": "joined", "role": row["role"]},
        private={"staff": row["id"]},
    )
    return str(row["id"])


def change_role(tx: Tx, actor: Actor, staff_id: str, *, role: Role) -> None:
    """Give a colleague another role, from their very next click.

    Raises NotAllowed, StaffUnknown, AlreadyInThatState, LastAdministrator.
    """
    require(actor, Permission.MANAGE_STAFF)
    row = _present(tx, staff_id)
    if row["role"] == role:
        raise AlreadyInThatState(f"{row['name']} has the role {role} already.")
    _keep_an_administrator(tx, staff_id)
    store.update_staff(tx, staff_id, role=role.value)
    _tell_changed(tx, actor, staff_id, change="role", was=row["role"], role=role.value)


def deactivate(tx: Tx, actor: Actor, staff_id: str) -> None:
    """Let a colleague go: no sign-in, no session, no invitation is good any more.

    Their name stays on what they decided. Raises NotAllowed, StaffUnknown, AlreadyInThatState,
    LastAdministrator.
    """
    require(actor, Permission.MANAGE_STAFF)
    row = _present(tx, staff_id)
    _keep_an_administrator(tx, staff_id)
    store.update_staff(
        tx,
        staff_id,
        state="left",
        password_hash=None,
        totp_sealed=None,
        invite_hash=None,
        invite_until=None,
    )
    closed = store.close_sessions_of(tx, staff_id)
    _tell_changed(tx, actor, staff_id, change="left", was=row["state"], closed=closed)


def _refuse_second_setup(tx: ReadTx) -> None:
    if store.anybody_set_up(tx):
        raise SetUpRefused(
            "Evenhand is set up already. Sign in, or ask an administrator to invite you."
        )


def _insert_staff(tx: Tx, *, name: str, email: str, role: Role) -> str:
    address = clean_email(email)
    tx.lock(f"staff-email:{address}")
    if store.staff_by_email(tx, address) is not None:
        raise EmailTaken
    staff_id = tx.new_id()
    tx.insert(
        store.staff,
        id=staff_id,
        name=clean_name(name),
        email=address,
        role=role.value,
        state="invited",
        added_at=tx.now,
    )
    return staff_id


def _invite(tx: Tx, staff_id: str) -> str:
    token = secrets.token_urlsafe(store.TOKEN_BYTES)
    store.update_staff(
        tx,
        staff_id,
        invite_hash=store.token_hash(token),
        invite_until=tx.now + INVITATION_TIME,
    )
    return token


def _set_means(tx: Tx, staff_id: str, *, password_hash: str, totp_secret: str, code: str) -> None:
    """Set password and authenticator; the code that proved it is used up."""
    step = matching_step(totp_secret, code, tx.now, last_used=None)
    sealed = tx.resources.keys.seal(totp_secret.encode(), purpose=TOTP_PURPOSE, context=staff_id)
    store.update_staff(
        tx,
        staff_id,
        state="active",
        password_hash=password_hash,
        totp_sealed=sealed,
        totp_step=step,
        invite_hash=None,
        invite_until=None,
    )


def _known(tx: Tx, staff_id: str) -> sa.RowMapping:
    """Return a member of staff; staff are managed one transaction at a time."""
    tx.lock("people:staff")
    row = store.staff_row(tx, staff_id)
    if row is None:
        raise StaffUnknown
    return row


def _present(tx: Tx, staff_id: str) -> sa.RowMapping:
    row = _known(tx, staff_id)
    if row["state"] == "left":
        raise AlreadyInThatState(f"{row['name']} has left. Invite them again first.")
    return row


def _keep_an_administrator(tx: Tx, staff_id: str) -> None:
    if store.active_administrators(tx) == [staff_id]:
        raise LastAdministrator


def _tell_added(tx: Tx, actor: Actor, staff_id: str) -> None:
    row = _known(tx, staff_id)
    append(
        tx,
        "staff.added",
        subject=STAFF,
        actor=actor.ref,
        public={"role": row["role"]},
        private={"staff": staff_id, "name": row["name"], "email": row["email"]},
    )


def _tell_changed(tx: Tx, actor: Actor, staff_id: str, **public: str | int) -> None:
    private = {"staff": staff_id}
    append(tx, "staff.changed", subject=STAFF, actor=actor.ref, public=public, private=private)
