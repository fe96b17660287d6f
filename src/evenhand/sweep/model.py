"""What a sweep passes from hand to hand: where a file is, what came of it, what it all comes to.

Whoever lists a source makes entries, whoever looks at them makes outcomes; both are plain values
that go through pipes, into the state, and onto a page. Pure: values in, values out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from evenhand.banks import Snapshot
from evenhand.detection import Answer
from evenhand.intake import ItemKind

INSIDE: Final = b"!/"
"""Stands between an archive's name and the name of what is in it."""


class Sort(StrEnum):
    """What a file is, by its first bytes and then by its name."""

    PICTURE = "picture"
    FILM = "film"
    TEXT = "text"
    ITEM = "item"  # a line of a host's export
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class OnDisk:
    """An ordinary file: the folder that was named, and the way down from it."""

    root: bytes
    way: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class InZip:
    """A member of a ZIP archive on disk, by the place of its local header."""

    archive: bytes
    at: int
    packed: int
    size: int
    method: int
    crc: int


@dataclass(frozen=True, slots=True)
class InPlace:
    """Bytes that lie in a file as they are: a member of a tar archive that is not compressed."""

    archive: bytes
    at: int
    size: int


@dataclass(frozen=True, slots=True)
class InBucket:
    """An object of a store that `obstore` speaks to."""

    url: str
    key: str


@dataclass(frozen=True, slots=True)
class Inline:
    """The bytes themselves: whoever listed the source had to read them anyway."""

    content: bytes = dataclasses.field(repr=False)


Where = OnDisk | InZip | InPlace | InBucket | Inline


@dataclass(frozen=True, slots=True)
class Kept:
    """What an earlier look kept of a file: what it asked of the banks, and its exact hashes."""

    calls: bytes = dataclasses.field(repr=False)
    digests: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Listed:
    """A file to look at. `nth` tells those of one name in one archive apart.

    With `kept`, it need not be opened unless the banks answer otherwise than they did.
    """

    name: bytes
    size: int | None
    stamp: str
    where: Where
    nth: int = 0
    container: bytes = b""
    line: bool = False  # of a host's export
    kept: Kept | None = None


@dataclass(frozen=True, slots=True)
class Noted:
    """What needs no look: the listing itself says what came of it."""

    name: bytes
    answer: Answer
    why: str
    nth: int = 0
    container: bytes = b""


@dataclass(frozen=True, slots=True)
class Ended:
    """An archive was listed to its end; until its stamp changes it need not be opened again."""

    container: bytes
    stamp: str


@dataclass(frozen=True, slots=True)
class Unopened:
    """An archive is what it was when it was listed whole: what is in it is known."""

    container: bytes


Entry = Listed | Noted | Ended | Unopened


OpenBanks = Callable[[str], Snapshot]
"""Opens frozen banks for as long as the process lives."""


@dataclass(frozen=True, slots=True)
class Partition:
    """Files that one worker looks at in one go. Its number tells it from the others of a run."""

    number: int
    files: tuple[Listed, ...]


@dataclass(frozen=True, slots=True)
class Job:
    """What every worker of a run needs to know; the same everywhere, so it is opened once.

    `open_banks` is told the folder `banks`, and is found by its name in every process.
    """

    banks: str
    open_banks: OpenBanks
    digests: tuple[str, ...]
    thorough: bool = False
    kinds: tuple[ItemKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """One thing that was found, and by which version of which detector."""

    detector: str
    version: str
    says: str
    bank: str | None = None
    clause_key: str | None = None
    entry_id: str | None = None
    distance: int | None = None
    evidence: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of looking at one file. `again`: a fault that may be gone the next time."""

    name: bytes
    nth: int
    sort: Sort
    answer: Answer
    why: str | None
    looked: str = dataclasses.field(repr=False)
    digests: Mapping[str, str]
    pdq: str | None = None
    kept: bytes | None = dataclasses.field(default=None, repr=False)
    found: tuple[Found, ...] = ()
    item: tuple[str, str] | None = None
    seconds: float = 0.0
    size: int | None = None
    again: bool = False


@dataclass(frozen=True, slots=True)
class Same:
    """A file of which the banks answer what they did: what is known of it stands."""

    name: bytes
    nth: int


@dataclass(frozen=True, slots=True)
class Passed:
    """A file as the sweep leaves it: looked at now, or known from before and unchanged."""

    outcome: Outcome
    shown: bytes
    fresh: bool


@dataclass(frozen=True, slots=True)
class Tally:
    """How many files have something that was found in one bank, by one detector."""

    bank: str | None
    clause_key: str | None
    detector: str
    files: int


@dataclass(frozen=True)
class Summary:
    """What a sweep comes to. `whole` is False when it was stopped before its end."""

    answers: Mapping[Answer, int]
    looked: int
    unchanged: int
    gone: int
    tallies: Sequence[Tally]
    whole: bool
    seconds: float
    skipped: Mapping[str, int]
    failed: Mapping[str, int]

    @property
    def files(self) -> int:
        """Return how many files there are."""
        return sum(self.answers.values())

    @property
    def clean(self) -> bool:
        """Tell whether every file was looked at or known to be of no sort that is, in vain."""
        return self.whole and not self.answers[Answer.FOUND] and not self.answers[Answer.FAILED]


def answer_of(by_detector: Iterable[Sequence[Answer]]) -> Answer:
    """Return what all that was said of a file comes to; only a whole look is "not found".

    What is found is found, and a failure is no "not found". A detector that skipped a part of what
    it looked at has not looked at the whole; one that only skipped had nothing to look at, and
    speaks for the file when none of the others had either.
    """
    said = [frozenset(answers) for answers in by_detector]
    for worst in (Answer.FOUND, Answer.FAILED):
        if any(worst in answers for answers in said):
            return worst
    looked = [answers for answers in said if Answer.NOT_FOUND in answers]
    partly = any(Answer.SKIPPED in answers for answers in looked)
    return Answer.NOT_FOUND if looked and not partly else Answer.SKIPPED


def together(summaries: Sequence[Summary]) -> Summary:
    """Add up what several sources came to."""
    tallies: dict[tuple[str | None, str | None, str], int] = {}
    counts: dict[str, dict[Any, int]] = {"answers": {}, "skipped": {}, "failed": {}}
    for one in summaries:
        for tally in one.tallies:
            key = (tally.bank, tally.clause_key, tally.detector)
            tallies[key] = tallies.get(key, 0) + tally.files
        for name, into in counts.items():
            for what, count in getattr(one, name).items():
                into[what] = into.get(what, 0) + count
    return Summary(
        answers={answer: counts["answers"].get(answer, 0) for answer in Answer},
        looked=sum(one.looked for one in summaries),
        unchanged=sum(one.unchanged for one in summaries),
        gone=sum(one.gone for one in summaries),
        tallies=tuple(
            Tally(*key, files)
            for key, files in sorted(tallies.items(), key=lambda each: (-each[1], str(each[0])))
        ),
        whole=all(one.whole for one in summaries),
        seconds=sum(one.seconds for one in summaries),
        skipped=counts["skipped"],
        failed=counts["failed"],
    )


def shown(name: bytes) -> str:
    """Write a name that may be no text: bytes that are no UTF-8 stand as escapes."""
    return name.decode("utf-8", "backslashreplace")


def is_text(name: bytes) -> bool:
    """Tell whether a name is UTF-8, so that `shown` says it exactly."""
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
