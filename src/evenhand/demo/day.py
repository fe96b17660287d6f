"""The invented day as values: who lives on Plaza, what they post and report, what is decided.

It is read from `community/day.json` and checked against itself, so that nothing in the story
points at something that is not in it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from evenhand.demo.errors import DemoBroke

COMMUNITY: Final = Path(__file__).parent / "community"


@dataclass(frozen=True)
class Account:
    """Somebody on Plaza, or somebody from outside who sends a notice there."""

    id: str
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class Post:
    """What somebody puts on Plaza. `key` is its name in the story."""

    key: str
    account: str
    at: str
    text: str
    photo: Path | None


@dataclass(frozen=True)
class Complaint:
    """One report: by an account, by somebody from outside, or by nobody who says who they are."""

    item: str
    at: str
    harm: str
    explanation: str
    illegal: bool
    account: str | None
    name: str | None
    email: str | None

    @property
    def on_plaza(self) -> bool:
        """Tell whether it is sent from Plaza's own page rather than through the public form."""
        return self.account is not None and not self.illegal


@dataclass(frozen=True)
class Judgement:
    """What a reviewer finds: the day's facts, in the author's language and in English."""

    item: str
    outcome: str
    harm: str
    measures: tuple[str, ...]
    facts: str
    facts_en: str


@dataclass(frozen=True)
class Wrong:
    """The removal that turns out to be wrong, what its author says, and the second look."""

    item: str
    first: Judgement
    appeal_text: str
    second: Judgement


@dataclass(frozen=True)
class KnownMaterial:
    """What the banks hold on the morning of the day."""

    photo: Path
    label: str
    phrases: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True)
class Day:
    """The whole day, each list in the order of its hours."""

    accounts: Mapping[str, Account]
    posts: tuple[Post, ...]
    complaints: tuple[Complaint, ...]
    brigade: tuple[Complaint, ...]
    brigade_item: str
    judgements: Mapping[str, Judgement]
    wrong: Wrong
    known: KnownMaterial

    def author(self, key: str) -> Account:
        """Return who posted an item of the story."""
        return self.accounts[next(post.account for post in self.posts if post.key == key)]


def load(folder: Path = COMMUNITY) -> Day:
    """Read the day. Raises DemoBroke when it points at something that is not there."""
    raw = json.loads((folder / "day.json").read_text(encoding="utf-8"))
    brigade = raw["brigade"]
    accounts = {one["id"]: _account(one) for one in [*raw["accounts"], *brigade["accounts"]]}
    posts = [_post(one, folder) for one in raw["items"]]
    target = {"item": brigade["item"]}
    judgements = {one["item"]: _judgement(one["item"], one) for one in raw["decisions"]}
    day = Day(
        accounts=accounts,
        posts=_by_hour(posts),
        complaints=_by_hour([_complaint(one) for one in raw["reports"]]),
        brigade=_by_hour([_complaint(one | target) for one in brigade["reports"]]),
        brigade_item=brigade["item"],
        judgements=judgements,
        wrong=_wrong(raw["wrongful"]),
        known=KnownMaterial(
            photo=folder / "photos" / raw["bank_photo"],
            label=raw["bank_label"],
            phrases=tuple(raw["phrases"]),
            links=tuple(raw["links"]),
        ),
    )
    _check(day)
    return day


def _by_hour(found: Sequence[Any]) -> tuple[Any, ...]:
    return tuple(sorted(found, key=lambda one: str(one.at)))


def _account(raw: Mapping[str, str]) -> Account:
    return Account(raw["id"], raw["name"], raw["email"], raw["language"])


def _post(raw: Mapping[str, Any], folder: Path) -> Post:
    """Write title, text and links as one text: Plaza has a single field for what people say."""
    text = "\n\n".join(part for part in (raw.get("title"), raw["text"]) if part)
    missing = [link for link in raw.get("links", []) if link not in text]
    photo = folder / "photos" / raw["photo"] if raw.get("photo") else None
    return Post(raw["key"], raw["account"], raw["at"], "\n".join([text, *missing]), photo)


def _complaint(raw: Mapping[str, Any]) -> Complaint:
    by = raw["by"] or {}
    return Complaint(
        item=raw["item"],
        at=raw["at"],
        harm=raw["category"],
        explanation=raw["explanation"],
        illegal=raw["illegal"],
        account=by.get("account"),
        name=by.get("name"),
        email=by.get("email"),
    )


def _judgement(item: str, raw: Mapping[str, Any]) -> Judgement:
    return Judgement(
        item=item,
        outcome=raw["outcome"],
        harm=raw["harm"],
        measures=tuple(raw["measures"]),
        facts=raw["facts"],
        facts_en=raw.get("facts_en", raw["facts"]),
    )


def _wrong(raw: Mapping[str, Any]) -> Wrong:
    item = raw["item"]
    first, second = _judgement(item, raw["first"]), _judgement(item, raw["second"])
    return Wrong(item, first, raw["appeal_text"], second)


def _check(day: Day) -> None:
    keys = {post.key for post in day.posts}
    named = {one.item for one in (*day.complaints, *day.brigade)} | set(day.judgements)
    people = {post.account for post in day.posts}
    people |= {one.account for one in (*day.complaints, *day.brigade) if one.account}
    photos = [post.photo for post in day.posts if post.photo] + [day.known.photo]
    lost = sorted(
        [*(named | {day.wrong.item}) - keys, *people - day.accounts.keys()]
        + [photo.name for photo in photos if not photo.is_file()]
    )
    if lost:
        raise DemoBroke(f"The day names what is not in it: {', '.join(lost)}.")
