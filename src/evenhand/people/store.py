"""The tables of the people room: staff, sessions, sign-in attempts, API keys and receipts.

Passwords, tokens, keys and receipts are held as hashes; the authenticator's secret is sealed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evenhand.db import ReadTx, Tx, UtcTime, metadata

TOKEN_BYTES = 32  # 256 bits: sessions, invitations, keys

staff = sa.Table(
    "staff",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("email", sa.Text, nullable=False, unique=True),
    sa.Column("role", sa.String(16), nullable=False),
    sa.Column("state", sa.String(8), nullable=False),
    sa.Column("password_hash", sa.Text),
    sa.Column("totp_sealed", sa.LargeBinary),
    sa.Column("totp_step", sa.BigInteger),
    sa.Column("invite_hash", sa.String(64), unique=True),
    sa.Column("invite_until", UtcTime),
    sa.Column("added_at", UtcTime, nullable=False),
)

setup_tokens = sa.Table(
    "setup_tokens",
    metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    sa.Column("made_at", UtcTime, nullable=False),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
    sa.Column("staff_id", sa.String(36), sa.ForeignKey("staff.id"), nullable=False, index=True),
    sa.Column("opened_at", UtcTime, nullable=False),
    sa.Column("seen_at", UtcTime, nullable=False),
    sa.Column("closed_at", UtcTime),
)

#: A row stands for an attempt that has not succeeded. `who` is a keyed hash of an address.
sign_in_attempts = sa.Table(
    "sign_in_attempts",
    metadata,
    sa.Column("attempt_id", sa.String(36), primary_key=True),
    sa.Column("who", sa.String(64), primary_key=True),
    sa.Column("at", UtcTime, nullable=False, index=True),
    sa.Index("ix_sign_in_attempts_who_at", "who", "at"),
)

api_keys = sa.Table(
    "api_keys",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("prefix", sa.String(8), nullable=False, unique=True),
    sa.Column("secret_hash", sa.String(64), nullable=False),
    sa.Column("scopes", sa.JSON, nullable=False),
    sa.Column("issued_by", sa.Text, nullable=False),
    sa.Column("issued_at", UtcTime, nullable=False),
    sa.Column("revoked_at", UtcTime),
)

receipts = sa.Table(
    "receipts",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("digits_hash", sa.LargeBinary(32), nullable=False, unique=True),
    sa.Column("holder", sa.String(8), nullable=False),
    sa.Column("subject_kind", sa.String(8), nullable=False),
    sa.Column("subject_id", sa.String(36), nullable=False, index=True),
    sa.Column("issued_at", UtcTime, nullable=False),
)


purposes = sa.Table(
    "purposes",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("staff_id", sa.String(36), nullable=False, index=True),
    sa.Column("says", sa.Text, nullable=False),
    sa.Column("stated_at", UtcTime, nullable=False),
    sa.Column("until", UtcTime, nullable=False),
)

#: What auditors looked at. The operator sees it, and so do they.
auditor_views = sa.Table(
    "auditor_views",
    metadata,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("purpose_id", sa.String(36), sa.ForeignKey("purposes.id"), nullable=False),
    sa.Column("page", sa.Text, nullable=False),
    sa.Column("at", UtcTime, nullable=False, index=True),
)

certificates = sa.Table(
    "certificates",
    metadata,
    sa.Column("staff_id", sa.String(36), primary_key=True),
    sa.Column("harm", sa.String(40), primary_key=True),
    sa.Column("until", UtcTime, nullable=False),
)

#: The kinds of harm for which the operator asks for a certificate.
certificates_required = sa.Table(
    "certificates_required",
    metadata,
    sa.Column("harm", sa.String(40), primary_key=True),
    sa.Column("since", UtcTime, nullable=False),
)


def token_hash(token: str) -> str:
    """Hash a token of 256 random bits for look-up; it needs no slowness."""
    return hashlib.sha256(token.encode()).hexdigest()


def staff_row(tx: ReadTx, staff_id: str) -> sa.RowMapping | None:
    """Return a member of staff by id, or None."""
    return tx.by_id(staff, staff_id)


def staff_by_email(tx: ReadTx, email: str) -> sa.RowMapping | None:
    """Return a member of staff by address as stored, or None."""
    return tx.row(sa.select(staff).where(staff.c.email == email))


def staff_by_invite(tx: ReadTx, token: str) -> sa.RowMapping | None:
    """Return whoever an invitation that is still good was made for, or None."""
    return tx.row(
        sa.select(staff).where(
            staff.c.invite_hash == token_hash(token),
            staff.c.invite_until > tx.now,
            staff.c.state != "left",
        )
    )


def update_staff(tx: Tx, staff_id: str, **values: Any) -> None:
    """Change columns of one member of staff."""
    tx.change(staff, staff_id, **values)


def anybody_set_up(tx: ReadTx) -> bool:
    """Tell whether any member of staff exists, in whatever state."""
    return tx.value(sa.select(staff.c.id).limit(1)) is not None


def active_administrators(tx: ReadTx) -> list[str]:
    """Return the ids of those who can manage staff today."""
    wanted = sa.select(staff.c.id).where(staff.c.role == "administrator", staff.c.state == "active")
    return [row["id"] for row in tx.rows(wanted)]


def close_sessions_of(tx: Tx, staff_id: str) -> int:
    """Close every open session of one member of staff; return how many there were."""
    return tx.run(
        sessions.update()
        .where(sessions.c.staff_id == staff_id, sessions.c.closed_at.is_(None))
        .values(closed_at=tx.now)
    )


def session_row(tx: ReadTx, token: str) -> sa.RowMapping | None:
    """Return the session of a token with its holder's name, role and state, or None."""
    return tx.row(
        sa.select(sessions, staff.c.name, staff.c.role, staff.c.state)
        .join(staff, staff.c.id == sessions.c.staff_id)
        .where(sessions.c.token_hash == token_hash(token))
    )


def attempts_since(tx: ReadTx, who: str, since: datetime, *, latest: int) -> list[datetime]:
    """Return when the latest attempts of an address were made, newest first."""
    at = sign_in_attempts.c.at
    wanted = sa.select(at).where(sign_in_attempts.c.who == who, at > since)
    return [row["at"] for row in tx.rows(wanted.order_by(at.desc()).limit(latest))]


def add_attempt(tx: Tx, attempt_id: str, whos: list[str], *, forget_before: datetime) -> None:
    """Write an attempt down under each of its addresses, and forget those long past."""
    tx.run(sign_in_attempts.delete().where(sign_in_attempts.c.at <= forget_before))
    rows = [{"attempt_id": attempt_id, "who": who, "at": tx.now} for who in whos]
    tx.conn.execute(sign_in_attempts.insert(), rows)


def forget_attempts(tx: Tx, attempt_id: str, *, email_key: str) -> None:
    """Take an attempt that succeeded off the count, and clear the count of its mail address."""
    table = sign_in_attempts
    tx.run(table.delete().where(sa.or_(table.c.attempt_id == attempt_id, table.c.who == email_key)))


def attempt_exists(tx: ReadTx, attempt_id: str) -> bool:
    """Tell whether an attempt is still open: it is used up by one success."""
    wanted = sa.select(sign_in_attempts.c.at).where(sign_in_attempts.c.attempt_id == attempt_id)
    return tx.value(wanted.limit(1)) is not None


def key_row(tx: ReadTx, *, prefix: str) -> sa.RowMapping | None:
    """Return an API key by its public prefix, or None."""
    return tx.row(sa.select(api_keys).where(api_keys.c.prefix == prefix))


def required_harms(tx: ReadTx) -> frozenset[str]:
    """Return the kinds of harm that take a certificate."""
    rows = tx.rows(sa.select(certificates_required.c.harm))
    return frozenset(row["harm"] for row in rows)


def set_required(tx: Tx, harm: str, *, required: bool, at: datetime) -> None:
    """Ask for a certificate, or ask no more."""
    if required:
        tx.insert(certificates_required, harm=harm, since=at)
    else:
        tx.run(certificates_required.delete().where(certificates_required.c.harm == harm))


def certificates_of(tx: ReadTx, staff_id: str) -> dict[str, datetime]:
    """Return until when somebody is certified, by harm; those that ran out too."""
    rows = tx.rows(sa.select(certificates).where(certificates.c.staff_id == staff_id))
    return {row["harm"]: row["until"] for row in rows}


def certified_harms(tx: ReadTx, roles: Collection[str]) -> frozenset[str]:
    """Return the kinds of harm for which somebody in one of these roles is certified now."""
    wanted = (
        sa.select(certificates.c.harm)
        .join(staff, staff.c.id == certificates.c.staff_id)
        .where(
            staff.c.state == "active",
            staff.c.role.in_(roles),
            certificates.c.until > tx.now,
        )
    )
    return frozenset(row["harm"] for row in tx.rows(wanted))


def set_certificate(tx: Tx, staff_id: str, harm: str, *, until: datetime) -> None:
    """Write a certificate, in place of the one before."""
    drop_certificate(tx, staff_id, harm)
    tx.insert(certificates, staff_id=staff_id, harm=harm, until=until)


def drop_certificate(tx: Tx, staff_id: str, harm: str) -> bool:
    """Delete a certificate. False when there was none."""
    mine = sa.and_(certificates.c.staff_id == staff_id, certificates.c.harm == harm)
    return bool(tx.run(certificates.delete().where(mine)))


def insert_purpose(
    tx: Tx, purpose_id: str, staff_id: str, says: str, *, stated_at: datetime, until: datetime
) -> None:
    """Write down what an auditor looks for."""
    tx.insert(
        purposes, id=purpose_id, staff_id=staff_id, says=says, stated_at=stated_at, until=until
    )


def purpose_of(tx: ReadTx, staff_id: str) -> sa.RowMapping | None:
    """Return the purpose an auditor stated last, or None."""
    wanted = sa.select(purposes).where(purposes.c.staff_id == staff_id)
    return tx.row(wanted.order_by(purposes.c.stated_at.desc(), purposes.c.id.desc()).limit(1))


def insert_view(tx: Tx, view_id: str, purpose_id: str, *, page: str, at: datetime) -> None:
    """Write down that an auditor looked at a page."""
    tx.insert(auditor_views, id=view_id, purpose_id=purpose_id, page=page, at=at)


def views(tx: ReadTx, *, limit: int) -> list[sa.RowMapping]:
    """Return what auditors looked at, newest first, with why."""
    wanted = (
        sa.select(auditor_views.c.page, auditor_views.c.at, purposes.c.says, purposes.c.staff_id)
        .join(purposes, purposes.c.id == auditor_views.c.purpose_id)
        .order_by(auditor_views.c.at.desc(), auditor_views.c.id.desc())
    )
    return tx.rows(wanted.limit(limit))
