"""An entry is written one way only, so that the same material is never listed twice.

Values are brought to one form before they are compared or stored, and what would match nearly
everything (a blank picture's hash, a phrase of one letter, a whole top-level domain) is refused:
one such entry would send every item on the service to the queue. Pure: values in, values out.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeVar

from evenhand.banks.errors import EntryRefused
from evenhand.banks.films import film_digest, read_frames
from evenhand.banks.names import name_value
from evenhand.banks.states import ROLLOUT_WHOLE, Polarity
from evenhand.banks.web import domain_value, url_value
from evenhand.kit.folding import normalise
from evenhand.kit.text_likeness import MalformedSignature, TextTooShort, written_signature

E = TypeVar("E", bound=StrEnum)

NAME_CHARS_MAX: Final = 80
PHRASE_CHARS_MAX: Final = 200
TEXT_CHARS_MAX: Final = 100_000
PHRASE_CHARS_MIN: Final = 2  # visible ones; a single letter stands in nearly every text
SOURCE_CHARS_MAX: Final = 200
REASON_CHARS_MIN: Final = 3
REASON_CHARS_MAX: Final = 2_000
LABELS_MAX: Final = 20
FLOOD_MAX: Final = 1_000_000
PDQ_BITS_SET_MIN, PDQ_BITS_SET_MAX = 32, 224
"""A real PDQ hash sets about half of 256 bits; a hash of nearly nothing would match blanks."""

_HEX_32: Final = re.compile(r"[0-9a-f]{32}")
_HEX_64: Final = re.compile(r"[0-9a-f]{64}")
_TAG: Final = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,39}")
_EMPTY_FILE: Final = frozenset(
    {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "d41d8cd98f00b204e9800998ecf8427e",
    }
)
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")  # Hangul letters that draw nothing


class Signal(StrEnum):
    """What the entries of a bank are compared with."""

    IMAGE = "image"
    PHRASE = "phrase"
    TEXT = "text"
    LINK = "link"
    NAME = "name"
    VIDEO = "video"


class Confidence(StrEnum):
    """How sure the bank is: confirmed material may be held, indicative material is looked at."""

    CONFIRMED = "confirmed"
    INDICATIVE = "indicative"


class EntryKind(StrEnum):
    """How an entry's value is written."""

    SHA256 = "sha256"
    MD5 = "md5"
    PDQ = "pdq"
    PHRASE = "phrase"
    TEXT = "text"
    DOMAIN = "domain"
    URL = "url"
    NAME = "name"
    VIDEO = "video"


KINDS_OF: Final = {
    Signal.IMAGE: frozenset({EntryKind.SHA256, EntryKind.MD5, EntryKind.PDQ}),
    Signal.PHRASE: frozenset({EntryKind.PHRASE}),
    Signal.TEXT: frozenset({EntryKind.TEXT}),
    Signal.LINK: frozenset({EntryKind.DOMAIN, EntryKind.URL}),
    Signal.NAME: frozenset({EntryKind.NAME}),
    Signal.VIDEO: frozenset({EntryKind.SHA256, EntryKind.MD5, EntryKind.VIDEO}),
}
"""Which kinds of entry a bank of each signal may hold."""

EXACT: Final = frozenset(
    {EntryKind.SHA256, EntryKind.MD5, EntryKind.PHRASE, EntryKind.DOMAIN, EntryKind.URL}
)
"""Kinds that match the same and nothing that is merely like it."""


def signal_of(text: str) -> Signal:
    """Return the signal of this name. Raises EntryRefused."""
    return _one_of("signal", text, Signal)


def confidence_of(text: str) -> Confidence:
    """Return the confidence of this name. Raises EntryRefused."""
    return _one_of("confidence", text, Confidence)


def check_confidence(signal: Signal, confidence: Confidence) -> None:
    """Refuse to be sure of a likeness: two people may bear one name. Raises EntryRefused."""
    if signal is Signal.NAME and confidence is Confidence.CONFIRMED:
        says = "A likeness of names is only ever looked at, never held: choose indicative."
        raise EntryRefused("confidence", says)


def kind_of(text: str) -> EntryKind:
    """Return the kind of entry of this name. Raises EntryRefused."""
    return _one_of("kind", text, EntryKind)


def polarity_of(text: str) -> Polarity:
    """Return the polarity of this name. Raises EntryRefused."""
    return _one_of("polarity", text, Polarity)


def rollout_of(percent: int) -> int:
    """Return a percentage that can be one. Raises EntryRefused."""
    if not 0 <= percent <= ROLLOUT_WHOLE:
        raise EntryRefused("rollout", "Write a whole percentage from 0 to 100.")
    return percent


def flood_of(matches: int) -> int:
    """Return how many accounts within an hour are too many; 0 for never. Raises EntryRefused."""
    if not 0 <= matches <= FLOOD_MAX:
        raise EntryRefused("flood", f"Write a number from 0 (never) to {FLOOD_MAX:,}.")
    return matches


def labels_of(texts: Sequence[str]) -> tuple[str, ...]:
    """Return short tags in lower case, each once, in order. Raises EntryRefused."""
    labels = tuple(sorted({text.strip().lower() for text in texts} - {""}))
    if len(labels) > LABELS_MAX:
        raise EntryRefused("labels", f"These are too many: {LABELS_MAX} at most.")
    if not all(_TAG.fullmatch(label) for label in labels):
        raise EntryRefused(
            "labels",
            "A label is up to 40 letters, digits and marks such as logo or partner:case-7.",
        )
    return labels


def expiry_of(at: datetime | None, *, now: datetime) -> datetime | None:
    """Return when an entry ends. Raises EntryRefused when that has passed."""
    if at is not None and at <= now:
        raise EntryRefused("expires", "It would have expired already. Give a later time, or none.")
    return at


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
    written = _WRITTEN.get(kind)
    return _hash(kind, text.strip().lower()) if written is None else written(text)


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


def _hash(kind: EntryKind, value: str) -> str:
    written, digits = (_HEX_32, 32) if kind is EntryKind.MD5 else (_HEX_64, 64)
    if not written.fullmatch(value):
        raise EntryRefused("value", f"A hash is written as {digits} hexadecimal characters.")
    if value in _EMPTY_FILE:
        raise EntryRefused("value", "This is the hash of an empty file.")
    if kind is EntryKind.PDQ:
        bits = int(value, 16).bit_count()
        if not PDQ_BITS_SET_MIN <= bits <= PDQ_BITS_SET_MAX:
            raise EntryRefused("value", "This is the hash of a nearly blank picture, or of none.")
    return value


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
    if len(normalise(value)) > PHRASE_CHARS_MAX:  # one character may stand for eighteen
        raise EntryRefused("value", f"This is too long: {PHRASE_CHARS_MAX} characters at most.")
    return value


def _text(text: str) -> str:
    """Write a text as its signature, which a signature is already; the text is not kept."""
    if len(text) > TEXT_CHARS_MAX:
        raise EntryRefused("value", f"This is too long: {TEXT_CHARS_MAX:,} characters at most.")
    try:
        return written_signature(text)
    except (MalformedSignature, TextTooShort) as why:
        raise EntryRefused("value", str(why)) from why


def _film(text: str) -> str:
    """Write a film as the digest of its frames, which are kept beside it."""
    return film_digest(read_frames(text))


_WRITTEN: Final[dict[EntryKind, Callable[[str], str]]] = {
    EntryKind.PHRASE: _phrase,
    EntryKind.TEXT: _text,
    EntryKind.DOMAIN: domain_value,
    EntryKind.URL: url_value,
    EntryKind.NAME: name_value,
    EntryKind.VIDEO: _film,
}
"""How each kind that is no hash is brought to its one form."""
