"""What is also known to be fine is said beside what was found, and never drops it.

A bank of what is fine is compared like any other. What it finds is no finding against anybody: on
its own it is "not found", and where a harmful entry was found in the same place, that finding says
whether what is fine covers it: the same bytes, at least as near a likeness of the same frame, the
whole of every place where the phrase stands, every link that leads there. The rules decide.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any, Final

from evenhand.banks import EntryKind, LiveEntry, Snapshot
from evenhand.detection.model import Answer, Assessment, Finding, ItemContent
from evenhand.detection.signals.links import NotALink, find_links, host_of, matches_domain
from evenhand.detection.signals.phrases import find_phrases

_BYTES: Final = (EntryKind.SHA256, EntryKind.MD5)

Place = tuple[str | None, str | None]
"""The media and the field that a finding is about."""


def noted(
    content: ItemContent, assessments: Sequence[Assessment], bank: Snapshot
) -> list[Assessment]:
    """Say of each finding what of it is known to be fine, and leave fine ones no finding."""
    ids = [one.finding.entry_id for one in assessments if one.finding.entry_id is not None]
    fine = bank.exact.fine_among(ids)
    if not fine:
        return list(assessments)
    known: dict[Place, list[Finding]] = {}
    harmful: set[tuple[str, Place]] = set()
    for one in assessments:
        if one.finding.entry_id in fine:
            known.setdefault(_place(one.finding), []).append(one.finding)
        elif one.finding.answer is Answer.FOUND:
            harmful.add((one.detector, _place(one.finding)))
    said: list[Assessment] = []
    told: set[tuple[str, Place]] = set()
    for one in assessments:
        place = _place(one.finding)
        beside = known.get(place, [])
        where = (one.detector, place)
        if one.finding.entry_id in fine:
            if where not in harmful | told:
                told.add(where)
                said.append(_with(one, _in_vain(one.finding, beside, fine)))
        elif one.finding.answer is Answer.FOUND and beside:
            said.append(_with(one, _beside(content, one.finding, beside, fine)))
        else:
            said.append(one)
    return said


def _with(one: Assessment, finding: Finding) -> Assessment:
    return dataclasses.replace(one, finding=finding)


def _place(finding: Finding) -> Place:
    return finding.media_id, finding.field


def _in_vain(finding: Finding, beside: Sequence[Finding], fine: Mapping[str, LiveEntry]) -> Finding:
    """Turn what is only known to be fine into "not found", which it is."""
    return dataclasses.replace(
        finding,
        answer=Answer.NOT_FOUND,
        why=f"Nothing harmful. Known fine: it is listed in {_banks(beside, fine)}.",
        entry_id=None,
        evidence={"also_fine": _listed(beside)},
    )


def _beside(
    content: ItemContent,
    finding: Finding,
    beside: Sequence[Finding],
    fine: Mapping[str, LiveEntry],
) -> Finding:
    covered = _covered(content, finding, beside)
    says = f"{finding.why} Also known fine: it is listed in {_banks(beside, fine)}."
    evidence = {**finding.evidence, "also_fine": _listed(beside), "covered": covered}
    return dataclasses.replace(finding, why=says, evidence=evidence)


def _banks(beside: Sequence[Finding], fine: Mapping[str, LiveEntry]) -> str:
    return ", ".join(sorted({fine[one.entry_id or ""].bank for one in beside}))


def _listed(beside: Sequence[Finding]) -> list[dict[str, Any]]:
    kept = ("entry_id", "bank_id", "bank", "kind", "distance")
    return [{key: one.evidence[key] for key in kept if key in one.evidence} for one in beside]


def _covered(content: ItemContent, finding: Finding, beside: Sequence[Finding]) -> bool:
    """Tell whether all of what was found is known to be fine."""
    kind = finding.evidence.get("kind")
    if any(one.evidence.get("kind") in _BYTES for one in beside):
        return True
    if kind == EntryKind.PHRASE:
        return _phrases_covered(content, finding, beside)
    if kind == EntryKind.DOMAIN:
        return _links_covered(content, finding, beside)
    return any(_at_least_as_near(one, finding) for one in beside)


def _at_least_as_near(fine: Finding, harmful: Finding) -> bool:
    """Compare two likenesses of one picture: of the same frame, on the same page."""
    same = all(fine.evidence.get(key) == harmful.evidence.get(key) for key in ("frame", "page"))
    near, far = fine.evidence.get("distance"), harmful.evidence.get("distance")
    return same and near is not None and far is not None and bool(near <= far)


def _phrases_covered(content: ItemContent, finding: Finding, beside: Sequence[Finding]) -> bool:
    text = next((one.text for one in content.texts if one.field == finding.field), "")
    phrases = [str(one.evidence["phrase"]) for one in beside if "phrase" in one.evidence]
    around = [(hit.start, hit.end) for hit in find_phrases(text, phrases)] if phrases else []
    hits = find_phrases(text, [str(finding.evidence["phrase"])])
    return bool(hits) and all(
        any(start <= hit.start and hit.end <= end for start, end in around) for hit in hits
    )


def _links_covered(content: ItemContent, finding: Finding, beside: Sequence[Finding]) -> bool:
    domains = [str(one.evidence["domain"]) for one in beside if "domain" in one.evidence]
    against = str(finding.evidence["domain"])
    hosts = [host for host in _hosts(content, finding.field) if matches_domain(host, against)]
    return bool(hosts) and all(
        any(matches_domain(host, domain) for domain in domains) for host in hosts
    )


def _hosts(content: ItemContent, field: str | None) -> list[str]:
    """Return every host that a field links to; one that cannot be read is no host."""
    hosts = [
        at.host for text in content.texts if text.field == field for at in find_links(text.text)
    ]
    for link in content.links:
        if link.field == field:
            try:
                hosts.append(host_of(link.url))
            except NotALink:
                continue
    return hosts
