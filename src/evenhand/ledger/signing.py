"""The keys that sign the ledger: the first comes from the master key, later ones from chance.

Which key signs follows from the lines alone: each `signer.changed` puts the next one in force.
A later key is kept sealed, so that whoever once saw an earlier one, or the master key without the
database, cannot sign in its place.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from evenhand.db import ReadTx, Tx
from evenhand.ledger import store
from evenhand.ledger.checkpoint import Signers, read_verifier_line
from evenhand.ledger.queries import events

CHANGED = "signer.changed"
_PURPOSE = "ledger signers"
_CHANGES: Final = sa.select(sa.func.count()).where(store.lines.c.type == CHANGED)


def in_force(tx: ReadTx) -> int:
    """Return the number of the key that signed the lines as they stand, from 1."""
    return 1 + int(str(tx.value(_CHANGES)))


def private_key(tx: ReadTx, number: int) -> Ed25519PrivateKey:
    """Return one of the keys by its number."""
    if number == 1:
        return tx.resources.signer
    sealed = store.sealed_signer(tx, number)
    plain = tx.resources.keys.open(sealed, purpose=_PURPOSE, context=str(number))
    return Ed25519PrivateKey.from_private_bytes(plain)


def draw(tx: Tx, number: int) -> Ed25519PrivateKey:
    """Draw the key of a number at random, and keep it sealed."""
    key = Ed25519PrivateKey.generate()
    plain = key.private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    store.add_signer(
        tx, number, tx.resources.keys.seal(plain, purpose=_PURPOSE, context=str(number))
    )
    return key


def signers(tx: ReadTx) -> Signers:
    """Return the keys that the lines put in force, for anybody to check with.

    Raises CheckpointInvalid when a line names what is no key.
    """
    changes = [
        (line["n"], read_verifier_line(line["data"]["to"])) for line in events(tx, [CHANGED])
    ]
    first = tx.resources.signer.public_key()
    return Signers((first, *(key for _, key in changes)), tuple(line for line, _ in changes))
