"""`evenhand rules check` and `test` need no house, and say by their exit status what they found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from evenhand.cli.exits import Exit
from evenhand.cli.run import run

GOOD = """kind post
  text: text
  n: int

rule a on post
  when n > 3
  enqueue q
  fires {"n": 4}
  silent {"n": 3}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "b.rules").write_text("rule b on post when n > 5\n  enqueue q\n", "utf-8")
    (tmp_path / "a.rules").write_text(GOOD, "utf-8")
    (tmp_path / "notes.txt").write_text("no rule", "utf-8")
    return tmp_path


class TestCheck:
    def test_says_what_there_is(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["rules", "check", str(folder)]) is Exit.OK
        says = "2 rules, 0 counters, 0 lists, 2 examples in 2 files: no fault.\n"
        assert capsys.readouterr().out == says

    def test_points_at_faults(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = folder / "b.rules"
        file.write_text("rule b on post\n  when m > 5\n  enqueue q\n", "utf-8")
        assert run(["rules", "check", str(folder)]) is Exit.FOUND
        assert capsys.readouterr().out.splitlines() == [
            "fault: There is no field `m` in post.",
            f" --> {file}:2:8",
            "  |",
            "2 |   when m > 5",
            "  |        ^",
            "  = hint: its fields are n, text",
            "",
            "1 fault in 1 file.",
        ]

    def test_gives_programs_one_document(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["rules", "check", str(folder), "--json"]) is Exit.OK
        good = json.loads(capsys.readouterr().out)
        assert [one["name"] for one in good["rules"]] == ["a", "b"]
        (folder / "b.rules").write_bytes(b'rule b on post when text == "\xff"\n  enqueue q\n')
        assert run(["rules", "check", str(folder), "--json"]) is Exit.FOUND
        (fault,) = json.loads(capsys.readouterr().out)["faults"]
        assert (fault["line"], fault["column"]) == (1, 30)
        assert fault["says"] == "This is not valid UTF-8."

    def test_refuses_a_folder_without_rules(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert run(["rules", "check", str(tmp_path)]) is Exit.NOT_POSSIBLE
        assert "no file whose name ends in .rules" in capsys.readouterr().err

    def test_waits_for_no_pipe_and_reads_no_device(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Nobody writes into the pipe, and a device has no end."""
        os.mkfifo(tmp_path / "pipe.rules")
        (tmp_path / "zero.rules").symlink_to("/dev/zero")
        for name in ("pipe.rules", "zero.rules"):
            assert run(["rules", "check", str(tmp_path / name)]) is Exit.NOT_POSSIBLE
            assert f"{name} is not an ordinary file." in capsys.readouterr().err

    def test_reads_no_more_than_rules_may_be_together(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """However many files: what memory holds is bounded."""
        for number in range(18):
            with (tmp_path / f"{number}.rules").open("wb") as file:
                file.truncate(4_000_000)
        assert run(["rules", "check", str(tmp_path)]) is Exit.NOT_POSSIBLE
        assert "33,554,432 characters are the most" in capsys.readouterr().err

    def test_reads_files_of_several_places_together(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        names = [str(folder / "a.rules"), str(folder / "b.rules"), str(folder)]
        assert run(["rules", "check", *names]) is Exit.OK
        assert "in 2 files" in capsys.readouterr().out


class TestTest:
    def test_tries_every_example(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert run(["rules", "test", str(folder)]) is Exit.OK
        assert capsys.readouterr().out == "2 examples: every one came true. Without any: b.\n"

    def test_names_the_line_of_one_that_does_not_come_true(
        self, folder: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        file = folder / "a.rules"
        file.write_text(GOOD.replace("n > 3", "n > 4"), "utf-8")
        assert run(["rules", "test", str(folder)]) is Exit.FOUND
        says = f"{file}:8: `a` stays silent, and this example says that it fires."
        assert capsys.readouterr().out.splitlines()[0] == says
        assert run(["rules", "test", str(file), "--json"]) is Exit.FOUND
        (failed,) = json.loads(capsys.readouterr().out)["failed"]
        assert (failed["rule"], failed["line"], failed["fired"]) == ("a", 8, False)


class TestTheLanguage:
    def test_needs_nothing_of_the_house(self, folder: Path) -> None:
        """Whoever checks a file waits for no database to be imported."""
        check = f"""
import sys
from evenhand.cli.run import run
run(["rules", "check", {str(folder)!r}])
print(sorted({{"sqlalchemy", "numpy", "fastapi", "PIL"}} & set(sys.modules)))
"""
        told = subprocess.run(
            [sys.executable, "-c", check], capture_output=True, text=True, check=True
        )
        assert told.stdout.splitlines()[-1] == "[]"
