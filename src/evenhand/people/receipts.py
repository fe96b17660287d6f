"""A receipt is sixteen digits that open one report or decision, without an account.

Only a slow keyed hash of them is stored: argon2id over a salt derived from the master key, so
that a stolen database gives up no receipt, and 10^16 of them cannot be tried in a lifetime.
"""

from __future__ import annotations

import secrets
import unicodedata
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw

from evenhand.kit.seal import Keyring
from evenhand.people.errors import ReceiptUnknown

DIGITS = 16
GROUP = 4
MEMORY_KIB = 8 * 1024
_SALT_BYTES = 16
_SEPARATORS = frozenset(" -\u00a0\u2009\u202f\u2010\u2011\u2012\u2013\t\r\n")


@dataclass(frozen=True, repr=False)
class DrawnReceipt:
    """Digits with their slow hash, drawn before the transaction that issues them."""

    digits: str
    hashed: bytes


def draw_receipt(keys: Keyring) -> DrawnReceipt:
    """Draw a receipt outside any transaction, where its five milliseconds hold nobody up."""
    digits = new_digits()
    return DrawnReceipt(digits, receipt_hash(keys, digits))


def new_digits() -> str:
    """Draw sixteen decimal digits: 53 bits."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def format_receipt(digits: str) -> str:
    """Write a receipt in groups of four, as people read and type it."""
    return " ".join(digits[i : i + GROUP] for i in range(0, len(digits), GROUP))


def read_receipt(text: str) -> str:
    """Read the digits a person typed: spaces and dashes between, in any script's digits.

    Raises ReceiptUnknown when they are not sixteen digits.
    """
    typed = [character for character in text[: 4 * DIGITS] if character not in _SEPARATORS]
    values = [unicodedata.decimal(character, -1) for character in typed]
    if len(values) != DIGITS or min(values) < 0:
        raise ReceiptUnknown
    return "".join(str(value) for value in values)


def receipt_hash(keys: Keyring, digits: str) -> bytes:
    """Hash the digits for look-up: about five milliseconds, 8 MiB."""
    return hash_secret_raw(
        digits.encode(),
        keys.key("receipts")[:_SALT_BYTES],
        time_cost=1,
        memory_cost=MEMORY_KIB,
        parallelism=1,
        hash_len=32,
        type=Type.ID,
    )
