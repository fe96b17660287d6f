"""A sweep looks at a file once, and again only when it, or what it is compared with, changed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from evenhand.detection import Answer
from evenhand.sweep import (
    HandedIn,
    NotHandedIn,
    Outcome,
    Partition,
    Passed,
    Same,
    State,
    Summary,
    Sweep,
)
from evenhand.sweep import running as running_
from evenhand.sweep.looking import detectors_for, looked_by
from evenhand.sweep.model import Inline, Job, Noted
from evenhand.sweep.ports import Result, Work
from tests.catalogue import Here, Listing, by_name, job

JOB = job()
VERSIONS = looked_by(detectors_for(thorough=False), JOB.digests)


def look(job: Job, partition: Partition) -> list[Result]:
    """Look by name, as the detectors of this version, keeping what pictures are kept as."""
    return [
        replace(one, looked=VERSIONS[one.sort], kept=None if b"text" in one.name else b"seen")
        for one in by_name(job, partition)
        if isinstance(one, Outcome)
    ]


def compare(job: Job, partition: Partition) -> list[Result]:
    """Find all that was kept the same, but for a file whose name asks to be looked at."""
    return [
        Same(file.name, file.nth) if file.kept and b"a" not in file.name else one
        for file, one in zip(partition.files, look(job, partition), strict=True)
    ]


@dataclass
class Bench:
    """A state in a folder, and the last run over a source."""

    folder: Path
    engine: Here
    told: list[Passed]

    def sweep(
        self, source: Listing, *, mark: str = "banks 1", work: Work = look, **options: object
    ) -> Summary:
        self.engine, self.told = Here(work), []
        state = State(self.folder, source.place)
        try:
            sweep = Sweep(
                source,
                state,
                self.engine,
                JOB,
                mark,
                {"known": "clause"},
                self.told.append,
                **options,  # type: ignore[arg-type]  # by name
            )
            return sweep.run()
        finally:
            state.close()

    @property
    def looked(self) -> list[bytes]:
        return sorted(file.name for file in self.engine.files)

    @property
    def answers(self) -> dict[bytes, Answer]:
        assert len({one.shown for one in self.told}) == len(self.told)
        return {one.outcome.name: one.outcome.answer for one in self.told}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, Here(look), [])


ALL = {b"a": "1", b"found": "1", b"failed": "1", b"text": "1"}


class TestTheSecondRun:
    def test_looks_at_nothing_that_did_not_change_and_tells_the_same(self, bench: Bench) -> None:
        first = bench.sweep(Listing(ALL))
        assert bench.looked == sorted(ALL)
        before, told = bench.answers, [one.outcome for one in bench.told]
        second = bench.sweep(Listing(ALL))
        assert (bench.looked, bench.answers) == ([], before)
        assert (second.answers, second.tallies) == (first.answers, first.tallies)
        assert (second.looked, second.unchanged) == (0, 4)
        assert {one.name: one for one in told} == {
            one.outcome.name: one.outcome for one in bench.told
        }

    def test_looks_at_what_changed_and_forgets_what_is_gone(self, bench: Bench) -> None:
        bench.sweep(Listing(ALL))
        summary = bench.sweep(Listing({b"a": "2", b"new": "1", b"failed": "1"}))
        assert bench.looked == [b"a", b"new"]
        assert (summary.files, summary.gone) == (3, 2)
        assert summary.tallies == []

    def test_compares_anew_what_was_kept_when_the_banks_changed(self, bench: Bench) -> None:
        """What the banks say of as before is passed over; the rest is looked at."""
        bench.sweep(Listing(ALL))
        before = bench.answers
        summary = bench.sweep(Listing(ALL), mark="banks 2", work=compare)
        assert {file.name for file in bench.engine.files if file.kept} == set(ALL) - {b"text"}
        assert (summary.looked, summary.unchanged) == (3, 1)
        assert bench.answers == before
        assert {one.outcome.name for one in bench.told if not one.fresh} == {b"found"}
        again = bench.sweep(Listing(ALL), mark="banks 2")
        assert (bench.looked, again.unchanged) == ([], 4)

    def test_looks_again_when_the_looking_changed(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bench.sweep(Listing(ALL))
        monkeypatch.setattr(running_, "looked_by", lambda *_: dict.fromkeys(VERSIONS, "newer"))
        bench.sweep(Listing(ALL))
        assert bench.looked == sorted(ALL)

    def test_looks_again_at_what_may_be_readable_now(self, bench: Bench) -> None:
        def unreadable(job: Job, partition: Partition) -> list[Result]:
            found = look(job, partition)
            return [replace(one, again=True) for one in found if isinstance(one, Outcome)]

        bench.sweep(Listing({b"failed": "1"}), work=unreadable)
        bench.sweep(Listing({b"failed": "1"}))
        assert bench.looked == [b"failed"]

    def test_tells_what_the_listing_said_each_time(self, bench: Bench) -> None:
        noted = (Noted(b"link", Answer.SKIPPED, "It is a link."),)
        for _ in range(2):
            summary = bench.sweep(Listing({}, noted))
            assert summary.answers[Answer.SKIPPED] == 1
            assert bench.answers == {b"link": Answer.SKIPPED}


class TestArchives:
    def test_stay_closed_while_nothing_changed(self, bench: Bench) -> None:
        source = Listing(ALL, archive=b"a.zip")
        bench.sweep(source)
        before = bench.answers
        bench.sweep(source)
        assert (bench.looked, bench.answers) == ([], before)

    def test_are_opened_when_the_banks_changed(self, bench: Bench) -> None:
        bench.sweep(Listing(ALL, archive=b"a.zip"))
        bench.sweep(Listing(ALL, archive=b"a.zip"), mark="banks 2", work=compare)
        assert bench.looked == sorted(ALL)
        bench.sweep(Listing(ALL, archive=b"a.zip"), mark="banks 2")
        assert bench.looked == []

    def test_are_looked_into_again_after_they_were_away(self, bench: Bench) -> None:
        bench.sweep(Listing(ALL, archive=b"a.zip"))
        bench.sweep(Listing({}))
        bench.sweep(Listing(ALL, archive=b"a.zip"))
        assert bench.looked == sorted(ALL)

    def test_that_were_not_written_down_whole_are_opened_again(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A sweep that is killed between listing an archive and looking at its last file."""
        monkeypatch.setattr(running_, "FILES_MAX", 1)

        def killed(job: Job, partition: Partition) -> list[Result]:
            if partition.number == 4:
                raise KeyboardInterrupt
            return look(job, partition)

        state = State(bench.folder, "test")
        source = Listing(ALL, archive=b"a.zip")
        with pytest.raises(KeyboardInterrupt):
            Sweep(source, state, Here(killed), JOB, "banks 1", {}, lambda _: None).run()
        state.close()
        bench.sweep(source)
        assert bench.looked == [b"text"]
        assert set(bench.answers) == set(ALL)


class TestStopping:
    def test_leaves_the_rest_for_the_next_run(
        self, bench: Bench, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(running_, "FILES_MAX", 2)
        many = {b"%03d" % number: "1" for number in range(20)}
        summary = bench.sweep(Listing(many), stopped=lambda: len(bench.told) >= 6)
        assert not summary.whole
        done = set(bench.looked)
        assert 0 < len(done) < 20
        summary = bench.sweep(Listing(many))
        assert (summary.whole, summary.files) == (True, 20)
        assert set(bench.looked) == set(many) - done


class TestHandingIn:
    def test_happens_once_for_each_finding(self, bench: Bench) -> None:
        handed: list[bytes] = []

        def hand_in(outcome: Outcome, where: object) -> HandedIn:
            assert where == Inline(b"found")
            handed.append(outcome.name)
            return HandedIn("item", created=True)

        bench.sweep(Listing(ALL))
        bench.sweep(Listing(ALL), hand_in=hand_in)
        bench.sweep(Listing(ALL), hand_in=hand_in)
        bench.sweep(Listing(ALL, archive=b""), mark="banks 2", hand_in=hand_in)
        assert handed == [b"found"]

    def test_is_tried_again_when_it_could_not_be(self, bench: Bench) -> None:
        tried: list[bytes] = []

        def hand_in(outcome: Outcome, _where: object) -> HandedIn:
            tried.append(outcome.name)
            raise NotHandedIn("no such kind")

        for archive in (b"", b"", b"a.zip", b"a.zip"):
            bench.sweep(Listing(ALL, archive=archive), hand_in=hand_in)
        assert len(tried) == 4
