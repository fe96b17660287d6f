"""What a door is sent is stored whole or not at all: pictures, rows, ledger line and answer.

Slow work (decoding, screening, encryption, writing blobs) comes first and outside any
transaction; if that then refuses, the blobs are discarded. When it cannot be told whether a
commit happened they stay: a row must never lose its picture, and without a row they are noise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

import sqlalchemy as sa

from evenhand import evidence, people
from evenhand.db import Tx
from evenhand.intake.commands import Kept, receive_item, receive_report
from evenhand.intake.fields import (
    ItemKind,
)
from evenhand.intake.items import check_item
from evenhand.intake.model import (
    LIMITS,
    CheckedImage,
    CheckedItem,
    CheckedReport,
    Limits,
    ReceivedItem,
    ReceivedReport,
)
from evenhand.intake.once import (
    RequestKey,
    once,
)
from evenhand.intake.reports import check_report
from evenhand.kit.resources import Resources

P = ParamSpec("P")
T = TypeVar("T")


class Do(Protocol):
    """Runs a command in one transaction: `House.do`."""

    def __call__(
        self, command: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run the command; its result is durable when this returns."""
        ...


def stage_item(resources: Resources, checked: CheckedItem) -> list[Kept]:
    """Encrypt and write an item's media, in order. If one fails, none remains.

    A picture of which the operator's policy says so is not written, here or anywhere.
    """
    staged: list[Kept] = []
    whole = False
    unwanted = iter(resources.screen.look([image.content for image in checked.images]))
    try:
        for one in checked.media:
            found = next(unwanted) if isinstance(one, CheckedImage) else None
            if found is None:
                staged.append(evidence.stage(resources, one.content, one.media_type))
                continue
            size = len(one.content)
            staged.append(evidence.Unkept(one.media_type, size, found.why, found.found))
        whole = True
    finally:
        if not whole:
            _discard(resources, staged)
    return staged


def submit_item(
    do: Do,
    resources: Resources,
    kinds: Mapping[str, ItemKind],
    actor: people.Actor,
    raw: object,
    *,
    key: RequestKey | None = None,
    limits: Limits = LIMITS,
) -> ReceivedItem:
    """Check, stage and store what a host sent as an item; nothing remains of what is refused.

    With a key, the same request again is answered with `replayed`. Raises NotAllowed,
    ItemRefused, KeyReused.
    """
    people.require(actor, people.Permission.SEND_ITEMS)
    return submit_checked(do, resources, actor, check_item(raw, kinds, limits), key=key)


def submit_checked(
    do: Do,
    resources: Resources,
    actor: people.Actor,
    checked: CheckedItem,
    *,
    key: RequestKey | None = None,
) -> ReceivedItem:
    """Stage and store an item that was checked. Raises NotAllowed, KeyReused."""
    people.require(actor, people.Permission.SEND_ITEMS)
    staged = stage_item(resources, checked)
    needed, in_doubt = False, False
    try:
        received = do(_take_item, actor, checked, staged, key)
        needed = received.created and not received.replayed
    except sa.exc.DBAPIError:
        in_doubt = True
        raise
    finally:
        if not needed and not in_doubt:
            _discard(resources, staged)
    return received


def submit_report(
    do: Do,
    resources: Resources,
    actor: people.Actor,
    raw: object,
    *,
    key: RequestKey | None = None,
) -> ReceivedReport:
    """Check and record a report. With a key, the same request again gets the same receipt.

    Raises NotAllowed, ReportRefused, KeyReused.
    """
    checked = check_report(raw)
    return do(_take_report, actor, checked, key, people.draw_receipt(resources.keys))


def _take_item(
    tx: Tx,
    actor: people.Actor,
    checked: CheckedItem,
    staged: list[Kept],
    key: RequestKey | None,
) -> ReceivedItem:
    if key is None:
        return receive_item(tx, actor, checked, staged)

    def act(inside: Tx) -> tuple[int, Mapping[str, Any]]:
        received = receive_item(inside, actor, checked, staged)
        names = ("item_id", "created", "version")
        return 201, {name: getattr(received, name) for name in names}

    answer = once(tx, key, act)
    return replace(ReceivedItem(**answer.body), replayed=answer.replayed)


def _take_report(
    tx: Tx,
    actor: people.Actor,
    checked: CheckedReport,
    key: RequestKey | None,
    drawn: people.DrawnReceipt,
) -> ReceivedReport:
    if key is None:
        return receive_report(tx, actor, checked, drawn=drawn)

    def act(inside: Tx) -> tuple[int, Mapping[str, Any]]:
        received = receive_report(inside, actor, checked, drawn=drawn)
        names = ("report_id", "receipt", "item_id", "repeat")
        return 201, {name: getattr(received, name) for name in names}

    answer = once(tx, key, act)
    return replace(ReceivedReport(**answer.body), replayed=answer.replayed)


def _discard(resources: Resources, staged: list[Kept]) -> None:
    for one in staged:
        if isinstance(one, evidence.Staged):
            evidence.discard(resources, one)
