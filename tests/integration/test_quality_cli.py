"""Audits at the shell, and checked by somebody who has nothing but the exported log."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from evenhand import people, quality, queue, review, transparency
from evenhand.bootstrap import load_settings, open_house
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from evenhand.decision import Outcome
from evenhand.kit.clock import SetClock, SystemClock
from tests import audits, desk_day
from tests.shell import Say, in_json
from tests.stage import Stage, fine, violation


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a house with four decisions of ten days ago, and point this process at it."""
    folder = tmp_path / "house"
    monkeypatch.setenv("EVENHAND_DATA", str(folder))
    assert run(["migrate", "--json"]) is Exit.OK
    clock = SetClock(SystemClock().now() - timedelta(days=10))
    house = open_house(load_settings(), clock=clock)
    stage = Stage(house)
    for number, verdict in enumerate((violation(), fine(), violation(), fine())):
        item_id = stage.reported(text=f"Offer {number}.", account=f"a{number}")
        stage.decide(item_id, verdict)
    clock.forward(timedelta(days=2))
    house.do(transparency.publish_checkpoint, people.SYSTEM)
    house.close()
    return folder


@pytest.fixture
def say(data: Path, capsys: pytest.CaptureFixture[str]) -> Say:
    """Run a command here, with --json, and return its document; its status is checked."""
    assert data.is_dir()
    return in_json(capsys)


def look_again(data: Path) -> None:
    """Have somebody else answer all but one second look, ten days ago, and end the audit."""
    clock = SetClock(SystemClock().now() - timedelta(days=8))
    house = open_house(load_settings(data=data), clock=clock)
    stage = Stage(house)
    for task in house.ask(queue.waiting, stage.omar, queue="second_looks")[1:]:
        house.do(review.claim, stage.ren, task.id)
        house.do(quality.label, stage.ren, task.id, quality.Label(Outcome.NO_VIOLATION))
    house.close()


class TestQuality:
    """`evenhand quality`."""

    def test_draws_closes_and_shows_an_audit(self, data: Path, say: Say) -> None:
        """From the draw to the figures; and nothing from too little."""
        day = (SystemClock().now() - timedelta(days=10)).date().isoformat()
        asked = ("quality", "draw", "--since", day, "--until", day, "--sample")
        assert say(*asked, "1", status=Exit.NOT_POSSIBLE)["error"] == "sample_too_small"
        assert say(*asked, "4")["progress"]["waiting"] == 4
        assert say(*asked, "4", status=Exit.NOT_POSSIBLE)["error"] == "already_drawn"
        look_again(data)
        assert say("quality", "close", "audit-1")["progress"]["left"] == 1
        (listed,) = say("quality", "list")["audits"]
        progress = listed["progress"]
        assert (listed["decisions"], progress["agreed"] + progress["disputed"]) == (4, 3)
        shown = say("quality", "show", "audit-1")
        assert not shown["open"]
        assert shown["rates"] == []
        missing = say("quality", "show", "audit-2", status=Exit.NOT_POSSIBLE)
        assert missing["error"] == "no_such_audit"

    def test_tells_rates_with_their_intervals(
        self, data: Path, say: Say, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """And agreement by clause, in a table that a person reads."""
        house = open_house(load_settings(data=data))
        stage = Stage(house)
        audits.lay_out(stage, stage.rosa)
        house.close()
        rates = {
            (one["of"], one["name"]): one for one in say("quality", "show", "audit-1")["rates"]
        }
        whole = rates["all", "all"]
        assert (whole["looked_at"], whole["wrong"]) == (80, 8)
        assert whole["share"]["low"] < 0.18 < whole["share"]["high"]
        assert run(["quality", "show", "audit-1"]) is Exit.OK
        assert "18.0% (" in capsys.readouterr().out

    def test_asks_for_certificates_and_gives_them(self, say: Say) -> None:
        """To somebody on the staff; and there is nothing to plant yet."""
        assert say("quality", "require", "fraud")["required"] == ["fraud"]
        (warned,) = [one for one in say("check")["checks"] if one["what"] == "certificates"]
        assert warned["state"] == "missing"
        assert "fraud" in warned["says"]
        assert say("quality", "require", "fraud", status=Exit.NOT_POSSIBLE)["error"]
        assert say("quality", "require", "fraud", "--no-more")["required"] == []
        unknown = ("quality", "certify", "nobody", "fraud", "--why", "ten years of it")
        assert say(*unknown, status=Exit.NOT_POSSIBLE)["error"] == "staff_unknown"
        house = open_house(load_settings())
        staff_id = desk_day.first_administrator(house).id
        house.close()
        asked = ("quality", "certify", staff_id, "fraud", "--why", "ten years of it")
        assert list(say(*asked)["certificates"]) == ["fraud"]
        assert say(*asked, "--take-back")["certificates"] == {}
        assert say("quality", "plant", "3", status=Exit.NOT_POSSIBLE)["error"] == "too_few_cases"

    def test_checks_a_log_without_a_house(
        self, data: Path, say: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The same draw, the same counts; and a line that was changed is named."""
        day = (SystemClock().now() - timedelta(days=10)).date().isoformat()
        say("quality", "draw", "--since", day, "--until", day, "--sample", "4")
        look_again(data)
        say("quality", "close", "audit-1")
        log = tmp_path / "log.jsonl"
        assert run(["transparency", "export", "--out", str(log)]) is Exit.OK
        monkeypatch.setenv("EVENHAND_DATA", str(tmp_path / "nowhere"))
        (found,) = say("quality", "check", str(log))["audits"]
        assert found["problems"] == []
        assert sum(len(each["drawn"]) for each in found["strata"]) == 4
        assert found["wrong"] is None
        text = log.read_text(encoding="utf-8")
        log.write_text(text.replace('"decisions":2', '"decisions":3'), encoding="utf-8")
        (found,) = say("quality", "check", str(log), "audit-1", status=Exit.FOUND)["audits"]
        assert any("strata" in each for each in found["problems"])
        assert run(["quality", "check", str(log), "audit-1"]) is Exit.FOUND
        log.write_text("not a log", encoding="utf-8")
        assert say("quality", "check", str(log), status=Exit.NOT_POSSIBLE)["error"] == "unreadable"
