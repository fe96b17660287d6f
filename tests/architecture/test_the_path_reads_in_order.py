"""`evenhand.PATH` is told once, and everything that follows an order follows that one."""

from __future__ import annotations

import ast
import configparser
import os
import re
import subprocess
import sys
from itertools import pairwise

import pytest

import evenhand
from evenhand.ledger import EVENTS
from tests.architecture.tree import PACKAGE, ROOT, parsed, read

ROOMS = list(evenhand.PATH)

#: Where the entries of the console's rail lead, in rooms.
BEHIND_THE_RAIL = {
    "classifiers": "detection",
    "queues": "queue",
    "detectors": "detection",
    "rules": "rules",
    "appeals": "appeal",
    "decisions": "decision",
    "outbox": "delivery",
    "dashboard": "transparency",
    "numbers": "transparency",
    "cases": "transparency",
    "quality": "quality",
    "banks": "banks",
    "policy": "policy",
    "staff": "people",
    "keys": "people",
    "exposure": "evidence",
    "identities": "evidence",
    "ledger": "ledger",
}
#: The room in which each event of `worker/path.py` is written.
WRITTEN_IN = {
    "item": "intake",
    "report": "intake",
    "detector": "detection",
    "rules": "rules",
    "rule": "rules",
    "trial": "rules",
    "appeal": "appeal",
    "training": "detection",
    "model": "detection",
    "entry": "banks",
    "entries": "banks",
}
#: Events named for their subject, but written by a later room.
WRITTEN_LATER = {"item.assessed": "detection"}


def in_order(found: list[str], wanted: list[str]) -> bool:
    """Tell whether what was found stands in the order that is wanted."""
    return all(wanted.index(a) <= wanted.index(b) for a, b in pairwise(found))


class TestThePath:
    """The path."""

    @pytest.mark.parametrize("room", ROOMS + list(evenhand.SUPPORT))
    def test_has_a_folder_for_every_room(self, room: str) -> None:
        """And its front door tells the room's story."""
        front_door = PACKAGE / room / "__init__.py"
        assert front_door.is_file()
        assert ast.get_docstring(parsed(front_door))

    def test_is_the_order_of_the_import_contract(self) -> None:
        """What comes later may import what comes earlier: the contract lists it from the end."""
        contracts = configparser.ConfigParser()
        contracts.read(ROOT / ".importlinter", encoding="utf-8")
        layers = contracts["importlinter:contract:path"]["layers"].split()
        assert [each for each in layers if each in ROOMS] == ROOMS[::-1]
        assert {each for each in layers if each in evenhand.SUPPORT} == set(evenhand.SUPPORT)

    def test_is_the_order_of_the_pages_about_it(self) -> None:
        """One page each, numbered."""
        pages = sorted(each.name for each in (ROOT / "docs" / "path").glob("*.md"))
        assert pages == [f"{number}-{room}.md" for number, room in enumerate(ROOMS, 1)]
        for page, room in zip(pages, ROOMS, strict=True):
            head = read(ROOT / "docs" / "path" / page).splitlines()[0]
            assert head.lower().startswith(f"# {page[0]}. {room}")

    def test_is_told_in_the_readme_in_its_own_words(self) -> None:
        """Nine lines, in order, exactly as the package says them."""
        readme = read(ROOT / "README.md")
        lines = [f"{number}  {room:<14}{says}" for number, (room, says) in enumerate(PATH_ITEMS, 1)]
        assert "\n".join(lines) in readme

    def test_is_the_order_of_the_command_line(self) -> None:
        """`evenhand --help` lists the rooms as a report passes them; each has its module."""
        said = subprocess.run(
            [sys.executable, "-c", "from evenhand.cli import main; main()", "--help"],
            env={"PATH": os.environ["PATH"], "COLUMNS": "200", "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        found = re.findall(r"^[\s│|]*(\w+)\s{2,}\S", said, re.MULTILINE)
        listed = [each for each in found if each in ROOMS]
        assert listed == ROOMS, said
        missing = [room for room in ROOMS if not (PACKAGE / "cli" / f"{room}.py").exists()]
        assert missing == []

    def test_is_the_order_of_the_consoles_rail(self) -> None:
        """Path rooms come first and in order; what they lean on comes after."""
        from evenhand.console import frame

        rooms = [BEHIND_THE_RAIL[address.strip("/")] for address, *_ in frame.ROOMS]
        on_path = [room for room in rooms if room in ROOMS]
        assert rooms[: len(on_path)] == on_path
        assert in_order(on_path, ROOMS)


PATH_ITEMS = list(evenhand.PATH.items())


class TestTheWorkersTable:
    """`worker/path.py`, the table from event to next command."""

    def test_never_goes_back(self) -> None:
        """A step belongs to the room of its event or to a later one."""
        from evenhand.worker.path import NEXT

        for event, steps in NEXT.items():
            written = WRITTEN_LATER.get(event) or WRITTEN_IN[event.partition(".")[0]]
            for step in steps:
                room = step.act.__module__.split(".")[1]
                if room in ROOMS and written in ROOMS:
                    assert ROOMS.index(room) >= ROOMS.index(written), (event, step.says)

    def test_says_each_step_in_words(self) -> None:
        """It reads as the story does."""
        from evenhand.worker.path import NEXT

        assert all(step.says for steps in NEXT.values() for step in steps)
        assert all(event in EVENTS for event in NEXT)
