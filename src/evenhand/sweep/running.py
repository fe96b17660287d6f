"""A sweep lists, looks and writes down at once, and may be killed at any moment.

Files that are what they were are passed over; those that only have to be compared anew are compared
from what was kept. What is told was written before, and what was not written is looked at again, so
a sweep that is killed and run again tells of each file once.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import islice
from typing import Final

from evenhand.detection import Answer
from evenhand.sweep.looking import detectors_for, looked_by
from evenhand.sweep.model import (
    Ended,
    Entry,
    Inline,
    Job,
    Kept,
    Listed,
    Noted,
    Outcome,
    Partition,
    Passed,
    Same,
    Summary,
    Unopened,
    Where,
)
from evenhand.sweep.ports import Engine, Result, Source
from evenhand.sweep.store import Row, Shape, State
from evenhand.sweep.submission import HandedIn, NotHandedIn, signature

FILES_MAX: Final = 32
BYTES_MAX: Final = 32_000_000
"""A partition is that large at most: what a killed worker had in hand is soon done again."""
_ENTRIES: Final = 256
_SEEN: Final = 2_000


HandIn = Callable[[Outcome, Where], HandedIn]
"""Hands in what was found in one file, which lies there. Raises NotHandedIn."""


class _Due(Enum):
    """What has to be done with a file that is known from before."""

    NOTHING = auto()
    COMPARING = auto()
    LOOKING = auto()


@dataclass
class _Waiting:
    """Files that will make up the next partition."""

    files: list[Listed] = field(default_factory=list)
    bytes: int = 0

    def add(self, file: Listed) -> None:
        """Put one in."""
        self.files.append(file)
        self.bytes += _weight(file)

    def full_with(self, file: Listed) -> bool:
        """Tell whether another one would be too much."""
        full = len(self.files) >= FILES_MAX or self.bytes + _weight(file) > BYTES_MAX
        return bool(self.files) and full


def _weight(file: Listed) -> int:
    """Say how many bytes a file takes to look at, as far as can be told."""
    light = file.kept is not None and not isinstance(file.where, Inline)
    return 0 if light else file.size or 0


@dataclass(eq=False)
class Sweep:
    """One run over one source. `told` hears of each file once; `stopped` is asked now and then."""

    source: Source
    state: State
    engine: Engine
    job: Job
    mark: str
    clauses: Mapping[str, str]
    told: Callable[[Passed], None]
    stopped: Callable[[], bool] = lambda: False
    hand_in: HandIn | None = None
    looked: int = 0
    known: int = 0
    handed_in: int = 0
    kept_back: list[tuple[bytes, str]] = field(default_factory=list)
    _number: int = 0
    _open: set[int] = field(default_factory=set)
    _ended: list[tuple[int, bytes, str]] = field(default_factory=list)
    _seen: list[tuple[bytes, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Know by what each sort of file is looked at."""
        detectors = detectors_for(thorough=self.job.thorough)
        self._versions = looked_by(detectors, self.job.digests)

    def run(self) -> Summary:
        """Sweep to the end, or until stopped. Raises SourceUnreadable, EngineBroken."""
        began = time.monotonic()
        self.state.begin()
        for partition, results in self.engine.run(self.job, self._partitions()):
            self._take(partition, results)
        self._put_down_seen()
        whole = not self.stopped()
        gone = 0
        if whole:
            self._close_ended(self._number + 1)
            gone = self.state.forget_unseen()
        return Summary(
            answers=self.state.answers(),
            looked=self.looked,
            unchanged=self.known,
            gone=gone,
            tallies=self.state.tallies(),
            whole=whole,
            seconds=time.monotonic() - began,
            skipped=self.state.reasons(Answer.SKIPPED),
            failed=self.state.reasons(Answer.FAILED),
        )

    def _take(self, partition: Partition, results: list[Result]) -> None:
        """Write what came of a partition, then tell of it."""
        pairs = list(zip(partition.files, results, strict=True))
        same = [(one.name, one.nth) for one in results if isinstance(one, Same)]
        done = [(file, self._with_clauses(one)) for file, one in pairs if isinstance(one, Outcome)]
        self.state.save(done, self.mark)
        self.state.compared(same, self.mark)
        self._open.discard(partition.number)
        self._close_ended(min(self._open, default=self._number + 1))
        for file, outcome in done:
            self.looked += 1
            if outcome.answer is Answer.FOUND:
                self._hand_in(outcome, file.where)
            self._tell(outcome, fresh=True)
        for row in self.state.rows(same).values():
            self.known += 1
            self._tell(row.outcome, fresh=False)

    def _hand_in(self, outcome: Outcome, where: Where) -> None:
        """Hand in what was found, unless just that was handed in before."""
        said = signature(outcome)
        if self.hand_in is None or self.state.was_sent(outcome.name, outcome.nth, said):
            return
        try:
            made = self.hand_in(outcome, where)
        except NotHandedIn as why:
            self.kept_back.append((self.source.label + outcome.name, str(why)))
            return
        self.state.mark_sent(outcome.name, outcome.nth, said, made.item_id)
        self.handed_in += made.created

    def _with_clauses(self, outcome: Outcome) -> Outcome:
        if not outcome.found:
            return outcome
        found = (replace(one, clause_key=self.clauses.get(one.bank or "")) for one in outcome.found)
        return replace(outcome, found=tuple(found))

    def _partitions(self) -> Iterator[Partition]:
        """List the source; pass over what is known; put together what has to be looked at."""
        waiting = _Waiting()
        listing = self.source.entries(self._unchanged)
        while entries := list(islice(listing, _ENTRIES)):
            for file in self._due(entries):
                if waiting.full_with(file):
                    yield self._partition(waiting)
                    waiting = _Waiting()
                waiting.add(file)
                if self.stopped():
                    return
            if self.stopped():
                return
            held = self._number + bool(waiting.files)
            for each in entries:
                if isinstance(each, Ended):
                    self._ended.append((held, each.container, each.stamp))
        if waiting.files:
            yield self._partition(waiting)

    def _partition(self, waiting: _Waiting) -> Partition:
        self._number += 1
        self._open.add(self._number)
        return Partition(self._number, tuple(waiting.files))

    def _due(self, entries: list[Entry]) -> Iterator[Listed]:
        """Tell of what needs no look, and give the rest, as it has to be looked at."""
        noted = [each for each in entries if isinstance(each, Noted)]
        if noted:
            for outcome in self.state.note(noted):
                self.looked += 1
                self._tell(outcome, fresh=True)
        listed = [each for each in entries if isinstance(each, Listed)]
        rows = self.state.rows([(each.name, each.nth) for each in listed])
        for file in listed:
            row = rows.get((file.name, file.nth))
            known = row if row is not None and row.stamp == file.stamp else None
            yield from self._one(file, known)
        for each in entries:
            if isinstance(each, Unopened):
                self._all_within(each.container)

    def _one(self, file: Listed, row: Row | None) -> Iterator[Listed]:
        due = _Due.LOOKING if row is None else self._due_of(row.shape)
        if row is None or due is _Due.LOOKING or self._is_unsent(row):
            yield file
        elif due is _Due.COMPARING:
            assert row.outcome.kept is not None, "what is compared anew was kept"
            yield replace(file, kept=Kept(row.outcome.kept, row.outcome.digests))
        else:
            self._pass(row)

    def _all_within(self, container: bytes) -> None:
        """Pass over an archive that is what it was, with all that is in it."""
        self.state.still_there(container)
        for row in self.state.within(container):
            self._pass(row)

    def _pass(self, row: Row) -> None:
        """Pass over a file that is what it was."""
        self.known += 1
        self._seen.append((row.outcome.name, row.outcome.nth))
        if len(self._seen) >= _SEEN:
            self._put_down_seen()
        self._tell(row.outcome, fresh=False)

    def _due_of(self, shape: Shape) -> _Due:
        """Say what has to be done with a file that was looked at so."""
        if shape.looked == "listed":
            return _Due.NOTHING
        if shape.again or shape.looked != self._versions[shape.sort]:
            return _Due.LOOKING
        if shape.compared == self.mark:
            return _Due.NOTHING
        return _Due.COMPARING if shape.kept else _Due.LOOKING

    def _is_unsent(self, row: Row) -> bool:
        """Tell whether something was found that is to be handed in, and was not yet."""
        one = row.outcome
        if self.hand_in is None or one.answer is not Answer.FOUND:
            return False
        return not self.state.was_sent(one.name, one.nth, signature(one))

    def _unchanged(self, container: bytes, stamp: str) -> bool:
        """Tell whether an archive need not be opened again."""
        shapes = self.state.shapes(container, stamp)
        if shapes is None:
            return False
        if any(self._due_of(shape) is not _Due.NOTHING for shape in shapes):
            return False
        if self.hand_in is None:
            return True
        return not any(self._is_unsent(row) for row in self.state.within(container))

    def _close_ended(self, first_open: int) -> None:
        """Write that archives were listed whole, once all that is in them is written."""
        closed = [each for each in self._ended if each[0] < first_open]
        if closed:
            self.state.ended([(container, stamp) for _, container, stamp in closed])
            self._ended = [each for each in self._ended if each[0] >= first_open]

    def _put_down_seen(self) -> None:
        self.state.seen(self._seen)
        self._seen = []

    def _tell(self, outcome: Outcome, *, fresh: bool) -> None:
        self.told(Passed(outcome, self.source.label + outcome.name, fresh))


def digests_for(held: Iterable[str]) -> tuple[str, ...]:
    """Choose the exact hashes to make: SHA-256 always, others when a bank holds some."""
    return ("sha256", *(each for each in sorted(held) if each != "sha256"))
