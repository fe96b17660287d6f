"""Checks a published copy of the log with its key alone: no house, no database, no trust in us."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evenhand.ledger.checking import Claim, Verification, Walk, marks_of, note_in

_PUBLISHED: Final = '"checkpoint.published"'


class PublishedLog(Protocol):
    """A copy of the log as it is published: a folder of tiles, or a file of lines."""

    def checkpoint(self) -> str:
        """Return the signed note that came with it."""
        ...

    def entries(self) -> Iterator[tuple[str, bytes | None]]:
        """Return each line as it is published, with the leaf its tile holds; None without tiles."""
        ...

    def nodes(self) -> Mapping[tuple[int, int], bytes] | None:
        """Return the hashes of the tiles above the lines, by level and place; None without."""
        ...


def verify_published(
    log: PublishedLog,
    key: Ed25519PublicKey,
    *,
    against: Sequence[str] = (),
    now: datetime,
    told: Callable[[int], None] = lambda _: None,
    heard: Callable[[Mapping[str, Any]], None] = lambda _: None,
) -> Verification:
    """Check that a copy of the log is the one that was signed, and whole.

    `key` is any of the keys that signed the log: the lines lead from one to the next. `against`
    are checkpoints that were kept earlier: the log must begin with what each signs.
    What lines commit to is not published, so it is not checked here. `told` hears how far it is,
    and `heard` what each line says that says something, whether or not it is the one it should be.

    The copy is read twice: the root of a checkpoint that a line publishes has to be remembered
    when the walk comes by its size, long before that line.
    """
    claims = [Claim("head", "the checkpoint", log.checkpoint())]
    claims += [
        Claim("against", f"checkpoint {number} of those given", note)
        for number, note in enumerate(against, 1)
    ]
    on_the_log = (note_in(entry) for entry, _ in log.entries() if _PUBLISHED in entry)
    walk = Walk(now, marks_of([*(claim.note for claim in claims), *on_the_log]), told)
    for entry, given in log.entries():
        said = walk.take_entry(entry, given)
        if said is not None:
            heard(said)
    walk.finish(claims, trusted=[key], nodes=log.nodes())
    return walk.verification()
