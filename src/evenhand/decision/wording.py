"""A text sent to a person says something about their case, and gives away nothing about anyone.

DSA Art. 17(4) wants reasons clear and specific; Art. 24(5) and Charter promise 10 want no personal
data in them. These checks find what is certainly wrong; they never pretend that the rest is good.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final

TEXT_MAX_CHARS: Final = 5000  # `decision_facts` in the DSA Transparency Database
WORDS_MIN: Final = 5  # fewer cannot say who did what where
OWN_WORDS_MIN: Final = 3  # words left when the phrases that fit every case are taken away

# Words of phrases that would fit any decision ("this content violates our community guidelines").
_EMPTY_WORDS: Final = frozenset(
    """
    a an the this that these those it its is was are were be been being has have had will of and
    or to in on at by for from with as our your their we you i they us not no any all one more
    so because due since which under against per see above below content item post message
    comment listing image video file account profile user material violate violates violated
    violating violation violations break breaks broke broken breach breaches breached infringe
    infringes infringed contravenes contrary fail fails failed comply complies meet policy
    policies rule rules term terms service services condition conditions community guideline
    guidelines standard standards code conduct clause inappropriate unacceptable offensive
    harmful bad illegal abuse abusive prohibited forbidden allowed permitted acceptable removed
    remove hidden deleted taken down decision decided reason reasons review reviewed reviewer
    moderator team moderation platform site found find please thank thanks sorry na n/a none nil
    tbd todo test ok yes
    """.split()  # noqa: SIM905 - words read best as words
)
_WORD: Final = re.compile(r"[^\W_]+(?:[’'/\-][^\W_]+)*")
# Thai, Lao, Khmer, kana and Chinese characters are written without spaces: two count as one word.
_UNSPACED: Final = re.compile("[\u0e00-\u0eff\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
_CHARS_PER_UNSPACED_WORD: Final = 2

_EMAIL: Final = re.compile(r"[^\s@<>()\[\],;:]+@[^\s@<>()\[\],;:]+\.[^\W\d_]{2,}")
_RECEIPT: Final = re.compile(r"(?<!\d)\d(?:[ \-]?\d){15}(?!\d)")
_DATE_OR_TIME: Final = re.compile(
    r"(?<!\d)(?:\d{4}-\d{2}-\d{2}|\d{1,2}([./\-])\d{1,2}\1\d{2,4}|\d{1,2}:\d{2}(?::\d{2})?)(?!\d)"
)
_DIGIT_RUN: Final = re.compile(r"\+?\(?\d(?:[ ()./\-]{0,3}\d){5,}")
_IP_ADDRESS: Final = re.compile(r"(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?!\.?\d)")
_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def text_problems(name: str, text: str, *, clause_words: tuple[str, ...] = ()) -> Iterator[str]:
    """Say, as tasks for the reviewer, what keeps a text from being sent to a person.

    `name` begins each sentence ("The facts"); `clause_words` are texts it may not merely repeat.
    """
    if not text.strip():
        yield f"{name} are missing: say what happened, where and when."
        return
    if len(text) > TEXT_MAX_CHARS:
        yield f"{name} are too long: keep them under {TEXT_MAX_CHARS} characters."
        return
    if any(_unshowable(char) for char in text):
        yield f"{name} contain characters that cannot be shown: type them again without formatting."
    plain = _plain(text)
    yield from _hollow(name, plain, clause_words)
    yield from _personal(name, plain)


def _hollow(name: str, plain: str, clause_words: tuple[str, ...]) -> Iterator[str]:
    words = _WORD.findall(plain.casefold())
    if _count(words) < WORDS_MIN:
        wanted = "why the rule applies" if name == "The reasons" else "what was done, and where"
        yield f"{name} are shorter than a sentence: say {wanted}."
    elif any(words == _WORD.findall(_plain(known).casefold()) for known in clause_words):
        yield f"{name} only repeat the clause: say how it applies to this case."
    elif _count(sorted({word for word in words if word not in _EMPTY_WORDS})) < OWN_WORDS_MIN:
        yield f"{name} would fit any case: say what is particular to this one."


def _personal(name: str, plain: str) -> Iterator[str]:
    if "@" in plain and _EMAIL.search(plain):
        yield f"{name} contain an email address: take it out; personal data stays in the record."
    if _IP_ADDRESS.search(plain):
        yield f"{name} contain a network address: take it out; personal data stays in the record."
    if _RECEIPT.search(plain):
        yield f"{name} contain a 16-digit receipt or card number: take it out, it opens a case."
    if any(map(_is_telephone, _DIGIT_RUN.findall(_rest_of_digits(plain)))):
        yield f"{name} contain what looks like a telephone number: take it out."


def _rest_of_digits(plain: str) -> str:
    """Leave out what has its own sentence, and dates and times, which are facts."""
    for known in (_RECEIPT, _IP_ADDRESS, _DATE_OR_TIME):
        plain = known.sub(" · ", plain)
    return plain


def _is_telephone(run: str) -> bool:
    """Take for a telephone number 7 to 15 digits after + or 0, or 9 to 15 (E.164's longest)."""
    digits = sum(char.isdigit() for char in run)
    shortest = 7 if run.lstrip("(")[0] in "+0" else 9
    return shortest <= digits <= 15


def _plain(text: str) -> str:
    """Fold full-width forms and drop invisible characters, so that disguises do not help."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(char for char in folded if unicodedata.category(char) != "Cf")


def _unshowable(char: str) -> bool:
    """Find control characters, half characters and overrides that reorder the words around."""
    if char in "\n\t":
        return False
    return char in _OVERRIDES or unicodedata.category(char) in {"Cc", "Cs"}


def _count(words: list[str]) -> int:
    """Count words, also in scripts that put no space between them."""
    total = 0
    for word in words:
        unspaced = len(_UNSPACED.findall(word))
        total += max(1, unspaced // _CHARS_PER_UNSPACED_WORD)
    return total
