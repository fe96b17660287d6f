"""The docs speak of what is there, and all of what is there is in the docs."""

from __future__ import annotations

import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import evenhand
from evenhand.db import metadata
from evenhand.ledger import EVENTS
from evenhand.settings import Settings
from tests.architecture.tree import ROOT, files, name, read
from tests.conftest import load_every_store

DOCS = [file for file in files() if file.suffix == ".md" and "fixtures" not in file.parts]
REFERENCE = ROOT / "docs" / "reference"
#: Settings of other programs that the docs name: the example host's, and the screenshots'.
NOT_OURS = {"EVENHAND_URL", "EVENHAND_KEY", "EVENHAND_TAKE_SCREENSHOTS"}
OUR_PATH = re.compile(
    r"`((?:src|tests|docs|examples|lint|bin|requirements|changelog\.d|\.ci)/[\w./-]*[\w/])`"
)
LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]*))?\)")
COMMAND = re.compile(r"(?:^|[\s`/])(?<!from )evenhand((?: [a-z][a-z-]*)+)", re.MULTILINE)
WRITTEN = ("Commands", "Queries", "Tables", "Events")
#: Prints what `--help` prints of every group, from above, with no command loaded that is not asked.
EVERY_LIST = """
from evenhand.cli.tree import build

def groups(app):
    app.help_print([])
    for word in app:
        if not word.startswith("-") and any(not below.startswith("-") for below in app[word]):
            groups(app[word])

groups(build())
"""
DECISION_PARTS = ["Context", "Decision", "Consequences", "Alternatives", "Enforced by"]


def commands(app: Any, before: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Walk the command line's tree; yield groups and commands as tuples of words."""
    for word in app:
        if word.startswith("-"):
            continue
        yield (*before, word)
        yield from commands(app[word], (*before, word))


@pytest.fixture(scope="module")
def known() -> set[tuple[str, ...]]:
    """Return every command there is."""
    from evenhand.cli.tree import build

    return set(commands(build()))


class TestSettings:
    """docs/reference/settings.md."""

    def test_is_complete(self) -> None:
        """An operator finds every setting there."""
        page = read(REFERENCE / "settings.md")
        wanted = [f"EVENHAND_{field.upper()}" for field in Settings.model_fields]
        assert [each for each in wanted if f"`{each}`" not in page] == []

    def test_no_page_names_a_setting_that_is_not_there(self) -> None:
        """A misspelt variable would be ignored silently."""
        there = {f"EVENHAND_{field.upper()}" for field in Settings.model_fields} | NOT_OURS
        named = {
            (name(f), each) for f in DOCS for each in re.findall(r"EVENHAND_[A-Z_]+[A-Z]", read(f))
        }
        assert sorted(each for each in named if each[1] not in there) == []


class TestCommands:
    """docs/reference/cli.md."""

    def test_is_complete(self, known: set[tuple[str, ...]]) -> None:
        """Every command that does something stands there in full."""
        page = read(REFERENCE / "cli.md")
        groups = {each[:-1] for each in known}
        wanted = sorted(f"evenhand {' '.join(each)}" for each in known - groups)
        assert [each for each in wanted if each not in page] == []

    def test_no_page_names_a_command_that_is_not_there(self, known: set[tuple[str, ...]]) -> None:
        """Words after a command are its arguments; after a group they must be a command."""
        wrong = []
        for file in DOCS:
            for said in COMMAND.findall(read(file)):
                words = tuple(said.split())
                groups = {each[:-1] for each in known}
                length = 1
                while words[:length] in groups and length < len(words):
                    length += 1
                if words[:length] not in known:
                    wrong.append(f"{name(file)}: evenhand {' '.join(words)}")
        assert not wrong, "\n".join(wrong)

    def test_each_says_what_it_does_in_the_list_of_its_group(self) -> None:
        """A name alone sends its reader from one help page to the next."""
        said = subprocess.run(
            [sys.executable, "-c", EVERY_LIST], capture_output=True, text=True, check=True
        ).stdout
        assert said.count("Commands") > 10
        assert re.findall(r"^│ ([a-z-]+) +│$", said, re.MULTILINE) == []


class TestErrors:
    """docs/reference/errors.md."""

    def test_lists_the_codes_of_the_api_and_no_others(self) -> None:
        """Whoever writes a client finds every code, and what to do about it."""
        from evenhand.api.problems import KINDS

        page = read(REFERENCE / "errors.md")
        rows = re.findall(r"^\| (?:\d+ \| )?`([a-z_]+)`", page, re.MULTILINE)
        assert [code for code in KINDS if f"`{code}`" not in page] == []
        assert sorted(set(rows) - set(KINDS)) == []


class TestPaths:
    """What the docs point at."""

    def test_exists_when_it_is_named(self) -> None:
        """A page that names a folder which is gone sends its reader into fiction."""
        gone = [
            f"{name(file)}: {path}"
            for file in DOCS
            for path in OUR_PATH.findall(read(file))
            if not (ROOT / path).exists()
        ]
        assert not gone, "\n".join(gone)

    def test_exists_when_it_is_linked(self) -> None:
        """Files, pictures and headings."""
        gone = [
            f"{name(file)}: {path}#{heading}"
            for file in DOCS
            for path, heading in LINK.findall(read(file))
            if not leads_somewhere(file, path, heading)
        ]
        assert not gone, "\n".join(gone)


def leads_somewhere(page: Path, path: str, heading: str) -> bool:
    """Tell whether a link leads to a file that is there, and to a heading in it."""
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    if not heading or target.suffix != ".md":
        return True
    titles = re.findall(r"^#+ (.+)$", read(target), re.MULTILINE)
    slugs = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return heading in slugs


class TestThePagesOfThePath:
    """docs/path/."""

    @pytest.mark.parametrize("room", evenhand.PATH)
    def test_names_the_commands_tables_and_events_there_are(self, room: str) -> None:
        """What a page says is written in a room is written there."""
        load_every_store()
        (page,) = (ROOT / "docs" / "path").glob(f"?-{room}.md")
        rows = dict(re.findall(r"^\| (\w+) \| (.+) \|$", read(page), re.MULTILINE))
        named = {what: re.findall(r"`([\w.]+)`", rows.get(what, "")) for what in WRITTEN}
        front_door = importlib.import_module(f"evenhand.{room}")
        for word in named["Commands"] + named["Queries"]:
            assert callable(getattr(front_door, word)), word
        assert set(named["Tables"]) <= set(metadata.tables)
        assert set(named["Events"]) <= set(EVENTS)


class TestDecisions:
    """docs/decisions/."""

    def test_have_one_form(self) -> None:
        """Status, area, date, and what enforces it: a decision nobody enforces is a wish."""
        pages = sorted((ROOT / "docs" / "decisions").glob("*.md"))
        assert [page.name[:4] for page in pages] == [f"{n:04d}" for n in range(1, len(pages) + 1)]
        for page in pages:
            text = read(page)
            assert re.match(rf"# {page.name[:4]}\. \S", text), page.name
            assert re.search(r"^Status: \S.*\nArea: \S.*\nDate: \d{4}-\d\d-\d\d$", text, re.M)
            assert re.findall(r"^## (.+)$", text, re.MULTILINE) == DECISION_PARTS, page.name


class TestPromises:
    """The thirteen promises."""

    #: Only partly kept so far; the readme says so, and this list may only shrink.
    NOT_YET = frozenset({11, 12})

    @pytest.mark.parametrize("number", range(1, 14))
    def test_have_a_property_test_each(self, number: int) -> None:
        """By this number, and the readme leads to it, or says that it is not there yet."""
        found = sorted((ROOT / "tests" / "property").glob(f"test_promise_{number:02d}_*.py"))
        row = next(
            line
            for line in read(ROOT / "README.md").splitlines()
            if line.startswith(f"| {number} |")
        )
        if number in self.NOT_YET:
            assert found == []
            assert row.endswith("| not yet |")
            return
        assert len(found) == 1
        assert f"]({name(found[0])})" in row
