"""One line of a list, as it was understood or as it was refused; pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from evenhand.banks.errors import BanksError
from evenhand.banks.model import KINDS_OF, LABELS_MAX, Confidence, Signal
from evenhand.banks.states import Polarity
from evenhand.banks.views import Incoming

_NO_TAG: Final = re.compile(r"[^a-z0-9_.:-]+")
_TAG_CHARS_MAX: Final = 40

#: What partners call a sort of signal, and the kinds of ours that are the same thing.
_SAME: Final = {
    "photo_md5": ("md5",),
    "photo_sha256": ("sha256",),
    "raw_text": ("text", "phrase"),
}


class ListUnreadable(BanksError):
    """The file is no list of this form; nothing of it, or nothing more, can be read."""


class Opinion(StrEnum):
    """What partners say of a signal (python-threatexchange, `SignalOpinionCategory`)."""

    NEGATIVE = "NEGATIVE_CLASS"
    SEED = "INVESTIGATION_SEED"
    POSITIVE = "POSITIVE_CLASS"
    DISPUTED = "DISPUTED"


@dataclass(frozen=True, slots=True)
class Given:
    """A line that may become an entry, or, when `retracted`, end one that came from there."""

    kind: str
    incoming: Incoming
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """A line that cannot be an entry, and why."""

    line: int
    says: str


def kind_for(named: str, signal: Signal) -> str:
    """Return our kind for what a list calls a signal; unknown ones are refused where they join."""
    wanted = named.strip().lower()
    here = {kind.value for kind in KINDS_OF[signal]}
    return next((kind for kind in _SAME.get(wanted, (wanted,)) if kind in here), wanted)


def folded(opinions: Iterable[Opinion]) -> Opinion:
    """Put opinions together: "not harmful" beside any other is a dispute, else the surest counts.

    The order does not matter. Without any it is a seed: somebody listed it and said no more.
    """
    said = set(opinions)
    if Opinion.DISPUTED in said or (Opinion.NEGATIVE in said and len(said) > 1):
        return Opinion.DISPUTED
    order = (Opinion.POSITIVE, Opinion.NEGATIVE, Opinion.SEED)
    return next((one for one in order if one in said), Opinion.SEED)


def by_opinion(given: Given, opinion: Opinion, polarity: Polarity) -> Given | Refused:
    """Take a line as far as partners agree that it belongs into a bank of this polarity.

    A mere seed becomes indicative, so that it is looked at and never held.
    """
    line = given.incoming.line
    if given.retracted:
        return given
    if opinion is Opinion.DISPUTED:
        return Refused(line, "Partners disagree about it.")
    if (opinion is Opinion.NEGATIVE) is not (polarity is Polarity.FINE):
        says = "not harmful" if opinion is Opinion.NEGATIVE else "harmful"
        return Refused(line, f"Partners say that it is {says}: it belongs into another bank.")
    if opinion is Opinion.SEED:
        incoming = replace(given.incoming, confidence=Confidence.INDICATIVE.value)
        return replace(given, incoming=incoming)
    return given


def tags(texts: Iterable[str]) -> tuple[str, ...]:
    """Write partners' tags as labels: lower case, other characters as a dash, the first few."""
    made = (_NO_TAG.sub("-", text.lower()).strip("-_.:")[:_TAG_CHARS_MAX] for text in texts)
    return tuple(dict.fromkeys(filter(None, made)))[:LABELS_MAX]


def instant(text: str) -> datetime | None:
    """Read a date or a time in ISO form, in UTC unless it says otherwise; None when it is none."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
