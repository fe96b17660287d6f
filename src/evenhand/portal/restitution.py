"""What was undone, and what could not be, in the reader's language.

The decision room writes these sentences in English into its record; here each is taken apart at
its colon or its number of days, so that its parts can be said in another language. A sentence
that is not known is shown as it was recorded.
"""

from __future__ import annotations

import re
from gettext import NullTranslations
from typing import Final

from evenhand.pages import N_

_KNOWN: Final = (
    N_("this had already run out"),
    N_("another decision still asks for this"),
    N_("The strike on the account was taken back."),
    N_("It is no longer in the list of known material."),
    N_("What it meant for the reports about it was taken back."),
    N_("The limit that followed from its strikes was lifted."),
    N_("The mail that told you of the first decision cannot be called back."),
    N_("The service did not confirm a measure; somebody is looking into it."),
)
_TIME: Final = N_("The time it was restricted (%(time)s) cannot be given back.")
_BRIEF: Final = N_("less than a day")
_LASTED: Final = re.compile(r"The time it was restricted \((.+)\) cannot be given back\.")
_DAYS: Final = re.compile(r"(\d{1,6}) days?")


def in_words(text: str, tongue: NullTranslations) -> str:
    """Say one recorded sentence in the reader's language."""
    if text in _KNOWN:
        return tongue.gettext(text)
    if lasted := _LASTED.fullmatch(text):
        return tongue.gettext(_TIME) % {"time": _lasted(lasted[1], tongue)}
    head, colon, tail = text.removesuffix(".").partition(": ")
    said = [tongue.gettext(part) for part in (head, tail) if part]
    return f"{colon.join(said)}." if said else text


def _lasted(text: str, tongue: NullTranslations) -> str:
    if text == _BRIEF:
        return tongue.gettext(_BRIEF)
    days = _DAYS.fullmatch(text)
    if days is None:
        return text
    number = int(days[1])
    return tongue.ngettext("%(num)d day", "%(num)d days", number) % {"num": number}
