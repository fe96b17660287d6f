"""Ways to tamper with a ledger's rows, each with the kind of finding that must name it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evenhand.ledger import merkle, store
from evenhand.ledger.checkpoint import Checkpoint, sign

lines, private, nodes, head = store.lines, store.private, store.nodes, store.head


@dataclass
class Hand:
    """Whoever can write to the database; `key` is what a thief of the signing key would have."""

    conn: sa.Connection
    chance: random.Random
    key: Ed25519PrivateKey
    size: int

    def line(self, first: int = 0, after: int = 0) -> int:
        """Choose a line, not among the last `after`."""
        return self.chance.randrange(first, self.size - after)

    def row(self, line: int) -> dict[str, Any]:
        """Read a row."""
        found = self.conn.execute(sa.select(lines).where(lines.c.line == line)).mappings().one()
        return dict(found)

    def write(self, line: int, **values: Any) -> None:
        """Change columns of a row."""
        self.conn.execute(lines.update().where(lines.c.line == line).values(**values))

    def remove(self, *where: sa.ColumnElement[bool]) -> None:
        """Remove rows with what they commit to."""
        gone = sa.select(lines.c.line).where(*where)
        self.conn.execute(private.delete().where(private.c.line.in_(gone)))
        self.conn.execute(lines.delete().where(*where))

    def say(self, line: int, **data: Any) -> str:
        """Return what a line says, with another ending."""
        leaf = json.loads(self.row(line)["text"])
        leaf["data"] |= data or {"number": self.chance.randrange(10_000, 99_999)}
        return json.dumps(leaf, sort_keys=True, separators=(",", ":"))

    def rewrite(self, line: int, text: str) -> None:
        """Change what a line says, with a fitting hash."""
        self.write(line, text=text, leaf=merkle.leaf_hash(text.encode()))

    def edge(self) -> merkle.Edge:
        """Make nodes that fit the rows; return their edge."""
        hashes = self.conn.execute(sa.select(lines.c.leaf).order_by(lines.c.line)).scalars()
        edge, made = merkle.Edge().extend(bytes(each) for each in hashes)
        self.conn.execute(nodes.delete())
        if made:
            self.conn.execute(nodes.insert(), [node._asdict() for node in made])
        return edge

    def sign_anew(self) -> None:
        """Sign the rows as they are, with nodes and edge: what a thief of the key can do."""
        edge = self.edge()
        note = sign(Checkpoint(edge.size, edge.root()), self.key)
        values = {"size": edge.size, "edge": b"".join(edge.hashes), "note": note}
        self.conn.execute(head.update().values(**values))


def change_text(by: Hand) -> None:
    """Change what a line says, and nothing else."""
    line = by.line()
    by.write(line, text=by.say(line))


def change_text_and_hash(by: Hand) -> None:
    """Change a line with its hash."""
    line = by.line()
    by.rewrite(line, by.say(line))


def change_text_and_tree(by: Hand) -> None:
    """Change a line with its hash, and every node over it."""
    change_text_and_hash(by)
    by.edge()


def break_text(by: Hand) -> None:
    """Make a line unreadable, with a fitting hash."""
    by.rewrite(by.line(), by.chance.choice(["", "{", "null", "[]", '{"n":1}', "[" * 99_999]))


def break_published(by: Hand) -> None:
    """Make a line unreadable that publishes a checkpoint."""
    there = sa.select(lines.c.line).where(lines.c.type == "checkpoint.published")
    line = by.chance.choice(by.conn.execute(there).scalars().all())
    by.rewrite(line, by.chance.choice(["{", "[" * 99_999, '{"data":{"note":"x\\n5\\n"},"n":1}']))


def break_committed(by: Hand) -> None:
    """Make a line unreadable that commits to something."""
    there = by.conn.execute(sa.select(private.c.line).order_by(private.c.line)).scalars().all()
    by.rewrite(by.chance.choice(there), "[" * 99_999)


def change_column(by: Hand) -> None:
    """Change what stands beside a line and repeats it."""
    line = by.line()
    later = by.row(line)["at"] + timedelta(seconds=1)
    values: list[dict[str, Any]] = [
        {"type": "item.assessed"},
        {"subject": "another"},
        {"at": later},
    ]
    by.write(line, **by.chance.choice(values))


def change_hash(by: Hand) -> None:
    """Change the hash that a line was given."""
    by.write(by.line(), leaf=by.chance.randbytes(32))


def change_private(by: Hand) -> None:
    """Change what a line commits to, its salt, or make it unreadable."""
    there = by.conn.execute(sa.select(private.c.line).order_by(private.c.line)).scalars().all()
    values: list[dict[str, Any]] = [
        {"content": '{"text":"never said"}'},
        {"salt": by.chance.randbytes(16)},
    ]
    change = by.chance.choice([*values, {"content": "{"}])
    line = by.chance.choice(there)
    by.conn.execute(private.update().where(private.c.line == line).values(**change))


def cut_out(by: Hand) -> None:
    """Remove lines from the middle."""
    first = by.line(after=9)
    by.remove(lines.c.line >= first, lines.c.line < first + by.chance.randrange(1, 9))


def exchange(by: Hand) -> None:
    """Exchange two lines, each with its own hash and columns."""
    one, other = by.chance.sample(range(by.size), 2)
    rows = {one: by.row(other), other: by.row(one)}
    for line, row in rows.items():
        by.write(line, **{name: value for name, value in row.items() if name != "line"})


def move_to_the_end(by: Hand) -> None:
    """Let a line stand behind the last."""
    line = by.line(after=1)
    by.conn.execute(private.delete().where(private.c.line == line))
    by.conn.execute(lines.update().where(lines.c.line == line).values(line=by.size))


def put_before(by: Hand) -> None:
    """Put a line before the first, where a count from nought never looks."""
    place = -by.chance.randrange(1, 9)
    row = by.row(0)
    text = json.dumps(json.loads(row["text"]) | {"n": place}, sort_keys=True)
    fresh = {"line": place, "text": text, "leaf": merkle.leaf_hash(text.encode())}
    by.conn.execute(lines.insert().values(**row | fresh))


def cut_tail(by: Hand) -> None:
    """Remove the last lines."""
    by.remove(lines.c.line >= by.line(first=1))


def cut_tail_and_sign(by: Hand) -> None:
    """Remove the last lines and sign what is left, as if there had never been more."""
    cut_tail(by)
    by.sign_anew()


def add_unsigned(by: Hand) -> None:
    """Write a line behind the last without signing it."""
    row = by.row(by.size - 1)
    text = json.dumps(json.loads(row["text"]) | {"n": by.size}, sort_keys=True)
    fresh = {"line": by.size, "text": text, "leaf": merkle.leaf_hash(text.encode())}
    by.conn.execute(lines.insert().values(**row | fresh))


def change_head(by: Hand) -> None:
    """Change, replace or remove the signed head, or the edge that appending starts from."""
    stranger = Ed25519PrivateKey.from_private_bytes(by.chance.randbytes(32))
    note = str(by.conn.execute(sa.select(head.c.note)).scalar())
    root = merkle.leaf_hash(by.chance.randbytes(4))
    values: list[dict[str, Any]] = [
        {"note": sign(Checkpoint(by.size, root), stranger)},
        {"note": note.replace("evenhand/ledger", "evenhand/lodger", 1)},
        {"note": ""},
        {"edge": by.chance.randbytes(32 * by.size.bit_count())},
        {"size": by.size + 1},
    ]
    if by.chance.random() < 0.2:
        by.conn.execute(head.delete())
    else:
        by.conn.execute(head.update().values(**by.chance.choice(values)))


def change_node(by: Hand) -> None:
    """Change or remove a node, or add one, so that proofs would fail."""
    place = by.chance.randrange(by.size // 256)
    match by.chance.randrange(3):
        case 0:
            by.conn.execute(nodes.update().where(nodes.c.place == place).values(hash=b"?" * 32))
        case 1:
            by.conn.execute(nodes.delete().where(nodes.c.place == place))
        case _:
            by.conn.execute(nodes.insert().values(level=1, place=place + 9, hash=b"?" * 32))


def fork(by: Hand) -> None:
    """Write another history from some line on, and sign it with the stolen key."""
    change_text_and_hash(by)
    by.sign_anew()


def set_clock_back(by: Hand) -> None:
    """Backdate lines from some line on by hours, and sign them with the stolen key."""
    first, hours = by.line(first=9), by.chance.randrange(1, 9)
    for line in range(first, by.size):
        row = by.row(line)
        text = json.loads(row["text"])
        hour = int(text["at"][11:13]) - hours
        text["at"] = f"{text['at'][:11]}{hour:02d}{text['at'][13:]}"
        by.rewrite(line, json.dumps(text, sort_keys=True, separators=(",", ":")))
    by.sign_anew()


TAMPERINGS: list[tuple[Callable[[Hand], None], str]] = [
    (change_text, "edit"),
    (change_text_and_hash, "edit"),
    (change_text_and_tree, "edit"),
    (break_text, "edit"),
    (break_published, "edit"),
    (break_committed, "edit"),
    (change_column, "edit"),
    (change_hash, "edit"),
    (change_private, "private"),
    (cut_out, "gap"),
    (exchange, "place"),
    (move_to_the_end, "gap"),
    (put_before, "place"),
    (cut_tail, "tail"),
    (cut_tail_and_sign, "tail"),
    (add_unsigned, "head"),
    (change_head, "head"),
    (change_node, "tile"),
    (fork, "fork"),
    (set_clock_back, "clock"),
]
