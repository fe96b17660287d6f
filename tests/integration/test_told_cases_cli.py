"""A case at the shell: told by a named person, refused with reasons, shown and withdrawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from evenhand import people
from evenhand.bootstrap import House
from evenhand.cli.exits import Exit
from evenhand.kit.clock import SetClock
from evenhand.people import Role
from tests import desk_day
from tests.shell import Say, at_shell, in_json
from tests.stage import Stage, violation
from tests.told import TITLE, WORDS

#: What a command says does not hang on the database.
pytestmark = pytest.mark.on("sqlite")


@pytest.fixture
def stage(house: House, clock: SetClock, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Open a house with somebody on the staff, and stand before it at a shell."""
    office = desk_day.office(house, clock)
    at_shell(house, monkeypatch)
    return Stage(house, rosa=house.ask(people.staff_actor, office.rui.id))


@pytest.fixture
def say(stage: Stage, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command about cases with --json, and return its document; its status is checked."""
    assert stage.rosa.role is Role.REVIEWER
    return in_json(capsys, "transparency", "case")


def test_a_case_is_told_and_withdrawn(stage: Stage, say: Say, tmp_path: Path) -> None:
    """The page is written out; a refusal says what to mend and keeps nothing."""
    for name in ("ann", "bea", "cy"):
        made = stage.decide(stage.reported(account=name), violation())
    file, out = tmp_path / "words.txt", tmp_path / "case.md"
    told = ["draft", made, "--title", TITLE, "--words", str(file), "--teller", stage.rosa.id]
    file.write_text(f"{WORDS} Write to cy@example.org.")
    refused = say(*told, status=Exit.NOT_POSSIBLE)
    assert refused["error"] == "case_not_to_be_told"
    assert "email address" in refused["says"]
    assert say("list") == {"cases": []}
    file.write_text(WORDS)
    case_id = say(*told, "--out", str(out))["case"]["id"]
    page = out.read_text()
    assert page.startswith(f"# {TITLE}\n")
    assert say("show", case_id)["page"] == page
    assert made not in page
    assert say("list")["cases"][0]["told_by"] == stage.rosa.id
    assert say("withdraw", case_id, "--why", "It was told badly.")["case"]["state"] == "withdrawn"
    assert say("withdraw", case_id, "--why", "It was told badly.", status=Exit.NOT_POSSIBLE)


def test_nobody_tells_who_is_not_on_the_staff(say: Say, tmp_path: Path) -> None:
    """A case has a teller, so that somebody else can approve it."""
    file = tmp_path / "words.txt"
    file.write_text(WORDS)
    told = ["draft", "no-decision", "--title", TITLE, "--words", str(file), "--teller", "nobody"]
    assert say(*told, status=Exit.NOT_POSSIBLE)["error"] == "staff_unknown"
