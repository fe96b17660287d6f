"""What a sweep found is handed in like anything a host sends, and people answer for what follows.

A file becomes an item that says it came from a sweep; a line of a host's export is sent as it
stands. Detectors and rules then take the ordinary path. Where they cannot see what the sweep saw (a
film, a picture too large to be stored), what the sweep saw is recorded as the assessment it is.
Handing in twice changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from evenhand import detection, intake, people
from evenhand.db import ReadTx
from evenhand.detection import Answer, Assessment, Finding
from evenhand.kit.resources import Resources
from evenhand.sweep import content, sorts
from evenhand.sweep.item_lines import object_of_line
from evenhand.sweep.model import Found, Outcome, Sort, Where, shown

TEXT_CHARS_MAX = intake.LIMITS.text_chars_max


@dataclass(frozen=True)
class HandedIn:
    """What became of the findings of one file. `created` False: they were here already."""

    item_id: str
    created: bool


class NotHandedIn(Exception):
    """A finding could not become an item; the sentence says why."""


@dataclass(frozen=True)
class Desk:
    """Where findings are handed in: the house, and what goes on with an item (`advance`)."""

    do: intake.Do
    ask: Callable[[Callable[[ReadTx], bool]], bool]
    resources: Resources
    kinds: Mapping[str, intake.ItemKind]
    advance: Callable[[str], object]
    account_id: str | None = None


def hand_in(desk: Desk, outcome: Outcome, where: Where, *, name: bytes, origin: str) -> HandedIn:
    """Hand in what was found in one file. Raises NotHandedIn."""
    try:
        read = content.read(where, digests=(), held_max=lambda _: intake.LIMITS.image.bytes_max * 4)
        received = _received(desk, outcome, read.data or b"", name, origin)
    except (content.Unread, intake.Refused) as why:
        raise NotHandedIn(str(why)) from why
    desk.advance(received.item_id)
    seen = tuple(one for one in outcome.found if one.entry_id is not None)
    unseen = seen and not desk.ask(lambda tx: _all_recorded(tx, received.item_id, seen))
    if unseen:
        said = [_assessment(one) for one in outcome.found]
        desk.do(detection.record, people.SYSTEM, received.item_id, said)
        desk.advance(received.item_id)
    return HandedIn(received.item_id, created=received.created or bool(unseen))


def signature(outcome: Outcome) -> str:
    """Return what tells these findings from others of the same file."""
    said = sorted(f"{one.detector} {one.entry_id} {one.distance}" for one in outcome.found)
    said.append(outcome.digests.get("sha256", ""))
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:32]


def _received(
    desk: Desk, outcome: Outcome, data: bytes, name: bytes, origin: str
) -> intake.ReceivedItem:
    if outcome.sort is Sort.ITEM:
        raw = object_of_line(data)
        return intake.submit_item(desk.do, desk.resources, desk.kinds, people.SYSTEM, raw)
    text = sorts.text_of(data) if outcome.sort is Sort.TEXT else None
    checked = intake.file_item(
        name=shown(name),
        origin=origin,
        account_id=desk.account_id,
        picture=data if outcome.sort is Sort.PICTURE else None,
        text=text,
    )
    return intake.submit_checked(desk.do, desk.resources, people.SYSTEM, checked)


def _all_recorded(tx: ReadTx, item_id: str, found: tuple[Found, ...]) -> bool:
    """Tell whether every entry that the sweep found stands in an assessment of the item."""
    recorded = {
        one.entry_id
        for one in detection.assessments(tx, people.SYSTEM, item_id, every_run=True)
        if one.answer is Answer.FOUND
    }
    return all(one.entry_id in recorded for one in found)


def _assessment(one: Found) -> Assessment:
    finding = Finding(
        Answer.FOUND, one.says, "name", entry_id=one.entry_id, evidence=dict(one.evidence)
    )
    return Assessment(one.detector, one.version, finding)
