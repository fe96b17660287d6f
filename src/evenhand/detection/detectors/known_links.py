"""A link is known when it leads to a listed domain or under it, or to a listed page or below it.

Link fields and links written in texts are compared alike, by the address a browser would open. A
link field that cannot be read as a link failed: nobody knows where it leads. Where a shortened link
leads is not known either, and that is said.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.banks import EntryKind, LiveEntry, Snapshot
from evenhand.detection.errors import DetectorFailed
from evenhand.detection.model import Answer, Cost, Finding, ItemContent, found_entry
from evenhand.detection.signals.links import find_links
from evenhand.detection.signals.shorteners import shortens
from evenhand.kit.addresses import (
    Address,
    NotALink,
    canonical_host,
    is_address,
    read_address,
)

FOUND_MAX: Final = 50  # per item: a text full of links to one place says it often enough
PATH_PARTS_MAX: Final = 64  # of an address: a listed page lies less deep than that

Listed = Mapping[str, Sequence[LiveEntry]]


@dataclass(frozen=True, slots=True)
class _Link:
    """Where a link stands, and the address it leads to; `start` None for a link field."""

    field: str
    address: Address
    start: int | None = None
    end: int | None = None


class KnownLinks:
    """Compares the address of every link with the listed domains and pages."""

    name: Final = "known_links"
    version: Final = "2"
    cost: Final = Cost.CHEAP
    seconds_max: Final = 5.0

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Return each listed domain or page a link leads to, once per field."""
        domains = _listed(bank.of_kind(EntryKind.DOMAIN), canonical_host)
        pages = _listed(bank.of_kind(EntryKind.URL), _page)
        links, unread = _links(content)
        if not links and not unread:
            return [Finding(Answer.SKIPPED, "The item has no link.")]
        if not domains and not pages:
            return [Finding(Answer.SKIPPED, "No bank holds a link to compare with.")]
        found: dict[tuple[str, str], Finding] = {}
        for link in links:
            for entry in _matching(link.address, domains, pages):
                if (link.field, entry.id) not in found:
                    found[link.field, entry.id] = _found(link, entry)
        findings = list(found.values())[:FOUND_MAX]
        findings += [
            Finding(Answer.FAILED, "The link could not be read.", field) for field in unread
        ]
        if not findings:
            says = f"None of {len(links)} links leads to a listed domain or page."
            findings = [Finding(Answer.NOT_FOUND, says)]
        return [*findings, *_shortened(links, found)]


def _links(content: ItemContent) -> tuple[list[_Link], list[str]]:
    """Return every link of an item, and the fields whose links could not be read."""
    links: list[_Link] = []
    unread: list[str] = []
    for one in content.links:
        try:
            links.append(_Link(one.field, read_address(one.url)))
        except NotALink:
            unread.append(one.field)
    for text in content.texts:
        links += [
            _Link(text.field, read_address(at.url), at.start, at.end)
            for at in find_links(text.text)
        ]
    return links, unread


def _listed(entries: Sequence[LiveEntry], key: Callable[[str], str]) -> Listed:
    """Return the entries by the one way their value is written."""
    listed: dict[str, list[LiveEntry]] = {}
    for entry in entries:
        try:
            listed.setdefault(key(entry.value), []).append(entry)
        except NotALink as why:
            raise DetectorFailed(f"entry {entry.id} leads nowhere: {why}") from why
    return listed


def _page(url: str) -> str:
    """Write a listed page without its scheme: it is the same page by http and by https."""
    address = read_address(url)
    return address.place + address.path + address.query


def _matching(address: Address, domains: Listed, pages: Listed) -> Iterator[LiveEntry]:
    """Give the entries for the page and those it is under, then for the host and its domains.

    Of hosts it says what `signals.links.matches_domain` says, with one look-up for each label.
    """
    if pages:
        for page in _pages_above(address):
            yield from pages.get(page, ())
    labels = address.host.split(".")
    under = range(1 if is_address(address.host) else len(labels))
    for at in under:
        yield from domains.get(".".join(labels[at:]), ())


def _pages_above(address: Address) -> Iterator[str]:
    """Give the page as it would be listed, and every page it lies below."""
    if address.query:
        yield address.place + address.path + address.query
    parts = address.path.strip("/").split("/")[:PATH_PARTS_MAX]
    for length in range(len(parts), 0, -1):
        yield address.place + "/" + "/".join(parts[:length])


def _found(link: _Link, entry: LiveEntry) -> Finding:
    place = {} if link.start is None else {"start": link.start, "end": link.end}
    what = "domain" if entry.kind is EntryKind.DOMAIN else "page"
    how = {entry.kind.value: entry.value, "host": link.address.host, **place}
    return found_entry(entry, f"A link leads to a listed {what}.", how, field=link.field)


def _shortened(links: Sequence[_Link], found: Mapping[tuple[str, str], Finding]) -> list[Finding]:
    """Say of each field with a shortened link that nobody knows where that leads."""
    known = {field for field, _ in found}
    hosts: dict[str, str] = {}
    for link in links:
        if shortens(link.address.host) and link.field not in known:
            hosts.setdefault(link.field, link.address.host)
    return [
        Finding(
            Answer.SKIPPED,
            f"A link by {host} is shortened: where it leads is not known.",
            field,
            evidence={"host": host, "shortened": True},
        )
        for field, host in list(hosts.items())[:FOUND_MAX]
    ]
