"""Work is waited for only so long, and what hangs cannot pile up."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from evenhand.kit.crew import Crew, StillHanging

SECONDS_MAX = 20.0


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """An event that work waits for; it is set in the end, so that no thread stays."""
    event = threading.Event()
    yield event
    event.set()


def until(true: object) -> None:
    """Wait until something is so."""
    assert callable(true)
    last = time.monotonic() + SECONDS_MAX
    while not true():
        assert time.monotonic() < last, "it did not happen in time"
        time.sleep(0.001)


class TestStart:
    """Starting work and taking what came of it."""

    def test_gives_what_the_work_returned(self) -> None:
        """Each run has its own result."""
        crew = Crew(hands_max=2)
        runs = [crew.start("add", partial(int.__add__, 1, n)) for n in range(20)]
        assert all(run.wait(SECONDS_MAX) for run in runs)
        assert [run.result() for run in runs] == list(range(1, 21))

    @pytest.mark.parametrize("fault", [ValueError("no"), KeyboardInterrupt(), SystemExit(3)])
    def test_raises_what_the_work_raised(self, fault: BaseException) -> None:
        """Where it is waited for, and nowhere else; the next run is not hurt."""

        def broken() -> None:
            raise fault

        crew = Crew(hands_max=1)
        run = crew.start("broken", broken)
        assert run.wait(SECONDS_MAX)
        with pytest.raises(type(fault)):
            run.result()
        after = crew.start("fine", lambda: 7)
        assert after.wait(SECONDS_MAX)
        assert after.result() == 7

    def test_uses_no_more_hands_than_it_has(self, gate: threading.Event) -> None:
        """What no hand is free for waits its turn."""
        crew = Crew(hands_max=3)
        runs = [crew.start(f"slow {n}", lambda: gate.wait(SECONDS_MAX)) for n in range(8)]
        until(lambda: sum(run.began is not None for run in runs) == 3)
        assert not runs[7].wait(0.02)
        assert sum(run.began is not None for run in runs) == 3
        gate.set()
        assert all(run.wait(SECONDS_MAX) for run in runs)


class TestGiveUp:
    """Going on without what takes too long."""

    def test_lets_the_others_go_on_in_its_place(self, gate: threading.Event) -> None:
        """A hand that hangs is replaced, so one slow name stops nobody else."""
        crew = Crew(hands_max=1)
        slow = crew.start("slow", lambda: gate.wait(SECONDS_MAX))
        until(lambda: slow.began is not None)
        waits = crew.start("quick", lambda: "done")
        assert not waits.wait(0.02)
        assert crew.give_up(slow)
        assert waits.wait(SECONDS_MAX)
        assert waits.result() == "done"

    def test_is_counted_until_the_work_ends_by_itself(self, gate: threading.Event) -> None:
        """Too many of one name, and it is not started again; other names are."""
        crew = Crew(hanging_max=2)
        for _ in range(2):
            run = crew.start("slow", lambda: gate.wait(SECONDS_MAX))
            until(lambda run=run: run.began is not None)
            assert crew.give_up(run)
        assert crew.hanging("slow") == 2
        with pytest.raises(StillHanging) as refused:
            crew.start("slow", lambda: None)
        assert refused.value.count == 2
        assert crew.start("other", lambda: None).wait(SECONDS_MAX)
        gate.set()
        until(lambda: crew.hanging("slow") == 0)
        assert crew.start("slow", lambda: None).wait(SECONDS_MAX)

    def test_never_begins_what_no_hand_had_taken_up(self, gate: threading.Event) -> None:
        """And does not count it as hanging."""
        begun: list[str] = []
        crew = Crew(hands_max=1)
        slow = crew.start("slow", lambda: gate.wait(SECONDS_MAX))
        until(lambda: slow.began is not None)
        late = crew.start("late", lambda: begun.append("late"))
        assert crew.give_up(late)
        assert crew.hanging("late") == 0
        gate.set()
        assert slow.wait(SECONDS_MAX)
        assert crew.start("after", lambda: None).wait(SECONDS_MAX)
        assert begun == []

    def test_says_so_when_the_work_ended_meanwhile(self) -> None:
        """Then its result is taken."""
        crew = Crew()
        run = crew.start("quick", lambda: 5)
        assert run.wait(SECONDS_MAX)
        assert not crew.give_up(run)
        assert run.result() == 5
