"""Each import contract is broken on purpose, to see that it notices; the tree itself keeps all.

A guard that nobody has seen fail may be guarding nothing. The package is copied, one bad import is
planted, and the linter has to name the contract and the import.
"""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

PATH = "The path runs one way"
FLOOR_PLAN = "Every room has the same floor plan"
PURE = "Models decide, they do not act"
LEDGER = "Only commands write to the ledger"
SETTINGS = "Settings are read once, in bootstrap"
DOORS = "Doors do not speak SQL"
FRONT_DOOR = "Rooms are entered by the front door"
CYCLES = "No cycles between siblings"
TESTS = "The product never imports its tests"


@dataclass(frozen=True)
class Plant:
    """A bad import in one module, and the contract that has to notice it."""

    contract: str
    module: str
    line: str
    reported: str

    def __str__(self) -> str:
        """Name the plant in the test's id."""
        return f"{self.module}: {self.line}"


#: Each lints a copy of the whole package.
pytestmark = pytest.mark.slow

PLANTS = (
    Plant(PATH, "intake.commands", "from evenhand import review", "evenhand.review"),
    Plant(PATH, "decision.planted", "from evenhand import delivery", "evenhand.delivery"),
    Plant(PATH, "queue.planted", "from evenhand.bootstrap import House", "evenhand.bootstrap"),
    Plant(PATH, "people.planted", "from evenhand import policy", "evenhand.policy"),
    Plant(PATH, "ledger.planted", "from evenhand import people", "evenhand.people"),
    Plant(PATH, "kit.planted", "from evenhand import db", "evenhand.db"),
    Plant(PATH, "api.planted", "from evenhand import console", "evenhand.console"),
    Plant(PATH, "appeal.planted", "from evenhand import adapters", "evenhand.adapters"),
    Plant(PATH, "misplaced.__init__", "from evenhand import kit", "misplaced"),
    Plant(FLOOR_PLAN, "queue.model", "from evenhand.queue import store", "evenhand.queue.store"),
    Plant(FLOOR_PLAN, "queue.store", "from evenhand.queue import commands", "queue.commands"),
    Plant(FLOOR_PLAN, "people.errors", "from evenhand.people import model", "people.model"),
    Plant(PURE, "queue.model", "import time", "evenhand.queue.model -> time"),
    Plant(PURE, "queue.model", "import logging", "evenhand.queue.model -> logging"),
    Plant(PURE, "policy.model", "import sqlalchemy as sa", "policy.model -> sqlalchemy"),
    Plant(PURE, "decision.statement", "from evenhand.db import Tx", "statement -> evenhand.db"),
    Plant(PURE, "review.errors", "import structlog", "evenhand.review.errors -> structlog"),
    Plant(
        LEDGER,
        "queue.queries",
        "from evenhand.ledger.append import append",
        "evenhand.queue.queries -> evenhand.ledger.append",
    ),
    Plant(
        LEDGER,
        "adapters.planted",
        "from evenhand.ledger import append",
        "evenhand.adapters.planted -> evenhand.ledger.append",
    ),
    Plant(
        SETTINGS,
        "cli.planted",
        "from evenhand.settings import Settings",
        "evenhand.cli.planted -> evenhand.settings",
    ),
    Plant(DOORS, "api.planted", "import sqlalchemy as sa", "evenhand.api.planted -> sqlalchemy"),
    Plant(DOORS, "console.planted", "from evenhand.db import Tx", "console.planted -> evenhand.db"),
    Plant(DOORS, "pages", "from evenhand.db import metadata", "evenhand.pages -> evenhand.db"),
    Plant(
        FRONT_DOOR,
        "delivery.planted",
        "from evenhand.decision.store import table",
        "evenhand.delivery.planted -> evenhand.decision.store",
    ),
    Plant(
        FRONT_DOOR,
        "api.planted",
        "from evenhand.queue import store",
        "evenhand.api.planted -> evenhand.queue.store",
    ),
    Plant(
        FRONT_DOOR,
        "adapters.planted",
        "from evenhand.delivery.commands import acknowledged",
        "evenhand.adapters.planted -> evenhand.delivery.commands",
    ),
    Plant(
        FRONT_DOOR,
        "queue.planted",
        "from evenhand.ledger import store",
        "evenhand.queue.planted -> evenhand.ledger.store",
    ),
    Plant(CYCLES, "kit.seal", "from evenhand.kit import resources", "evenhand.kit"),
    Plant(TESTS, "kit.planted", "from tests import conftest", "evenhand.kit.planted -> tests"),
)


def contracts() -> dict[str, str]:
    """Read the contracts' names by their ids."""
    read = configparser.ConfigParser()
    read.read(ROOT / ".importlinter", encoding="utf-8")
    prefix = "importlinter:contract:"
    return {s.removeprefix(prefix): read[s]["name"] for s in read if s.startswith(prefix)}


def lint(folder: Path, name: str | None = None) -> tuple[int, str]:
    """Run the linter in a copy; give its exit code and what it says, on unbroken lines."""
    only = [] if name is None else ["--contract", name]
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", *only],
        cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(folder / "src"), "COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy the package's modules, the contracts and the rule of our own."""
    folder = tmp_path_factory.mktemp("copy")
    for module in (ROOT / "src").rglob("*.py"):
        place = folder / module.relative_to(ROOT)
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(module, place)
    shutil.copytree(ROOT / "lint", folder / "lint")
    shutil.copy(ROOT / ".importlinter", folder)
    return folder


@contextmanager
def planted(folder: Path, what: Plant) -> Iterator[None]:
    """Write the bad import at the end of its module for a while; make the module if need be."""
    place = folder / "src" / "evenhand" / Path(*what.module.split("."))
    module = place / "__init__.py" if place.is_dir() else place.with_suffix(".py")
    new_folder = not module.parent.exists()
    before = module.read_text(encoding="utf-8") if module.exists() else None
    module.parent.mkdir(exist_ok=True)
    module.write_text(f"{before or ''}\n{what.line}\n", encoding="utf-8")
    try:
        yield
    finally:
        if before is not None:
            module.write_text(before, encoding="utf-8")
        elif new_folder:
            shutil.rmtree(module.parent)
        else:
            module.unlink()


class TestContracts:
    """The import contracts."""

    def test_are_all_kept_by_the_tree(self, copy: Path) -> None:
        """Nothing in the package breaks any of them."""
        code, said = lint(copy)
        assert code == 0, said
        assert "0 broken" in said

    def test_are_each_broken_on_purpose_below(self) -> None:
        """A contract that nobody plants against would be a comment."""
        assert set(contracts().values()) == {each.contract for each in PLANTS}

    @pytest.mark.parametrize("what", PLANTS, ids=str)
    def test_notice_what_breaks_them(self, copy: Path, what: Plant) -> None:
        """The contract is reported as broken, and so is the import that breaks it."""
        names = {name: key for key, name in contracts().items()}
        with planted(copy, what):
            code, said = lint(copy, names[what.contract])
        assert code == 1, said
        assert re.search(rf"^{re.escape(what.contract)} BROKEN", said, re.MULTILINE), said
        assert what.reported in said, said

    def test_let_adapters_in_by_the_side_door(self, copy: Path) -> None:
        """An adapter may import the ports it serves: that is what they are for."""
        allowed = Plant(FRONT_DOOR, "adapters.planted", "from evenhand.delivery import ports", "")
        with planted(copy, allowed):
            said = lint(copy, "front_door")[1]
        assert "adapters.planted" not in said, said
