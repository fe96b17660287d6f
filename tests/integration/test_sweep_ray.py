"""The same partition function runs on Ray, and a worker that is killed there loses nothing."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evenhand.cli.exits import Exit
from evenhand.cli.run import run
from evenhand.detection import Answer
from evenhand.sweep import EngineMissing, Passed, RayEngine, State, Sweep
from evenhand.sweep import running as running_
from tests.catalogue import Listing, job, signing


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[RayEngine]:
    """Start a Ray of two workers; it takes seconds, so there is one test."""
    for name, value in {"RAY_USAGE_STATS_ENABLED": "0", "DO_NOT_TRACK": "1"}.items():
        monkeypatch.setenv(name, value)
    engine = RayEngine(2, work=signing)
    yield engine
    engine.close()


class TestRay:
    @pytest.mark.filterwarnings("ignore")  # of Ray's own making
    def test_loses_nothing_and_counts_nothing_twice(
        self, engine: RayEngine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Although workers are killed in the middle of the run."""
        monkeypatch.setattr(running_, "FILES_MAX", 3)
        names = [b"%03d%s" % (number, b"found" * (number % 7 == 0)) for number in range(300)]
        workers, told = tmp_path / "workers", list[Passed]()
        workers.mkdir()
        killed: set[str] = set()

        def tell(passed: Passed) -> None:
            told.append(passed)
            here = {file.name for file in workers.iterdir()} - killed
            if len(told) in {30, 90} and here:
                one = here.pop()
                os.kill(int(one), signal.SIGKILL)
                killed.add(one)

        state = State(tmp_path, "test")
        source = Listing(dict.fromkeys(names, "1"))
        summary = Sweep(source, state, engine, job(str(workers)), "banks", {}, tell).run()
        state.close()
        assert len(killed) == 2
        assert sorted(one.outcome.name for one in told) == names
        assert (summary.files, summary.looked, summary.whole) == (300, 300, True)
        assert summary.answers[Answer.FOUND] == len([name for name in names if b"found" in name])
        assert summary.answers[Answer.FAILED] == 0
        assert len({file.name for file in workers.iterdir()} - killed) >= 2


class TestWithoutRay:
    def test_says_what_to_install(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setitem(sys.modules, "ray", None)
        with pytest.raises(EngineMissing, match=r"evenhand\[sweep\]"):
            RayEngine(2)
        monkeypatch.setenv("EVENHAND_DATA", str(tmp_path / "house"))
        run(["migrate"])
        status = run(["scan", str(tmp_path), "--engine", "ray", "--thorough"])
        assert status is Exit.NOT_WHOLE
        assert "evenhand[sweep]" in capsys.readouterr().err
