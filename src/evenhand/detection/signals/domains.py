"""The signal for links: a link matches a listed domain when it leads there or anywhere under it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from evenhand.detection.signals.interface import Near, NotAValue
from evenhand.detection.signals.links import NotALink, canonical_host, host_of, matches_domain


@dataclass(frozen=True, slots=True)
class DomainSignal:
    """Compares where links lead; the distance is how many labels below the domain that is."""

    name: str = "domain"
    version: str = "1"

    def normalised(self, value: str) -> str:
        """Return the domain as ASCII labels in lower case. Raises NotAValue."""
        try:
            return canonical_host(value.strip().removeprefix("*").lstrip("."))
        except NotALink as why:
            raise NotAValue(f"This is no domain: {why}.") from why

    def distance(self, listed: str, seen: str) -> float | None:
        """Return how many labels below the domain a link leads. Raises NotAValue."""
        host = _host(seen)
        below = host.count(".") - listed.count(".")
        return float(below) if matches_domain(host, listed) else None

    def among(self, listed: Mapping[str, str]) -> DomainLookup:
        """Make domains, by id, ready for looking up. Raises NotAValue."""
        by_domain: dict[str, list[str]] = {}
        for id_, value in listed.items():
            by_domain.setdefault(self.normalised(value), []).append(id_)
        return DomainLookup(by_domain)


@dataclass(frozen=True, slots=True)
class DomainLookup:
    """Many domains, each with the ids under which it is listed."""

    by_domain: Mapping[str, list[str]]

    def near(self, seen: str) -> list[Near]:
        """Return every listed domain a link leads to or under, nearest first. Raises NotAValue."""
        host = _host(seen)
        is_address = ":" in host or host.replace(".", "").isdigit()
        labels = host.split(".")
        names = [host] if is_address else [".".join(labels[at:]) for at in range(len(labels))]
        return sorted(
            Near(float(below), id_)
            for below, name in enumerate(names)
            for id_ in self.by_domain.get(name, ())
        )


def _host(link: str) -> str:
    try:
        return host_of(link)
    except NotALink as why:
        raise NotAValue(f"This is no link: {why}.") from why


DOMAINS: Final = DomainSignal()
