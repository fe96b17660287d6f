"""Passwords are long, are not the person's own name, and are kept only as argon2id.

Hashing takes some tenths of a second and 64 MiB on purpose, so it is done outside any transaction
and two at a time: a crowd of sign-ins waits in line instead of exhausting the machine.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from threading import BoundedSemaphore
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from evenhand.people.errors import PasswordRefused, SignInRefused
from evenhand.people.model import Credentials, PasswordProven

LENGTH_MIN = 12
LENGTH_MAX = 1024  # far past any sentence; keeps the cost of one attempt bounded
DIFFERENT_MIN = 5
OWN_WORD_MIN = 3  # shorter parts of a name turn up in other words by chance
REST_MIN = 6  # characters left once the person's own names are taken out

_AT_A_TIME: Final = BoundedSemaphore(2)
#: RFC 9106 §4, second recommended option: 64 MiB, three passes.
_HASHER: Final = PasswordHasher(time_cost=3, memory_cost=65_536, parallelism=4)


def check_new_password(password: str, *, email: str, name: str) -> None:
    """Let a password pass that is long enough and not made of the person's own name or address.

    Raises PasswordRefused, which says what to change. Nothing is asked of anybody online.
    """
    plain = _normal(password)
    if len(plain) < LENGTH_MIN:
        raise PasswordRefused(
            f"Use at least {LENGTH_MIN} characters. Four unrelated words make a good password."
        )
    if len(plain) > LENGTH_MAX:
        raise PasswordRefused(f"Use at most {LENGTH_MAX} characters.")
    if len(set(plain)) < DIFFERENT_MIN:
        raise PasswordRefused("Use more different characters; this one repeats too few.")
    rest = plain.casefold()
    for own in _own_words(email, name):
        rest = rest.replace(own, "")
    if len(rest) < REST_MIN:
        raise PasswordRefused(
            "This is mostly your own name or address, which others know. Choose other words."
        )


def hash_password(password: str) -> str:
    """Hash a password with argon2id. Slow: never inside a transaction."""
    with _AT_A_TIME:
        return _HASHER.hash(_normal(password)[:LENGTH_MAX])


def check_password(password_hash: str, password: str) -> bool:
    """Tell whether this is the password that was hashed. Slow: never inside a transaction."""
    with _AT_A_TIME:
        try:
            return _HASHER.verify(password_hash, _normal(password)[: LENGTH_MAX + 1])
        except (VerificationError, InvalidHashError):
            return False


def prove_password(credentials: Credentials, password: str) -> PasswordProven:
    """Check the password of a sign-in attempt. Raises SignInRefused.

    An address nobody has takes as long as a wrong password. Slow: never inside a transaction.
    """
    right = check_password(credentials.password_hash or _decoy(), password)
    if not right or credentials.staff_id is None:
        raise SignInRefused
    return PasswordProven(credentials.attempt_id, credentials.email_key, credentials.staff_id)


def _normal(password: str) -> str:
    """Bring the same password typed on two keyboards to the same characters (NFKC).

    What is far too long is cut first: ordering a long run of marks takes quadratic time.
    """
    return unicodedata.normalize("NFKC", password[: 4 * LENGTH_MAX])


def _own_words(email: str, name: str) -> list[str]:
    whole = {email, email.partition("@")[0], name, name.replace(" ", "")}
    parts = re.findall(r"\w+", f"{name} {email}")
    words = {_normal(word).casefold() for word in [*whole, *parts]}
    return sorted((word for word in words if len(word) >= OWN_WORD_MIN), key=len, reverse=True)


@cache
def _decoy() -> str:
    return _HASHER.hash("nobody's password")
