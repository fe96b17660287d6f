"""Goes through the lines of a log in order and names everything that is not as it was signed.

The house checks its own rows with this, and an outsider a published copy: the same lines are held
against the same signed checkpoints by the same rules.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from evenhand.kit.clock import read_stamp, stamp
from evenhand.ledger.checkpoint import (
    Checkpoint,
    Signers,
    check_endorsed,
    read,
    read_verifier_line,
    size_said,
    verifier_line,
)
from evenhand.ledger.errors import CheckpointInvalid
from evenhand.ledger.merkle import Edge, Node, leaf_hash
from evenhand.ledger.tiles import TILE_WIDTH

#: A line bears the instant at which its transaction began. A long one (an import) may stand behind
#: shorter ones that began later, and the clocks of several machines differ by seconds. What is
#: further back than this was not written in the order of its times. Deadlines count in hours.
CLOCK_TOLERANCE: Final = timedelta(minutes=15)
#: What reading anything may raise that claims to be a line.
UNREADABLE: Final = (ValueError, KeyError, TypeError, OverflowError, RecursionError)
#: How the entry of a line begins that is published as its place and hash alone.
WITHHELD_ENTRY: Final = '{"leaf":'
#: Of one kind so many are named; the rest is counted.
NAMED_MAX: Final = 50


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with the ledger, and where."""

    kind: str
    line: int | None
    says: str


@dataclass(frozen=True)
class Verification:
    """What a check of the whole ledger found. Sound when there are no findings.

    `explained` are lines whose times do not follow, and of which a later line says why; `unread`
    counts those that came as their hash alone, of which nobody outside can tell what they say.
    """

    size: int
    root: bytes
    findings: tuple[Finding, ...]
    explained: tuple[Finding, ...] = ()
    unread: int = 0

    @property
    def sound(self) -> bool:
        """Tell whether nothing is wrong."""
        return not self.findings


@dataclass(frozen=True)
class Claim:
    """A signed checkpoint that the lines must fit: its kind, what to call it, and the note."""

    kind: str
    name: str
    note: str


@dataclass(frozen=True)
class _Held:
    """A claim whose signature is good."""

    claim: Claim
    signed: Checkpoint


@dataclass
class Walk:
    """Takes lines one by one; `marks` are the sizes at which a root will be asked for.

    `told` hears how many lines were taken, some hundred times a second.
    """

    now: datetime
    marks: frozenset[int] = frozenset()
    told: Callable[[int], None] = lambda _: None
    edge: Edge = field(default_factory=Edge)
    nodes: list[Node] = field(default_factory=list)
    roots: dict[int, bytes] = field(default_factory=dict)
    latest: dict[int, str] = field(default_factory=dict)
    published: list[Claim] = field(default_factory=list)
    changes: list[tuple[int, Mapping[str, Any]]] = field(default_factory=list)
    explained: set[int] = field(default_factory=set)
    unread: int = 0
    _clocks: list[Finding] = field(default_factory=list)
    _named: list[Finding] = field(default_factory=list)
    _counts: Counter[str] = field(default_factory=Counter)
    _fresh: list[bytes] = field(default_factory=list)
    _next: int = 0
    _latest: str = ""
    _to_come: str = ""
    _ever: str = ""

    def __post_init__(self) -> None:
        """Know the root of the log before its first line, and which times are still to come."""
        self._to_come = stamp(self.now + CLOCK_TOLERANCE)
        self.roots[0] = self.edge.root()

    def name(self, kind: str, line: int | None, says: str) -> None:
        """Put down that something is wrong."""
        self._counts[kind] += 1
        if self._counts[kind] <= NAMED_MAX:
            self._named.append(Finding(kind, line, says))

    def take(self, index: int, text: str, given: bytes) -> dict[str, Any] | None:
        """Take the line at a place; `given` is the leaf it was given. Return what it says."""
        return self._take(index, text, leaf_hash(text.encode()), given)

    def take_entry(self, entry: str, given: bytes | None) -> dict[str, Any] | None:
        """Take a line as it is published, at the place that it names. Return what it says.

        Of a withheld one that is its place and its leaf. `given` is the leaf that a tile holds for
        the line; without a tile nothing is compared.
        """
        if entry.startswith(WITHHELD_ENTRY):
            self.unread += 1
            index, leaf = _withheld(entry) or (self._next, b"")
            self._take(index, None, leaf, given)
            return {"n": index, "leaf": leaf.hex()}
        return self._take(None, entry, leaf_hash(entry.encode()), given)

    def finish(
        self,
        claims: Sequence[Claim],
        *,
        trusted: Sequence[Ed25519PublicKey],
        nodes: Mapping[tuple[int, int], bytes] | None,
    ) -> list[_Held]:
        """Hold the lines against what was signed, and the nodes that are kept against theirs.

        The keys that the lines put in force must be those that are trusted, or lead to or from
        one that is. None says that no nodes came with the lines.
        """
        self._grow()
        held = self._signed([*claims, *self.published], self._signers(trusted))
        size = self.edge.size
        furthest = max(held, key=lambda one: one.signed.size, default=None)
        if furthest is not None and furthest.signed.size > size:
            lost = furthest.signed.size - size
            says = f"the last {lost} lines are gone: {furthest.claim.name} signs"
            self.name("tail", size, f"{says} {furthest.signed.size}")
        for one in held:
            if one.claim.kind == "head" and one.signed.size < size:
                behind = size - one.signed.size
                self.name("head", one.signed.size, f"{behind} lines stand behind what was signed")
        self._compare([one for one in held if one.signed.size <= size], nodes)
        return held

    def look_at_stamp(self, name: str, size: int, at: datetime) -> None:
        """Compare an authority's time for the first lines with the times that they bear."""
        if self.latest.get(size, "") > stamp(at + CLOCK_TOLERANCE):
            says = f"the first {size} lines were there at {stamp(at)}, says {name},"
            self.name("clock", None, f"{says} and one of them bears a later time")

    def verification(self) -> Verification:
        """Return all that was put down."""
        for one in self._clocks:
            if one.line not in self.explained:
                self.name(one.kind, one.line, one.says)
        more = [
            Finding(kind, None, f"and {count - NAMED_MAX:,} more like these")
            for kind, count in self._counts.items()
            if count > NAMED_MAX
        ]
        explained = tuple(one for one in self._clocks if one.line in self.explained)
        named = (*self._named, *more)
        return Verification(self.edge.size, self.edge.root(), named, explained, self.unread)

    def _grow(self) -> None:
        self.edge, made = self.edge.extend(self._fresh)
        self.nodes += made
        self._fresh = []
        self.told(self.edge.size)
        if self.edge.size in self.marks:
            self.roots[self.edge.size] = self.edge.root()
            self.latest[self.edge.size] = self._ever

    def _take(
        self, index: int | None, text: str | None, leaf: bytes, given: bytes | None
    ) -> dict[str, Any] | None:
        said = None if text is None else _said(text)
        if index is None:
            index = self._next if said is None else int(said["n"])
        self._place(index)
        if given is not None and leaf != given:
            self.name("edit", index, f"line {index} does not have the hash it was given")
        if said is not None:
            self._heed(index, said)
        elif text is not None:
            self.name("edit", index, f"line {index} does not say what a line says")
        self._fresh.append(leaf)
        if self.edge.size + len(self._fresh) in self.marks or len(self._fresh) == TILE_WIDTH:
            self._grow()
        return said

    def _heed(self, index: int, said: Mapping[str, Any]) -> None:
        """Look at what a line says of itself and of the log."""
        if said["n"] != index:
            self.name("place", index, f"line {index} says it is line {said['n']}")
        self._look_at_clock(index, said["at"])
        if said["type"] == "checkpoint.published":
            self._publish(index, said["data"])
        elif said["type"] == "signer.changed":
            self.changes.append((index, said["data"]))
        elif said["type"] == "clock.explained":
            self.explained |= {line for line in (said["data"].get("line"),) if type(line) is int}

    def _place(self, index: int) -> None:
        """Find gaps, and lines that stand where they do not belong."""
        if index > self._next:
            last = index - 1
            which = f"line {last} is" if last == self._next else f"lines {self._next} to {last} are"
            self.name("gap", self._next, f"{which} missing; line {index} comes next")
        elif index < self._next:
            self.name("place", index, f"line {index} stands where line {self._next} belongs")
        self._next = max(self._next, index + 1)

    def _publish(self, index: int, data: Mapping[str, Any]) -> None:
        note = str(data.get("note"))
        name = f"the checkpoint published in line {index}"
        if size_said(note) not in self.roots:
            self.name("published", index, f"{name} is not of a log that came before it")
        else:
            self.published.append(Claim("published", name, note))

    def _look_at_clock(self, index: int, at: str) -> None:
        """Compare a line's time with the latest before it, and with now."""
        self._ever = max(self._ever, at)
        if at >= self._latest:
            self._latest = at
            if at > self._to_come:
                says = f"line {index} bears a time to come, {at}"
                self._clocks.append(Finding("clock", index, says))
        elif read_stamp(self._latest) - read_stamp(at) > CLOCK_TOLERANCE:
            says = f"line {index} bears the time {at}, and a line before it {self._latest}"
            says = f"{says}: the clock was set back, or the line was backdated"
            self._clocks.append(Finding("clock", index, says))
            self._latest = at

    def _signers(self, trusted: Sequence[Ed25519PublicKey]) -> Signers:
        """Follow the keys from line to line, each put in force by the one before it."""
        keys, lines = list(trusted[:1]), list[int]()
        for line, data in self.changes:
            try:
                old, new = (read_verifier_line(str(data.get(name))) for name in ("from", "to"))
                check_endorsed(str(data.get("note")), new, old)
            except CheckpointInvalid as why:
                self.name("key", line, f"line {line} does not put a key in force: {why}")
                continue
            keys = keys if lines else [old]
            if keys[-1] != old:
                says = f"line {line} puts a key in force by one that did not sign then"
                self.name("key", line, says)
                continue
            keys.append(new)
            lines.append(line)
        for key in trusted:
            if key not in keys:
                says = "is trusted, and the log was never signed with it"
                self.name("key", None, f"the key {verifier_line(key)} {says}")
        return Signers(tuple(keys), tuple(lines))

    def _signed(self, claims: Sequence[Claim], signers: Signers) -> list[_Held]:
        held = []
        for claim in claims:
            try:
                signed = read(claim.note, signers.at(size_said(claim.note) or 0))
                held.append(_Held(claim, signed))
            except CheckpointInvalid as why:
                self.name(claim.kind, None, f"{claim.name} is not to be trusted: {why}")
        return held

    def _compare(
        self, held: Sequence[_Held], nodes: Mapping[tuple[int, int], bytes] | None
    ) -> None:
        """Find out whether the lines were changed, or two logs were signed."""
        size, root = self.edge.size, self.edge.root()
        self.roots[size] = root
        fit = [one for one in held if self.roots[one.signed.size] == one.signed.root]
        unfit = [one for one in held if one not in fit]
        made = {(node.level, node.place): node.hash for node in self.nodes}
        kept = made if nodes is None else nodes
        wrong = sorted(at for at in {*made, *kept} if made.get(at) != kept.get(at))
        whole = any(one.signed.size == size and one.claim.kind == "head" for one in fit)
        if whole:
            for one in unfit:
                says = f"two logs were signed: {one.claim.name} signs {one.signed.size} lines that"
                self.name("fork", one.signed.size, f"{says} are not the first of this one")
        elif unfit:
            self._name_change(min(unfit, key=lambda one: one.signed.size), fit, wrong)
        if not unfit:
            for level, place in wrong:
                span = TILE_WIDTH**level
                says = f"the node over lines {place * span} to {(place + 1) * span - 1}"
                self.name("tile", place * span, f"{says} is not the one they make")

    def _name_change(
        self, first: _Held, fit: Sequence[_Held], wrong: Sequence[tuple[int, int]]
    ) -> None:
        """Name lines that no longer make the root that was signed, as narrowly as can be said."""
        if any(self._counts[kind] for kind in ("gap", "place", "edit", "tail")):
            says = f"the first {first.signed.size} lines are not those that {first.claim.name}"
            self.name("root", None, f"{says} signs")
            return
        low = max((o.signed.size for o in fit if o.signed.size < first.signed.size), default=0)
        high = first.signed.size - 1
        blocks = [place * TILE_WIDTH for level, place in wrong if level == 1]
        if blocks:
            low, high = max(low, blocks[0]), min(high, blocks[-1] + TILE_WIDTH - 1)
        where = f"line {low}" if low == high else f"a line from {low} to {high}"
        says = f"{where} was changed together with its hash: the lines are not those that"
        self.name("edit", low, f"{says} {first.claim.name} signs")


def _said(text: str) -> dict[str, Any] | None:
    """Return what a line says; None when it does not have what every line has."""
    try:
        said = json.loads(text)
        whole = isinstance(said["data"], dict) and isinstance(said["n"], int)
        read_stamp(said["at"])
    except UNREADABLE:
        return None
    return said if whole and isinstance(said["type"], str) else None


def _withheld(entry: str) -> tuple[int, bytes] | None:
    """Return the place and the leaf of a line that is withheld; None when it gives neither."""
    try:
        said = json.loads(entry)
        return (said["n"], bytes.fromhex(said["leaf"])) if type(said["n"]) is int else None
    except UNREADABLE:
        return None


def note_in(text: str) -> str:
    """Return the note of a line that seems to publish one; the walk looks whether it does."""
    try:
        return str(json.loads(text)["data"]["note"])
    except UNREADABLE:
        return ""


def marks_of(notes: Iterable[str]) -> frozenset[int]:
    """Return the sizes that notes speak of, whether or not they can be trusted."""
    return frozenset(size for note in notes if (size := size_said(note)) is not None)
