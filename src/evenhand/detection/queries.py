"""Looking at an item, stored or not, and reading what was seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import lru_cache
from typing import Any, Final

from evenhand import banks, evidence, intake, people
from evenhand.db import ReadTx
from evenhand.detection import store
from evenhand.detection.declared import Declared, DetectorView, Looks, declared, is_on, unasked
from evenhand.detection.detectors import DETECTORS, KnownImages
from evenhand.detection.errors import DetectorFailed, NoSuchDetector
from evenhand.detection.hashing import hash_content
from evenhand.detection.learned.asking import ask
from evenhand.detection.learned.queries import in_force
from evenhand.detection.model import (
    Answer,
    Assessment,
    AssessmentView,
    Detector,
    ImageContent,
    ItemContent,
    LinkContent,
    MediaHash,
    Reader,
    SearchView,
    TextContent,
    UnkeptImage,
    VideoContent,
)
from evenhand.detection.models import CARDS, ModelCard
from evenhand.detection.readers import READERS, equipped
from evenhand.detection.running import PATIENT_SECONDS, run

_KNOWN_IMAGES: Final = (KnownImages(),)

COUNTED_DAYS: Final = 7
COUNTED_MAX: Final = 50_000
"""Of the last days, no more than so many of the newest answers are counted: a page has to open."""


def examine(
    tx: ReadTx,
    item_id: str,
    *,
    detectors: Sequence[Detector] = DETECTORS,
    readers: Sequence[Reader] | None = None,
    needed: Collection[str] | None = None,
) -> list[Assessment]:
    """Let every reader and detector that is switched on look at an item for the first time.

    The others say that they did not. `readers` None: those the operator equipped. `needed` names
    what rules read: a costly detector beyond it is not asked. Somebody may wait for the answer.
    Slow: in a read view, never in a transaction. Raises intake's NoSuchItem.
    """
    with tx.shared() as view:
        return _seen(
            view,
            content_of(view, item_id),
            tx.resources.gate_seconds,
            detectors=detectors,
            readers=readers,
            needed=needed,
        )


def examine_again(
    tx: ReadTx, run_id: str, *, needed: Collection[str] | None = None
) -> list[Assessment]:
    """Let every detector look again at the item of a run, with all the time they need."""
    item_id = store.item_of_run(tx, run_id)
    with tx.shared() as view:
        return _seen(view, content_of(view, item_id), PATIENT_SECONDS, needed=needed)


def look(
    tx: ReadTx,
    actor: people.Actor,
    checked: intake.CheckedItem,
    *,
    needed: Collection[str] | None = None,
) -> list[Assessment]:
    """Let every detector look at an item that is not stored, and keep nothing of it.

    For keys that send items, and the system. Slow. Raises NotAllowed.
    """
    people.require(actor, people.Permission.SEND_ITEMS)
    with tx.shared() as view:
        content = content_of_checked(view, checked)
        return _seen(view, content, tx.resources.gate_seconds, needed=needed)


def _seen(
    view: ReadTx,
    content: ItemContent,
    seconds_max: float,
    *,
    detectors: Sequence[Detector] = DETECTORS,
    readers: Sequence[Reader] | None = None,
    needed: Collection[str] | None,
) -> list[Assessment]:
    set_up = view.resources.looking
    if readers is None:
        readers = equipped(read_words=set_up.read_words, trusted_signers=set_up.trusted_signers)
    every: tuple[Looks, ...] = (*readers, *detectors)
    left_out = unasked(every, store.load_switches(view), needed)
    said = run(
        [one for one in detectors if one.name not in left_out],
        content,
        banks.snapshot(view),
        readers=[one for one in readers if one.name not in left_out],
        seconds_max=seconds_max,
    )
    return [*said, *left_out.values()]


def look_for_known(
    tx: ReadTx, pictures: Sequence[bytes], hashes: Sequence[str]
) -> list[Assessment]:
    """Compare pictures that are not stored with the banks; each `media_id` is its place as text.

    `hashes` are their SHA-256. For other rooms. Slow.
    """
    images = tuple(
        ImageContent("", str(at), sha256, "", _lending(content))
        for at, (content, sha256) in enumerate(zip(pictures, hashes, strict=True))
    )
    with tx.shared() as view:
        content, bank = ItemContent("", images=images), banks.snapshot(view)
        return run(_KNOWN_IMAGES, content, bank, seconds_max=tx.resources.gate_seconds)


def content_of(tx: ReadTx, item_id: str) -> ItemContent:
    """Return what detectors may look at: texts, links and media, with lists spread out."""
    item = intake.item(tx, people.SYSTEM, item_id)
    texts, links = _written((one.name, one.type, one.value) for one in item.fields)
    kept = [media for media in item.media if media.unkept is None]
    return ItemContent(
        item.id,
        texts,
        links,
        tuple(
            ImageContent(
                media.field, media.id, media.sha256, media.media_type, _loader(tx, media.object_id)
            )
            for media in kept
            if not media.is_film
        ),
        tuple(
            VideoContent(
                media.field, media.id, media.sha256, media.media_type, _loader(tx, media.object_id)
            )
            for media in kept
            if media.is_film
        ),
        kind=item.kind,
        account_name=item.account.name if item.account else "",
        account_id=item.account.external_id if item.account else "",
        unkept=tuple(
            UnkeptImage(media.field, media.id, media.sha256, media.unkept)
            for media in item.media
            if media.unkept is not None
        ),
        language=item.account.language if item.account else None,
        ask_classifiers=lambda text, language: ask(in_force(tx), text, language),
    )


def content_of_checked(tx: ReadTx, checked: intake.CheckedItem) -> ItemContent:
    """Return what detectors may look at of an item that is not stored."""
    return replace(
        content_of_unstored(checked),
        ask_classifiers=lambda text, language: ask(in_force(tx), text, language),
    )


def content_of_unstored(checked: intake.CheckedItem) -> ItemContent:
    """Return the same without a house to ask; the media's ids are their places in the item."""
    texts, links = _written(
        (one["name"], intake.FieldType(one["type"]), one["value"]) for one in checked.fields
    )
    account = checked.account
    return ItemContent(
        "",
        texts,
        links,
        tuple(
            ImageContent(
                image.field,
                f"{image.field}[{image.position}]",
                image.sha256,
                image.media_type,
                _lending(image.content),
            )
            for image in checked.images
        ),
        tuple(
            VideoContent(
                film.field,
                f"{film.field}[{film.position}]",
                film.sha256,
                film.media_type,
                _lending(film.content),
            )
            for film in checked.films
        ),
        kind=checked.kind.name,
        account_name=account.name if account else "",
        account_id=account.external_id if account else "",
        language=account.language if account else None,
    )


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


def finders_of(tx: ReadTx, item_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return items with each detector that found something when it last looked. For rooms."""
    return store.finders_of(tx, item_ids)


def known() -> dict[str, Declared]:
    """Return every detector there is, by its name, with what it declares. For this room."""
    every: tuple[Looks, ...] = (*READERS, *DETECTORS)
    return {one.name: declared(one) for one in every}


def detectors(tx: ReadTx, actor: people.Actor) -> list[DetectorView]:
    """Return every detector: whether it is on and installed, and what it answered lately.

    Raises NotAllowed.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    switches = store.load_switches(tx)
    since = tx.now - timedelta(days=COUNTED_DAYS)
    counts = store.count_answers(tx, since, newest=COUNTED_MAX)
    return [
        DetectorView(
            declared=one,
            on=is_on(one, switches),
            answers={answer: counts.get((one.name, answer), 0) for answer in Answer},
        )
        for one in known().values()
    ]


def needs_of(name: str) -> str | None:
    """Say what a detector lacks to look, or None when it has it all. Raises NoSuchDetector."""
    found = known().get(name)
    if found is None:
        raise NoSuchDetector(name)
    return None if found.needs is None or found.installed else found.needs.says


def card(name: str) -> ModelCard:
    """Return the card of a model, by its name or by that of a detector that asks it.

    It is public. Raises NoSuchDetector.
    """
    asked = known().get(name)
    by_name = {one.name: one for one in CARDS}
    found = asked.card if asked is not None and asked.card is not None else by_name.get(name)
    if found is None:
        raise NoSuchDetector(name)
    return found


def items_found_by(tx: ReadTx, entry_id: str) -> list[str]:
    """Return the items in which an entry was ever found. For other rooms."""
    return store.items_found_by(tx, entry_id)


def hash_of(tx: ReadTx, media_id: str) -> MediaHash | None:
    """Return a picture's hashes, or None when they were never made. For other rooms."""
    return store.load_hash(tx, media_id)


def _written(
    fields: Iterable[tuple[str, intake.FieldType, Any]],
) -> tuple[tuple[TextContent, ...], tuple[LinkContent, ...]]:
    """Spread texts and links out, each with the path of its place."""
    texts: list[TextContent] = []
    links: list[LinkContent] = []
    for name, kind, values in fields:
        many = isinstance(values, list)
        for at, value in enumerate(values if many else [values]):
            path = f"{name}[{at}]" if many else name
            if kind is intake.FieldType.TEXT:
                texts.append(TextContent(path, value))
            elif kind is intake.FieldType.LINK:
                links.append(LinkContent(path, value))
    return tuple(texts), tuple(links)


def film_of_entry(tx: ReadTx, entry_id: str) -> str | None:
    """Hash the frames of a film that is listed by its bytes and was received here; None for none.

    As vPDQ writes them. Slow: in a read view, never in a transaction.
    """
    entry = banks.entries_by_id(tx, [entry_id]).get(entry_id)
    if entry is None or entry.withdrawn_at is not None or entry.kind is not banks.EntryKind.SHA256:
        return None
    media = intake.media_with_bytes(tx, entry.value)
    if media is None or not media.is_film:
        return None
    try:
        made = hash_content(_loader(tx, media.object_id)())
    except DetectorFailed:
        return None
    return banks.vpdq_lines(made.frames) if made.frames else None


def searches(tx: ReadTx, actor: people.Actor, bank_id: str, *, limit: int = 10) -> list[SearchView]:
    """Return the searches of the recent past for entries of a bank, the latest first.

    Raises NotAllowed.
    """
    people.require(actor, people.Permission.MANAGE_BANKS)
    return store.searches_in(tx, bank_id, limit=limit)


def _loader(tx: ReadTx, object_id: str) -> Callable[[], bytes]:
    @lru_cache(maxsize=1)  # several detectors look, and opening the vault takes its time
    def load() -> bytes:
        try:
            return evidence.read_object(tx, object_id)[0]
        except evidence.EvidenceError as why:
            raise DetectorFailed(str(why)) from why

    return load


def _lending(content: bytes) -> Callable[[], bytes]:
    return lambda: content
