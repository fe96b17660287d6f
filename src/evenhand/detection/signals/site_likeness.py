"""A site is like a protected one when a reader of its address would take it for that one.

What is imitated is the name that was registered: with look-alike letters, letters changed, words
such as "login" beside it, under another ending, or in front of somebody else's name. Who registered
what is told by the public suffix list; nothing is looked up or fetched.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

from evenhand.detection.signals.likeness import Likeness, is_generic, name_like
from evenhand.detection.signals.links import LookAlikeKind, looks_like, matches_domain
from evenhand.kit.addresses import is_address, registrable_domain

LONG_ENOUGH: Final = 5
"""Letters of a name that is told from a word when it stands alone, or in front of another's."""

EDITS_MAX: Final = 2

_KINDS: Final = {
    LookAlikeKind.EMBEDDED: "it stands in front of another's name",
    LookAlikeKind.CONFUSABLE: "look-alike letters are read as what they look like",
    LookAlikeKind.ONE_EDIT: "one letter is changed",
}


def site_like(host: str, sites: Sequence[str], names: Sequence[str] = ()) -> Likeness | None:
    """Tell which protected site, or name of one, a canonical host imitates, or None.

    A host under one of the sites imitates nothing. `names` are handles and the like, which stand
    for a site of that name.
    """
    if is_address(host) or any(matches_domain(host, site) for site in sites):
        return None
    found = looks_like(host, sites)
    if found is not None:
        return Likeness(found.protected, (_KINDS[found.kind],))
    registered = _registered(host)
    own, *_ = registered.split(".")
    before = host.removesuffix(registered).rstrip(".").split(".")
    for brand, protected in _brands(sites, names):
        undone = _name_undone(_shown(own), brand)
        if undone is None and len(brand) >= LONG_ENOUGH:
            undone = _undone_before(before, brand, registered)
        if undone is not None:
            return Likeness(protected, undone)
    return None


def _brands(sites: Sequence[str], names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Give each name that sites are recognised by, and what it is the name of."""
    for site in sites:
        label = _shown(_registered(site).split(".")[0])
        if not _is_generic(label):
            yield label, site
    for name in names:
        if len(name) >= LONG_ENOUGH and not _is_generic(name):
            yield name, name


@functools.lru_cache(maxsize=16_384)
def _registered(host: str) -> str:
    return registrable_domain(host) or host


_is_generic = functools.lru_cache(maxsize=16_384)(is_generic)


def _name_undone(own: str, brand: str) -> tuple[str, ...] | None:
    """Say what is undone to read the registered name as the protected one."""
    found = name_like(own, brand)
    if found is not None and found.undone:
        return found.undone
    if found is not None:
        return ("it is the same name under another ending",) if len(brand) >= LONG_ENOUGH else None
    if len(brand) >= LONG_ENOUGH and _is_typed_wrong(own, brand):
        return ("one or two letters are changed",)
    return None


def _undone_before(labels: Sequence[str], brand: str, registered: str) -> tuple[str, ...] | None:
    """Say what is undone to find the name in what stands before the registered one."""
    for label in labels:
        found = name_like(_shown(label), brand)
        if found is not None and found.undone != ("one letter is changed",):
            return (f"it stands in front of another's name, {registered}", *found.undone)
    return None


def _is_typed_wrong(own: str, brand: str) -> bool:
    """Tell whether a name is a few edits from another; most are told apart by their letters."""
    if "xn--" not in own.casefold():
        seen, real = _letters(own), _letters(brand)
        if max((seen - real).total(), (real - seen).total()) > EDITS_MAX:
            return False
    return bool(_typed_wrong(brand).check(own))


@functools.lru_cache(maxsize=16_384)
def _letters(name: str) -> Counter[str]:
    """Count the letters of a name's skeleton: an edit changes one of them, a swap none."""
    from impersonation_detector import fold_skeleton  # type: ignore[import-untyped]  # ships none

    return Counter(fold_skeleton(name))


@functools.lru_cache(maxsize=16_384)
def _typed_wrong(brand: str) -> Any:
    """Compare with Unicode's skeletons and by edits, fewer for a shorter name."""
    from impersonation_detector import LookalikeDetector

    return LookalikeDetector([brand], max_distance=EDITS_MAX)


@functools.lru_cache(maxsize=65_536)
def _shown(label: str) -> str:
    """Show a label as a reader sees it: punycode undone."""
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label
