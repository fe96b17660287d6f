"""How many look-alikes of protected names are found, and how many strangers are taken for one.

Run `python evals/look_alikes.py`; it writes `evals/results/look_alikes.md`. The brands are invented
and stand under `.example`. Variants are made here as those who register look-alikes make them;
strangers are hosts that installed packages and the public suffix list name, and their labels.
"""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import platform
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final

from evenhand.detection.signals.likeness import name_like
from evenhand.detection.signals.site_likeness import site_like
from evenhand.kit.addresses import NotALink, canonical_host, host_of

RESULT: Final = Path(__file__).resolve().parent / "results" / "look_alikes.md"
LINES: Final = "\n"
BRANDS: Final = (
    "Harbor Post",
    "Lumipay",
    "Kestrel Bank",
    "Tidal Games",
    "Nordstar",
    "Vellum News",
    "Beacon",
)
KEYS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
LIKE: Final = {
    "a": "аɑ4@á", "b": "ьƅ8", "c": "сϲ", "d": "ԁɗ", "e": "еҽ3é", "g": "ɡ9", "h": "һհ", "i": "іl1í",
    "k": "кκ", "l": "ӏ1iⅼ", "m": "мｍ", "n": "ող", "o": "о0οó", "p": "рρ", "r": "гᴦ", "s": "ѕ5ꜱ",
    "t": "тτ7", "u": "սυú", "v": "ѵν", "w": "ԝѡ", "y": "уү",
}  # fmt: skip
AFFIXES: Final = ("login", "support", "official", "secure", "verify", "help", "account", "live")
ENDINGS: Final = ("com", "net", "org", "info", "shop", "co")
#: Cyrillic capitals that are drawn like Latin ones; a name is written so where it can be.
CYRILLIC: Final = str.maketrans("ABCEHKMOPTXY", "АВСЕНКМОРТХУ")

Sort = tuple[str, Callable[[str], Iterator[str]]]


def left_out(name: str) -> Iterator[str]:
    """Leave one letter out."""
    yield from (name[:at] + name[at + 1 :] for at in range(len(name)))


def doubled(name: str) -> Iterator[str]:
    """Write one letter twice."""
    yield from (name[:at] + name[at] + name[at:] for at in range(len(name)))


def swapped(name: str) -> Iterator[str]:
    """Swap two neighbours."""
    for at in range(len(name) - 1):
        yield name[:at] + name[at + 1] + name[at] + name[at + 2 :]


def mistyped(name: str) -> Iterator[str]:
    """Hit a key beside the right one, instead of it or as well."""
    for at, letter in enumerate(name):
        for row in KEYS:
            place = row.find(letter)
            for beside in (place - 1, place + 1) if place >= 0 else ():
                if 0 <= beside < len(row):
                    yield name[:at] + row[beside] + name[at + 1 :]
                    yield name[:at] + row[beside] + name[at:]


def lettered(name: str) -> Iterator[str]:
    """Put one look-alike for a letter, then look-alikes for all of them."""
    for at, letter in enumerate(name):
        for like in LIKE.get(letter, ""):
            yield name[:at] + like + name[at + 1 :]
    yield "".join(LIKE.get(letter, letter)[0] for letter in name)


def strokes(name: str) -> Iterator[str]:
    """Write two strokes for one letter."""
    for letter, two in (("m", "rn"), ("w", "vv"), ("d", "cl")):
        if letter in name:
            yield name.replace(letter, two, 1)


def hyphened(name: str) -> Iterator[str]:
    """Put a hyphen between two letters."""
    yield from (f"{name[:at]}-{name[at:]}" for at in range(1, len(name)))


def affixed(name: str) -> Iterator[str]:
    """Put a word before or after it."""
    for word in AFFIXES:
        yield from (f"{name}-{word}", f"{word}-{name}", f"{name}{word}", f"{word}{name}")


def added(name: str) -> Iterator[str]:
    """Put one letter at its end."""
    yield from (name + letter for letter in "aesxz")


DOMAINS: Final[tuple[Sort, ...]] = (
    ("one letter left out", left_out),
    ("one letter doubled", doubled),
    ("neighbours swapped", swapped),
    ("a neighbouring key", mistyped),
    ("look-alike letters", lettered),
    ("rn for m, vv for w, cl for d", strokes),
    ("hyphenated", hyphened),
    ("a word beside it", affixed),
    ("one letter at the end", added),
)


def hosts_like(name: str) -> Iterator[tuple[str, str]]:
    """Give hosts that imitate `name`.example, by what was done."""
    for sort, make in DOMAINS:
        for label in dict.fromkeys(make(name)):
            yield sort, f"{label}.com"
    for ending in ENDINGS:
        yield "another ending", f"{name}.{ending}"
        yield "in front of another's name", f"{name}.example.pay-{ending}.{ending}"
        yield "in front of another's name", f"{name}.pay-now.{ending}"


def handles_like(brand: str) -> Iterator[tuple[str, str]]:
    """Give names of accounts that imitate a brand, by what was done."""
    row = brand.replace(" ", "")
    low = row.lower()
    for word in ("Official", "Support", "Live", "News", "Help_Desk", "official"):
        yield "a word beside it", f"{row}_{word}"
        yield "a word beside it", f"{low}{word.lower()}"
        yield "a word beside it", f"The {brand} {word}"
    for sign in (" ", "_", ".", "-", " · "):
        yield "spaced letters", sign.join(row)
        yield "other spacing", brand.replace(" ", sign) + " ✔"
    for like in lettered(low):
        yield "look-alike letters", like
    capitals = brand.upper().translate(CYRILLIC)
    yield "Cyrillic capitals", capitals
    yield "Cyrillic capitals", f"{capitals} OFFICIAL"
    yield "invisible characters", "\u200b".join(brand)
    yield "styled letters", "".join(
        chr(0x1D400 + ord(c) - 65) if c.isupper() else chr(0x1D41A + ord(c) - 97) if c.isalpha()
        else c for c in brand
    )  # fmt: skip
    yield "capital I for l, l for I", brand.replace("l", "I")
    for typo in (*doubled(low), *swapped(low)):
        yield "one letter doubled or swapped", typo


def strangers() -> tuple[list[str], list[str]]:
    """Give hosts that exist and their names: those of packages, and of the public suffix list.

    The list names who asked for a suffix, and the domains under which sites are hosted.
    """
    hosts = {host for url in _addresses() if (host := _host(url))}
    names = {label.removeprefix("www") for host in hosts for label in host.split(".")[:-1]}
    names |= {package.metadata["Name"] for package in importlib.metadata.distributions()}
    return sorted(hosts), sorted(filter(None, names))


def _addresses() -> Iterator[str]:
    for package in importlib.metadata.distributions():
        yield package.metadata["Home-page"] or ""
        for url in package.metadata.get_all("Project-URL") or []:
            yield url.partition(",")[2]
    snapshot = importlib.resources.files("tldextract").joinpath(".tld_set_snapshot")
    text = snapshot.read_text(encoding="utf-8")
    yield from re.findall(r"https?://[^\s)]+", text)
    private = text[text.index("===BEGIN PRIVATE DOMAINS===") :]
    yield from (line for line in private.splitlines() if re.fullmatch(r"[a-z0-9.-]+", line))


def _host(url: str) -> str | None:
    try:
        return host_of(url.strip())
    except NotALink:
        return None


def table(counts: Counter[str], found: Counter[str]) -> str:
    """Write a table of how many of each sort were found."""
    rows = [
        f"| {sort} | {of} | {found[sort]} | {found[sort] / of:.3f} |" for sort, of in counts.items()
    ]
    total, all_found = counts.total(), found.total()
    rows.append(f"| **all** | {total} | {all_found} | {all_found / total:.3f} |")
    return LINES.join(("| what was done | made | found | share |", "|---|---|---|---|", *rows))


def named(found: list[str]) -> str:
    """Name what was found, if anything was."""
    return f": {', '.join(found)}" if found else ""


def main() -> None:
    """Measure, print the tables, and keep them."""
    sites = {brand: f"{brand.replace(' ', '').lower()}.example" for brand in BRANDS}
    made, found = Counter[str](), Counter[str]()
    seen, told = Counter[str](), Counter[str]()
    took: list[float] = []
    for brand, site in sites.items():
        for sort, written in hosts_like(site.removesuffix(".example")):
            try:
                host = canonical_host(written)
            except NotALink:
                continue  # a sign that no host may hold, such as @
            if host == site:
                continue
            began = time.perf_counter()
            made[sort] += 1
            found[sort] += site_like(host, [site]) is not None
            took.append(time.perf_counter() - began)
        for sort, name in handles_like(brand):
            if name.casefold() == brand.casefold():
                continue
            seen[sort] += 1
            told[sort] += name_like(name, brand) is not None
    hosts, names = strangers()
    false_hosts = [host for host in hosts if any(site_like(host, [one]) for one in sites.values())]
    false_names = [name for name in names if any(name_like(name, brand) for brand in BRANDS)]
    said = f"""# Look-alikes of protected names

{len(BRANDS)} invented brands: {", ".join(BRANDS)}.

## Hosts

{table(made, found)}

Strangers: {len(hosts)} hosts that installed packages and the public suffix list name, each against
all brands: {len(false_hosts)} taken for a look-alike{named(false_hosts)}.
One comparison of a host with a name takes {sorted(took)[len(took) // 2] * 1e6:.0f} µs (median).

## Names of accounts

{table(seen, told)}

Strangers: {len(names)} labels of those hosts and names of packages, each against all brands:
{len(false_names)} taken for a look-alike{named(false_names)}.

impersonation-detector {version("impersonation-detector")}, tldextract {version("tldextract")},
Python {platform.python_version()}. The strangers are those of the environment it ran in.
"""
    RESULT.write_text(said, encoding="utf-8")
    sys.stdout.write(said)


if __name__ == "__main__":
    main()
