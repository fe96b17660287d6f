"""Personal data that slipped into free text is found before it is published for ever.

The database is public and has no delete, and statements may hold no personal data (DSA
Art. 24(5)). What is looked for has a form of its own: addresses, telephone and account numbers,
handles, profile links. A name has none: nothing here finds one, and a clean result does not say
that there is none. Dates, prices, laws and article numbers are let be. Pure.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from evenhand.transparency.dsa.model import Body, Fault, Severity

#: Where people write, or what they wrote is copied.
FREE_TEXTS: Final = (
    "decision_facts",
    "illegal_content_legal_ground",
    "illegal_content_explanation",
    "incompatible_content_ground",
    "incompatible_content_explanation",
    "decision_visibility_other",
    "decision_monetary_other",
    "content_type_other",
    "category_specification_other",
    "source_identity",
    "decision_ground_reference_url",
)

Spans = Iterator[tuple[int, int]]

_EMAIL: Final = re.compile(
    r"(?<![\w.+\-])[\w.+\-]+(?:@|＠|\s?[\[({]\s?at\s?[\])}]\s?)"
    r"[\w\-]+(?:\.|\s?[\[({]\s?dot\s?[\])}]\s?)[^\W\d_][\w.\-]*",
    re.IGNORECASE,
)
_URL: Final = re.compile(r"https?://[^\s<>\"')\]]+", re.IGNORECASE)
_PROFILES_AT: Final = (
    r"(?:t\.me|wa\.me|linktr\.ee|instagram\.com|x\.com|twitter\.com|facebook\.com|fb\.com"
    r"|github\.com|tumblr\.com|reddit\.com|linkedin\.com|vk\.com|snapchat\.com|tiktok\.com)"
)
_OWN_HOST: Final = r"(?!www\.)[\w\-]+\.tumblr\.com"
_BARE: Final = re.compile(
    rf"(?<![\w/@.])(?:(?:[\w\-]+\.)?{_PROFILES_AT}/[^\s<>\"')\]]+|{_OWN_HOST})", re.IGNORECASE
)
_WITH_USER: Final = re.compile(r"https?://[^/\s@]+@", re.IGNORECASE)
_PROFILE_PATH: Final = re.compile(
    r"://[^/]+/(?:@|~|(?:u|user|users|profile|profiles|in|member|members|people|author)/)[\w.\-%]+",
    re.IGNORECASE,
)
_PROFILE_QUERY: Final = re.compile(
    r"[?&](?:user|username|user_id|uid|profile|account|email|phone)=[^&\s]", re.IGNORECASE
)
_PROFILE_HOST: Final = re.compile(
    rf"(?:https?://|^)(?:(?:[\w\-]+\.)?{_PROFILES_AT}/[\w+.\-]|{_OWN_HOST})", re.IGNORECASE
)
_HANDLE: Final = re.compile(r"(?<![\w@./＠])[@＠][A-Za-z0-9_](?:[\w.\-]*\w)(?:@[\w.\-]+\w)?")
_IPV4: Final = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\d)")
_IPV6: Final = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{0,4}:){2,7}[0-9A-Fa-f]{0,4}(?![\w:])")
_IBAN: Final = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}(?!\w)")
_DIGITS: Final = re.compile(r"(?<![\w])\+?\(?\d(?:[ ()./\-]{0,2}\d){6,30}(?!\w)")
_MAC: Final = re.compile(r"(?<![\w:\-])(?:[0-9A-Fa-f]{2}[:\-]){5}[0-9A-Fa-f]{2}(?![\w:\-])")
_DATE: Final = re.compile(
    r"\d{4}[\-/.]\d{1,2}[\-/.]\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?"
    r"|\d{1,2}[\-/.]\d{1,2}[\-/.]\d{2,4}"
)
_LAW: Final = re.compile(r"(?<!\d)\d{1,4}/\d{2,4}(?!\d)")
_CARD_DIGITS: Final = range(13, 20)
_TELEPHONE_DIGITS_MAX: Final = 15  # E.164
_RECEIPT_DIGITS: Final = 16
_MEDIA_HANDLES: Final = frozenset({"@media", "@import", "@everyone", "@here", "@all"})


def personal_data(body: Body) -> Iterator[Fault]:
    """Yield a fault for each place in a body's free text that looks like personal data."""
    for name in FREE_TEXTS:
        value = body.get(name)
        if isinstance(value, str):
            for start, end, why in places(value):
                yield Fault(name, Severity.PERSONAL, why, (start, end))


def places(text: str) -> list[tuple[int, int, str]]:
    """Return where personal data seems to stand: start, end and why, in order, none overlapping.

    Full-width forms count as what they stand for, and invisible characters do not hide anything.
    """
    plain, origin = _plain(text)
    no_links = _URL.sub(lambda link: " " * len(link.group()), plain)
    found: list[tuple[int, int, str]] = []
    for why, look in _SORTS.items():
        for start, end in look(plain if look in {_emails, _profiles} else no_links):
            if all(end <= a or start >= b for a, b, _ in found):
                found.append((start, end, why))
    return sorted((origin[start], origin[end - 1] + 1, why) for start, end, why in found)


def _plain(text: str) -> tuple[str, list[int]]:
    """Fold a text's forms, and say for each character of the outcome where it came from."""
    chars: list[str] = []
    origin: list[int] = []
    for at, char in enumerate(text):
        if unicodedata.category(char) == "Cf":
            continue
        for folded in unicodedata.normalize("NFKC", char):
            chars.append(folded)
            origin.append(at)
    return "".join(chars), origin


def _emails(text: str) -> Spans:
    yield from (found.span() for found in _EMAIL.finditer(text))


def _profiles(text: str) -> Spans:
    for found in (*_URL.finditer(text), *_BARE.finditer(text)):
        url = found.group()
        marks = (_WITH_USER, _PROFILE_PATH, _PROFILE_QUERY, _PROFILE_HOST)
        if any(mark.search(url) for mark in marks):
            yield found.span()


def _handles(text: str) -> Spans:
    for found in _HANDLE.finditer(text):
        if found.group().lower() not in _MEDIA_HANDLES:
            yield found.span()


def _networks(text: str) -> Spans:
    for found in (*_IPV4.finditer(text), *_IPV6.finditer(text)):
        try:
            ipaddress.ip_address(found.group())
        except ValueError:
            continue
        if any(char.isalnum() for char in found.group()):
            yield found.span()
    yield from (found.span() for found in _MAC.finditer(text))


def _accounts(text: str) -> Spans:
    for found in _IBAN.finditer(text):
        whole = found.group()
        # A following word in capitals may have been taken along: try shorter ends too.
        for length in range(len(whole), 14, -1):
            if whole[length - 1] != " " and _is_iban(whole[:length].replace(" ", "")):
                yield found.start(), found.start() + length
                break


def _is_iban(text: str) -> bool:
    """Check the two check digits (ISO 13616: mod 97 leaves 1)."""
    if not 15 <= len(text) <= 34:
        return False
    turned = "".join(str(int(char, 36)) for char in text[4:] + text[:4])
    return int(turned) % 97 == 1


def _cards(text: str) -> Spans:
    for start, end, digits in _numbers(text):
        if len(digits) in _CARD_DIGITS and _luhn(digits) and not digits.startswith("0"):
            yield start, end


def _receipts(text: str) -> Spans:
    yield from ((a, b) for a, b, digits in _numbers(text) if len(digits) == _RECEIPT_DIGITS)


def _telephones(text: str) -> Spans:
    """Take 7 to 15 digits after + or a leading 0 for one, or 9 to 12 that are grouped."""
    for start, end, digits in _numbers(text):
        written = text[start:end].lstrip("(")
        grouped = bool(re.search(r"\d[ ()./\-]+\d", written))
        marked = written[0] in "+0"
        if (marked and len(digits) <= _TELEPHONE_DIGITS_MAX) or (
            grouped and len(digits) in range(9, 13)
        ):
            yield start, end


def _numbers(text: str) -> Iterator[tuple[int, int, str]]:
    """Find runs of 7 digits or more that are no date and no number of a law."""
    for found in _DIGITS.finditer(text):
        written = found.group()
        rest = _LAW.sub(" ", _DATE.sub(" ", written))
        if sum(char.isdigit() for char in rest) == sum(char.isdigit() for char in written):
            yield found.start(), found.end(), "".join(c for c in written if c.isdigit())


def _luhn(digits: str) -> bool:
    """Check a card's last digit (ISO/IEC 7812)."""
    total = 0
    for place, char in enumerate(reversed(digits)):
        doubled = int(char) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled
    return total % 10 == 0


_SORTS: Final[Mapping[str, Callable[[str], Spans]]] = {
    "A link to somebody's profile, or with a user's name in it.": _profiles,
    "A handle: it names an account.": _handles,
    "An email address: it names a person.": _emails,
    "A network address: it leads to a person.": _networks,
    "A bank account number (IBAN).": _accounts,
    "A payment card's number.": _cards,
    "Sixteen digits: a receipt, which opens somebody's case, or a card.": _receipts,
    "What looks like a telephone number.": _telephones,
}


def masked(text: str, at: tuple[int, int]) -> str:
    """Show a place without showing it: its first character, and how long it is."""
    start, end = at
    return f"{text[start : start + 1]}… ({end - start} characters)"


def cut_out(text: str) -> str:
    """Return a text with what looks like personal data replaced by `[…]`."""
    for start, end, _ in reversed(places(text)):
        text = f"{text[:start]}[…]{text[end:]}"
    return text


def field_text(body: Mapping[str, Any], field: str) -> str:
    """Return a body's text in a field, or nothing."""
    value = body.get(field)
    return value if isinstance(value, str) else ""
