"""Standing at a shell, before a house that a test has furnished, and hearing what is answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from alembic import command

from evenhand.bootstrap import House, load_settings, open_house
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from evenhand.db.migrate import configuration

Say: TypeAlias = Callable[..., Any]
"""Runs a command of these words here and returns what it answered, once its `status` is right."""


def at_shell(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mark the house's tables as current, and stand before it at a shell."""
    with house.db.engine.begin() as conn:
        config = configuration()
        config.attributes["connection"] = conn
        command.stamp(config, "head")
    monkeypatch.setenv("EVENHAND_DATA", str(house.settings.data))
    monkeypatch.setenv("EVENHAND_DATABASE_URL", str(house.settings.database_url))


def evenhand(
    data: Path, *words: str, stdin: str = "", **env: str
) -> subprocess.CompletedProcess[str]:
    """Run a command as its own process."""
    return subprocess.run(
        [sys.executable, "-m", "evenhand.cli", *words],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=os.environ | {"EVENHAND_DATA": str(data)} | env,
    )


def with_house(data: Path, act: Callable[[Any], Any]) -> Any:
    house = open_house(load_settings(data=data))
    try:
        return act(house)
    finally:
        house.close()


def in_words(capsys: pytest.CaptureFixture[str], *before: str) -> Say:
    """Answer with what was printed. Every command begins with the words before."""

    def said(*words: str, status: Exit = Exit.OK) -> str:
        capsys.readouterr()
        found = run([*before, *words])
        printed = capsys.readouterr()
        assert found is status, printed
        return printed.out or printed.err

    return said


def in_json(capsys: pytest.CaptureFixture[str], *before: str) -> Say:
    """Answer with the document that `--json` prints. Every command begins with the words before."""
    say = in_words(capsys, *before)

    def said(*words: str, status: Exit = Exit.OK) -> Any:
        return json.loads(say(*words, "--json", status=status))

    return said
