"""Six digits from an authenticator prove the second factor (TOTP, RFC 6238).

Thirty-second steps, SHA-1 and six digits, which every authenticator knows. One step of clock
difference either way is allowed; a step that was used, or one before it, is never taken again.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor import InvalidToken
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from evenhand.people.errors import CodeRefused

TOTP_PURPOSE = "totp"  # what the secret is sealed for, with the staff id as context
SECRET_BYTES = 20  # RFC 4226 §4: 160 bits recommended
STEP_SECONDS = 30
DIGITS = 6
STEPS_EITHER_WAY = 1


def new_totp_secret() -> str:
    """Make a secret, as the base32 text that people type and authenticators read."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def totp_uri(secret: str, *, email: str, service: str) -> str:
    """Write the `otpauth:` address that an authenticator takes from a QR code."""
    issuer = f"Evenhand {service}"
    query = {"secret": secret, "issuer": issuer, "digits": DIGITS, "period": STEP_SECONDS}
    return (
        f"otpauth://totp/{quote(f'{issuer}:{email}', safe='')}?{urlencode(query, quote_via=quote)}"
    )


def totp_code(secret: str, at: datetime) -> str:
    """Return the code of an instant, as an authenticator would show it: for demos and tests."""
    return _totp(secret).generate(int(at.timestamp())).decode()


def matching_step(secret: str, code: str, at: datetime, *, last_used: int | None) -> int:
    """Return the step a code belongs to, to be kept as the last one used. Raises CodeRefused.

    Every step that is allowed is compared in constant time.
    """
    totp = _totp(secret)
    digits = "".join(code.split()).encode()
    now = int(at.timestamp()) // STEP_SECONDS
    found = None
    for step in range(now - STEPS_EITHER_WAY, now + STEPS_EITHER_WAY + 1):
        try:
            totp.verify(digits, step * STEP_SECONDS)
        except InvalidToken:
            continue
        found = step
    if found is None or (last_used is not None and found <= last_used):
        raise CodeRefused
    return found


def _totp(secret: str) -> TOTP:
    try:
        key = base64.b32decode(secret, casefold=True)
        return TOTP(key, DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303 - what RFC 6238 asks for
    except (binascii.Error, ValueError) as why:
        raise CodeRefused from why
