"""A scan that is killed at any moment goes on where it was, and tells of each file once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from evenhand import detection
from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from tests.catalogue import KNOWN, OTHER, TURNED, photo, tarred, zipped

KILLS = 3
COPIES = 90


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a house that knows one photograph, and a catalogue in which every third file is it."""
    monkeypatch.setenv("EVENHAND_DATA", str(tmp_path / "house"))
    assert run(["migrate"]) is Exit.OK
    made = ["--signal", "image", "--confidence", "confirmed", "--clause", "counterfeit"]
    assert run(["bank", "create", "known", *made]) is Exit.OK
    listed = detection.hash_content(photo(KNOWN)).pdq or ""
    told = ["--kind", "pdq", "--source", "test", "--reason", "made for a test"]
    assert run(["bank", "add", "known", listed, *told]) is Exit.OK
    folder = tmp_path / "catalogue"
    folder.mkdir()
    pictures = [photo(name) for name in (KNOWN, OTHER, TURNED)]
    for number in range(COPIES):
        (folder / f"{number}.jpg").write_bytes(pictures[number % 3] + b"%d" % number)
    many = {f"{number}.jpg": pictures[number % 3] for number in range(COPIES)}
    (folder / "many.zip").write_bytes(zipped(many))
    (folder / "many.tar.gz").write_bytes(tarred(many, "w:gz"))
    return folder


def wanted(folder: Path) -> dict[str, str]:
    """Return what has to be said of each file."""
    places = [f"{folder}/", f"{folder}/many.zip!/", f"{folder}/many.tar.gz!/"]
    return {
        f"{place}{number}.jpg": "found" if number % 3 == 0 else "not_found"
        for place in places
        for number in range(COPIES)
    }


def started(folder: Path) -> subprocess.Popen[str]:
    """Start a scan as anybody does."""
    command = [sys.executable, "-m", "evenhand.cli", "scan", str(folder), "--json"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def heard(process: subprocess.Popen[str], lines: int) -> list[dict[str, Any]]:
    """Read so many lines, then kill the scan; return all that it had said whole."""
    with process:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(lines)]
        process.kill()
        said += process.stdout.readlines()
    return [json.loads(line) for line in said if line.endswith("\n")]


def stopped(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    """Press Ctrl-C as soon as the scan says something; return all that it said."""
    with process:
        assert process.stdout is not None
        assert process.stderr is not None
        said = [process.stdout.readline()]
        os.kill(process.pid, signal.SIGINT)
        said += process.stdout.readlines()
        err = process.stderr.read()
    assert process.returncode == Exit.INTERRUPTED, err
    assert "Run the same command again" in err
    return [json.loads(line) for line in said]


class TestKilled:
    def test_again_and_again_it_tells_of_each_file_once(
        self, catalogue: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        """What a killed scan had told, the next one tells too, and never otherwise."""
        dice = random.Random(3)
        told: dict[str, str] = {}

        def hear(lines: list[dict[str, Any]]) -> None:
            for line in lines:
                assert told.setdefault(line["path"], line["answer"]) == line["answer"]

        *lines, last = stopped(started(catalogue))
        hear(lines)
        assert not last["summary"]["whole"]
        for number in range(KILLS):
            process = started(catalogue)
            if number == 0:  # before it has said anything at all
                time.sleep(dice.random())
                hear(heard(process, 0))
            else:
                hear(heard(process, dice.randrange(1, 60)))
        capfd.readouterr()
        assert run(["scan", str(catalogue), "--json"]) is Exit.FOUND
        *lines, last = map(json.loads, capfd.readouterr().out.splitlines())
        assert len(lines) == 3 * COPIES
        assert {line["path"]: line["answer"] for line in lines} == wanted(catalogue)
        assert told.items() <= wanted(catalogue).items()
        assert last["summary"]["found"] == last["summary"]["findings"][0]["files"] == COPIES
        assert last["summary"]["unchanged"] >= len(told) > 0
