"""A link, a handle or an account's name is said to be like a protected name, and how it is.

Only likeness to a listed name is looked for: what somebody says, and of whom, is not looked at.
What an entry lists as genuine is never said to be a likeness of it. A finding asks for a person's
look and holds nothing, because two people may bear one name.
"""

from __future__ import annotations

import functools
import re
import time
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.banks import EntryKind, EntryRefused, LiveEntry, ProtectedName, Snapshot, read_name
from evenhand.detection.errors import DetectorFailed
from evenhand.detection.model import Answer, Finding, ItemContent, found_entry
from evenhand.detection.signals.likeness import Likeness, name_like
from evenhand.detection.signals.links import find_links
from evenhand.detection.signals.site_likeness import site_like
from evenhand.kit.addresses import NotALink, host_of, registrable_domain

FOUND_MAX: Final = 20  # per item
PLACES_MAX: Final = 100  # links and handles of one item that are compared
SECONDS_MAX: Final = 10.0
_MENTION: Final = re.compile(r"(?<![\w.@/])@(\w[\w.-]{1,62}\w)(?!@)")
_ONLY_SPACED: Final = ("spaces and signs are taken out",)


@dataclass(frozen=True, slots=True)
class _Place:
    """What may be like a protected name: a `host`, a `handle`, or the `account_name`."""

    what: str
    says: str
    field: str | None = None


class Impersonation:
    """Compares links, handles and the account's name with the protected names."""

    name: Final = "impersonation"
    version: Final = "1"

    def __init__(self, *, seconds_max: float = SECONDS_MAX) -> None:
        self._seconds_max = seconds_max

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Return each likeness once, or one finding that there is none."""
        entries = bank.of_kind(EntryKind.NAME)
        places = list(dict.fromkeys(_places(content)))
        if not places:
            says = "The item has no link and no handle, and its account no name."
            return [Finding(Answer.SKIPPED, says)]
        if not entries:
            return [Finding(Answer.SKIPPED, "No bank holds a protected name to compare with.")]
        until = time.monotonic() + self._seconds_max
        findings: list[Finding] = []
        for entry in entries:
            if time.monotonic() > until:
                raise DetectorFailed("the names took too long to compare")
            protected = _protected(entry)
            own = _is_own(content, protected)
            for place in places[:PLACES_MAX]:
                like = None if own and place.field is None else _likeness(place, protected)
                if like is not None:
                    findings.append(_found(entry, protected, place, like))
        return [*(findings[:FOUND_MAX] or _in_vain(places)), *_beyond(places)]


def _in_vain(places: Sequence[_Place]) -> Iterator[Finding]:
    looked = min(len(places), PLACES_MAX)
    says = f"None of {looked} names and links is like a protected name."
    yield Finding(Answer.NOT_FOUND, says)


def _beyond(places: Sequence[_Place]) -> Iterator[Finding]:
    if len(places) > PLACES_MAX:
        says = f"{len(places) - PLACES_MAX} more links and handles of it were not compared."
        yield Finding(Answer.SKIPPED, says)


def _places(content: ItemContent) -> Iterator[_Place]:
    if content.account_name.strip():
        yield _Place("account_name", content.account_name)
    for link in content.links:
        try:
            yield _Place("host", host_of(link.url), link.field)
        except NotALink:
            continue  # known_links says that it could not be read
    for text in content.texts:
        for found in find_links(text.text):
            yield _Place("host", found.host, text.field)
        for mention in _MENTION.finditer(text.text):
            yield _Place("handle", mention[1], text.field)


def _protected(entry: LiveEntry) -> ProtectedName:
    try:
        return _read(entry.value)
    except EntryRefused as why:
        raise DetectorFailed(f"entry {entry.id} is no protected name: {why}") from why


@functools.lru_cache(maxsize=16_384)
def _read(value: str) -> ProtectedName:
    return read_name(value)


def _is_own(content: ItemContent, protected: ProtectedName) -> bool:
    """Tell whether the item is of an account that is truly theirs."""
    own = protected.own_accounts
    return _folded(content.account_id) in own or _folded(content.account_name) in own


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text.strip().removeprefix("@")).casefold()


def _likeness(place: _Place, protected: ProtectedName) -> Likeness | None:
    if place.what == "host":
        known = (*protected.handles, *(() if protected.domains else (protected.name,)))
        return site_like(place.says, protected.own_sites, known)
    if place.what == "handle" and _folded(place.says) in protected.own_accounts:
        return None
    for form in _forms(protected):
        like = name_like(place.says, form)
        if like is not None and (place.what == "account_name" or _is_told_apart(like, protected)):
            return like
    return None


@functools.lru_cache(maxsize=16_384)
def _forms(protected: ProtectedName) -> tuple[str, ...]:
    """Give all that they are called: name, handles, and the names of their sites."""
    labels = ((registrable_domain(site) or site).split(".")[0] for site in protected.domains)
    return tuple(dict.fromkeys((protected.name, *protected.handles, *labels)))


def _is_told_apart(like: Likeness, protected: ProtectedName) -> bool:
    """Tell whether a handle in a text is surely another than the one they may well have."""
    if like.undone == _ONLY_SPACED:
        return bool(protected.handles)
    return bool(like.undone)


def _found(entry: LiveEntry, protected: ProtectedName, place: _Place, like: Likeness) -> Finding:
    shown = {"host": f"A link leads to {place.says}", "handle": f"It names @{place.says}"}
    subject = shown.get(place.what, "The account's name")
    how = f": {'; '.join(like.undone)}." if like.undone else ", letter for letter."
    evidence = {
        "protected": protected.name,
        "like": like.of,
        "undone": list(like.undone),
        place.what: place.says,
    }
    verb = " is" if place.what == "account_name" else ", which is"
    return found_entry(entry, f"{subject}{verb} like {like.of}{how}", evidence, field=place.field)
