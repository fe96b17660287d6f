"""A link is known when it leads to a listed domain or to anything under it.

Link fields and links written in texts are compared alike, by the host a browser would connect to.
A link field that cannot be read as a link failed: nobody knows where it leads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from evenhand.banks import EntryKind, LiveEntry, Snapshot
from evenhand.detection.errors import DetectorFailed
from evenhand.detection.model import Answer, Finding, ItemContent
from evenhand.detection.signals.links import NotALink, canonical_host, find_links, host_of

FOUND_MAX: Final = 50  # per item: a text full of links to one place says it often enough


@dataclass(frozen=True, slots=True)
class _Link:
    """Where a link stands, and the host it leads to; `start` None for a link field."""

    field: str
    host: str
    start: int | None = None
    end: int | None = None


class KnownLinks:
    """Compares the host of every link with the listed domains."""

    name: Final = "known_links"
    version: Final = "1"

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Return each listed domain a link leads to, once per field."""
        listed = _listed(bank.of_kind(EntryKind.DOMAIN))
        links, unread = _links(content)
        if not links and not unread:
            return [Finding(Answer.SKIPPED, "The item has no link.")]
        if not listed:
            return [Finding(Answer.SKIPPED, "No bank holds a domain to compare with.")]
        found = {
            (link.field, entry.id): _found(link, entry)
            for link in reversed(links)
            for entry in _matching(link.host, listed)
        }
        findings = list(reversed(found.values()))[:FOUND_MAX]
        findings += [
            Finding(Answer.FAILED, "The link could not be read.", field) for field in unread
        ]
        if not findings:
            says = f"None of {len(links)} links leads to a listed domain."
            return [Finding(Answer.NOT_FOUND, says)]
        return findings


def _links(content: ItemContent) -> tuple[list[_Link], list[str]]:
    """Return every link of an item, and the fields whose links could not be read."""
    links: list[_Link] = []
    unread: list[str] = []
    for one in content.links:
        try:
            links.append(_Link(one.field, host_of(one.url)))
        except NotALink:
            unread.append(one.field)
    for text in content.texts:
        links += [_Link(text.field, at.host, at.start, at.end) for at in find_links(text.text)]
    return links, unread


def _listed(entries: Sequence[LiveEntry]) -> dict[str, list[LiveEntry]]:
    """Return the entries by the one way their domain is written."""
    listed: dict[str, list[LiveEntry]] = {}
    for entry in entries:
        try:
            listed.setdefault(canonical_host(entry.value), []).append(entry)
        except NotALink as why:
            raise DetectorFailed(f"entry {entry.id} is no domain: {why}") from why
    return listed


def _matching(host: str, listed: Mapping[str, list[LiveEntry]]) -> list[LiveEntry]:
    """Return the entries for the host itself and for each domain it is under.

    Says what `signals.links.matches_domain` says, with one look-up for each label.
    """
    is_address = ":" in host or host.replace(".", "").isdigit()
    labels = host.split(".")
    names = [host] if is_address else [".".join(labels[at:]) for at in range(len(labels))]
    return [entry for name in names for entry in listed.get(name, [])]


def _found(link: _Link, entry: LiveEntry) -> Finding:
    place = {} if link.start is None else {"start": link.start, "end": link.end}
    return Finding(
        Answer.FOUND,
        "A link leads to a listed domain.",
        link.field,
        entry_id=entry.id,
        evidence={
            "entry_id": entry.id,
            "bank_id": entry.bank_id,
            "bank": entry.bank,
            "kind": entry.kind.value,
            "domain": entry.value,
            "host": link.host,
            **place,
        },
    )
