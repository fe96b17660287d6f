"""Untrusted JSON is read one value at a time, and every problem is noted rather than the first.

Nothing is coerced: a number is not a text, a text is not a yes. What no database can store (half
characters, NUL) is a problem, not a surprise later. Nothing of what was sent is repeated.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any, Final

from evenhand.intake.errors import Problem
from evenhand.intake.notices import EMAIL_MAX_CHARS, URL_MAX_CHARS, as_url
from evenhand.kit.clock import read_stamp
from evenhand.kit.storing import storable
from evenhand.policy import Harm

ID_CHARS_MAX: Final = 200
PROBLEMS_MAX: Final = 50
PATH_CHARS_MAX: Final = 60
INT_MAX: Final = 2**53 - 1  # what every JSON reader agrees on (RFC 8259, section 6)
LANGUAGE_CHARS_MAX: Final = 35  # RFC 5646, 4.4.1
_ITEM_FIELDS: Final = frozenset({"kind", "id"})
_EMAIL: Final = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_YEARS: Final = range(1000, 10_000)  # instants are written with four digits of year


class Reader:
    """Reads values out of one submission and keeps a list of what is wrong with it."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def note(self, path: str, says: str, code: str) -> None:
        """Note one problem; beyond the limit the list is long enough to mend."""
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(Problem(path, says, code))

    def mapping(self, value: object, path: str, *, allowed: AbstractSet[str]) -> Mapping[str, Any]:
        """Read a JSON object that has only allowed fields; an empty one when it is none."""
        if not isinstance(value, Mapping):
            self.note(path, "Send a JSON object here.", "wrong_type")
            return {}
        for name in value:
            if name not in allowed:
                says = "This field is not known here. Leave it out or correct its name."
                self.note(join(path, shown(name)), says, "unknown_field")
        return value

    def present(self, data: Mapping[str, Any], name: str, path: str, *, required: bool) -> bool:
        """Tell whether a field has a value, and note when one that must have one has none."""
        if data.get(name) is not None:
            return True
        if required:
            self.note(path, "This is missing.", "missing")
        return False

    def text(self, value: object, path: str, *, chars_max: int, chars_min: int = 0) -> str | None:
        """Read a text that can be stored exactly as it is."""
        if not isinstance(value, str):
            self.note(path, "Send this as text.", "wrong_type")
        elif len(value) > chars_max:
            self.note(path, f"This is too long: {chars_max} characters at most.", "too_long")
        elif not storable(value):
            says = "This holds a NUL or half a character and cannot be stored. Send clean UTF-8."
            self.note(path, says, "unstorable")
        elif len(value.strip()) < chars_min:
            self.note(path, "This is empty.", "empty")
        else:
            return value
        return None

    def link(self, value: object, path: str) -> str | None:
        """Read an http or https address, kept as it was written."""
        text = self.text(value, path, chars_max=URL_MAX_CHARS, chars_min=1)
        if text is None:
            return None
        if as_url(text) is None:
            says = "This is not a web address. It begins with https:// or http://."
            self.note(path, says, "not_a_link")
            return None
        return text.strip()

    def email(self, value: object, path: str) -> str | None:
        """Read a mail address."""
        text = self.text(value, path, chars_max=EMAIL_MAX_CHARS, chars_min=1)
        if text is not None and not _EMAIL.fullmatch(text.strip()):
            self.note(path, "This is not an email address.", "not_an_email")
            return None
        return None if text is None else text.strip()

    def language(self, value: object, path: str) -> str | None:
        """Read a language tag such as `en` or `pt-BR`."""
        text = self.text(value, path, chars_max=LANGUAGE_CHARS_MAX, chars_min=1)
        if text is not None and not _LANGUAGE.fullmatch(text):
            self.note(path, "Use a language code such as en.", "not_a_language")
            return None
        return text

    def whole(
        self, value: object, path: str, *, low: int = -INT_MAX, high: int = INT_MAX
    ) -> int | None:
        """Read a whole number within bounds."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.note(path, "Send this as a whole number.", "wrong_type")
        elif not low <= value <= high:
            self.note(path, f"This is not between {low} and {high}.", "out_of_range")
        else:
            return value
        return None

    def number(self, value: object, path: str) -> float | None:
        """Read a finite number."""
        if not isinstance(value, int | float) or isinstance(value, bool):
            self.note(path, "Send this as a number.", "wrong_type")
        elif (isinstance(value, float) and not math.isfinite(value)) or abs(value) > 1e300:
            self.note(path, "This number is too large or none at all.", "out_of_range")
        else:
            return float(value)
        return None

    def boolean(self, value: object, path: str) -> bool | None:
        """Read true or false."""
        if isinstance(value, bool):
            return value
        self.note(path, "Send this as true or false.", "wrong_type")
        return None

    def harm(self, data: Mapping[str, Any]) -> Harm | None:
        """Read what kind of harm a report or an order is about; it has to say one."""
        if not self.present(data, "harm", "harm", required=True):
            return None
        value = data["harm"]
        if isinstance(value, str) and value in set(Harm):
            return Harm(value)
        self.note("harm", f"Send one of: {', '.join(Harm)}.", "unknown_harm")
        return None

    def item(self, value: object, path: str) -> tuple[str | None, str | None]:
        """Read which item is meant, by its kind and the host's id."""
        given = self.mapping(value, path, allowed=_ITEM_FIELDS)
        texts: list[str | None] = []
        for name in ("kind", "id"):
            at, text = f"{path}.{name}", None
            if self.present(given, name, at, required=True):
                text = self.text(given[name], at, chars_max=ID_CHARS_MAX, chars_min=1)
            texts.append(text)
        return texts[0], texts[1]

    def time(self, value: object, path: str) -> datetime | None:
        """Read an RFC 3339 instant, with its zone."""
        if isinstance(value, str):
            try:
                at = read_stamp(value)
            except (ValueError, OverflowError):
                at = None
            if at is not None and at.year in _YEARS:
                return at
        self.note(
            path, "Send an instant such as 2026-11-21T09:00:00Z, with its zone.", "not_a_time"
        )
        return None

    def content(self, value: object, path: str, *, bytes_max: int) -> bytes | None:
        """Undo base64 (RFC 4648, section 4), refusing what is too large before undoing it."""
        if not isinstance(value, str):
            self.note(path, "Send the bytes as base64 text.", "wrong_type")
            return None
        if len(value) > -(-bytes_max // 3) * 4:
            self.note(path, f"The limit is {bytes_max} bytes.", "too_large")
            return None
        try:
            return base64.b64decode(value.encode("ascii"), validate=True)
        except (UnicodeEncodeError, binascii.Error):
            says = "This is not base64 (with + and /, padded, no line breaks)."
            self.note(path, says, "not_base64")
            return None


def shown(name: object) -> str:
    """Write a name from outside so that it can be printed anywhere: ASCII, and short."""
    return str(name)[:PATH_CHARS_MAX].encode("ascii", "backslashreplace").decode()[:PATH_CHARS_MAX]


def join(path: str, name: str) -> str:
    """Write the path of a field inside another."""
    return f"{path}.{name}" if path else name
