"""A transaction carries its connection, one instant, and the resources commands need.

Commands that commit together may have something written once for all of them: what each adds is
gathered, and written just before the commit.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, TypeVar

import sqlalchemy as sa

from evenhand.db.errors import ViewClosed
from evenhand.db.kept import Asked, changing, check_columns, inserting, of_id
from evenhand.kit.ids import new_id
from evenhand.kit.resources import Resources

#: One row of a result, read by column name.
Row = sa.RowMapping
#: Built where it is run, or kept and asked with other values each time.
Statement = sa.Executable | Asked

T = TypeVar("T")

_LOCK: Final = sa.text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")
_LOCK_SHARED: Final = sa.text("select pg_advisory_xact_lock_shared(hashtextextended(:name, 0))")
PORTION_ROWS: Final = 1_000  # what is prepared for writing at once: more only fills memory
VALUES_MAX: Final = 10_000  # in one statement: SQLite takes 32,766 and PostgreSQL 65,535


@dataclass
class ReadTx:
    """A consistent view for queries. `now` is the same instant throughout."""

    conn: sa.Connection
    now: datetime
    resources: Resources

    def rows(self, statement: Statement) -> list[sa.RowMapping]:
        """Run a select and return all its rows as mappings."""
        return list(self._ran(statement).mappings())

    def row(self, statement: Statement) -> sa.RowMapping | None:
        """Run a select and return its first row, or None."""
        return self._ran(statement).mappings().first()

    def value(self, statement: Statement) -> object:
        """Run a select and return the first column of the first row, or None."""
        return self._ran(statement).scalar()

    def by_id(self, table: sa.Table, row_id: object) -> sa.RowMapping | None:
        """Return the row of a table that has an id, or None."""
        return self.row(of_id(table, row_id))

    def portions(self, statement: sa.Executable, rows_max: int) -> Iterator[Sequence[Any]]:
        """Run a select of many rows and give them a portion at a time, as they are read.

        Whoever stops early leaves nothing open.
        """
        streamed = statement.execution_options(yield_per=rows_max)
        with self.conn.execute(streamed) as found:
            yield from found.partitions()

    def _ran(self, statement: Statement) -> sa.CursorResult[Any]:
        if isinstance(statement, Asked):
            return self.conn.execute(statement.statement, statement.values)
        return self.conn.execute(statement)

    @contextmanager
    def shared(self) -> Iterator[ReadTx]:
        """Give this view to several threads, one at a time, until the block ends.

        A connection serves one thread at once. Whoever still asks when the block has ended, as work
        that was given up may, gets ViewClosed instead of somebody else's connection.
        """
        view = _SharedTx(conn=self.conn, now=self.now, resources=self.resources)
        try:
            yield view
        finally:
            view.close()


@dataclass
class _SharedTx(ReadTx):
    """A view that threads take turns with."""

    _turn: threading.Lock = field(default_factory=threading.Lock)
    _closed: bool = False

    def rows(self, statement: Statement) -> list[sa.RowMapping]:
        """Run a select in turn. Raises ViewClosed."""
        with self._turn:
            self._check_open()
            return super().rows(statement)

    def row(self, statement: Statement) -> sa.RowMapping | None:
        """Run a select in turn. Raises ViewClosed."""
        with self._turn:
            self._check_open()
            return super().row(statement)

    def value(self, statement: Statement) -> object:
        """Run a select in turn. Raises ViewClosed."""
        with self._turn:
            self._check_open()
            return super().value(statement)

    def portions(self, statement: sa.Executable, rows_max: int) -> Iterator[Sequence[Any]]:
        """Run a select of many rows, each portion in turn. Raises ViewClosed."""
        read = super().portions(statement, rows_max)
        while True:
            with self._turn:
                self._check_open()
                portion = next(read, None)
            if portion is None:
                return
            yield portion

    def close(self) -> None:
        """Wait for the turn that is being taken, and give no other."""
        with self._turn:
            self._closed = True

    def _check_open(self) -> None:
        if self._closed:
            raise ViewClosed


@dataclass
class Gathered:
    """What commands that commit together have added for one writer, in their order."""

    write: Callable[[Tx, list[Any]], None]
    added: list[Any] = field(default_factory=list)


@dataclass
class Tx(ReadTx):
    """A writing transaction. Hooks after the commit run when all of it is durable."""

    gathered: dict[str, Gathered] = field(default_factory=dict)
    after_commit: list[Callable[[], None]] = field(default_factory=list)

    def new_id(self) -> str:
        """Make an id that sorts by this transaction's instant."""
        return new_id(self.now)

    def insert(self, table: sa.Table, **values: Any) -> None:
        """Write one row. The values go as parameters, so that the statement is compiled once."""
        check_columns(table, values)
        self.conn.execute(inserting(table), values)

    def insert_all(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write many rows of the same columns, a portion at a time; none is fine."""
        for at in range(0, len(rows), PORTION_ROWS):
            check_columns(table, rows[at])
            self.conn.execute(inserting(table), rows[at : at + PORTION_ROWS])

    def change(self, table: sa.Table, row_id: object, **values: Any) -> int:
        """Set columns of the row that has an id; return whether there is one, as 1 or 0."""
        return self.run(changing(table, {"id": row_id}, values))

    def run(self, statement: Statement) -> int:
        """Run an update or delete and return how many rows it touched."""
        return self._ran(statement).rowcount

    def lock(self, name: str, *, shared: bool = False) -> None:
        """Let one transaction at a time past this name until the commit, or all that share it.

        SQLite has one writer anyway; PostgreSQL takes an advisory lock for the transaction.
        """
        if self.conn.dialect.name == "postgresql":
            self.conn.execute(_LOCK_SHARED if shared else _LOCK, {"name": name})

    def gather(self, name: str, one: Any, write: Callable[[Tx, list[Any]], None]) -> None:
        """Have something written just before the commit, with what other commands add to it.

        Nothing of it is written when this command fails. `write` is the same for each name.
        """
        if (gathered := self.gathered.get(name)) is None:
            gathered = self.gathered[name] = Gathered(write)
        gathered.added.append(one)

    def take_over(self, other: Tx) -> None:
        """Gather what a command that succeeded had gathered, and what is to follow its commit."""
        self.after_commit += other.after_commit
        for name, theirs in other.gathered.items():
            self.gathered.setdefault(name, Gathered(theirs.write)).added += theirs.added

    def finish(self) -> None:
        """Write what was gathered, each once."""
        for gathered in self.gathered.values():
            gathered.write(self, gathered.added)


def statements_of(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut values into as many as one statement takes."""
    for at in range(0, len(values), VALUES_MAX):
        yield values[at : at + VALUES_MAX]
