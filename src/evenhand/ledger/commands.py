"""Acts about the ledger itself, which stand in it: restores, clocks, erasure, new keys."""

from __future__ import annotations

from evenhand.db import Tx
from evenhand.ledger import signing, store
from evenhand.ledger.append import append
from evenhand.ledger.checkpoint import endorse, verifier_line
from evenhand.ledger.errors import NothingSigned, NothingToErase, NothingToExplain
from evenhand.ledger.queries import events

REASON_CHARS_MAX = 2_000


def record_restore(tx: Tx, actor_ref: str, *, kept: int, size: int, reason: str) -> None:
    """Record that a backup was restored: how many signed lines were lost, by whom and why.

    The caller has put the kept checkpoint aside; until then nothing can be recorded.
    """
    append(
        tx,
        "ledger.restored",
        subject="ledger",
        actor=actor_ref,
        public={"kept": kept, "size": size, "lost": max(kept - size, 0)},
        private={"reason": reason[:REASON_CHARS_MAX]},
    )


def explain_clock(tx: Tx, actor_ref: str, *, line: int, reason: str) -> None:
    """Record why a line's time does not follow: checks name it no more, and count it as explained.

    Raises NothingToExplain when its time is not before that of the line above it, or is explained.
    """
    told = {one["data"]["line"] for one in events(tx, ["clock.explained"])}
    if line in told or not store.is_set_back(tx, line):
        raise NothingToExplain(
            f"The time of line {line} is nothing to explain: `evenhand ledger verify` names the"
            " lines that are."
        )
    append(
        tx,
        "clock.explained",
        subject="ledger",
        actor=actor_ref,
        public={"line": line},
        private={"reason": reason[:REASON_CHARS_MAX]},
    )


def erase_line(tx: Tx, actor_ref: str, *, line: int, reason: str) -> None:
    """Destroy what a line commits to, with its salt: who acted, and all that was said in words.

    The line itself stays, and so does the tree; nobody can tell any more what its commitment is of.
    The record that it was erased can be erased like any other. Raises NothingToErase.
    """
    tx.lock("ledger")
    if not store.destroy_private(tx, line):
        raise NothingToErase(
            f"Line {line} commits to nothing, or what it committed to was erased before."
        )
    append(
        tx,
        "line.erased",
        subject="ledger",
        actor=actor_ref,
        public={"line": line},
        private={"reason": reason[:REASON_CHARS_MAX]},
    )


def rotate_key(tx: Tx, actor_ref: str, *, reason: str) -> str:
    """Have the key that signs the log put a new one in force, and return the new verifier line.

    The line that says so carries a note signed by the old key; every checkpoint that covers the
    line is signed by the new one. Raises NothingSigned before the first line.
    """
    tx.lock("ledger")
    if store.head_note(tx) is None:
        raise NothingSigned("The ledger is empty: its key has signed nothing yet.")
    number = store.last_signer(tx)
    old, new = signing.private_key(tx, number), signing.draw(tx, number + 1)
    now_signs = verifier_line(new.public_key())
    append(
        tx,
        "signer.changed",
        subject="ledger",
        actor=actor_ref,
        public={
            "number": number + 1,
            "from": verifier_line(old.public_key()),
            "to": now_signs,
            "note": endorse(new.public_key(), old),
        },
        private={"reason": reason[:REASON_CHARS_MAX]},
    )
    return now_signs
