"""Reading what arrived. No view here says who reported: identities are opened elsewhere."""

from __future__ import annotations

from collections.abc import Sequence

from evenhand import people
from evenhand.db import ReadTx
from evenhand.intake import order_store, store
from evenhand.intake.errors import (
    NobodySealed,
    NoSuchAccount,
    NoSuchItem,
    NoSuchOrder,
    NoSuchReport,
)
from evenhand.intake.fields import (
    ItemKind,
)
from evenhand.intake.model import (
    AccountView,
    ItemView,
    MediaView,
    ReporterCount,
    ReportView,
    Whose,
    accuracy,
)
from evenhand.intake.orders import OrderView
from evenhand.kit.ids import is_id


def kinds(tx: ReadTx) -> dict[str, ItemKind]:
    """Return the declared kinds by name: what a host may send."""
    return store.load_kinds(tx)


def item(tx: ReadTx, actor: people.Actor, item_id: str) -> ItemView:
    """Return one version of an item, for staff, the system, and keys that send items.

    Raises NotAllowed, NoSuchItem.
    """
    if actor.kind != "key" or not people.may(actor, people.Permission.SEND_ITEMS):
        people.require(actor, people.Permission.SEE_QUEUE)
    found = store.load_item(tx, item_id) if is_id(item_id) else None
    if found is None:
        raise NoSuchItem
    return found


def item_named(tx: ReadTx, kind: str, external_id: str) -> str | None:
    """Return the id of the latest version of an item by the host's names, or None."""
    row = store.latest_item(tx, kind, external_id)
    return None if row is None else str(row["id"])


def media(tx: ReadTx, actor: people.Actor, media_id: str) -> tuple[str, MediaView]:
    """Return one picture's facts and the id of its item. Raises NotAllowed, NoSuchItem."""
    people.require(actor, people.Permission.SEE_QUEUE)
    found = store.load_media(tx, media_id) if is_id(media_id) else None
    if found is None:
        raise NoSuchItem
    return found


def media_with_bytes(tx: ReadTx, sha256: str) -> MediaView | None:
    """Return the first media received with these very bytes, or None. For other rooms."""
    return store.media_with_bytes(tx, sha256)


def items_of_media(tx: ReadTx, media_ids: Sequence[str]) -> dict[str, str]:
    """Return the item that each of some media belongs to. For other rooms."""
    return store.items_of_media(tx, media_ids)


def items_after(tx: ReadTx, item_id: str, *, limit: int) -> list[str]:
    """Return the items that came after an id, in the order they came. For other rooms."""
    return store.items_after(tx, item_id, limit=limit)


def latest_among(tx: ReadTx, item_ids: Sequence[str]) -> list[str]:
    """Return those of some items of which no later version came, in order. For other rooms."""
    return store.latest_among(tx, item_ids)


def languages_of(tx: ReadTx, item_ids: Sequence[str]) -> list[tuple[str, str]]:
    """Return each item whose account is set to a language, with that language. For rooms."""
    return store.languages_of(tx, item_ids)


def account(tx: ReadTx, account_id: str) -> AccountView | None:
    """Return one account, or None. For other rooms."""
    return store.load_account(tx, account_id)


def account_named(tx: ReadTx, external_id: str) -> str | None:
    """Return the id of an account by the host's id, or None when nothing of it ever came."""
    row = store.account_by_external_id(tx, external_id)
    return None if row is None else str(row["id"])


def sealed_identity(tx: ReadTx, actor: people.Actor, whose: Whose, name: str) -> str:
    """Return under which id an identity is sealed, for somebody who may open or erase it there.

    `name` is the id of a report, or the host's id of an account. Nothing is opened here. Raises
    NotAllowed, NoSuchReport, NoSuchAccount, NobodySealed.
    """
    people.require(actor, people.Permission.OPEN_IDENTITY)
    if whose is Whose.REPORT:
        pointer = store.pointer_of(tx, _one_report(tx, name).id)
        found = None if pointer is None else pointer[0]
    else:
        row = store.account_by_external_id(tx, name)
        if row is None:
            raise NoSuchAccount
        found = row["identity_id"]
    if found is None:
        raise NobodySealed
    return str(found)


def reports_of(tx: ReadTx, actor: people.Actor, item_id: str) -> list[ReportView]:
    """Return an item's reports without their senders, oldest first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return store.load_reports(tx, store.reports.c.item_id == item_id)


def undecided_of(tx: ReadTx, item_id: str) -> list[ReportView]:
    """Return an item's reports that have no answer yet, oldest first. For other rooms."""
    mine = store.reports.c.item_id == item_id
    return store.load_reports(tx, mine & store.reports.c.outcome.is_(None))


def answered_by(tx: ReadTx, item_id: str, decision_id: str) -> list[ReportView]:
    """Return the reports on an item that a decision answered, oldest first. For other rooms."""
    mine = store.reports.c.item_id == item_id
    return store.load_reports(tx, mine & (store.reports.c.decision_id == decision_id))


def report(tx: ReadTx, actor: people.Actor, report_id: str) -> ReportView:
    """Return one report without its sender. Raises NotAllowed, NoSuchReport."""
    people.require(actor, people.Permission.SEE_QUEUE)
    return _one_report(tx, report_id)


def report_for_receipt(tx: ReadTx, actor: people.Actor) -> ReportView:
    """Return the report a reporter's receipt is for. Raises NoSuchReport for any other actor."""
    mine = (actor.kind, actor.holder, actor.subject_kind) == ("receipt", "reporter", "report")
    if not mine or actor.subject_id is None:
        raise NoSuchReport
    return _one_report(tx, actor.subject_id)


def notice(tx: ReadTx, actor: people.Actor, report_id: str) -> dict[str, object] | None:
    """Return a report's Art. 16 notice without its sender; None for a plain report.

    Raises NotAllowed.
    """
    people.require(actor, people.Permission.SEE_QUEUE)
    return store.notice_of(tx, report_id)


def order(tx: ReadTx, actor: people.Actor, order_id: str) -> OrderView:
    """Return one order with its elements. Raises NotAllowed, NoSuchOrder."""
    people.require(actor, people.Permission.MANAGE_ORDERS)
    return order_with_id(tx, order_id)


def orders(
    tx: ReadTx, actor: people.Actor, *, unanswered: bool = False, limit: int = 50
) -> list[OrderView]:
    """Return orders, the newest first. Raises NotAllowed."""
    people.require(actor, people.Permission.MANAGE_ORDERS)
    return order_store.recent(tx, unanswered=unanswered, limit=limit)


def order_with_id(tx: ReadTx, order_id: str) -> OrderView:
    """Return one order as it stands. For commands. Raises NoSuchOrder."""
    found = order_store.load(tx, order_id) if is_id(order_id) else None
    if found is None:
        raise NoSuchOrder
    return found


def reporters(tx: ReadTx, item_id: str) -> ReporterCount:
    """Count who reported an item: however often one person did, they count once."""
    return store.count_reporters(tx, item_id)


def identity_of_report(tx: ReadTx, report_id: str) -> str | None:
    """Return the pointer to a report's sealed sender, for delivery to answer them, or None."""
    found = store.pointer_of(tx, report_id)
    return None if found is None else found[0]


def reporter_ref_of(tx: ReadTx, report_id: str) -> str | None:
    """Return the keyed digest that tells a report's sender from others, or None."""
    found = store.pointer_of(tx, report_id)
    return None if found is None else found[1]


def reporter_accuracy(tx: ReadTx, reporter_ref: str) -> tuple[int, int]:
    """Count how often decisions agreed and disagreed with a reporter, from the rows as they are."""
    return accuracy(store.outcomes_of_reporter(tx, reporter_ref))


def _one_report(tx: ReadTx, report_id: str) -> ReportView:
    found = store.load_reports(tx, store.reports.c.id == report_id) if is_id(report_id) else []
    if not found:
        raise NoSuchReport
    return found[0]
