"""An entry is written one way only, so that the same material is never listed twice.

Values are brought to one form before they are compared or stored, and what would match nearly
everything (a blank picture's hash, a phrase of one letter, a whole top-level domain) is refused:
one such entry would send every item on the service to the queue. Pure: values in, values out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from ipaddress import ip_address
from typing import Final, Protocol, TypeVar

from evenhand.banks.errors import EntryRefused

E = TypeVar("E", bound=StrEnum)

NAME_CHARS_MAX: Final = 80
PHRASE_CHARS_MAX: Final = 200
PHRASE_CHARS_MIN: Final = 2  # visible ones; a single letter stands in nearly every text
DOMAIN_CHARS_MAX: Final = 253  # RFC 1035, 2.3.4
SOURCE_CHARS_MAX: Final = 200
REASON_CHARS_MIN: Final = 3
REASON_CHARS_MAX: Final = 2_000
PDQ_BITS_SET_MIN, PDQ_BITS_SET_MAX = 32, 224
"""A real PDQ hash sets about half of 256 bits; a hash of nearly nothing would match blanks."""

_HEX_64: Final = re.compile(r"[0-9a-f]{64}")
_LABEL: Final = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?")
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")  # Hangul letters that draw nothing


class Signal(StrEnum):
    """What the entries of a bank are compared with."""

    IMAGE = "image"
    PHRASE = "phrase"
    LINK = "link"


class Confidence(StrEnum):
    """How sure the bank is: confirmed material may be held, indicative material is looked at."""

    CONFIRMED = "confirmed"
    INDICATIVE = "indicative"


class EntryKind(StrEnum):
    """How an entry's value is written."""

    SHA256 = "sha256"
    PDQ = "pdq"
    PHRASE = "phrase"
    DOMAIN = "domain"


KINDS_OF: Final = {
    Signal.IMAGE: frozenset({EntryKind.SHA256, EntryKind.PDQ}),
    Signal.PHRASE: frozenset({EntryKind.PHRASE}),
    Signal.LINK: frozenset({EntryKind.DOMAIN}),
}
"""Which kinds of entry a bank of each signal may hold."""


@dataclass(frozen=True)
class BankView:
    """One bank, and how many entries stand in it."""

    id: str
    name: str
    signal: Signal
    confidence: Confidence
    clause_key: str
    created_at: datetime
    live: int = 0


@dataclass(frozen=True)
class EntryView:
    """One entry with its history; `withdrawn_at` None means that it stands."""

    id: str
    bank_id: str
    bank: str
    signal: Signal
    confidence: Confidence
    clause_key: str
    kind: EntryKind
    value: str
    source: str
    reason: str
    added_by: str
    added_at: datetime
    origin_decision: str | None
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_why: str | None


@dataclass(frozen=True)
class LiveEntry:
    """An entry that stands, as a detector needs it."""

    id: str
    bank_id: str
    bank: str
    confidence: Confidence
    clause_key: str
    kind: EntryKind
    value: str


@dataclass(frozen=True, slots=True)
class Like:
    """An entry that a picture's hash is like, and in how many of 256 bits they differ."""

    distance: int
    entry: LiveEntry


class Alike(Protocol):
    """What pictures are compared with by likeness: every PDQ entry that stands."""

    @property
    def held(self) -> bool:
        """Tell whether any stands."""
        ...

    def match(self, hashes: Sequence[str], distance: int) -> list[list[Like]]:
        """Return for each hash every entry within the distance, nearest first."""
        ...


@dataclass(frozen=True)
class OneByOne:
    """Compares with each entry in turn. Slow and plainly right: the index is tested against it."""

    entries: tuple[LiveEntry, ...] = ()

    @property
    def held(self) -> bool:
        """Tell whether any stands."""
        return bool(self.entries)

    def match(self, hashes: Sequence[str], distance: int) -> list[list[Like]]:
        """Return for each hash every entry within the distance, nearest first.

        Raises ValueError for a hash that is none.
        """
        return [self._near(int(each, 16), distance) for each in hashes]

    def _near(self, asked: int, distance: int) -> list[Like]:
        apart = [Like((asked ^ int(each.value, 16)).bit_count(), each) for each in self.entries]
        near = [like for like in apart if like.distance <= distance]
        return sorted(near, key=lambda like: (like.distance, like.entry.id))


@dataclass(frozen=True)
class Snapshot:
    """Every entry that stands at one instant. Pictures' hashes are many and lie in `index`."""

    entries: tuple[LiveEntry, ...] = ()
    likeness: Alike | None = field(default=None, compare=False)

    @property
    def index(self) -> Alike:
        """Return what pictures are compared with by likeness."""
        return self.likeness or OneByOne(self.of_kind(EntryKind.PDQ))

    def of_kind(self, kind: EntryKind) -> tuple[LiveEntry, ...]:
        """Return the entries of one kind, in the order they were added."""
        return tuple(entry for entry in self.entries if entry.kind is kind)


@dataclass(frozen=True)
class Imported:
    """What came of a portion of a file: how many joined, stood before, or were refused and why."""

    added: int
    known: int
    refused: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True)
class IndexHealth:
    """Whether the index is what the database says, and how large it is."""

    damaged: tuple[str, ...]
    missing: int
    over: int
    hashes: int
    segments: int
    beside: int
    withdrawn: int
    bytes: int

    @property
    def sound(self) -> bool:
        """Tell whether nothing is wrong."""
        return not (self.damaged or self.missing or self.over)


def signal_of(text: str) -> Signal:
    """Return the signal of this name. Raises EntryRefused."""
    return _one_of("signal", text, Signal)


def confidence_of(text: str) -> Confidence:
    """Return the confidence of this name. Raises EntryRefused."""
    return _one_of("confidence", text, Confidence)


def kind_of(text: str) -> EntryKind:
    """Return the kind of entry of this name. Raises EntryRefused."""
    return _one_of("kind", text, EntryKind)


def bank_name(text: str) -> str:
    """Return a bank's name, trimmed. Raises EntryRefused when it is empty, long or unwritable."""
    return _words("name", text, 1, NAME_CHARS_MAX, "Give the bank a name.")


def source_of(text: str) -> str:
    """Return where an entry comes from, trimmed. Raises EntryRefused."""
    return _words("source", text, 1, SOURCE_CHARS_MAX, "Say where this comes from.")


def reason_of(text: str, field: str = "reason") -> str:
    """Return a reason, trimmed: three characters at least. Raises EntryRefused."""
    asked = "Say in a few words why, so that others can check it."
    return _words(field, text, REASON_CHARS_MIN, REASON_CHARS_MAX, asked)


def entry_value(kind: EntryKind, text: str, *, signal: Signal) -> str:
    """Return a value in its one written form. Raises EntryRefused when it cannot be an entry."""
    if kind not in KINDS_OF[signal]:
        raise EntryRefused("kind", f"A bank of {signal.value}s does not hold {kind.value} entries.")
    if kind is EntryKind.PHRASE:
        return _phrase(text)
    if kind is EntryKind.DOMAIN:
        return _domain(text)
    value = text.strip().lower()
    if not _HEX_64.fullmatch(value):
        raise EntryRefused("value", "A hash is written as 64 hexadecimal characters.")
    if kind is EntryKind.PDQ:
        bits = int(value, 16).bit_count()
        if not PDQ_BITS_SET_MIN <= bits <= PDQ_BITS_SET_MAX:
            raise EntryRefused("value", "This is the hash of a nearly blank picture, or of none.")
    return value


def _one_of(field: str, text: str, choices: type[E]) -> E:
    try:
        return choices(text)
    except ValueError as why:
        raise EntryRefused(field, f"Choose one of: {', '.join(choices)}.") from why


def _words(field: str, text: str, low: int, high: int, asked: str) -> str:
    trimmed = text.strip()
    if len(trimmed) < low:
        raise EntryRefused(field, asked)
    if len(trimmed) > high:
        raise EntryRefused(field, f"This is too long: {high} characters at most.")
    if not all(_writable(char) for char in trimmed):
        raise EntryRefused(field, "This contains characters that cannot be stored. Type it again.")
    return trimmed


def _writable(char: str) -> bool:
    return char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs"}


def _phrase(text: str) -> str:
    value = " ".join(_words("value", text, 1, PHRASE_CHARS_MAX, "Write the phrase.").split())
    value = unicodedata.normalize("NFC", value)
    drawn = [
        char
        for char in unicodedata.normalize("NFKC", value)
        if unicodedata.category(char)[0] in "LNSP" and char not in _FILLERS
    ]
    if len(drawn) < PHRASE_CHARS_MIN or not any(char.isalnum() for char in drawn):
        raise EntryRefused("value", "A phrase needs at least two characters that can be seen.")
    return value


def _domain(text: str) -> str:
    """Write a domain as ASCII labels: lower case, IDNA, without `*.` or a dot at either end."""
    value = text.strip().lower().removeprefix("*").strip(".")
    why = "Write a domain such as example.com, without https:// and without a path."
    try:
        return ip_address(value.strip("[]")).compressed
    except ValueError:
        pass
    try:
        value = value.encode("idna").decode("ascii")
    except UnicodeError as error:
        raise EntryRefused("value", why) from error
    labels = value.split(".")
    if len(labels) < 2 or len(value) > DOMAIN_CHARS_MAX:  # a bare "com" would match half the web
        raise EntryRefused("value", why)
    numeric_end = re.fullmatch(r"\d+|0x[0-9a-f]*", labels[-1])
    if numeric_end or not all(_LABEL.fullmatch(label) for label in labels):
        raise EntryRefused("value", why)
    return value
