"""How staff sign in and out: an attempt is counted, a password proven, a code used up."""

from __future__ import annotations

import secrets

import sqlalchemy as sa

from evenhand.db import Tx
from evenhand.ledger.append import append
from evenhand.people import store
from evenhand.people.codes import TOTP_PURPOSE, matching_step
from evenhand.people.errors import CodeRefused, SessionEnded, SignInRefused, TooManySignIns
from evenhand.people.limits import ATTEMPTS_MAX, ATTEMPTS_WINDOW, retry_seconds, session_over
from evenhand.people.model import Credentials, PasswordProven


def credentials_for(tx: Tx, *, email: str, address: str) -> Credentials:
    """Begin a sign-in: count the attempt, and return what its password is checked against.

    An attempt counts as failed until `open_session` succeeds, so that many at once cannot slip
    past the limit. `address` is the caller's network address. An unknown mail address gets
    empty credentials, which no password fits. Raises TooManySignIns. Leaves no ledger line.
    """
    mac = tx.resources.keys.mac
    email_key = mac(f"email:{email.strip().casefold()}", purpose="sign-in")
    whos = [email_key, mac(f"address:{address}", purpose="sign-in")]
    since = tx.now - ATTEMPTS_WINDOW
    for who in sorted(whos):
        tx.lock(f"sign-in:{who}")
        made = store.attempts_since(tx, who, since, latest=ATTEMPTS_MAX)
        if len(made) >= ATTEMPTS_MAX:
            raise TooManySignIns(retry_seconds(made[-1], tx.now))
    attempt_id = tx.new_id()
    store.add_attempt(tx, attempt_id, whos, forget_before=since)
    row = store.staff_by_email(tx, email.strip().casefold())
    if row is None or row["state"] != "active":
        return Credentials(attempt_id, email_key, None, None)
    return Credentials(attempt_id, email_key, row["id"], row["password_hash"])


def open_session(tx: Tx, proven: PasswordProven, *, code: str) -> str:
    """Sign in with the password proven and an unused code; return the session's token.

    The token (256 bits) is stored only as its hash. Raises SignInRefused.
    """
    tx.lock("people:staff")
    row = store.staff_row(tx, proven.staff_id)
    if row is None or row["state"] != "active" or not store.attempt_exists(tx, proven.attempt_id):
        raise SignInRefused
    secret = tx.resources.keys.open(
        row["totp_sealed"], purpose=TOTP_PURPOSE, context=row["id"]
    ).decode()
    try:
        step = matching_step(secret, code, tx.now, last_used=row["totp_step"])
    except CodeRefused as why:
        raise SignInRefused from why
    store.update_staff(tx, row["id"], totp_step=step)
    store.forget_attempts(tx, proven.attempt_id, email_key=proven.email_key)
    session_id, token = tx.new_id(), secrets.token_urlsafe(store.TOKEN_BYTES)
    tx.insert(
        store.sessions,
        id=session_id,
        token_hash=store.token_hash(token),
        staff_id=row["id"],
        opened_at=tx.now,
        seen_at=tx.now,
    )
    append(
        tx,
        "session.opened",
        subject=session_id,
        actor=f"staff:{row['id']}",
        public={"role": row["role"]},
    )
    return token


def touch_session(tx: Tx, token: str) -> None:
    """Note that a session is in use, so that it does not run out. Raises SessionEnded."""
    row = _open_session_row(tx, token)
    tx.run(store.sessions.update().where(store.sessions.c.id == row["id"]).values(seen_at=tx.now))


def close_session(tx: Tx, token: str) -> None:
    """Sign out. Raises SessionEnded when there is nothing to sign out of."""
    row = _open_session_row(tx, token)
    tx.run(store.sessions.update().where(store.sessions.c.id == row["id"]).values(closed_at=tx.now))
    append(
        tx,
        "session.closed",
        subject=row["id"],
        actor=f"staff:{row['staff_id']}",
        public={"why": "signed_out"},
    )


def _open_session_row(tx: Tx, token: str) -> sa.RowMapping:
    row = store.session_row(tx, token)
    if row is None or row["closed_at"] is not None:
        raise SessionEnded
    if session_over(opened_at=row["opened_at"], seen_at=row["seen_at"], now=tx.now):
        raise SessionEnded
    return row
