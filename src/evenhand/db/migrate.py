"""The tables of a database are brought to what this version of Evenhand needs.

One transaction for all that is missing: either every step is done or none. Several processes may
start at once; one does the work and the others find it done. There is no way back but a backup,
because the ledger is never cut shorter.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

MIGRATIONS = Path(__file__).parent / "migrations"
VERSIONS = MIGRATIONS / "versions"

#: Waiting longer would stall every request queued behind us: better to give up and be run again.
LOCK_TIMEOUT_SECONDS = 4
_ADVISORY_LOCK = 0x65_76_65_6E  # "even": one migration at a time


class DatabaseAhead(Exception):
    """A later version of Evenhand made this database; this one would not understand it."""

    def __init__(self, revision: str) -> None:
        """Name the step we do not know, and say what to do."""
        super().__init__(
            f"This database was made by a later Evenhand (it is at {revision!r}). "
            "Run that version, or restore a backup made before the upgrade."
        )


class MigrationBroke(Exception):
    """A migration left rows that point at nothing; all of it was taken back."""


def migrate(engine: sa.Engine, *, versions: Path = VERSIONS) -> None:
    """Bring the database to the latest step, in one transaction; do nothing when it is there.

    Call it before anything else uses the engine. Raises DatabaseAhead, MigrationBroke; on
    PostgreSQL an OperationalError when a lock is not had within four seconds.
    """
    config = configuration(versions)
    with _alone(engine) as conn:
        _refuse_later(conn, config)
        config.attributes["connection"] = conn
        command.upgrade(config, "head")


def is_current(engine: sa.Engine, *, versions: Path = VERSIONS) -> bool:
    """Tell whether the database is at the latest step."""
    script = ScriptDirectory.from_config(configuration(versions))
    with engine.connect() as conn:
        return _standing(conn) == set(script.get_heads())


def configuration(versions: Path = VERSIONS) -> Config:
    """Make Alembic's configuration: our environment, and the folder of the steps."""
    config = Config()
    config.set_main_option("script_location", _plain(MIGRATIONS))
    config.set_main_option("version_locations", _plain(versions))
    config.set_main_option("path_separator", "newline")
    config.set_main_option("file_template", "%%(slug)s")
    config.set_main_option("truncate_slug_length", "80")
    return config


def _plain(path: Path) -> str:
    """Write a path so that the configuration reads it as it is."""
    return str(path).replace("%", "%%")


def _standing(conn: sa.Connection) -> set[str]:
    return set(MigrationContext.configure(conn).get_current_heads())


def _refuse_later(conn: sa.Connection, config: Config) -> None:
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    later = _standing(conn) - known
    if later:
        raise DatabaseAhead(min(later))


@contextmanager
def _alone(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give one transaction in which nobody else migrates, and commit it if all went well."""
    with engine.connect() as conn:
        if conn.dialect.name == "postgresql":
            with conn.begin():
                conn.execute(sa.select(sa.func.pg_advisory_xact_lock(_ADVISORY_LOCK)))
                conn.exec_driver_sql(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT_SECONDS}s'")
                yield conn
            return
        with _unchecked_references(conn), conn.begin():
            yield conn
            broken = conn.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if broken:
                raise MigrationBroke(f"{len(broken)} rows would point at nothing: {broken[:3]}")


@contextmanager
def _unchecked_references(conn: sa.Connection) -> Iterator[None]:
    """Put off SQLite's checks of references to the end, while batch mode rebuilds tables.

    The pragma counts only outside a transaction, so it goes past SQLAlchemy's own begin.
    """
    raw = conn.connection.dbapi_connection
    assert raw is not None
    cursor = raw.cursor()
    was = cursor.execute("PRAGMA foreign_keys").fetchone()[0]
    cursor.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        cursor.execute(f"PRAGMA foreign_keys={'ON' if was else 'OFF'}")
        cursor.close()
