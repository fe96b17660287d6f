"""The report form: what each page asks, and where a problem that intake found belongs on it.

Intake alone says what is wrong with a report; this only gives the form's fields the shape intake
reads, and each of its sentences the field it is about.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.datastructures import FormData

from evenhand.intake import Problem
from evenhand.pages import N_
from evenhand.policy import Harm

TEXT_FIELDS: Final = (
    "url",
    "kind",
    "id",
    "harm",
    "explanation",
    "illegal",
    "locations",
    "name",
    "email",
    "good_faith",
    "legal_provision",
)
#: A field people do not see and do not fill in.
HONEYPOT: Final = "website"
TRAPPED: Final = N_(
    "Something filled in a field that people do not see. It is empty again now: please send the"
    " form once more."
)
WHICH: Final = N_("Give the address of what you want to report.")
CHOOSE: Final = N_("Choose what is wrong.")
#: What intake says to machines, in words for whoever fills in the form, by the problem's code.
_CODES: Final[Mapping[str, str]] = {
    "too_long": N_("This is too long. Please shorten it."),
    "unstorable": N_("This contains characters that cannot be stored. Please type it again."),
    "not_a_link": N_("This is not a web address. It begins with https:// or http://."),
    "not_an_email": N_("This is not an email address."),
    "unknown_item": N_("We have not been sent this item. Please give its address instead."),
    "unknown_harm": CHOOSE,
}
UNKNOWN_ITEM: Final = "unknown_item"

#: The last part of a problem's path, and the field of the form it is about.
_FIELDS: Final[Mapping[str, str]] = {
    "item": "url",
    "url": "url",
    "kind": "url",
    "id": "url",
    "harm": "harm",
    "category": "harm",
    "explanation": "explanation",
    "name": "name",
    "email": "email",
    "good_faith": "good_faith",
    "legal_provision": "legal_provision",
}
_INDEX: Final = re.compile(r"\[\d+\]")


@dataclass(frozen=True)
class Asked:
    """What somebody wrote into the form, on either page."""

    values: Mapping[str, str]
    trapped: bool

    @classmethod
    def read(cls, sent: FormData | Mapping[str, str]) -> Asked:
        """Take the form's own fields, trimmed; anything else is left aside."""
        values = {}
        for name in TEXT_FIELDS:
            value = sent.get(name, "")
            values[name] = value.strip() if isinstance(value, str) else ""
        return cls(values, trapped=bool(sent.get(HONEYPOT)))

    @property
    def illegal(self) -> bool:
        """Tell whether this is to be a legal notice (DSA Art. 16)."""
        return bool(self.values["illegal"])

    @property
    def nameless(self) -> bool:
        """Tell whether the sender may stay nameless (DSA Art. 16(2)(c))."""
        return self.values["harm"] == "child_safety"

    def raw(self, language: str, *, as_notice: bool) -> dict[str, Any]:
        """Give the report the shape intake reads."""
        said = self.values
        raw: dict[str, Any] = {
            "harm": said["harm"],
            "explanation": said["explanation"],
            "illegal": as_notice,
            "language": language,
        }
        if said["kind"] and said["id"]:
            raw["item"] = {"kind": said["kind"], "id": said["id"]}
        address, *more = self._addresses(as_notice=as_notice) or [""]
        if address:
            raw["url"] = address
        if more:
            raw["explanation"] = "\n\n".join((said["explanation"], "\n".join(more))).strip()
        reporter = {name: said[name] for name in ("name", "email") if said[name]}
        if reporter:
            raw["reporter"] = reporter
        if as_notice:
            raw["good_faith"] = bool(said["good_faith"])
            if said["legal_provision"]:
                raw["legal_provision"] = said["legal_provision"]
        return raw

    def _addresses(self, *, as_notice: bool) -> list[str]:
        """Return every address given: the first is what is reported, the rest join the words."""
        given = self.values["locations"] if as_notice else self.values["url"]
        return [line.strip() for line in given.splitlines() if line.strip()]

    def plain_problems(self, *, as_notice: bool) -> dict[str, str]:
        """Say what is missing before intake is asked, which speaks of fields a form has not."""
        problems = {}
        named = self.values["kind"] and self.values["id"]
        if not named and not self._addresses(as_notice=as_notice):
            problems["locations" if as_notice else "url"] = WHICH
        if self.values["harm"] not in set(Harm):
            problems["harm"] = CHOOSE
        return problems

    def without_item(self) -> Asked:
        """Ask for an address in place of an item that is not known."""
        return replace(self, values={**self.values, "kind": "", "id": ""})


def place(problems: Sequence[Problem], *, as_notice: bool) -> dict[str, str]:
    """Put each problem at its field; what belongs to none is shown above the form, under ""."""
    placed: dict[str, str] = {}
    for problem in problems:
        name = _FIELDS.get(_INDEX.sub("", problem.path).split(".")[-1], "")
        if as_notice and name == "url":
            name = "locations"
        placed.setdefault(name, _CODES.get(problem.code, problem.says))
    return placed
