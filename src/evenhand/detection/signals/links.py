"""A link is compared by where it leads, not by how it was written.

What one address is, `evenhand.kit.addresses` says; here addresses are found in texts, and hosts
compared with listed and with protected ones. Nothing is fetched.
"""

import functools
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from evenhand.kit.addresses import (
    NotALink,
    canonical_host,
    canonical_url,
    host_of,
    is_address,
    is_top_level,
    read_address,
)
from evenhand.kit.look_alikes import letters_meant

_EDIT_LABEL_MIN = 5
"""One edit turns most four-letter names into another real name (bbc, nbc), so five and up."""
_SUFFIX_EDIT_MIN = 3
"""Two-letter country suffixes are one edit from each other and mean nothing by it."""

_UNSPACED = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u30ff\u3400-\u9fff\uac00-\ud7af"
_LETTER = rf"(?:(?![{_UNSPACED}])[^\W_])"
_DOT = r"(?:\.|\[\.\]|\(\.\)|[\u3002\uff0e\uff61](?=[0-9A-Za-z]))"
_REST = r"[^\s<>\"\u201c\u201d\u00ab\u00bb\u3001\u3002\uff0c\u300c\u300d\u300e\u300f]"
_FOUND = re.compile(
    rf"(?P<scheme>(?<![0-9a-z])h(?:tt|xx)ps?:[/\\]*(?:{_DOT}|{_REST})+)"
    rf"|(?<!{_LETTER})(?<![_@.\-/])(?P<bare>(?:{_LETTER}(?:{_LETTER}|[-_]){{0,62}}{_DOT}){{1,10}}"
    rf"(?P<suffix>{_LETTER}{{2,24}}))(?!{_LETTER}|[_@-])(?::\d{{1,5}})?(?:[/?\\#]{_REST}*)?",
    re.IGNORECASE,
)
_GLUED = re.compile(
    rf"(?i)h(?:tt|xx)ps?:[/\\]*[0-9a-z.-]+\.(?P<suffix>[a-z]{{2,24}})(?=[{_UNSPACED}])"
)
"""An ASCII host with Han, kana or Thai glued to its suffix: the sentence goes on, not the host."""
_CLOSERS = {")": "(", "]": "[", "}": "{", "\uff09": "\uff08"}
_TRAILING = ".,;:!?'*_~\u2026\u2019\uff01\uff1f\uff1b\uff1a"


@dataclass(frozen=True, slots=True)
class FoundLink:
    """A link written at text[start:end], and its canonical address and host."""

    start: int
    end: int
    url: str
    host: str


class LookAlikeKind(StrEnum):
    """How a host imitates a protected domain."""

    EMBEDDED = "embedded"
    CONFUSABLE = "confusable"
    ONE_EDIT = "one_edit"


@dataclass(frozen=True, slots=True)
class LookAlike:
    """The protected domain that is imitated, and how."""

    protected: str
    kind: LookAlikeKind


def find_links(text: str) -> list[FoundLink]:
    """Find http(s) addresses and bare hosts such as `bit.ly/x`, in the order they stand.

    A bare host counts when its last label is a top-level domain that exists, and it is not part of
    a mail address. Closing punctuation is left outside. `hxxp` and `[.]`, as
    reporters write them, are read. What only resembles a link is passed over.
    """
    links = []
    for match in _FOUND.finditer(text):
        bare = match["suffix"]
        if bare is not None and not is_top_level(bare):
            continue
        written = _without_trailing(match[0])
        try:
            address = read_address(written)
        except NotALink:
            continue
        end = match.start() + len(written)
        links.append(FoundLink(match.start(), end, url=address.url, host=address.host))
    return links


def matches_domain(host: str, listed: str) -> bool:
    """Tell whether host is the listed domain or under it, cut only between labels.

    A leading `*.` or `.` in the listed name is ignored; an address matches only itself. Raises
    NotALink when either is no host.
    """
    name, domain = _canonical(host), _canonical(listed.removeprefix("*").lstrip("."))
    return name == domain or (name.endswith("." + domain) and not is_address(domain))


def looks_like(host: str, protected: Sequence[str]) -> LookAlike | None:
    """Tell which protected domain a host imitates, or None; the first in the list wins.

    Imitating is: holding the name as if it were the end (`example.com.evil.net`), look-alike
    letters in the domain or in its longest label (`examp1e.net`), or one edit (a letter more, less,
    other or swapped) in a label of five and up or in a suffix of three and up. A protected domain
    and whatever is under it imitate nothing. Raises NotALink.
    """
    name = _canonical(host)
    if is_address(name) or any(matches_domain(name, domain) for domain in protected):
        return None
    labels = _readable(name)
    for domain in protected:
        kind = _imitation(labels, _readable(_canonical(domain)))
        if kind is not None:
            return LookAlike(domain, kind)
    return None


_BRACKETS: Final = frozenset(_CLOSERS) | frozenset(_CLOSERS.values())


def _without_trailing(written: str) -> str:
    """Leave sentence punctuation, glued words and unopened brackets outside the link."""
    glued = _GLUED.match(written)
    end = glued.end() if glued and is_top_level(glued["suffix"]) else len(written)
    counts = Counter(character for character in written[:end] if character in _BRACKETS)
    while end:
        last = written[end - 1]
        opener = _CLOSERS.get(last)
        unopened = opener is not None and counts[last] > counts[opener]
        if last not in _TRAILING and not unopened:
            break
        counts[last] -= 1
        end -= 1
    return written[:end]


_canonical = functools.lru_cache(maxsize=65_536)(canonical_host)


def _readable(host: str) -> list[str]:
    return [_decoded(label) for label in host.removeprefix("www.").split(".")]


@functools.lru_cache(maxsize=65_536)
def _decoded(label: str) -> str:
    """Show a label as a reader sees it: punycode undone, accents off."""
    if label.startswith("xn--"):
        try:
            label = label[4:].encode("ascii").decode("punycode")
        except UnicodeError:
            return label
    apart = unicodedata.normalize("NFKD", label)
    return "".join(c for c in apart if not unicodedata.combining(c)).casefold()


def _imitation(labels: list[str], domain: list[str]) -> LookAlikeKind | None:
    size = len(domain)
    windows = [labels[i : i + size] for i in range(len(labels) - size + 1)]
    if domain in windows[:-1]:
        return LookAlikeKind.EMBEDDED
    if any(all(map(_reads_same, window, domain)) for window in windows):
        return LookAlikeKind.CONFUSABLE
    name = max(domain, key=len)
    if len(name) >= _EDIT_LABEL_MIN - 1 and any(
        label != name and _reads_same(label, name) for label in labels
    ):
        return LookAlikeKind.CONFUSABLE
    if windows and _is_one_edit_off(windows[-1], domain):
        return LookAlikeKind.ONE_EDIT
    return None


def _reads_same(seen: str, real: str) -> bool:
    seen, real = (_joined_strokes(text) for text in (seen, real))
    return len(seen) == len(real) and all(
        letters_meant(a) & letters_meant(b) for a, b in zip(seen, real, strict=True)
    )


def _joined_strokes(label: str) -> str:
    return label.replace("rn", "m").replace("vv", "w")


def _is_one_edit_off(window: list[str], domain: list[str]) -> bool:
    if max(map(len, domain)) < _EDIT_LABEL_MIN:
        return False
    changed = [(a, b) for a, b in zip(window, domain, strict=True) if a != b]
    if len(changed) != 1:
        return False
    seen, real = changed[0]
    is_suffix = real == domain[-1]
    long_enough = len(real) >= (_SUFFIX_EDIT_MIN if is_suffix else _EDIT_LABEL_MIN)
    return long_enough and _one_edit_apart(seen, real)


def _one_edit_apart(a: str, b: str) -> bool:
    """Tell whether one insertion, deletion, substitution or swap of neighbours turns a into b."""
    if len(a) > len(b):
        a, b = b, a
    start = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) != len(b):
        return a[start:] == b[start + 1 :]
    swapped = a[start + 1 : start + 2] + a[start : start + 1] + a[start + 2 :]
    return a[start + 1 :] == b[start + 1 :] or swapped == b[start:]


__all__ = [
    "FoundLink",
    "LookAlike",
    "LookAlikeKind",
    "NotALink",
    "canonical_host",
    "canonical_url",
    "find_links",
    "host_of",
    "looks_like",
    "matches_domain",
]
