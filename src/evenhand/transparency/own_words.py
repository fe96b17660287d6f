"""What the teller of a case writes is looked through before anybody else reads it.

Found is what has a form (addresses, numbers, links, dates, ids), what stands in the records of the
very case (names of the account, the item's text), and what was left to be filled in. A name that
the records do not hold is found by nobody but the lead who approves. Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evenhand.transparency.dsa.personal import masked, places

TITLE_CHARS_MAX: Final = 120
TITLE_CHARS_MIN: Final = 8
WORDS_CHARS_MAX: Final = 2_000
WORDS_CHARS_MIN: Final = 40
#: So many letters and digits in a row, spaces left out, are no chance: they were copied.
COPIED_CHARS: Final = 24
#: A text, or a name, that is shorter than this could stand anywhere.
KNOWN_CHARS_MIN: Final = 6
NAME_CHARS_MIN: Final = 2

# Thai, Lao, Khmer, kana and Chinese characters say about twice as much each.
_DENSE: Final = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_MONTHS: Final = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?"
    "|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_SORTS: Final[tuple[tuple[str, re.Pattern[str]], ...]] = (
    (
        "something left to be filled in",
        re.compile(
            r"\[[^\]]*\]|\{[^}]*\}|<[^>]*>|_{3,}|\blorem ipsum\b|\bx{3,}\b"
            r"|\b(?:todo|tbd|fixme|placeholder)\b",
            re.IGNORECASE,
        ),
    ),
    (
        "a link or the name of a site",
        re.compile(r"https?://\S+|\bwww\.\S+|(?<![\w@])[a-z0-9\-]{2,}\.[a-z]{2,24}\b(?!\()", re.I),
    ),
    ("an id", re.compile(r"\b(?=[0-9a-f-]*\d)[0-9a-f]{6}[0-9a-f-]{2,}\b", re.IGNORECASE)),
    (
        "an exact day or time: the month is enough, and the page says it",
        re.compile(
            r"\b\d{1,2}:\d{2}\b|\b\d{4}[\-/.]\d{1,2}[\-/.]\d{1,2}\b"
            r"|\b\d{1,2}[\-/.]\d{1,2}[\-/.]\d{2,4}\b"
            rf"|\b\d{{1,2}}(?:st|nd|rd|th)?(?: of)? (?:{_MONTHS})\b"
            rf"|\b(?:{_MONTHS}) \d{{1,2}}(?:st|nd|rd|th)?\b"
            r"|\d{1,2}\s?月\s?\d{1,2}\s?日",
            re.IGNORECASE,
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Known:
    """What the records of the case hold and a telling may not: names and ids, and texts."""

    names: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()


def problems(title: str, words: str, known: Known) -> tuple[str, ...]:
    """Say what keeps a title and words from being told, a sentence each; nothing when all is well.

    What was found is shown by its first character and its length alone.
    """
    return (
        *_of(title, "The title", known, TITLE_CHARS_MIN, TITLE_CHARS_MAX),
        *_of(words, "What happened", known, WORDS_CHARS_MIN, WORDS_CHARS_MAX),
    )


def _of(text: str, name: str, known: Known, least: int, most: int) -> Iterator[str]:
    if len(text.strip()) + len(_DENSE.findall(text)) < least:
        yield f"{name} is too short: say in your own words what happened, for somebody outside."
        return
    if len(text) > most:
        yield f"{name} is too long: keep it under {most} characters."
        return
    if any(unicodedata.category(char) in {"Cc", "Cf", "Co", "Cs"} - _kept(char) for char in text):
        yield f"{name} has characters that cannot be seen: type it again without formatting."
    plain = unicodedata.normalize("NFKC", text)
    for start, end, why in places(text):
        yield f"{name} has {masked(text, (start, end))}. {why}"
    for why, sort in _SORTS:
        for found in sort.finditer(plain):
            yield f"{name} has {why}: {masked(plain, found.span())}. Take it out."
    for known_name in known.names:
        if _names(plain, known_name):
            yield f"{name} names the account, the item or the decision. Say it without."
            break
    if any(_copies(text, each) for each in known.texts):
        yield f"{name} repeats what was posted or reported. Say it in your own words."


def _kept(char: str) -> set[str]:
    """Let be what a text needs: ends of lines, and the joiners of some scripts and signs."""
    return {"Cc", "Cf"} if char in "\n\r\t\u200c\u200d" else set()


def _names(plain: str, name: str) -> bool:
    wanted = unicodedata.normalize("NFKC", name).strip().casefold()
    if len(wanted) < NAME_CHARS_MIN:
        return False
    if _DENSE.search(wanted):
        return wanted in plain.casefold()
    return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain.casefold()) is not None


def _copies(text: str, known: str) -> bool:
    mine, theirs = _bare(text), _bare(known)
    longest = COPIED_CHARS // 2 if _DENSE.search(theirs) else COPIED_CHARS
    size = min(longest, len(theirs))
    if size < KNOWN_CHARS_MIN:
        return False
    runs = {mine[at : at + size] for at in range(len(mine) - size + 1)}
    return any(theirs[at : at + size] in runs for at in range(len(theirs) - size + 1))


def _bare(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(char for char in folded if char.isalnum())
