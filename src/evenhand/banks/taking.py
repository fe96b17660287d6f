"""Taking a whole list in: read as it comes, in portions that are a transaction each.

What was taken stays when it is stopped, and taking the same list again adds the rest. Nothing of a
list is held in memory but one portion and the first refusals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from evenhand import people
from evenhand.banks.commands import import_entries, retract_entries
from evenhand.banks.errors import EntryRefused
from evenhand.banks.lists import Given, Refused

PORTION: Final = 4_000  # one transaction, and others wait for it
REFUSALS_MAX: Final = 1_000

Do = Callable[..., Any]


@dataclass
class Taken:
    """What came of a list so far; `refusals` are the first of those refused, by line."""

    added: int = 0
    known: int = 0
    retracted: int = 0
    refused: int = 0
    refusals: list[tuple[int, str]] = field(default_factory=list)

    @property
    def lines(self) -> int:
        """Return how many lines were taken or refused."""
        return self.added + self.known + self.retracted + self.refused

    def refuse(self, lines: Iterable[tuple[int, str]]) -> None:
        """Count refused lines and keep the first of them."""
        for line in lines:
            self.refused += 1
            if len(self.refusals) < REFUSALS_MAX:
                self.refusals.append(line)


def take_list(
    do: Do,
    actor: people.Actor,
    lines: Iterable[Given | Refused],
    *,
    bank: str,
    source: str,
    reason: str,
    seen: Callable[[Taken], None] = lambda _taken: None,
) -> Taken:
    """Take the lines of a list into a bank; `do` runs a command, `seen` is told of each portion.

    What a partner takes back is withdrawn if it came from this source. Raises NotAllowed,
    NoSuchBank, EntryRefused for the source or reason, and what reading the list raises.
    """
    taken = Taken()
    for portion in _portions(lines):
        taken.refuse((one.line, one.says) for one in portion if isinstance(one, Refused))
        given = [one for one in portion if isinstance(one, Given)]
        for kind in dict.fromkeys(one.kind for one in given):
            mine = [one for one in given if one.kind == kind]
            _add(do, actor, taken, kind, mine, bank=bank, source=source, reason=reason)
            _retract(do, actor, taken, kind, mine, bank=bank, source=source)
        seen(taken)
    taken.refusals.sort()
    return taken


def _add(
    do: Do,
    actor: people.Actor,
    taken: Taken,
    kind: str,
    given: list[Given],
    *,
    bank: str,
    source: str,
    reason: str,
) -> None:
    values = [one.incoming for one in given if not one.retracted]
    if not values:
        return
    about = {"bank": bank, "kind": kind, "source": source, "reason": reason}
    try:
        found = do(import_entries, actor, values=values, **about)
    except EntryRefused as why:
        if why.field != "kind":
            raise
        taken.refuse((one.line, why.why) for one in values)
        return
    taken.added += found.added
    taken.known += found.known
    taken.refuse(found.refused)


def _retract(
    do: Do,
    actor: people.Actor,
    taken: Taken,
    kind: str,
    given: list[Given],
    *,
    bank: str,
    source: str,
) -> None:
    lines = [one.incoming for one in given if one.retracted]
    if not lines:
        return
    values = [one.value for one in lines]
    about = {"bank": bank, "kind": kind, "source": source, "why": "taken back by its source"}
    try:
        count = do(retract_entries, actor, values=values, **about)
    except EntryRefused as why:
        if why.field != "kind":
            raise
        taken.refuse((one.line, why.why) for one in lines)
        return
    taken.retracted += count
    taken.known += len(lines) - count


def _portions(lines: Iterable[Given | Refused]) -> Iterator[list[Given | Refused]]:
    portion: list[Given | Refused] = []
    for one in lines:
        portion.append(one)
        if len(portion) == PORTION:
            yield portion
            portion = []
    if portion:
        yield portion
