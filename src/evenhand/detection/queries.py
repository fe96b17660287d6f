"""Looking at an item, and reading what was seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from evenhand import banks, evidence, intake, people
from evenhand.db import ReadTx
from evenhand.detection import store
from evenhand.detection.detectors import DETECTORS
from evenhand.detection.errors import DetectorFailed
from evenhand.detection.model import (
    Assessment,
    AssessmentView,
    Detector,
    ImageContent,
    ItemContent,
    LinkContent,
    MediaHash,
    TextContent,
)
from evenhand.detection.running import run


def examine(
    tx: ReadTx, item_id: str, *, detectors: Sequence[Detector] = DETECTORS
) -> list[Assessment]:
    """Let every detector look at an item. Slow: in a read view, never in a transaction.

    Raises intake's NoSuchItem.
    """
    return run(detectors, content_of(tx, item_id), banks.snapshot(tx))


def content_of(tx: ReadTx, item_id: str) -> ItemContent:
    """Return what detectors may look at: texts, links and pictures, with lists spread out."""
    item = intake.item(tx, people.SYSTEM, item_id)
    texts: list[TextContent] = []
    links: list[LinkContent] = []
    for field in item.fields:
        many = isinstance(field.value, list)
        for at, value in enumerate(field.value if many else [field.value]):
            path = f"{field.name}[{at}]" if many else field.name
            if field.type is intake.FieldType.TEXT:
                texts.append(TextContent(path, value))
            elif field.type is intake.FieldType.LINK:
                links.append(LinkContent(path, value))
    pictures = tuple(
        ImageContent(
            media.field, media.id, media.sha256, media.media_type, _loader(tx, media.object_id)
        )
        for media in item.media
    )
    return ItemContent(item.id, tuple(texts), tuple(links), pictures)


def assessments(
    tx: ReadTx, actor: people.Actor, item_id: str, *, every_run: bool = False
) -> list[AssessmentView]:
    """Return what the last examination of an item left, or what every one did.

    For staff, the system, and keys that send items. Raises NotAllowed.
    """
    if actor.kind != "key" or not people.may(actor, people.Permission.SEND_ITEMS):
        people.require(actor, people.Permission.SEE_QUEUE)
    if every_run:
        return store.assessments_of_item(tx, item_id)
    run_id = store.latest_run(tx, item_id)
    return [] if run_id is None else store.assessments_of_run(tx, run_id)


def items_found_by(tx: ReadTx, entry_id: str) -> list[str]:
    """Return the items in which an entry was ever found. For other rooms."""
    return store.items_found_by(tx, entry_id)


def hash_of(tx: ReadTx, media_id: str) -> MediaHash | None:
    """Return a picture's hashes, or None when they were never made. For other rooms."""
    return store.load_hash(tx, media_id)


def _loader(tx: ReadTx, object_id: str) -> Callable[[], bytes]:
    def load() -> bytes:
        try:
            return evidence.read_object(tx, object_id)[0]
        except evidence.EvidenceError as why:
            raise DetectorFailed(str(why)) from why

    return load
