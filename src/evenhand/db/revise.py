"""Writes the next migration from what the rooms' tables have become: for developers.

`python -m evenhand.db.revise 2026_11_21_the_whole_path` compares every room's tables with an
empty SQLite database brought to the latest step, and writes the difference. Read it before
keeping it: a rename looks like a loss, and no machine knows better.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.script import Script

import evenhand
from evenhand.db.migrate import VERSIONS, configuration, migrate

#: Alembic keeps the revision, which is the slug, in a column of 32 characters.
SLUG_CHARS_MAX = 32
_MARKERS = re.compile(r"^ +# ### .*\n", re.MULTILINE)
_SLUG = re.compile(r"\d{4}_\d{2}_\d{2}(_[a-z0-9]+)+")


class RevisionRefused(Exception):
    """No migration was written; the message says what to do."""


def load_every_store() -> None:
    """Import every room's tables, so that the metadata is whole."""
    for room in pkgutil.iter_modules(evenhand.__path__, "evenhand."):
        folder = Path(evenhand.__path__[0]) / room.name.removeprefix("evenhand.")
        if (folder / "store" / "__init__.py").exists():
            importlib.import_module(f"{room.name}.store")
        for store in sorted(folder.glob("*store.py")):
            importlib.import_module(f"{room.name}.{store.stem}")


def revise(slug: str, *, versions: Path = VERSIONS) -> Path:
    """Write the next migration and return its file. Raises RevisionRefused."""
    if not _SLUG.fullmatch(slug) or len(slug) > SLUG_CHARS_MAX:
        raise RevisionRefused(
            f"Name the step by its date and matter, in at most {SLUG_CHARS_MAX} characters, "
            "like 2026_11_21_the_whole_path."
        )
    if (versions / f"{slug}.py").exists():
        raise RevisionRefused(f"There is a step {slug} already.")
    load_every_store()
    with tempfile.TemporaryDirectory() as folder:
        engine = sa.create_engine(f"sqlite:///{folder}/compared.sqlite3")
        try:
            return _write(engine, slug, versions)
        finally:
            engine.dispose()


def _write(engine: sa.Engine, slug: str, versions: Path) -> Path:
    migrate(engine, versions=versions)
    config = configuration(versions)
    with engine.begin() as conn:
        config.attributes["connection"] = conn
        made = command.revision(config, message=slug, rev_id=slug, autogenerate=True)
    assert isinstance(made, Script)
    file = Path(made.path)
    file.write_text(_MARKERS.sub("", file.read_text(encoding="utf-8")), encoding="utf-8")
    for task in ("check --fix --select I,F401", "format", "check --add-noqa --select PLR0915"):
        ruff = [sys.executable, "-m", "ruff", *task.split(), "--quiet", str(file)]
        subprocess.run(ruff, check=True)  # noqa: S603 - our own interpreter, our own file
    return file


def main() -> None:
    """Write the migration named on the command line, or say why not."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m evenhand.db.revise 2026_11_21_the_whole_path")
    try:
        file = revise(sys.argv[1])
    except RevisionRefused as why:
        sys.exit(str(why))
    sys.stdout.write(f"Wrote {file.name}. Read it, then run the migration tests.\n")


if __name__ == "__main__":
    main()
