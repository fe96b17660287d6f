"""Reading and proving the ledger: lines, the head, and proofs of what stands in it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json

from evenhand.db import ReadTx, kept
from evenhand.ledger import store, tiles
from evenhand.ledger.model import ACTOR

READ_ROWS = 2_000
_leaves = sa.select(
    store.lines.c.line, store.lines.c.type, store.lines.c.text, store.lines.c.leaf
).order_by(store.lines.c.line)


@dataclass(frozen=True)
class Proof:
    """That one line is in the tree a checkpoint signs: all that an outsider needs."""

    index: int
    text: str
    size: int
    path: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True)
class GrowthProof:
    """That the tree a checkpoint signs begins with the tree of `first` lines: nothing was undone.

    `path` is the RFC 6962 consistency proof, and `first_root` the root of the smaller tree.
    """

    first: int
    first_root: bytes
    size: int
    path: tuple[bytes, ...]
    checkpoint: str


@dataclass(frozen=True, slots=True)
class Leaf:
    """A line as it is in the tree: its text, and the hash it was given."""

    index: int
    type: str
    text: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Committed:
    """What a line commits to, with the salt that shows it to be that: who acted, why, in words."""

    content: str
    salt: bytes


@dataclass(frozen=True)
class Passed:
    """A line that somebody who keeps up with the ledger has passed: leaf as a dict, and hash."""

    line: int
    leaf: dict[str, Any]
    hash: str


def events(
    tx: ReadTx,
    types: Sequence[str] = (),
    *,
    subject: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    lines: range | None = None,
) -> Iterator[dict[str, Any]]:
    """Read leaves as dicts (`n at type subject actor data`), in order, by type and subject.

    With `since` (inclusive) and `until` (exclusive), only lines of that time are read, and with
    `lines` only those of that part of the log. They are read as they are used: a long log does
    not have to fit into memory.
    """
    line = store.lines.c.line
    kind: sa.ColumnElement[str] = store.lines.c.type
    wanted = sa.select(store.lines.c.text).order_by(line)
    if lines is not None:
        wanted = wanted.where(line >= lines.start, line < lines.stop)
        # Not by the index over types: the lines stand in their order already.
        kind = sa.func.coalesce(kind, "")
    if types:
        wanted = wanted.where(kind.in_(types))
    if subject is not None:
        wanted = wanted.where(store.lines.c.subject == subject)
    if since is not None:
        wanted = wanted.where(store.lines.c.at >= since)
    if until is not None:
        wanted = wanted.where(store.lines.c.at < until)
    for portion in tx.portions(wanted, READ_ROWS):
        for row in portion:
            yield from_json(row[0], cache_strings="keys")


def private_of(tx: ReadTx, line: int) -> dict[str, Any] | None:
    """Return what a line commits to, but for who acted; None when it was erased or is nothing."""
    content = _content(tx, line)
    return None if content is None else {key: content[key] for key in content if key != ACTOR}


def actor_of(tx: ReadTx, leaf: Mapping[str, Any]) -> str:
    """Return who acted as `people.name_of` reads it, for views inside the house.

    Where it was erased, what the leaf says is left: the kind of actor.
    """
    content = _content(tx, leaf["n"]) or {}
    return str(content.get(ACTOR, leaf["actor"]))


def committed(tx: ReadTx, line: int) -> Committed | None:
    """Return what a line commits to, so that somebody can prove it; None when it was erased.

    SHA-256 of the salt and the content is the `commitment` of the line.
    """
    wanted = sa.select(store.private.c.content, store.private.c.salt)
    row = tx.row(wanted.where(store.private.c.line == line))
    return None if row is None else Committed(row["content"], bytes(row["salt"]))


def _content(tx: ReadTx, line: int) -> dict[str, Any] | None:
    kept = committed(tx, line)
    return None if kept is None else dict(json.loads(kept.content))


def head(tx: ReadTx) -> str | None:
    """Return the signed checkpoint of the ledger as it stands, or None before the first line."""
    return store.head_note(tx)


def size(tx: ReadTx) -> int:
    """Count the lines."""
    found = tx.value(sa.select(sa.func.coalesce(sa.func.max(store.lines.c.line) + 1, 0)))
    return int(str(found))


def prove(tx: ReadTx, index: int) -> Proof:
    """Prove that a line is in the tree as it stands. Raises IndexError when there is no such."""
    tree = _tree(tx)
    path = tree.inclusion_path(index)
    text = tx.value(sa.select(store.lines.c.text).where(store.lines.c.line == index))
    return Proof(index, str(text), tree.size, tuple(path), str(store.head_note(tx)))


def prove_since(tx: ReadTx, first: int) -> GrowthProof:
    """Prove that the tree as it stands begins with the one of `first` lines, which it kept.

    Raises IndexError when `first` is nought or more than there are.
    """
    tree = _tree(tx)
    path = tree.consistency_path(first)
    note = str(store.head_note(tx))
    return GrowthProof(first, tree.root_at(first), tree.size, tuple(path), note)


def hashes(tx: ReadTx, level: int, first: int, count: int) -> list[bytes]:
    """Read hashes of one level of the tree, in order: level 0 are the leaves.

    The hash at place *p* of level *l* is the root over lines p * 256**l to (p + 1) * 256**l - 1.
    """
    return store.read_hashes(tx, level, first, count)


def leaves(tx: ReadTx) -> Iterator[Leaf]:
    """Read every line in order as it was written."""
    for portion in tx.portions(_leaves, READ_ROWS):
        yield from (_leaf(row) for row in portion)


def leaves_from(tx: ReadTx, first: int, count: int) -> list[Leaf]:
    """Read so many lines from the first on as they were written; fewer at the end."""
    line = store.lines.c.line
    wanted = _leaves.where(line >= first, line < first + count)
    return [_leaf(row) for row in tx.conn.execute(wanted)]


def count_of(tx: ReadTx, types: Collection[str], *, before: int) -> int:
    """Count the lines of some types before a line."""
    line, kind = store.lines.c.line, store.lines.c.type
    wanted = sa.select(sa.func.count()).where(kind.in_(sorted(types)), line < before)
    return int(str(tx.value(wanted)))


def too_long(tx: ReadTx, *, before: int, but: Collection[str] = ()) -> Iterator[Leaf]:
    """Give the lines before a line that an entry bundle cannot hold, of all but some types."""
    line, kind = store.lines.c.line, store.lines.c.type
    wanted = _leaves.where(store.is_long, line < before, kind.not_in(sorted(but)))
    for portion in tx.portions(wanted, READ_ROWS):
        for row in portion:
            if len(row.text.encode()) > tiles.ENTRY_BYTES_MAX:
                yield _leaf(row)


def _leaf(row: Any) -> Leaf:
    return Leaf(row.line, row.type, row.text, bytes(row.leaf))


def _tree(tx: ReadTx) -> tiles.Tree:
    return tiles.Tree(size(tx), lambda level, first, count: hashes(tx, level, first, count))


def line_of(tx: ReadTx, event: str, subject: str) -> int | None:
    """Return the index of the first line of a type about a subject, or None."""
    wanted = sa.select(store.lines.c.line).where(
        store.lines.c.type == event, store.lines.c.subject == subject
    )
    found = tx.value(wanted.order_by(store.lines.c.line).limit(1))
    return None if found is None else int(str(found))


def passed(tx: ReadTx, types: Sequence[str], *, start: int) -> list[Passed]:
    """Return the lines of some types from an index on, in order.

    Lines are written one transaction at a time, so a reader who has seen one has missed none
    before it: what keeps up with the ledger starts behind the last line it saw.
    """
    return [
        Passed(row["line"], json.loads(row["text"]), bytes(row["leaf"]).hex())
        for row in tx.rows(_passed(types, start))
    ]


@kept
def _passed(types: Sequence[str], start: int) -> sa.Select[Any]:
    columns = (store.lines.c.line, store.lines.c.text, store.lines.c.leaf)
    wanted = sa.select(*columns).where(store.lines.c.type.in_(types), store.lines.c.line >= start)
    return wanted.order_by(store.lines.c.line)


def last_passed(tx: ReadTx, types: Sequence[str]) -> Passed | None:
    """Return the last line of some types, or None."""
    newest = sa.select(sa.func.max(store.lines.c.line)).where(store.lines.c.type.in_(types))
    line = tx.value(newest)
    return None if line is None else passed(tx, types, start=int(str(line)))[0]


def leaf_at(tx: ReadTx, index: int) -> str | None:
    """Return the hash of a line as hex, or None when there is no such line."""
    found = tx.row(sa.select(store.lines.c.leaf).where(store.lines.c.line == index))
    return None if found is None else bytes(found["leaf"]).hex()
