"""A transaction carries its connection, one instant, and the resources commands need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from evenhand.kit.ids import new_id
from evenhand.kit.resources import Resources

#: One row of a result, read by column name.
Row = sa.RowMapping


@dataclass
class ReadTx:
    """A consistent view for queries. `now` is the same instant throughout."""

    conn: sa.Connection
    now: datetime
    resources: Resources

    def rows(self, statement: sa.Executable) -> list[sa.RowMapping]:
        """Run a select and return all its rows as mappings."""
        return list(self.conn.execute(statement).mappings())

    def row(self, statement: sa.Executable) -> sa.RowMapping | None:
        """Run a select and return its first row, or None."""
        return self.conn.execute(statement).mappings().first()

    def value(self, statement: sa.Executable) -> object:
        """Run a select and return the first column of the first row, or None."""
        return self.conn.execute(statement).scalar()


@dataclass
class Tx(ReadTx):
    """A writing transaction. Hooks run just before the commit and right after it.

    Hooks after the commit have names: when a group of commands commits together, only the last
    hook of each name runs, so that a later one must make an earlier one needless.
    """

    before_commit: list[Callable[[Tx], None]] = field(default_factory=list)
    after_commit: dict[str, Callable[[], None]] = field(default_factory=dict)
    carried: dict[str, Any] = field(default_factory=dict)

    def new_id(self) -> str:
        """Make an id that sorts by this transaction's instant."""
        return new_id(self.now)

    def insert(self, table: sa.Table, **values: Any) -> None:
        """Write one row. The values go as parameters, so that the statement is compiled once."""
        self.conn.execute(table.insert(), values)

    def insert_all(self, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
        """Write many rows of the same columns at once; none is fine."""
        if rows:
            self.conn.execute(table.insert(), rows)

    def run(self, statement: sa.Executable) -> int:
        """Run an update or delete and return how many rows it touched."""
        return self.conn.execute(statement).rowcount

    def lock(self, name: str) -> None:
        """Let one transaction at a time past this name until the commit.

        SQLite has one writer anyway; PostgreSQL takes an advisory lock for the transaction.
        """
        if self.conn.dialect.name == "postgresql":
            self.conn.execute(
                sa.text("select pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name}
            )

    def finish(self) -> None:
        """Run the hooks that must be part of the commit, in the order they were added."""
        while self.before_commit:
            self.before_commit.pop(0)(self)
