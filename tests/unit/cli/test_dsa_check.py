"""Checking a statement at the shell: exit 0 or 1, no house, and nothing personal on the screen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from tests.unit.transparency.dsa.bodies import body

CHECK = ("transparency", "dsa", "check")


@pytest.fixture(autouse=True)
def no_house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stand where there is no house."""
    monkeypatch.setenv("EVENHAND_DATA", str(tmp_path / "nowhere"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Name a file to be written."""
    return tmp_path / "statement.json"


@pytest.mark.parametrize(
    ("written", "status"),
    [
        (body(), Exit.OK),
        (body(content_language_other="Latin"), Exit.OK),
        ({"statements": [body(puid="a"), body(puid="b")]}, Exit.OK),
        (body(category="STATEMENT_CATEGORY_TASTE"), Exit.FOUND),
        ({"statements": [body(), body()]}, Exit.FOUND),
        ([body()], Exit.FOUND),
    ],
)
def test_the_exit_status_says_whether_it_would_be_taken(
    file: Path, written: Any, status: Exit, capsys: pytest.CaptureFixture[str]
) -> None:
    """What would be dropped is told, and is no refusal."""
    file.write_text(json.dumps(written), encoding="utf-8")
    assert run([*CHECK, str(file), "--json"]) is status
    assert json.loads(capsys.readouterr().out)["accepted"] == (status is Exit.OK)


def test_strict_takes_nothing_less_than_clean(file: Path) -> None:
    """For whoever would rather mend it before it goes out."""
    file.write_text(json.dumps(body(territorial_scope=[])), encoding="utf-8")
    assert run([*CHECK, str(file)]) is Exit.OK
    assert run([*CHECK, str(file), "--strict"]) is Exit.FOUND


def test_one_statement_a_line_is_read_too(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As an export is written."""
    file.write_text("\n".join(json.dumps(body(puid=f"p{n}")) for n in range(150)), "utf-8")
    assert run([*CHECK, str(file)]) is Exit.OK
    assert "all 150 statements" in capsys.readouterr().out


def test_personal_data_is_named_and_not_repeated(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A check's output goes into tickets and logs."""
    file.write_text(json.dumps(body(decision_facts="Ask anna@example.org for it.")), "utf-8")
    assert run([*CHECK, str(file)]) is Exit.OK
    printed = capsys.readouterr().out
    assert "decision_facts" in printed
    assert "Characters 5 to 20" in printed
    assert "anna" not in printed


@pytest.mark.parametrize("text", ["", "{", '{"a": 1}\n{', "\xff"])
def test_what_is_no_json_cannot_be_checked(file: Path, text: str) -> None:
    """It says so, instead of saying that it was refused."""
    file.write_bytes(text.encode("latin-1"))
    assert run([*CHECK, str(file)]) is Exit.NOT_POSSIBLE
