"""A pool outlives its workers, whoever kills them; nothing is lost and nothing comes twice."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from evenhand.banks import Snapshot
from evenhand.detection import Answer
from evenhand.sweep import EngineBroken, Job, LocalEngine, Outcome, Partition
from evenhand.sweep.model import Inline, Listed
from evenhand.sweep.ports import Result
from tests.catalogue import dying, job

JOB = job()


def partitions(*names: bytes, each: int = 4) -> Iterator[Partition]:
    """Split names into partitions."""
    files = [Listed(name, 1, "", Inline(b"")) for name in names]
    for number, at in enumerate(range(0, len(files), each), 1):
        yield Partition(number, tuple(files[at : at + each]))


def answers(done: Iterator[tuple[Partition, list[Result]]]) -> dict[bytes, Outcome]:
    """Return what came of each file, which came back once, in its own partition."""
    found: dict[bytes, Outcome] = {}
    for partition, outcomes in done:
        assert [file.name for file in partition.files] == [one.name for one in outcomes]
        assert not found.keys() & {one.name for one in outcomes}
        found |= {one.name: one for one in outcomes if isinstance(one, Outcome)}
    return found


def unopened(_folder: str) -> Snapshot:
    """Find no banks."""
    raise FileNotFoundError


@pytest.fixture
def engine() -> Iterator[LocalEngine]:
    engine = LocalEngine(2, work=dying, seconds=(20.0, 1.0))
    yield engine
    engine.close()


class TestThePool:
    def test_gives_every_file_back(self, engine: LocalEngine) -> None:
        names = [b"%d" % number for number in range(50)]
        for _ in range(2):
            found = answers(engine.run(JOB, partitions(*names)))
            assert sorted(found) == sorted(names)

    def test_fails_the_file_that_kills_whoever_looks_at_it(self, engine: LocalEngine) -> None:
        names = [b"%d" % number for number in range(12)]
        found = answers(engine.run(JOB, partitions(*names, b"kill", b"break", b"found")))
        assert sorted(found) == sorted([*names, b"kill", b"break", b"found"])
        failed = {name: one.why for name, one in found.items() if one.answer is Answer.FAILED}
        assert set(failed) == {b"kill", b"break"}
        assert "its worker died (exit status 9)" in (failed[b"kill"] or "")
        assert "it broke" in (failed[b"break"] or "")
        assert found[b"found"].answer is Answer.FOUND
        assert found[b"kill"].again

    def test_fails_the_file_that_takes_too_long(self, engine: LocalEngine) -> None:
        found = answers(engine.run(JOB, partitions(b"1", b"hang", b"2", each=1)))
        assert {name for name, one in found.items() if one.answer is Answer.FAILED} == {b"hang"}
        assert "more than 1 seconds" in (found[b"hang"].why or "")

    def test_blames_no_file_for_a_worker_that_somebody_killed(self, engine: LocalEngine) -> None:
        names = [b"%d" % number for number in range(400)]
        killed = 0

        def killing() -> Iterator[Partition]:
            nonlocal killed
            for partition in partitions(*names):
                if partition.number in {10, 30, 60}:
                    hand = engine._hands[partition.number % 2]
                    os.kill(hand.process.pid or 0, signal.SIGKILL)
                    killed += 1
                yield partition

        found = answers(engine.run(JOB, killing()))
        assert (killed, len(found)) == (3, 400)
        assert {one.answer for one in found.values()} == {Answer.NOT_FOUND}

    def test_says_when_no_worker_can_be_started(self) -> None:
        engine = LocalEngine(1)
        broken = Job("no such folder", unopened, ("sha256",))
        with pytest.raises(EngineBroken, match="as soon as they are started"):
            answers(engine.run(broken, partitions(b"1")))
        engine.close()
