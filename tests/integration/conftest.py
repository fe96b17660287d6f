"""A house open for work, for tests that sit at a desk, and one on SQLite, for those at a shell."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from tests import desk_day
from tests.shell import Say, evenhand, in_json


@pytest.fixture
def office(house: House, clock: SetClock) -> desk_day.Office:
    """Open a house for work, with a browser at a reviewer's desk."""
    return desk_day.office(house, clock)


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a house by `evenhand migrate`, on SQLite. Files of tests may furnish theirs instead."""
    folder = tmp_path_factory.mktemp("first") / "house"
    made = evenhand(folder, "migrate")
    assert (made.returncode, made.stderr) == (0, ""), made.stderr
    return folder


@pytest.fixture
def data(first_run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a copy of that house of its own, and point this process at it too."""
    folder = tmp_path / "house"
    shutil.copytree(first_run, folder)
    monkeypatch.setenv("EVENHAND_DATA", str(folder))
    return folder


@pytest.fixture
def say(data: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command here, with --json, and return its document; its status is checked."""
    return in_json(capsys)
