"""Every reader and detector leaves an assessment of every item; one that breaks or is late failed.

Readers come first: what they read out of media is looked at by every detector like what an account
wrote. Whatever is then found in it says so, beside the picture it was read out of, so that whoever
reviews it knows that nobody typed these words.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from evenhand.banks import Snapshot
from evenhand.detection.faults import DECODING_FAULTS, said
from evenhand.detection.in_time import Late, Piece, seconds_of, within
from evenhand.detection.known_fine import noted
from evenhand.detection.model import (
    Answer,
    Assessment,
    Detector,
    Finding,
    ItemContent,
    LinkContent,
    Reader,
    Reading,
    TextContent,
)
from evenhand.kit.crew import Crew

READ_CHARS_MAX: Final = 300  # of what was read, as a finding quotes it
PATIENT_SECONDS: Final = 600.0  # of all together, where nobody waits
READING_SHARE: Final = 0.5  # of the time there is, for readers; detectors have what is left

_CREW: Final = Crew()  # what hangs in a process is counted once in it


@dataclass(frozen=True, slots=True)
class _Place:
    """Where something was read: the field and media, by which reader, and what it says."""

    field: str
    media_id: str
    reader: str
    says: str


def run(
    detectors: Iterable[Detector],
    content: ItemContent,
    bank: Snapshot,
    *,
    readers: Iterable[Reader] = (),
    seconds_max: float = PATIENT_SECONDS,
    crew: Crew = _CREW,
) -> list[Assessment]:
    """Let each reader read, then each detector look, all within `seconds_max`.

    What a bank knows to be fine is said beside what was found, and is no finding by itself. One
    that raises, says nothing at all or takes too long, failed. What they may raise is named in
    DECODING_FAULTS. Anything beyond it comes out here, so that the job fails and is tried again;
    in no case is it taken for "not found".
    """
    until = time.monotonic() + seconds_max
    reading = tuple(readers)
    came = within(
        [Piece(one.name, seconds_of(one), partial(_read, one, content, bank)) for one in reading],
        seconds_max=seconds_max * READING_SHARE,
        crew=crew,
    )
    read = [
        (reader, Reading(findings=(Finding(Answer.FAILED, one.says),)))
        if isinstance(one, Late)
        else (reader, one)
        for reader, one in zip(reading, came, strict=True)
    ]
    said = [
        Assessment(reader.name, reader.version, finding)
        for reader, one in read
        for finding in one.findings
    ]
    whole, places = _with_readings(content, read)
    looking = tuple(detectors)
    found = within(
        [Piece(one.name, seconds_of(one), partial(_examined, one, whole, bank)) for one in looking],
        seconds_max=until - time.monotonic() if reading else seconds_max,
        crew=crew,
    )
    said += [
        Assessment(detector.name, detector.version, _placed(finding, places))
        for detector, one in zip(looking, found, strict=True)
        for finding in ([Finding(Answer.FAILED, one.says)] if isinstance(one, Late) else one)
    ]
    return noted(whole, said, bank)


def _examined(detector: Detector, content: ItemContent, bank: Snapshot) -> list[Finding]:
    try:
        findings = list(detector.examine(content, bank))
    except DECODING_FAULTS as fault:
        return [_failed("detector could not look", fault)]
    return findings or [Finding(Answer.FAILED, "The detector gave no answer.")]


def _read(reader: Reader, content: ItemContent, bank: Snapshot) -> Reading:
    try:
        reading = reader.read(content, bank)
    except DECODING_FAULTS as fault:
        return Reading(findings=(_failed("reader could not read", fault),))
    silent = Finding(Answer.FAILED, "The reader gave no answer.")
    return reading if reading.findings else replace(reading, findings=(silent,))


def _failed(what: str, fault: BaseException) -> Finding:
    return Finding(Answer.FAILED, said(f"The {what}", fault))


def _with_readings(
    content: ItemContent, read: Sequence[tuple[Reader, Reading]]
) -> tuple[ItemContent, Mapping[str, _Place]]:
    """Add what was read to the content, each under a path of its own that leads to its place."""
    places: dict[str, _Place] = {}
    texts: list[TextContent] = []
    links: list[LinkContent] = []
    for reader, reading in read:
        for one in _all_of(reading):
            assert one.read_from is not None, "what is read is read out of something"
            path = f"{one.field} ({reader.name} {len(places) + 1})"
            says = one.text if isinstance(one, TextContent) else one.url
            places[path] = _Place(one.field, one.read_from, reader.name, says)
            if isinstance(one, TextContent):
                texts.append(replace(one, field=path))
            else:
                links.append(replace(one, field=path))
    whole = replace(content, texts=(*content.texts, *texts), links=(*content.links, *links))
    return whole, places


def _all_of(reading: Reading) -> Iterator[TextContent | LinkContent]:
    yield from reading.texts
    yield from reading.links


def _placed(finding: Finding, places: Mapping[str, _Place]) -> Finding:
    """Say of a finding in what was read where it was read, and what it says there."""
    place = places.get(finding.field or "")
    if place is None:
        return finding
    shown = place.says[:READ_CHARS_MAX]
    read = {"read_from": place.media_id, "read_by": place.reader, "read_text": shown}
    return replace(
        finding,
        field=place.field,
        media_id=place.media_id,
        why=f"{finding.why} It was read out of a picture.",
        evidence={**finding.evidence, **read},
    )
