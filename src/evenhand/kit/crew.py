"""Work that is waited for only so long is done by a crew: whoever waits goes on when time is up.

A thread cannot be stopped from outside. Work that was given up goes on in its thread until it ends
by itself, and until then it is counted under its name: a name of which too much hangs is not
started again, so that what never ends cannot pile up. All threads are daemons, which no end of
the process waits for.
"""

from __future__ import annotations

import os
import threading
import time
from collections import Counter, deque
from collections.abc import Callable
from typing import Final, Generic, TypeVar

T = TypeVar("T")

HANDS_MAX: Final = 16
HANGING_MAX: Final = 2  # given up and not ended yet, of one name
IDLE_SECONDS: Final = 10.0


class StillHanging(Exception):
    """Earlier runs under this name were given up and have not ended, so none is started."""

    def __init__(self, count: int) -> None:
        """Say how many hang."""
        super().__init__(f"{count} earlier runs of it have not ended")
        self.count = count


class Run(Generic[T]):
    """One piece of work in the hands of a crew; `wait` for it, then `give_up` or take its result.

    `began` is the monotonic second at which a hand took it up, None while none is free.
    """

    def __init__(self, name: str, act: Callable[[], T]) -> None:
        self.name, self.act = name, act
        self.began: float | None = None
        self.ended = threading.Event()
        self.given_up = False
        self._value: tuple[T] | None = None
        self._error: BaseException | None = None

    def wait(self, seconds: float) -> bool:
        """Wait for the end for so long at most. False when it has not come."""
        return self.ended.wait(max(0.0, seconds))

    def result(self) -> T:
        """Return what the work returned, or raise what it raised; only after its end."""
        assert self.ended.is_set(), "wait for it first"
        if self._error is not None:
            raise self._error
        assert self._value is not None, "what ended either returned or raised"
        return self._value[0]

    def carry_out(self) -> None:
        """Do the work, here and now, and keep what came of it for whoever waits."""
        try:
            self._value = (self.act(),)
        except BaseException as error:  # whatever it is, it comes out where it is waited for
            self._error = error


class Crew:
    """A bounded number of threads that work on whatever is started; idle ones go."""

    def __init__(self, *, hands_max: int = HANDS_MAX, hanging_max: int = HANGING_MAX) -> None:
        """Have no thread yet."""
        self._hands_max, self._hanging_max = hands_max, hanging_max
        self._changing = threading.Condition()
        self._waiting: deque[Run[object]] = deque()
        self._hands = self._idle = 0
        self._hanging: Counter[str] = Counter()
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self._forget_threads)

    def start(self, name: str, act: Callable[[], T]) -> Run[T]:
        """Have work begun as soon as a hand is free. Raises StillHanging."""
        run: Run[T] = Run(name, act)
        with self._changing:
            if self._hanging[name] >= self._hanging_max:
                raise StillHanging(self._hanging[name])
            self._waiting.append(run)  # type: ignore[arg-type]  # the crew looks at no result
            self._call_a_hand()
        return run

    def give_up(self, run: Run[T]) -> bool:
        """Wait no longer. False when the work has ended meanwhile, so that its result is there.

        What no hand has taken up yet is never begun.
        """
        with self._changing:
            if run.ended.is_set():
                return False
            run.given_up = True
            if run.began is None:
                self._waiting.remove(run)  # type: ignore[arg-type]  # as above
            else:
                self._hanging[run.name] += 1
                self._hands -= 1  # another may take this hand's place
                self._call_a_hand()
            return True

    def hanging(self, name: str) -> int:
        """Count the runs of a name that were given up and have not ended."""
        with self._changing:
            return self._hanging[name]

    def _call_a_hand(self) -> None:
        if self._idle < len(self._waiting) and self._hands < self._hands_max:
            threading.Thread(target=self._work, name="crew", daemon=True).start()
            self._hands += 1
        self._changing.notify()

    def _work(self) -> None:
        while (run := self._next()) is not None:
            run.carry_out()
            with self._changing:
                run.ended.set()
                if run.given_up:
                    self._hanging[run.name] -= 1
                    return
            del run  # an idle hand holds nothing of what it did

    def _next(self) -> Run[object] | None:
        """Take the next work up, or say after a while without any that this hand may go."""
        with self._changing:
            while not self._waiting:
                self._idle += 1
                called = self._changing.wait(IDLE_SECONDS)
                self._idle -= 1
                if not called and not self._waiting:
                    self._hands -= 1
                    return None
            run = self._waiting.popleft()
            run.began = time.monotonic()
            return run

    def _forget_threads(self) -> None:
        """Begin anew in a forked process: no thread came along."""
        self._changing = threading.Condition()
        self._waiting.clear()
        self._hands = self._idle = 0
        self._hanging.clear()
