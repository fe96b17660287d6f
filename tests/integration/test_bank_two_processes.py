"""What one process lists, another one finds at its very next look, with nothing to wait for."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand import banks, policy
from evenhand.bootstrap import House
from evenhand.people import SYSTEM
from tests.listed import changed, drawn

#: Looks for each hash it is told of, at once, and says what it found.
OTHER = """
import json, sys
from evenhand import banks
from evenhand.bootstrap import load_settings, open_house
house = open_house(load_settings(data=sys.argv[1], database_url=sys.argv[2]))
print("ready", flush=True)
for line in sys.stdin:
    asked = line.strip()
    [found] = house.ask(lambda tx: banks.snapshot(tx).index.match([asked], 31))
    kind = banks.EntryKind.SHA256
    same = house.ask(lambda tx: banks.snapshot(tx).exact.match(kind, [asked]))
    near = [like.entry.id for like in found] + [entry.id for entry in same]
    print(json.dumps(near), flush=True)
house.close()
"""


class Looker:
    """Another process of the same house."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def finds(self, value: str) -> list[str]:
        """Have it look once, now."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{value}\n")
        self._process.stdin.flush()
        found: list[str] = json.loads(self._process.stdout.readline())
        return found


@pytest.fixture
def other(house: House, database_url: str, tmp_path: Path) -> Iterator[Looker]:
    """Start another process, which has looked once by the time it is ready."""
    house.do(policy.seed)
    house.do(banks.create_bank, SYSTEM, name="known", signal="image", clause_key="fraud")
    words = [sys.executable, "-c", OTHER, str(tmp_path), database_url]
    with subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        looker = Looker(process)
        assert looker.finds("ab" * 32) == []
        yield looker
        assert process.stdin is not None
        process.stdin.close()


def test_an_entry_is_found_in_another_process_at_once(house: House, other: Looker) -> None:
    """And is not when it is disabled, switched off or withdrawn: nothing is made anew for it."""
    dice = random.Random(1)
    for kind, value in (("pdq", drawn(dice)), ("sha256", "ef" * 32)):
        entry = house.do(
            banks.add_entry,
            SYSTEM,
            bank="known",
            kind=kind,
            value=value,
            source="a test",
            reason="because",
        )
        asked = changed(dice, value, 31) if kind == "pdq" else value
        assert other.finds(asked) == [entry]
        house.do(banks.change_bank, SYSTEM, "known", why="because", enabled=False)
        assert other.finds(asked) == []
        house.do(banks.change_bank, SYSTEM, "known", why="because", enabled=True)
        assert other.finds(asked) == [entry]
        house.do(banks.withdraw_entry, SYSTEM, entry, why="because")
        assert other.finds(asked) == []
