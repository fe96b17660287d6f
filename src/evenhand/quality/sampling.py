"""Which decisions an audit looks at: drawn by lot, from a seed that nobody could choose.

All of it follows from the published log. The population are the decisions of a period; the seed is
the first checkpoint published after it, with the audit's name. Within each stratum, decisions are
ordered by SHA-256 of seed and id, and the first ones are taken; so anybody can draw them again, and
whoever decides cannot know beforehand what will be looked at. Pure.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from evenhand.quality.errors import NoCheckpointYet, NothingToDraw, SampleTooSmall

_ROOT_LINE: Final = 2


class Answer(StrEnum):
    """What a decision came to, seen from whoever is affected by a mistake in it."""

    VIOLATION = "violation"
    REPORT_REJECTED = "report_rejected"
    NO_ACTION = "no_action"


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision as its line in the log tells it: all that strata are made of."""

    id: str
    outcome: str
    clause: str | None
    harm: str | None
    decided_by: str
    rule: str | None
    answer: Answer

    @property
    def stratum(self) -> str:
        """Name its stratum: clause (or harm, when no clause was broken) / who / what answer."""
        about = f"clause:{self.clause}" if self.clause else f"harm:{self.harm or 'unknown'}"
        return f"{about}/{self.decided_by}/{self.answer.value}"


@dataclass(frozen=True, slots=True)
class Seeded:
    """The checkpoint that seeds a draw: its line in the log, its size (lines) and its root."""

    line: int
    size: int
    root: bytes

    def seed(self, audit_id: str) -> bytes:
        """Return the 32 bytes that order the decisions of one audit."""
        return hashlib.sha256(b"evenhand audit\n" + audit_id.encode() + b"\n" + self.root).digest()


@dataclass(frozen=True, slots=True)
class Stratum:
    """One group of decisions: its name, how many it holds, and those that were drawn."""

    key: str
    size: int
    drawn: tuple[str, ...]


def decided(line: Mapping[str, Any]) -> Decided | None:
    """Read a decision off its line; None for one that is no answer of its own.

    That is an escalation, which is answered later, and a limit that followed from counted strikes.
    """
    data = line["data"]
    if data["outcome"] == "escalated" or data["caused_by"] is not None:
        return None
    answer = Answer.VIOLATION
    if data["outcome"] != "violation":
        answer = Answer.REPORT_REJECTED if data["reports"] else Answer.NO_ACTION
    return Decided(
        id=line["subject"],
        outcome=data["outcome"],
        clause=data["clause"],
        harm=data["harm"],
        decided_by=data["decided_by"],
        rule=data["rule"],
        answer=answer,
    )


def seeded_by(lines: Iterable[Mapping[str, Any]], *, until: str, after: int = -1) -> Seeded:
    """Find the first checkpoint published at `until` or later, and after some line of the log.

    Raises NoCheckpointYet.
    """
    for line in lines:
        early = line["n"] <= after or line.get("at", "") < until
        if early or line.get("type") != "checkpoint.published":
            continue
        try:
            root = base64.b64decode(line["data"]["note"].split("\n")[_ROOT_LINE], validate=True)
        except (IndexError, binascii.Error) as why:
            raise NoCheckpointYet(f"The checkpoint of line {line['n']} is not one.") from why
        return Seeded(line["n"], line["data"]["size"], root)
    raise NoCheckpointYet


def population(
    lines: Iterable[Mapping[str, Any]], *, since: str, until: str, size: int
) -> list[Decided]:
    """Return the decisions of a period that the seeding checkpoint signs: its first `size` lines.

    `since` is inclusive and `until` exclusive, both as the log writes time.
    """
    found = []
    for line in lines:
        in_time = line.get("type") == "decision.made" and since <= line["at"] < until
        if in_time and line["n"] < size and (one := decided(line)) is not None:
            found.append(one)
    return found


def allocate(sizes: Mapping[str, int], *, sample: int, least: int) -> dict[str, int]:
    """Share a sample out over strata: the least number to each, the rest by size.

    A stratum that holds fewer gives all it has. Rests go by the largest remainder, then by name.
    Raises NothingToDraw, SampleTooSmall.
    """
    if not sizes:
        raise NothingToDraw
    given = {key: min(size, least) for key, size in sizes.items()}
    needed = sum(given.values())
    if sample < needed:
        raise SampleTooSmall(
            f"There are {len(sizes)} groups of decisions, and {least} of each make {needed}: ask"
            f" for a sample of at least {needed}, or for fewer of each."
        )
    rest = min(sample, sum(sizes.values())) - needed
    while rest > 0:
        open_to = {key: sizes[key] - given[key] for key in sizes if sizes[key] > given[key]}
        total = sum(open_to.values())
        shares = {key: rest * free / total for key, free in open_to.items()}
        for key, share in shares.items():
            given[key] += int(share)
        rest -= sum(int(share) for share in shares.values())
        by_remainder = sorted(shares, key=lambda key: (int(shares[key]) - shares[key], key))
        for key in by_remainder[:rest]:
            given[key] += 1
            rest -= 1
    return given


def draw(found: Sequence[Decided], seed: bytes, *, sample: int, least: int) -> tuple[Stratum, ...]:
    """Draw decisions from each stratum by the order of their hashes. Raises as `allocate` does."""
    by_stratum: defaultdict[str, list[str]] = defaultdict(list)
    for one in found:
        by_stratum[one.stratum].append(one.id)
    sizes = {key: len(ids) for key, ids in sorted(by_stratum.items())}
    given = allocate(sizes, sample=sample, least=least)
    return tuple(
        Stratum(key, size, tuple(sorted(by_stratum[key], key=_by_lot(seed))[: given[key]]))
        for key, size in sizes.items()
    )


def _by_lot(seed: bytes) -> Any:
    return lambda an_id: hashlib.sha256(seed + an_id.encode()).digest()


def digest(strata: Iterable[Stratum]) -> str:
    """Return one hash over everything that was drawn, so that two draws can be compared."""
    ids = sorted(an_id for stratum in strata for an_id in stratum.drawn)
    return hashlib.sha256("\n".join(ids).encode()).hexdigest()


def told(
    strata: Sequence[Stratum], seeded: Seeded, *, since: str, until: str, sample: int, least: int
) -> dict[str, Any]:
    """Write what the log says of a draw: everything that it takes to draw again."""
    return {
        "since": since,
        "until": until,
        "sample": sample,
        "least": least,
        "checkpoint_line": seeded.line,
        "checkpoint_size": seeded.size,
        "root": base64.b64encode(seeded.root).decode(),
        "strata": [
            {"stratum": one.key, "decisions": one.size, "drawn": len(one.drawn)} for one in strata
        ],
        "digest": digest(strata),
    }
