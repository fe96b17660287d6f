"""Writes are durable when they return. On SQLite one thread writes and commits in groups.

Measured: eight threads with a transaction each starve one another on SQLite, while one writer
that commits many commands together is five to seven times faster than a commit for each. Every
command still has its own savepoint, so one that fails takes nothing else with it.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog

from evenhand.db.errors import DatabaseBusy
from evenhand.db.transaction import ReadTx, Tx
from evenhand.kit.clock import Clock
from evenhand.kit.resources import Resources

T = TypeVar("T")
log = structlog.get_logger("evenhand.db")

GROUP_COMMANDS_MAX = 256
BUSY_TIMEOUT_MS = 30_000
COLLISION_RETRIES_MAX = 8
_SERIALIZATION_STATES = frozenset({"40001", "40P01", "55P03"})


@dataclass
class _Request:
    command: Callable[[Tx], Any]
    future: Future[Any]


def _run_hooks(tx: Tx) -> None:
    """Run what follows a commit. It is durable by now, so a hook that fails cannot undo it."""
    for hook in tx.after_commit:
        try:
            hook()
        except OSError as error:
            # Not even a log that cannot be written may stop the one writer.
            with suppress(OSError, ValueError):
                log.exception("database.hook_failed", error=type(error).__name__)


def _sqlite_engine(url: str, *, writer: bool) -> sa.Engine:
    pool = {"pool_size": 1, "max_overflow": 0} if writer else {"pool_size": 8, "max_overflow": 24}
    engine = sa.create_engine(url, connect_args={"check_same_thread": False}, **pool)

    @sa.event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        pragmas = ["journal_mode=WAL", "synchronous=FULL", f"busy_timeout={BUSY_TIMEOUT_MS}"]
        pragmas += ["foreign_keys=ON"] if writer else ["query_only=ON"]
        for pragma in pragmas:
            connection.execute("PRAGMA " + pragma)

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writer else "BEGIN")

    return engine


class Database:
    """The one database. `read` gives a view, `write` runs a command in one transaction."""

    def __init__(
        self,
        url: str,
        *,
        clock: Clock,
        resources: Resources,
        group_max: int = GROUP_COMMANDS_MAX,
    ) -> None:
        """Open the database at a SQLAlchemy URL (`sqlite:///…` or `postgresql+psycopg://…`).

        `group_max` is how many commands may share a commit on SQLite; 1 is for benchmarks.
        """
        self.clock, self.resources = clock, resources
        self.group_max = group_max
        self.is_sqlite = url.startswith("sqlite")
        if self.is_sqlite:
            self.engine = _sqlite_engine(url, writer=True)
            self._readers = _sqlite_engine(url, writer=False)
        else:
            self.engine = sa.create_engine(url, pool_size=8, max_overflow=24, pool_pre_ping=True)
            self._readers = self.engine
        self._requests: queue.SimpleQueue[_Request | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._starting = threading.Lock()
        self._closed = False

    @contextmanager
    def read(self) -> Iterator[ReadTx]:
        """Give queries one consistent view; nothing can be written through it on SQLite."""
        with self._readers.connect() as conn, conn.begin():
            yield ReadTx(conn=conn, now=self.clock.now(), resources=self.resources)

    def write(self, command: Callable[[Tx], T]) -> T:
        """Run a command in one transaction and return its result once that is durable.

        Whatever the command raises comes out here, and nothing it did remains. Raises
        DatabaseBusy when the database stayed locked. A command may be run again after a
        collision on PostgreSQL, so it acts on the database alone.
        """
        return self._write_sqlite(command) if self.is_sqlite else self._write_postgres(command)

    def close(self) -> None:
        """Let the writer finish what it was given, then close every connection."""
        with self._starting:
            self._closed = True
            writer, self._writer = self._writer, None
        if writer:
            self._requests.put(None)
            writer.join()
        self.engine.dispose()
        self._readers.dispose()

    def _write_postgres(self, command: Callable[[Tx], T]) -> T:
        for attempt in range(COLLISION_RETRIES_MAX):
            try:
                with self.engine.begin() as conn:
                    tx = self._tx(conn)
                    result = command(tx)
                    tx.finish()
            except sa.exc.OperationalError as error:
                state = getattr(error.orig, "sqlstate", None)
                if state not in _SERIALIZATION_STATES:
                    raise
                if attempt == COLLISION_RETRIES_MAX - 1:
                    raise DatabaseBusy("two transactions kept colliding") from error
                continue
            _run_hooks(tx)
            return result
        raise DatabaseBusy("two transactions kept colliding")

    def _write_sqlite(self, command: Callable[[Tx], T]) -> T:
        future: Future[T] = Future()
        with self._starting:
            if self._closed:
                raise DatabaseBusy("the database is closed")
            if self._writer is None:
                self._writer = threading.Thread(target=self._serve, name="db-writer", daemon=True)
                self._writer.start()
            self._requests.put(_Request(command, future))
        return future.result()

    def _serve(self) -> None:
        going_on = True
        while going_on and (first := self._requests.get()) is not None:
            group = [first]
            while len(group) < self.group_max and going_on:
                try:
                    request = self._requests.get_nowait()
                except queue.Empty:
                    break
                if request is None:
                    going_on = False
                else:
                    group.append(request)
            self._commit_group(group)

    def _commit_group(self, group: list[_Request]) -> None:
        """Run a group of commands, each in its savepoint, and commit them together.

        Nobody is left waiting: whatever happens, every future of the group gets an answer.
        """
        done: list[tuple[Future[Any], Any]] = []
        try:
            with self.engine.connect() as conn, conn.begin():
                together = self._tx(conn)
                for request in group:
                    tx = self._tx(conn)
                    if (result := self._run_one(tx, request)) is not None:
                        done.append((request.future, result[0]))
                        together.take_over(tx)
                together.finish()
        except BaseException as error:  # the writer must outlive any failure, and answer for it
            busy = isinstance(error, sa.exc.OperationalError)
            for request in group:
                if not request.future.done():
                    request.future.set_exception(DatabaseBusy(str(error)) if busy else error)
            return
        _run_hooks(together)
        for future, value in done:
            future.set_result(value)

    @staticmethod
    def _run_one(tx: Tx, request: _Request) -> tuple[Any] | None:
        """Run one command; its error goes to whoever asked, and takes nothing else with it."""
        # In words, not by `begin_nested`, whose bookkeeping costs as much as a statement or two.
        tx.conn.exec_driver_sql("SAVEPOINT command")
        try:
            result = request.command(tx)
        except BaseException as error:  # the caller's error goes to the caller, whatever it is
            tx.conn.exec_driver_sql("ROLLBACK TO command")
            request.future.set_exception(error)
            return None
        finally:
            tx.conn.exec_driver_sql("RELEASE command")
        return (result,)

    def _tx(self, conn: sa.Connection) -> Tx:
        return Tx(conn=conn, now=self.clock.now(), resources=self.resources)
