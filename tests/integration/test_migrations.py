"""Migrations make exactly the tables the rooms speak to, on both databases."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from evenhand.bootstrap import House, load_settings, open_house
from evenhand.db import metadata, migrate, revise
from evenhand.kit.clock import SetClock
from evenhand.ledger.merkle import Edge, leaf_hash

FIRST, SECOND = "2026_01_01_first", "2026_02_02_second"

_STEP = '''"""A step."""
import sqlalchemy as sa
from alembic import op
revision, down_revision = {revision!r}, {down!r}
def upgrade():
    {body}
'''

_MAKE = """op.create_table("shelf", sa.Column("id", sa.Integer, primary_key=True))
    op.create_table("book", sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("shelf", sa.Integer, sa.ForeignKey("shelf.id", ondelete="CASCADE")))
    op.execute("insert into shelf values (1)")
    op.execute("insert into book values (1, 1)")"""

_LINES = """op.create_table("ledger_lines",
        sa.Column("line", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("leaf", sa.LargeBinary, nullable=False))"""

_REBUILD = """with op.batch_alter_table("shelf") as shelf:
        shelf.add_column(sa.Column("name", sa.Text, server_default="old"))
        shelf.alter_column("name", existing_type=sa.Text, nullable=False)"""


@pytest.fixture
def engine(empty_database_url: str, tmp_path: Path, clock: SetClock) -> Iterator[sa.Engine]:
    """Give the engine of a house with no tables yet."""
    house: House = open_house(
        load_settings(data=tmp_path / "data", database_url=empty_database_url), clock=clock
    )
    yield house.db.engine
    house.close()


@pytest.fixture
def versions(tmp_path: Path) -> Path:
    """Give an empty folder for steps."""
    folder = tmp_path / "100% versions"
    folder.mkdir()
    return folder


def write(versions: Path, revision: str, body: str, down: str | None = None) -> None:
    """Write a step by hand."""
    text = _STEP.format(revision=revision, down=down, body=body)
    (versions / f"{revision}.py").write_text(text)


def differences(engine: sa.Engine) -> list[object]:
    """Compare the database with the rooms' tables."""
    with engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        return list(compare_metadata(context, metadata))


class TestMigrate:
    """Bringing a database to today."""

    def test_makes_exactly_the_tables_of_every_room(self, engine: sa.Engine) -> None:
        """The steps that are shipped add up to the metadata.

        When this fails after a change of a store, run `python -m evenhand.db.revise`.
        """
        revise.load_every_store()
        migrate.migrate(engine)
        assert differences(engine) == []
        assert migrate.is_current(engine)

    def test_does_nothing_the_second_time(self, engine: sa.Engine, versions: Path) -> None:
        """Starting again is no event."""
        write(versions, FIRST, _MAKE)
        assert not migrate.is_current(engine, versions=versions)
        for _ in range(2):
            migrate.migrate(engine, versions=versions)
            assert migrate.is_current(engine, versions=versions)

    def test_rebuilds_a_table_without_losing_what_points_at_it(
        self, engine: sa.Engine, versions: Path
    ) -> None:
        """SQLite drops and remakes the table; the rows that cascade from it stay."""
        write(versions, FIRST, _MAKE)
        write(versions, SECOND, _REBUILD, down=FIRST)
        migrate.migrate(engine, versions=versions)
        with engine.connect() as conn:
            assert conn.exec_driver_sql("select count(*) from book").scalar() == 1
            if conn.dialect.name == "sqlite":
                assert conn.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1

    def test_takes_everything_back_when_a_step_fails(
        self, engine: sa.Engine, versions: Path
    ) -> None:
        """All of it or none: the first step does not stand without the second."""
        write(versions, FIRST, _MAKE)
        write(versions, SECOND, 'op.execute("insert into nowhere values (1)")', down=FIRST)
        with pytest.raises(sa.exc.DatabaseError):
            migrate.migrate(engine, versions=versions)
        assert sa.inspect(engine).get_table_names() == []
        (versions / f"{SECOND}.py").unlink()
        migrate.migrate(engine, versions=versions)
        assert migrate.is_current(engine, versions=versions)

    def test_refuses_rows_that_point_at_nothing(self, engine: sa.Engine, versions: Path) -> None:
        """References are checked at the end, whichever database looks."""
        write(versions, FIRST, _MAKE + '\n    op.execute("insert into book values (2, 9)")')
        with pytest.raises((migrate.MigrationBroke, sa.exc.IntegrityError)):
            migrate.migrate(engine, versions=versions)
        assert sa.inspect(engine).get_table_names() == []

    def test_refuses_a_database_of_a_later_version(self, engine: sa.Engine, versions: Path) -> None:
        """And says what to do, instead of writing into tables it does not understand."""
        write(versions, FIRST, _MAKE)
        write(versions, SECOND, "pass", down=FIRST)
        migrate.migrate(engine, versions=versions)
        (versions / f"{SECOND}.py").unlink()
        assert not migrate.is_current(engine, versions=versions)
        with pytest.raises(migrate.DatabaseAhead, match=SECOND):
            migrate.migrate(engine, versions=versions)

    def test_lets_one_of_several_processes_do_it(
        self, engine: sa.Engine, versions: Path, empty_database_url: str, tmp_path: Path
    ) -> None:
        """Four houses start at once: one migrates, the others find it done."""
        write(versions, FIRST, _MAKE)
        settings = load_settings(data=tmp_path / "data", database_url=empty_database_url)
        houses = [open_house(settings) for _ in range(4)]
        errors: list[Exception] = []

        def start(house: House) -> None:
            try:
                migrate.migrate(house.db.engine, versions=versions)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=start, args=(house,)) for house in houses]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for house in houses:
            house.close()
        assert errors == []
        with engine.connect() as conn:
            assert conn.exec_driver_sql("select count(*) from book").scalar() == 1


class TestTheStepOfTiles:
    """A log that was written before tiles were kept."""

    def test_makes_the_nodes_over_the_lines_there_are(
        self, engine: sa.Engine, versions: Path
    ) -> None:
        """The same ones that appending makes."""
        write(versions, FIRST, _LINES)
        leaves = [leaf_hash(str(line).encode()) for line in range(3_000)]
        migrate.migrate(engine, versions=versions)
        with engine.begin() as conn:
            conn.execute(
                sa.text("insert into ledger_lines values (:line, :leaf)"),
                [{"line": line, "leaf": leaf} for line, leaf in enumerate(leaves)],
            )
        step = (migrate.VERSIONS / "2026_11_22_tiles.py").read_text()
        step = step.replace('"2026_11_22_trials_of_rules"', f'"{FIRST}"')
        (versions / "2026_11_22_tiles.py").write_text(step)
        migrate.migrate(engine, versions=versions)
        with engine.connect() as conn:
            rows = conn.exec_driver_sql("select level, place, hash from ledger_nodes").all()
        made = [(level, place, bytes(value)) for level, place, value in rows]
        assert sorted(made) == sorted(Edge().extend(leaves)[1])
        assert len(made) == 11


class TestRevise:
    """Writing the next step."""

    def test_writes_a_step_that_makes_every_table(self, engine: sa.Engine, versions: Path) -> None:
        """From nothing to the metadata, then nothing more to say, on both databases."""
        file = revise.revise("2026_11_21_the_whole_path", versions=versions)
        assert file.name == "2026_11_21_the_whole_path.py"
        assert "UtcTime()" in file.read_text()
        migrate.migrate(engine, versions=versions)
        assert differences(engine) == []
        more = revise.revise("2026_11_22_nothing_more", versions=versions).read_text()
        assert 'down_revision = "2026_11_21_the_whole_path"' in more
        assert "    pass\n" in more
        migrate.migrate(engine, versions=versions)
        assert migrate.is_current(engine, versions=versions)

    @pytest.mark.parametrize(
        "slug", ["", "the_whole_path", "2026_11_21", "2026_11_21_The", "2026_11_21_" + "x" * 30]
    )
    def test_refuses_a_name_without_date_and_matter(self, versions: Path, slug: str) -> None:
        """The name is the revision, and the database keeps 32 characters of it."""
        with pytest.raises(revise.RevisionRefused, match="32 characters"):
            revise.revise(slug, versions=versions)

    def test_never_writes_over_a_step(self, versions: Path) -> None:
        """A released step never changes."""
        write(versions, FIRST, "pass")
        with pytest.raises(revise.RevisionRefused, match="already"):
            revise.revise(FIRST, versions=versions)
