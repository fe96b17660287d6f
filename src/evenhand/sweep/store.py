"""What a sweep has seen of one source lies in a file of its own: thrown away, it is made anew.

It is no part of the record. Each file of the source has one row, keyed by its name, so that an
outcome that comes twice is written once. A partition's outcomes are committed together and told
afterwards: whatever was told is there after a kill, and whatever is not there is looked at again.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, cast

from evenhand.detection import Answer
from evenhand.sweep.errors import StateUnreadable, SweepRunning
from evenhand.sweep.model import Found, Listed, Noted, Outcome, Sort, Tally

VERSION: Final = 1
_PORTION: Final = 400
_ROWS_MAX: Final = 5_000

_TABLES: Final = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE files (
  name BLOB NOT NULL, nth INTEGER NOT NULL, container BLOB NOT NULL,
  size INTEGER, stamp TEXT NOT NULL, looked TEXT NOT NULL, compared TEXT NOT NULL,
  again INTEGER NOT NULL, run INTEGER NOT NULL, sort TEXT NOT NULL, answer TEXT NOT NULL,
  why TEXT, digests TEXT NOT NULL, pdq TEXT, kept BLOB, item TEXT, seconds REAL NOT NULL,
  PRIMARY KEY (name, nth)) WITHOUT ROWID;
CREATE INDEX files_answer ON files (run, answer);
CREATE INDEX files_container ON files (container) WHERE container <> x'';
CREATE TABLE found (
  name BLOB NOT NULL, nth INTEGER NOT NULL, position INTEGER NOT NULL, detector TEXT NOT NULL,
  version TEXT NOT NULL, says TEXT NOT NULL, bank TEXT, clause_key TEXT, entry_id TEXT,
  distance INTEGER, evidence TEXT NOT NULL,
  PRIMARY KEY (name, nth, position)) WITHOUT ROWID;
CREATE TABLE containers (
  name BLOB PRIMARY KEY, stamp TEXT NOT NULL, run INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE sent (
  name BLOB NOT NULL, nth INTEGER NOT NULL, found TEXT NOT NULL, item_id TEXT NOT NULL,
  PRIMARY KEY (name, nth)) WITHOUT ROWID;
"""
_COLUMNS: Final = (
    "name, nth, container, size, stamp, looked, compared, again, run, sort, answer, why, digests,"
    " pdq, kept, item, seconds"
)
_FOUND_COLUMNS: Final = (
    "name, nth, position, detector, version, says, bank, clause_key, entry_id, distance, evidence"
)


@dataclass(frozen=True, slots=True)
class Shape:
    """How a file stands: what it was looked at by, and what it was compared with."""

    sort: Sort
    looked: str
    compared: str
    kept: bool
    again: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What is known of a file from before."""

    outcome: Outcome
    container: bytes
    stamp: str
    compared: str

    @property
    def shape(self) -> Shape:
        """Return how it stands."""
        one = self.outcome
        return Shape(one.sort, one.looked, self.compared, one.kept is not None, one.again)


def name_of(place: str) -> str:
    """Name the state of a source: the same place has the same state, and no other has."""
    return hashlib.sha256(place.encode("utf-8", "surrogateescape")).hexdigest()[:20]


class State:
    """The state of one source, for one process at a time."""

    def __init__(self, folder: Path, place: str, *, fresh: bool = False) -> None:
        """Open it, or make it. Raises SweepRunning, StateUnreadable."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.file = folder / f"{name_of(place)}.sqlite3"
        self._lock = (folder / f"{name_of(place)}.lock").open("a")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as why:
            self._lock.close()
            raise SweepRunning from why
        if fresh:
            for end in ("", "-wal", "-shm"):
                Path(f"{self.file}{end}").unlink(missing_ok=True)
        os.close(os.open(self.file, os.O_RDWR | os.O_CREAT, 0o600))
        self._db = sqlite3.connect(self.file, isolation_level=None, check_same_thread=False)
        try:
            self._prepare(place)
            self.run = self._number("run")
        except (sqlite3.DatabaseError, ValueError) as why:
            self.close()
            raise StateUnreadable(str(why)) from why

    def _prepare(self, place: str) -> None:
        """Make the tables of a new file; refuse those of another version."""
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=30000"):
            self._db.execute(f"PRAGMA {pragma}")
        made = self._db.execute("SELECT 1 FROM sqlite_master WHERE name = 'about'").fetchone()
        if made is None:
            told = place.encode("utf-8", "replace").decode()
            with self._together():
                for table in filter(str.strip, _TABLES.split(";")):
                    self._db.execute(table)
                self._set("version", str(VERSION))
                self._set("place", told)
        if self._number("version") != VERSION:
            raise sqlite3.DatabaseError("it is of another version")

    def close(self) -> None:
        """Let go of it, so that another process may go on."""
        self._db.close()
        self._lock.close()

    def begin(self) -> None:
        """Begin a run: what is not seen in it is gone at its end."""
        self.run += 1
        with self._together():
            self._set("run", str(self.run))

    def rows(self, keys: Sequence[tuple[bytes, int]]) -> dict[tuple[bytes, int], Row]:
        """Return what is known of some files."""
        found: dict[tuple[bytes, int], Row] = {}
        for at in range(0, len(keys), _PORTION):
            some = keys[at : at + _PORTION]
            wanted = ", ".join(["(?, ?)"] * len(some))
            query = f"SELECT {_COLUMNS} FROM files WHERE (name, nth) IN (VALUES {wanted})"  # noqa: S608 - marks only
            for row in self._full(query, [each for key in some for each in key]):
                found[row.outcome.name, row.outcome.nth] = row
        return found

    def shapes(self, container: bytes, stamp: str) -> set[Shape] | None:
        """Return how the files of an archive stand, when it was listed whole with this stamp."""
        found = self._db.execute("SELECT stamp FROM containers WHERE name = ?", (container,))
        row = found.fetchone()
        if row is None or row[0] != stamp:
            return None
        shapes = self._db.execute(
            "SELECT DISTINCT sort, looked, compared, kept IS NOT NULL, again FROM files"
            " WHERE container = ?",
            (container,),
        )
        return {
            Shape(Sort(sort), looked, compared, bool(kept), bool(again))
            for sort, looked, compared, kept, again in shapes
        }

    def within(self, container: bytes) -> Iterator[Row]:
        """Return every file of an archive."""
        last: tuple[bytes, int] = (b"", -1)
        while True:
            query = (
                f"SELECT {_COLUMNS} FROM files WHERE container = ? AND (name, nth) > (?, ?)"  # noqa: S608 - names of columns only
                f" ORDER BY name, nth LIMIT {_ROWS_MAX}"
            )
            some = self._full(query, [container, *last])
            yield from some
            if len(some) < _ROWS_MAX:
                return
            last = some[-1].outcome.name, some[-1].outcome.nth

    def save(self, done: Iterable[tuple[Listed, Outcome]], compared: str) -> None:
        """Write what came of looking, together and in place of what was known."""
        with self._together():
            for file, outcome in done:
                self._write(outcome, file.container, file.stamp, compared)

    def note(self, noted: Sequence[Noted]) -> list[Outcome]:
        """Write what the listing itself said of some files."""
        outcomes = [
            Outcome(one.name, one.nth, Sort.OTHER, one.answer, one.why, looked="listed", digests={})
            for one in noted
        ]
        with self._together():
            for one, outcome in zip(noted, outcomes, strict=True):
                self._write(outcome, one.container, "", "")
        return outcomes

    def seen(self, keys: Iterable[tuple[bytes, int]]) -> None:
        """Note that some files are there still, unchanged."""
        with self._together():
            self._db.executemany(
                "UPDATE files SET run = ? WHERE name = ? AND nth = ?",
                [(self.run, *key) for key in keys],
            )

    def compared(self, keys: Sequence[tuple[bytes, int]], mark: str) -> None:
        """Note that the banks say of some files what they did, and that the files are there."""
        if keys:
            with self._together():
                self._db.executemany(
                    "UPDATE files SET run = ?, compared = ? WHERE name = ? AND nth = ?",
                    [(self.run, mark, *key) for key in keys],
                )

    def ended(self, containers: Iterable[tuple[bytes, str]]) -> None:
        """Note that archives were listed whole, and that all that is in them is written."""
        with self._together():
            self._db.executemany(
                "INSERT OR REPLACE INTO containers VALUES (?, ?, ?)",
                [(name, stamp, self.run) for name, stamp in containers],
            )

    def still_there(self, container: bytes) -> None:
        """Note that an archive is what it was, so that it is not forgotten."""
        with self._together():
            self._db.execute("UPDATE containers SET run = ? WHERE name = ?", (self.run, container))

    def forget_unseen(self) -> int:
        """Forget what was not seen in a run that listed everything; return how many files."""
        with self._together():
            unseen = "SELECT name, nth FROM files WHERE run <> ?"
            self._db.execute(f"DELETE FROM found WHERE (name, nth) IN ({unseen})", (self.run,))  # noqa: S608 - no value
            self._db.execute("DELETE FROM containers WHERE run <> ?", (self.run,))
            return self._db.execute("DELETE FROM files WHERE run <> ?", (self.run,)).rowcount

    def answers(self) -> dict[Answer, int]:
        """Count the answers of this run."""
        found = self._db.execute(
            "SELECT answer, count(*) FROM files WHERE run = ? GROUP BY answer", (self.run,)
        )
        counts = {Answer(answer): count for answer, count in found}
        return {answer: counts.get(answer, 0) for answer in Answer}

    def reasons(self, answer: Answer, *, limit: int = 20) -> dict[str, int]:
        """Count the reasons for an answer, the most frequent first."""
        found = self._db.execute(
            "SELECT why, count(*) AS files FROM files WHERE run = ? AND answer = ?"
            " GROUP BY why ORDER BY files DESC, why LIMIT ?",
            (self.run, answer.value, limit),
        )
        return {why or "No reason was given.": count for why, count in found}

    def tallies(self) -> list[Tally]:
        """Count the files in which something was found, by bank and detector."""
        found = self._db.execute(
            "SELECT bank, max(clause_key), detector, count(*) AS files FROM"
            " (SELECT DISTINCT found.name, found.nth, bank, clause_key, detector FROM found"
            "  JOIN files USING (name, nth) WHERE run = ?)"
            " GROUP BY bank, detector ORDER BY files DESC, bank, detector",
            (self.run,),
        )
        return [Tally(*row) for row in found]

    def with_answer(self, answer: Answer, *, limit: int | None = None) -> Iterator[Row]:
        """Return the files of this run with an answer, in the order of their names."""
        last: tuple[bytes, int] = (b"", -1)
        left = limit
        while left is None or left > 0:
            most = _ROWS_MAX if left is None else min(left, _ROWS_MAX)
            query = (
                f"SELECT {_COLUMNS} FROM files WHERE run = ? AND answer = ?"  # noqa: S608 - names of columns only
                " AND (name, nth) > (?, ?) ORDER BY name, nth LIMIT ?"
            )
            some = self._full(query, [self.run, answer.value, *last, most])
            yield from some
            if len(some) < most:
                return
            last = some[-1].outcome.name, some[-1].outcome.nth
            left = None if left is None else left - len(some)

    def slowest(self, *, limit: int) -> list[Row]:
        """Return the files that took longest, the slowest first."""
        query = f"SELECT {_COLUMNS} FROM files WHERE run = ? ORDER BY seconds DESC, name LIMIT ?"  # noqa: S608 - names of columns only
        return self._full(query, [self.run, limit])

    def was_sent(self, name: bytes, nth: int, found: str) -> bool:
        """Tell whether these findings of a file were handed in before."""
        row = self._db.execute(
            "SELECT found FROM sent WHERE name = ? AND nth = ?", (name, nth)
        ).fetchone()
        return row is not None and row[0] == found

    def mark_sent(self, name: bytes, nth: int, found: str, item_id: str) -> None:
        """Note that the findings of a file were handed in, as which item."""
        with self._together():
            values = (name, nth, found, item_id)
            self._db.execute("INSERT OR REPLACE INTO sent VALUES (?, ?, ?, ?)", values)

    def _full(self, query: str, values: Sequence[object]) -> list[Row]:
        """Read rows, with what was found in each."""
        rows = self._db.execute(query, values).fetchall()
        keys = [(row[0], row[1]) for row in rows if row[10] == Answer.FOUND.value]
        found: dict[tuple[bytes, int], list[Found]] = {}
        for at in range(0, len(keys), _PORTION):
            some = keys[at : at + _PORTION]
            wanted = ", ".join(["(?, ?)"] * len(some))
            said = self._db.execute(
                f"SELECT {_FOUND_COLUMNS} FROM found WHERE (name, nth) IN (VALUES {wanted})"  # noqa: S608 - marks only
                " ORDER BY name, nth, position",
                [each for key in some for each in key],
            )
            for name, nth, _, *rest, evidence in said:
                found.setdefault((name, nth), []).append(_found(rest, evidence))
        return [_row(row, tuple(found.get((row[0], row[1]), ()))) for row in rows]

    def _write(self, outcome: Outcome, container: bytes, stamp: str, compared: str) -> None:
        key = (outcome.name, outcome.nth)
        self._db.execute(
            f"INSERT OR REPLACE INTO files ({_COLUMNS}) VALUES ({', '.join('?' * 17)})",  # noqa: S608 - marks only
            (
                *key,
                container,
                outcome.size,
                stamp,
                outcome.looked,
                compared,
                outcome.again,
                self.run,
                outcome.sort.value,
                outcome.answer.value,
                outcome.why,
                json.dumps(dict(outcome.digests)),
                outcome.pdq,
                outcome.kept,
                None if outcome.item is None else json.dumps(outcome.item),
                outcome.seconds,
            ),
        )
        self._db.execute("DELETE FROM found WHERE name = ? AND nth = ?", key)
        self._db.executemany(
            f"INSERT INTO found ({_FOUND_COLUMNS}) VALUES ({', '.join('?' * 11)})",  # noqa: S608 - marks only
            [
                (
                    *key,
                    at,
                    one.detector,
                    one.version,
                    one.says,
                    one.bank,
                    one.clause_key,
                    one.entry_id,
                    one.distance,
                    json.dumps(dict(one.evidence)),
                )
                for at, one in enumerate(outcome.found)
            ],
        )

    @contextlib.contextmanager
    def _together(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        with self._db:  # commits, or takes everything back
            yield

    def _number(self, key: str) -> int:
        row = self._db.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return 0 if row is None else int(row[0])

    def _set(self, key: str, value: str) -> None:
        self._db.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (key, value))


def _row(row: Sequence[Any], found: tuple[Found, ...]) -> Row:
    name, nth, container, size, stamp, looked, compared, again, _, sort, answer = row[:11]
    why, digests, pdq, kept, item, seconds = row[11:]
    outcome = Outcome(
        name,
        nth,
        Sort(sort),
        Answer(answer),
        why,
        looked,
        json.loads(digests),
        pdq=pdq,
        kept=kept,
        found=found,
        item=None if item is None else cast("tuple[str, str]", tuple(json.loads(item))),
        seconds=seconds,
        size=size,
        again=bool(again),
    )
    return Row(outcome, container, stamp, compared)


def _found(values: Sequence[Any], evidence: str) -> Found:
    return replace(Found(*values), evidence=json.loads(evidence))
