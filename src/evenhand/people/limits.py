"""How often, how long and how much: sign-in attempts, sessions, names and addresses.

Ten failed sign-ins in a quarter of an hour are more than a person mistypes and far fewer than a
guess needs: at 960 a day, hitting one of three codes in a million takes 347 days on average, and
that only once the password is known.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import datetime, timedelta
from math import ceil

from evenhand.people.errors import DetailsRefused

ATTEMPTS_MAX = 10
ATTEMPTS_WINDOW = timedelta(minutes=15)
INVITATION_TIME = timedelta(days=7)
SESSION_IDLE_MAX = timedelta(hours=12)
SESSION_MAX = timedelta(days=7)
TOUCH_EVERY = timedelta(minutes=5)  # spares a write at each click; idle time is exact to this
NAME_CHARS_MAX = 100
EMAIL_CHARS_MAX = 254  # RFC 5321 §4.5.3.1.3

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


def retry_seconds(oldest: datetime, now: datetime) -> int:
    """Return the seconds until the oldest of the counted attempts is out of the window."""
    return max(1, ceil((oldest + ATTEMPTS_WINDOW - now).total_seconds()))


def session_over(*, opened_at: datetime, seen_at: datetime, now: datetime) -> bool:
    """Tell whether a session ran out: idle for twelve hours, or seven days old."""
    return now - seen_at >= SESSION_IDLE_MAX or now - opened_at >= SESSION_MAX


def clean_name(name: str) -> str:
    """Return a name on one line, as it was meant. Raises DetailsRefused."""
    plain = " ".join(unicodedata.normalize("NFC", name).split())
    if not plain or len(plain) > NAME_CHARS_MAX or not plain.isprintable():
        raise DetailsRefused(f"Give a name of one to {NAME_CHARS_MAX} characters.")
    return plain


def clean_email(email: str) -> str:
    """Return an address the way it is looked up. Raises DetailsRefused."""
    plain = unicodedata.normalize("NFC", email).strip().casefold()
    if len(plain) > EMAIL_CHARS_MAX or not plain.isprintable() or not _EMAIL.fullmatch(plain):
        raise DetailsRefused("That is not a mail address. It looks like name@example.org.")
    return plain


def clean_key_name(name: str) -> str:
    """Return what a key is for, on one line. Raises DetailsRefused."""
    plain = " ".join(name.split())
    if not plain or len(plain) > NAME_CHARS_MAX or not plain.isprintable():
        raise DetailsRefused(f"Say in one to {NAME_CHARS_MAX} characters what the key is for.")
    return plain
