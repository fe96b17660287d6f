"""The commands follow the path, say what they do, and their page is written from them."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cyclopts import App

from evenhand import PATH
from evenhand.bootstrap import load_settings
from evenhand.cli.exits import Exit
from evenhand.cli.reference import reference
from evenhand.cli.run import run
from evenhand.cli.tree import build

DOCS = Path(__file__).parents[3] / "docs" / "reference"


def commands(app: App, *words: str) -> Iterator[tuple[str, App]]:
    for name in app:
        if not name.startswith("-"):
            below = app[name]
            if below.default_command is not None:
                yield " ".join((*words, name)), below
            yield from commands(below, *words, name)


ALL = dict(commands(build()))


class TestTheTree:
    def test_rooms_stand_in_the_order_of_the_path(self) -> None:
        names = [name for name in build() if name in PATH]
        assert names == list(PATH)

    def test_every_room_has_something_to_do(self) -> None:
        assert {name.split()[0] for name in ALL} >= set(PATH)

    @pytest.mark.parametrize("name", ALL)
    def test_every_command_says_what_it_does_in_a_sentence(self, name: str) -> None:
        first = ALL[name].help.strip().partition("\n")[0]
        assert re.fullmatch(r"[A-Z].*[.:?]?", first)
        assert len(first) > 20

    @pytest.mark.parametrize("name", ALL)
    def test_every_parameter_is_explained(self, name: str) -> None:
        for argument in ALL[name].assemble_argument_collection():
            assert argument.parameter.help, argument.name

    @pytest.mark.parametrize("name", ALL)
    def test_every_command_speaks_json(self, name: str) -> None:
        names = [arg.name for arg in ALL[name].assemble_argument_collection()]
        assert "--json" in names

    def test_help_imports_no_room(self) -> None:
        code = (
            "import sys; from evenhand.cli.run import run; run(['--help']);"
            "assert not {'sqlalchemy', 'fastapi', 'evenhand.people'} & set(sys.modules)"
        )
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


class TestUsage:
    @pytest.mark.parametrize(
        "line", ["nothing", "queue list --limt 4", "queue list --limit 0", "people add Ada"]
    )
    def test_a_wrong_line_is_usage(self, line: str, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(line.split()) is Exit.USAGE
        assert "Error" in capsys.readouterr().err


class TestThePages:
    def test_the_command_line_page_is_written_from_the_commands(self) -> None:
        """If it is not: run `python -m evenhand.cli.reference`."""
        assert (DOCS / "cli.md").read_text(encoding="utf-8") == reference()

    def test_the_settings_page_has_every_setting_with_its_words_and_default(self) -> None:
        rows = re.findall(
            r"^\| `EVENHAND_([A-Z_]+)` \| (.+?) \| (?:`(.*)`|–) \|$",
            (DOCS / "settings.md").read_text(encoding="utf-8"),
            re.MULTILINE,
        )
        fields = type(load_settings()).model_fields
        assert rows == [
            (name.upper(), one.description, "" if one.default is None else str(one.default))
            for name, one in fields.items()
        ]
