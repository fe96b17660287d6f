"""The service's own report is written at the shell, and anybody with the log can recompute it."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from evenhand import ledger, transparency
from evenhand.bootstrap import House
from evenhand.cli import counted_apart
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from evenhand.kit.clock import midnight
from tests.shell import at_shell
from tests.stage import Stage, fine, violation

pytestmark = pytest.mark.on("sqlite")
YEAR = ["--since", "2026-01-01", "--until", "2026-12-31"]


@pytest.fixture
def stage(house: House, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Open a house in which something was decided, and stand before it at a shell."""
    stage = Stage.open(house)
    for number in range(4):
        stage.decide(stage.reported(account=f"a{number}"), violation() if number else fine())
    at_shell(house, monkeypatch)
    return stage


@pytest.mark.usefixtures("stage")
class TestReport:
    """Written by the service, checked by others."""

    def test_follows_from_the_published_log(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Until a figure, or a line of the log, is another one."""
        out, log = tmp_path / "report", tmp_path / "log.jsonl"
        assert run(["transparency", "report", *YEAR, "--out", str(out), "--pdf"]) is Exit.OK
        assert (out / "report.pdf").read_bytes().startswith(b"%PDF-")
        assert run(["ledger", "export", str(log)]) is Exit.OK
        command = ["transparency", "verify", str(out / "report.json"), str(log), "--json"]
        capsys.readouterr()
        assert run(command) is Exit.OK
        assert json.loads(capsys.readouterr().out)["wrong"] == []
        lines = log.read_text("utf-8").replace('"outcome":"violation"', '"outcome":"duplicate"', 1)
        log.write_text(lines, "utf-8")
        assert run(command) is Exit.FOUND
        wrong = json.loads(capsys.readouterr().out)["wrong"]
        assert any(one.startswith("edit") for one in wrong)
        assert any("it says 3, and the log says so few" in one for one in wrong)

    def test_is_counted_by_several_processes_as_by_one(self, stage: Stage) -> None:
        """Each takes portions of a long log; put together they are what one would count."""
        size = stage.house.ask(ledger.size)
        year = {"since": midnight(date(2026, 1, 1)), "until": midnight(date(2027, 1, 1))}
        apart = counted_apart.count(size, **year, each=-(-size // 3))
        assert apart.numbers(**year) == stage.house.ask(transparency.numbers, **year)

    def test_is_a_page_that_stands_by_itself(self, tmp_path: Path) -> None:
        """Every figure leads to its query, nothing is fetched, and it reads in other languages."""
        for language, says in (("en", "How fast"), ("ar", "السرعة"), ("zh-Hans", "速度")):
            out = tmp_path / language
            command = ["transparency", "report", *YEAR, "--out", str(out), "--language", language]
            assert run(command) is Exit.OK
            page = (out / "report.html").read_text("utf-8")
            assert f">{says}</h2>" in page
            data: Any = json.loads((out / "report.json").read_text("utf-8"))
            for section in data["sections"]:
                for table in section["tables"]:
                    for one in table["figures"]:
                        assert f'href="#q-{one["id"]}"' in page
                        assert f'id="q-{one["id"]}"' in page
            assert "src=" not in page
            assert "http" not in page

    def test_says_what_is_wrong(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        """A period that ends before it begins, and a file that is no report."""
        back = ["--since", "2026-12-31", "--until", "2026-01-01", "--out", str(tmp_path)]
        assert run(["transparency", "report", *back]) is Exit.NOT_POSSIBLE
        other = tmp_path / "other.json"
        other.write_text("{}")
        assert run(["transparency", "verify", str(other), str(other)]) is not Exit.OK
        assert "not a whole report" in capsys.readouterr().err
