"""A protected name is who may be pretended to be: what it is called, and what is truly its own.

One line holds it all, so that it can be typed, imported and read back:
`Harbor Post; domains: harborpost.example; handles: harborpost; genuine: harborpost.social`.
What is listed as genuine, an account's id on the host among it, is never said to be a likeness of
it. A name so short that half of all names are like it is refused. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from evenhand.banks.errors import EntryRefused
from evenhand.banks.web import domain_value

NAME_CHARS_MAX: Final = 80
HANDLE_CHARS_MAX: Final = 64
LISTED_MAX: Final = 60  # of each sort
LETTERS_MIN: Final = 3  # of letters one writes many of; of Han and kana two are a name
_HOW: Final = (
    "Write it as: Harbor Post; domains: harborpost.example; handles: harborpost; "
    "genuine: harborpost.social, 4711. Only the name is needed."
)
_PARTS: Final = ("domains", "handles", "genuine")
_HANDLE: Final = re.compile(r"[\w.\-]+")


@dataclass(frozen=True, slots=True)
class ProtectedName:
    """Who may be pretended to be. Handles, and handles and ids in `genuine`, are in small letters.

    `genuine` holds domains, which have a dot and no `@`, and besides them handles and ids.
    """

    name: str
    domains: tuple[str, ...] = ()
    handles: tuple[str, ...] = ()
    genuine: tuple[str, ...] = ()

    @property
    def own_sites(self) -> tuple[str, ...]:
        """Return the domains that are truly theirs."""
        more = (one for one in self.genuine if "." in one and not one.startswith("@"))
        return (*self.domains, *more)

    @property
    def own_accounts(self) -> frozenset[str]:
        """Return the handles and ids of accounts that are truly theirs."""
        more = (one.removeprefix("@") for one in self.genuine if one not in self.own_sites)
        return frozenset((*self.handles, *more))

    @property
    def written(self) -> str:
        """Write it in its one form."""
        parts = ((part, ", ".join(getattr(self, part))) for part in _PARTS)
        return "; ".join((self.name, *(f"{part}: {listed}" for part, listed in parts if listed)))


def read_name(text: str) -> ProtectedName:
    """Read a protected name from its line, in any order and spacing. Raises EntryRefused."""
    first, *rest = [" ".join(part.split()) for part in text.split(";")]
    listed: dict[str, tuple[str, ...]] = {}
    for part in filter(None, rest):
        what, colon, values = part.partition(":")
        what = what.strip().casefold()
        if not colon or what not in _PARTS or what in listed:
            raise EntryRefused("value", _HOW)
        listed[what] = _listed(what, values)
    return ProtectedName(_name(first), **listed)


def name_value(text: str) -> str:
    """Return a protected name in its one written form. Raises EntryRefused."""
    return read_name(text).written


def _name(text: str) -> str:
    name = unicodedata.normalize("NFC", text)
    if not name or len(name) > NAME_CHARS_MAX or any(map(_is_unwritable, name)):
        raise EntryRefused("value", _HOW)
    _check_length(name)
    return name


def _check_length(name: str) -> None:
    letters = [c for c in unicodedata.normalize("NFKC", name) if c.isalnum()]
    least = LETTERS_MIN if all(c.lower() != c.upper() or c.isdigit() for c in letters) else 2
    if len(letters) < least:
        says = f"“{name}” is too short to be told from other names: give three letters at least."
        raise EntryRefused("value", says)


def _listed(what: str, values: str) -> tuple[str, ...]:
    """Return what is listed, each in its one form, once, in order of the alphabet."""
    each = [value.strip() for value in values.split(",") if value.strip()]
    if not each or len(each) > LISTED_MAX:
        says = f"List one to {LISTED_MAX} {what}, with commas between them, or leave the part out."
        raise EntryRefused("value", says)
    if what == "domains":
        return tuple(sorted({domain_value(value).removeprefix("www.") for value in each}))
    if what == "handles":
        return tuple(sorted({_handle(value) for value in each}))
    return tuple(sorted({_genuine(value) for value in each}))


def _handle(text: str, *, least: bool = True) -> str:
    handle = unicodedata.normalize("NFC", text.removeprefix("@")).casefold()
    if not _HANDLE.fullmatch(handle) or len(handle) > HANDLE_CHARS_MAX:
        says = "A handle is written as @harborpost: letters, digits, dots, hyphens and _, no more."
        raise EntryRefused("value", says)
    if least:
        _check_length(handle)
    return handle


def _genuine(text: str) -> str:
    """Take a domain where it is one, and a handle, with an `@` if it has a dot, or an id else."""
    if "." in text and not text.startswith("@"):
        return domain_value(text)
    handle = _handle(text, least=False)
    return f"@{handle}" if "." in handle else handle


def _is_unwritable(character: str) -> bool:
    return unicodedata.category(character) in {"Cc", "Cs"}
