"""A statement that is asked all the time is built once, and only its values change.

Building a select of two conditions takes SQLAlchemy four times as long as SQLite needs to answer
it; one that is kept also keeps the key under which it was compiled.
https://docs.sqlalchemy.org/en/21/core/connections.html#sql-caching
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeVarTuple, cast

import sqlalchemy as sa

Ts = TypeVarTuple("Ts")

#: Begins no column's name: SQLAlchemy sets columns to the values that have their names.
_PREFIX: Final = "asked__"


@dataclass(frozen=True, slots=True)
class Asked:
    """A statement that was built before, and the values that it is asked with."""

    statement: sa.Executable
    values: Mapping[str, Any]


def kept(build: Callable[[*Ts], sa.Select[Any]]) -> Callable[[*Ts], Asked]:
    """Let a function that builds a select from values do so once, the first time.

    It is given a bound parameter for each of its arguments, so it may compare with them or ask
    whether a column is among them, and nothing else: it cannot choose by them. None is no value
    to ask with, for in SQL nothing equals it.
    """
    names = [_PREFIX + name for name in inspect.signature(build).parameters]

    @functools.cache
    def built() -> sa.Select[Any]:
        given = cast("tuple[*Ts]", tuple(sa.bindparam(name) for name in names))
        return build(*given)

    @functools.wraps(build)
    def ask(*values: *Ts) -> Asked:
        given = dict(zip(names, cast("tuple[Any, ...]", values), strict=True))
        assert None not in given.values(), "this statement would find nothing"
        return Asked(built(), given)

    return ask


def of_id(table: sa.Table, row_id: object) -> Asked:
    """Ask for the row of a table that has an id."""
    return Asked(_of_id(table), {f"{_PREFIX}id": row_id})


def changing(table: sa.Table, which: Mapping[str, Any], values: Mapping[str, Any]) -> Asked:
    """Set columns of the rows of a table in which other columns, or the same, equal what is given.

    To plain values: what is reckoned from other columns is built where it is run.
    """
    check_columns(table, values)
    asked = {_PREFIX + name: value for name, value in which.items()}
    return Asked(_changing(table, tuple(which)), {**values, **asked})


@functools.cache
def inserting(table: sa.Table) -> sa.Insert:
    """Write rows into a table; which columns follows from what is given."""
    return table.insert()


def check_columns(table: sa.Table, names: Iterable[str]) -> None:
    """Let nothing be lost that was to be written: SQLAlchemy leaves out what is no column."""
    strange = [name for name in names if name not in table.c]
    assert not strange, f"{table.name} has no column {', '.join(strange)}"


@functools.cache
def _of_id(table: sa.Table) -> sa.Select[Any]:
    return sa.select(table).where(_equal(table, "id"))


@functools.cache
def _changing(table: sa.Table, which: tuple[str, ...]) -> sa.Update:
    return table.update().where(*(_equal(table, name) for name in which))


def _equal(table: sa.Table, name: str) -> sa.ColumnElement[bool]:
    return table.c[name] == sa.bindparam(_PREFIX + name)
