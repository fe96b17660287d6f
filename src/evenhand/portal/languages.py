"""A page is in the language its reader asked for: by a link, else by what their browser prefers.

Chinese in simplified characters is offered for the tags that mean it, and for `zh` alone; a reader
of traditional characters gets their next choice, and the links to every language.
"""

from __future__ import annotations

from collections.abc import Mapping
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final

LOCALE: Final = Path(__file__).parent.parent / "locale"
DOMAIN: Final = "evenhand"

#: Every language of these pages, under its own name.
LANGUAGES: Final[Mapping[str, str]] = {
    "en": "English",
    "ar": "العربية",
    "zh-Hans": "简体中文",
}
_SIMPLIFIED: Final = frozenset({"zh", "zh-hans", "zh-cn", "zh-sg", "zh-my"})
ACCEPT_CHARS_MAX: Final = 500


def translations(language: str) -> NullTranslations:
    """Load a language's catalog; English is what the sentences are written in."""
    if language == "en":
        return NullTranslations()
    file = LOCALE / language.replace("-", "_") / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with file.open("rb") as catalog:
        return GNUTranslations(catalog)


def choose(*, asked: str | None, kept: str | None, accept: str) -> str:
    """Return the language: asked for now, chosen before, preferred by the browser, or English."""
    for wanted in (asked, kept):
        if wanted is not None and wanted in LANGUAGES:
            return wanted
    for tag in _by_preference(accept[:ACCEPT_CHARS_MAX]):
        language = _ours(tag)
        if language is not None:
            return language
    return "en"


def _ours(tag: str) -> str | None:
    lower = tag.lower()
    if lower in _SIMPLIFIED or lower.startswith("zh-hans-"):
        return "zh-Hans"
    first = lower.split("-")[0]
    return first if first in LANGUAGES else None


def _by_preference(accept: str) -> list[str]:
    """Read an Accept-Language header (RFC 9110 §12.5.4), best first; what is odd counts as 0."""
    weighed: list[tuple[float, str]] = []
    for part in accept.split(","):
        tag, _, rest = part.partition(";")
        weight = _weight(rest)
        if tag.strip() and weight > 0:
            weighed.append((weight, tag.strip()))
    return [tag for _, tag in sorted(weighed, key=lambda pair: -pair[0])]


def _weight(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if not name:
        return 1.0
    try:
        return float(value) if name.strip() == "q" else 0.0
    except ValueError:
        return 0.0
