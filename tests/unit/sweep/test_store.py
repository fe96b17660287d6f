"""The state of a source is one process's at a time, and gives back what was put into it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from evenhand.detection import Answer
from evenhand.sweep import Found, Outcome, Sort, State, StateUnreadable, SweepRunning
from evenhand.sweep.model import Inline, Listed

OUTCOME = Outcome(
    b"a\xff",
    2,
    Sort.ITEM,
    Answer.FOUND,
    None,
    looked="v",
    digests={"sha256": "00"},
    pdq="ab",
    kept=b"kept",
    found=(Found("d", "1", "says", "bank", "clause", "entry", 3, {"k": [1]}), Found("e", "2", "s")),
    item=("post", "p1"),
    seconds=0.5,
    size=7,
)
FILE = Listed(b"a\xff", 7, "stamp", Inline(b""), nth=2)


class TestState:
    def test_gives_back_what_was_saved(self, tmp_path: Path) -> None:
        state = State(tmp_path, "here")
        state.begin()
        state.save([(FILE, OUTCOME)], "mark")
        state.close()
        with closing(State(tmp_path, "here")) as again:
            (row,) = again.rows([(b"a\xff", 2), (b"a\xff", 1)]).values()
        assert (row.outcome, row.stamp, row.compared) == (OUTCOME, "stamp", "mark")

    def test_holds_a_file_once_however_often_it_comes(self, tmp_path: Path) -> None:
        state = State(tmp_path, "here")
        state.begin()
        for _ in range(3):
            state.save([(FILE, OUTCOME)], "mark")
        assert state.answers()[Answer.FOUND] == 1
        assert [(one.bank, one.files) for one in state.tallies() if one.bank] == [("bank", 1)]
        state.close()

    def test_is_one_processs_at_a_time(self, tmp_path: Path) -> None:
        state = State(tmp_path, "here")
        with pytest.raises(SweepRunning):
            State(tmp_path, "here")
        State(tmp_path, "there").close()
        state.close()
        State(tmp_path, "here").close()

    def test_begins_anew_when_asked(self, tmp_path: Path) -> None:
        state = State(tmp_path, "here")
        state.begin()
        state.save([(FILE, OUTCOME)], "mark")
        state.close()
        with closing(State(tmp_path, "here", fresh=True)) as anew:
            assert anew.rows([(b"a\xff", 2)]) == {}

    def test_that_cannot_be_read_says_so(self, tmp_path: Path) -> None:
        state = State(tmp_path, "here")
        state.close()
        state.file.write_bytes(b"no database" * 1_000)
        with pytest.raises(StateUnreadable, match="--fresh"):
            State(tmp_path, "here")
        State(tmp_path, "here", fresh=True).close()
