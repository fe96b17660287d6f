"""Whoever waits goes on without what takes too long: it failed, and the others stand.

All pieces of work are done at once, each for its own time at most and all together for the time
whoever waits has. What is not done by then is given up: its thread goes on until it ends, its
answer is not waited for, and it is not started again while too many of its runs hang.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar, runtime_checkable

from evenhand.kit.crew import Crew, Run, StillHanging

T = TypeVar("T")

SECONDS_MAX: Final = 30.0  # of a detector or reader that declares no other


@runtime_checkable
class Limited(Protocol):
    """A detector or reader that says for how long it may look at one item, in seconds.

    Threads cannot be stopped: this limit is for whoever waits. Whatever looks has limits of its
    own on every loop and pattern, so that it ends.
    """

    seconds_max: float


@dataclass(frozen=True)
class Piece(Generic[T]):
    """Something to be done within a time: under which name it is counted, and by what."""

    name: str
    seconds_max: float
    act: Callable[[], T]


@dataclass(frozen=True)
class Late:
    """Nothing came of a piece in time; `says` is why."""

    says: str


def seconds_of(looks: object) -> float:
    """Return for how long a detector or reader may look at one item."""
    return looks.seconds_max if isinstance(looks, Limited) else SECONDS_MAX


def within(pieces: Sequence[Piece[T]], *, seconds_max: float, crew: Crew) -> list[T | Late]:
    """Do pieces at once, each within its time and all within `seconds_max`; raise what they raise.

    What a piece came to while another was waited for counts, even when it was a little late.
    """
    until = time.monotonic() + seconds_max
    begun = [_begun(piece, crew) for piece in pieces]
    came: list[T | Late] = []
    for piece, one in zip(pieces, begun, strict=True):
        late = one if isinstance(one, Late) else _late(one, piece, until, seconds_max, crew)
        if late is not None:
            came.append(late)
        elif isinstance(one, Run):
            came.append(one.result())
    return came


def _begun(piece: Piece[T], crew: Crew) -> Run[T] | Late:
    try:
        return crew.start(piece.name, piece.act)
    except StillHanging as why:
        return Late(f"It was not started: {why}.")


def _late(
    run: Run[T], piece: Piece[T], until: float, seconds_max: float, crew: Crew
) -> Late | None:
    """Wait for an end; give up when the piece's own time is over, or that of all.

    Its own time is counted from where a thread took it up. None: it has ended.
    """
    while not run.ended.is_set():
        now = time.monotonic()
        own = (run.began or now) + piece.seconds_max
        if now < min(own, until):
            run.wait(min(own, until) - now)
        elif crew.give_up(run):
            if run.began is None:
                return Late(f"Its turn did not come within {round(seconds_max, 2):g} seconds.")
            limit = piece.seconds_max if own < until else seconds_max
            return Late(f"It took longer than {round(limit, 2):g} seconds.")
    return None
