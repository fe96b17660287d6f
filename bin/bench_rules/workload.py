"""The events and rules that are measured, made from a seed: 15 features, gaps, words, patterns.

A rule asks for a kind, for two to four features, and for one pattern that minds no case. It fires
on about one event in five thousand.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from evenhand.rules.language.reading import SourceFile, read
from evenhand.rules.language.ruleset import RuleSet

SEED: Final = 20_261_121
KINDS: Final = ("post", "comment", "message", "profile", "listing")
COUNTRIES: Final = ("AA", "BB", "CC", "DD", "EE", "FF", "GG", "HH")
FIELDS: Final = {
    "account_age_days": "int",
    "country": "text",
    "text": "text",
    "spam_score": "float",
    "toxicity": "float",
    "hash_score": "float",
    "n_links": "int",
    "posts_1h": "int",
    "reports_24h": "int",
    "followers": "int",
    "is_verified": "bool",
    "has_photo": "bool",
    "domains": "list[text]",
    "account": "text",
}
_GAPS: Final = {"spam_score": 0.1, "toxicity": 0.2, "hash_score": 0.35, "domains": 0.3}
_GAP: Final = 0.03
_SYLLABLES: Final = ("ba", "co", "di", "fu", "ga", "lo", "mi", "ne", "ra", "so", "tu", "vel")


def _words() -> list[str]:
    dice = random.Random(SEED)  # noqa: S311 - made up, not secret
    found = {"".join(dice.choices(_SYLLABLES, k=dice.randint(2, 4))) for _ in range(6_000)}
    return sorted(found)[:4_000]


WORDS: Final = _words()
_WEIGHTS: Final = [1 / (rank + 20) for rank in range(len(WORDS))]


@dataclass(frozen=True)
class Written:
    """One rule in three languages: ours, Python by hand, and CEL."""

    ours: str
    by_hand: str
    cel: str


def events(count: int, seed: int = SEED) -> list[dict[str, Any]]:
    """Make events up."""
    dice = random.Random(seed)  # noqa: S311 - made up, not secret
    return [_event(at, dice) for at in range(count)]


def _event(at: int, dice: random.Random) -> dict[str, Any]:
    words = dice.choices(WORDS, _WEIGHTS, k=dice.randint(3, 40))
    if dice.random() < 0.1:
        words.append(f"https://{dice.choice(WORDS)}.example/{dice.choice(WORDS)}")
    if dice.random() < 0.1:
        words[0] = words[0].upper()
    event: dict[str, Any] = {
        "account_age_days": int(dice.expovariate(1 / 200)),
        "country": dice.choice(COUNTRIES),
        "text": " ".join(words),
        "spam_score": round(dice.random(), 3),
        "toxicity": round(dice.random(), 3),
        "hash_score": round(dice.random(), 3),
        "n_links": dice.choice((0, 0, 0, 1, 1, 2, 3, 8)),
        "posts_1h": int(dice.expovariate(1 / 3)),
        "reports_24h": int(dice.expovariate(1 / 2)),
        "followers": int(dice.expovariate(1 / 500)),
        "is_verified": dice.random() < 0.2,
        "has_photo": dice.random() < 0.4,
        "domains": [f"{dice.choice(WORDS[:200])}.example" for _ in range(dice.randint(0, 2))],
        "account": f"a{dice.randint(0, 20_000)}",
    }
    for name in event:
        if dice.random() < _GAPS.get(name, _GAP):
            event[name] = None
    return {"id": at, "kind": dice.choice(KINDS), "ts": 1_700_000_000 + at, **event}


def rules(count: int) -> list[Written]:
    """Make rules up."""
    dice = random.Random(SEED + 1)  # noqa: S311 - made up, not secret
    return [_rule(at, dice) for at in range(count)]


def _rule(at: int, dice: random.Random) -> Written:
    kind, pattern = dice.choice(KINDS), _pattern(dice)
    parts = [_part(dice) for _ in range(dice.randint(2, 4))]
    ours = " and ".join([*(one[0] for one in parts), f'matches(text, r"{pattern}")'])
    by_hand = " and ".join(
        [
            f'e["kind"] == "{kind}"',
            *(one[1] for one in parts),
            f'(t := e["text"]) is not None and p{at}(t) is not None',
        ]
    )
    cel = " && ".join(
        [
            f'kind == "{kind}"',
            *(one[2] for one in parts),
            f'text != null && text.matches(r"{pattern}")',
        ]
    )
    said = f"rule rule_{at} on {kind}\n  when {ours}\n  enqueue spam\n"
    return Written(said, by_hand, cel)


def _pattern(dice: random.Random) -> str:
    words = dice.sample(WORDS[100:], 4)
    chance = dice.random()
    if chance < 0.55:
        return rf"(?i)\b({'|'.join(words)})\b"
    if chance < 0.75:
        return rf"(?i)\b{words[0]}\s+{dice.choice(WORDS[:50])}\b"
    if chance < 0.9:
        return rf"(?i)\b{words[0]}\b.{{0,30}}\b{dice.choice(WORDS[:100])}\b"
    return rf"(?i)https?://{words[0][:6]}[a-z]*\.example/"


def _part(dice: random.Random) -> tuple[str, str, str]:
    """Write one comparison in the three languages; all are silent on what is missing."""
    chance = dice.random()
    if chance < 0.15:
        some = dice.sample(COUNTRIES, 3)
        listed = ", ".join(f'"{one}"' for one in some)
        return f"country in [{listed}]", f'e["country"] in {{{listed}}}', f"country in [{listed}]"
    if chance < 0.25:
        return "not is_verified", 'e["is_verified"] is False', "is_verified == false"
    if chance < 0.32:
        one = f'"{dice.choice(WORDS[:200])}.example"'
        hand = f'(l := e["domains"]) is not None and {one} in l'
        return f"{one} in domains", hand, f"domains != null && {one} in domains"
    name, sign, bound = dice.choice(
        (
            ("account_age_days", "<", dice.choice((1, 3, 7, 14, 30, 60))),
            ("spam_score", ">", round(dice.uniform(0.6, 0.95), 2)),
            ("toxicity", ">=", round(dice.uniform(0.6, 0.95), 2)),
            ("hash_score", ">", round(dice.uniform(0.6, 0.95), 2)),
            ("n_links", ">=", dice.choice((1, 2, 3))),
            ("posts_1h", ">", dice.randint(2, 9)),
            ("reports_24h", ">=", dice.randint(1, 6)),
            ("followers", "<", dice.choice((10, 50, 100, 200))),
        )
    )
    said = f"{name} {sign} {bound}"
    hand = f'(v := e["{name}"]) is not None and v {sign} {bound}'
    return said, hand, f"{name} != null && {said}"


def ruleset(written: list[Written], *, more: str = "") -> RuleSet:
    """Read the rules as a house would."""
    fields = "\n".join(f"  {name}: {type_}" for name, type_ in FIELDS.items())
    kinds = "\n".join(f"kind {kind}\n{fields}\n" for kind in KINDS)
    files = [SourceFile("a.rules", f"{kinds}\n{more}")]
    for at in range(0, len(written), 500):
        said = "\n".join(one.ours for one in written[at : at + 500])
        files.append(SourceFile(f"b{at:06}.rules", said))
    return read(files, None)


def by_hand(written: list[Written]) -> list[Callable[[dict[str, Any]], bool]]:
    """Return each rule as somebody careful writes it in Python, the cheap first."""
    bound: dict[str, Any] = {}
    lines = []
    for at, one in enumerate(written):
        found = re.search(r'matches\(text, r"(.*)"\)', one.ours)
        assert found is not None
        bound[f"p{at}"] = re.compile(found[1]).search
        lines.append(f"r{at} = lambda e: {one.by_hand}")
    exec("\n".join(lines), bound)  # noqa: S102 - made up above
    return [bound[f"r{at}"] for at in range(len(written))]
