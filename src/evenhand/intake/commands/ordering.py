"""An order from an authority is one kind of notice: it waits for a person, and nothing obeys it.

Each item it names is reported with the basis "order", so that a person decides, whoever is affected
is told and may appeal. An order that demands silence is on record, and refused (charter, refusal
6). When an order was answered is observed here, not typed in.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from evenhand import evidence, ledger, people
from evenhand.db import ReadTx, Tx
from evenhand.intake import order_store, store
from evenhand.intake.commands.arriving import record_report
from evenhand.intake.errors import (
    OrderAnswered,
    OrderConfirmed,
    OrderKnown,
    OrderNotSo,
    OrderRefused,
    Problem,
)
from evenhand.intake.model import CheckedReport, ReportBasis, ReportView, Via
from evenhand.intake.orders import (
    CheckedOrder,
    OrderEffect,
    OrderKind,
    OrderView,
    Target,
    effect_problem,
    has_effect,
    told_to_reviewers,
)
from evenhand.intake.queries import order_with_id
from evenhand.kit.canonical import digest
from evenhand.kit.clock import stamp
from evenhand.ledger.append import append

SILENCE: Final = (
    "It demands silence. The service tells people what is done about them; a lawful delay has a"
    " reason and an end date, and whoever decides may grant it."
)
TEMPLATE: Final = "order_answered"


def receive_order(tx: Tx, actor: people.Actor, checked: CheckedOrder) -> OrderView:
    """Record an order; each item that an order to act names is reported, and waits for a person.

    One that demands silence is recorded as refused, and nothing else follows. An order for
    information opens nothing. Raises NotAllowed, OrderRefused (an item was never sent here, or it
    was received in the future), OrderKnown.
    """
    people.require(actor, people.Permission.MANAGE_ORDERS)
    received = checked.received_at or tx.now
    _check_here(tx, checked, received)
    order_id = tx.new_id()
    report_ids: list[str] = []
    acts = checked.kind is OrderKind.ACT and not checked.silence
    if acts:
        asked = [_as_report(checked, target) for target in checked.targets]
        report_ids = [record_report(tx, actor, one, Via.DESK)["id"] for one in asked]
    heading = checked.heading
    row = {
        "id": order_id,
        "kind": checked.kind.value,
        "authority": checked.authority,
        "member_state": checked.member_state,
        "reference": checked.reference,
        "harm": checked.harm.value,
        "category": heading.category,
        "keyword": heading.keyword,
        "items": len(checked.targets) if checked.kind is OrderKind.ACT else 0,
        "report_ids": report_ids,
        "elements": dict(checked.elements),
        "received_at": received,
    }
    order_store.insert(tx, row)
    counted = ("kind", "authority", "member_state", "harm", "category", "keyword", "items")
    append(
        tx,
        "order.received",
        subject=order_id,
        actor=actor.ref,
        public={name: row[name] for name in counted}
        | {"other": heading.other, "received_at": stamp(received), "silence": checked.silence},
        private={"elements": digest(dict(checked.elements)), "reports": report_ids},
    )
    if checked.silence:
        _end(tx, actor, order_with_id(tx, order_id), OrderEffect.SILENCE_ASKED, None, SILENCE)
    return order_with_id(tx, order_id)


def confirm_order(tx: Tx, actor: people.Actor, order_id: str) -> OrderView:
    """Record that the authority was told that its order was received (DSA Art. 15(1)(a)).

    Raises NotAllowed, NoSuchOrder, OrderConfirmed.
    """
    people.require(actor, people.Permission.MANAGE_ORDERS)
    order = _locked(tx, order_id)
    if order.confirmed_at is not None:
        raise OrderConfirmed(stamp(order.confirmed_at))
    order_store.change(tx, order.id, confirmed_at=tx.now)
    append(
        tx,
        "order.confirmed",
        subject=order.id,
        actor=actor.ref,
        public={"kind": order.kind.value, "received_at": stamp(order.received_at)},
    )
    return order_with_id(tx, order.id)


def answer_order(
    tx: Tx,
    actor: people.Actor,
    order_id: str,
    *,
    effect: OrderEffect,
    reason: str | None = None,
) -> OrderView:
    """Record that the authority was told what effect was given (DSA Art. 9(1), 10(1)).

    Of an order to act, the effect is what people decided about its items, and given when the last
    of them was decided. Whoever an order for information is about is told now (Art. 10(5)); that
    is when effect is given. Without the order in full, a reason is needed. Raises NotAllowed,
    NoSuchOrder, OrderAnswered, OrderNotSo.
    """
    people.require(actor, people.Permission.MANAGE_ORDERS)
    order = _locked(tx, order_id)
    if order.effect is not None:
        raise OrderAnswered(order.effect.value)
    if effect is OrderEffect.SILENCE_ASKED:
        raise OrderNotSo("Only an order that arrives with a demand for silence ends so.")
    why = (reason or "").strip() or None
    if effect is not OrderEffect.GIVEN and why is None:
        raise OrderNotSo("Say why it was not given effect, or only in part.")
    effect_at, told = None, 0
    if order.kind is OrderKind.ACT:
        reports = store.load_reports(tx, store.reports.c.id.in_(order.report_ids))
        problem = effect_problem(effect, [each.outcome for each in reports])
        if problem is not None:
            raise OrderNotSo(problem)
        if effect is not OrderEffect.REFUSED:
            effect_at = _last_effect(reports)
    elif effect is not OrderEffect.REFUSED:
        effect_at, told = tx.now, _tell_recipients(tx, order)
    _end(tx, actor, order, effect, effect_at, why, told=told)
    return order_with_id(tx, order.id)


def _check_here(tx: ReadTx, checked: CheckedOrder, received: datetime) -> None:
    problems = [
        Problem(f"items: {target.kind} {target.external_id}", _UNKNOWN, "unknown_item")
        for target in checked.targets
        if target.kind is not None
        and target.external_id is not None
        and store.latest_item(tx, target.kind, target.external_id) is None
    ]
    if received > tx.now:
        problems.append(Problem("received_at", "This lies in the future.", "out_of_range"))
    if problems:
        raise OrderRefused(problems)
    if checked.reference is not None:
        known = order_store.id_of_reference(tx, checked.authority, checked.reference)
        if known is not None:
            raise OrderKnown(known)


_UNKNOWN: Final = "We have not been sent this item. Send it first, or give its address."


def _as_report(order: CheckedOrder, target: Target) -> CheckedReport:
    return CheckedReport(
        kind=target.kind,
        external_id=target.external_id,
        url=target.url,
        harm=order.harm,
        basis=ReportBasis.ORDER,
        explanation=told_to_reviewers(order),
        notice=None,
        reporter=None,
        trusted=False,
        language=None,
    )


def _end(
    tx: Tx,
    actor: people.Actor,
    order: OrderView,
    effect: OrderEffect,
    effect_at: datetime | None,
    reason: str | None,
    *,
    told: int = 0,
) -> None:
    order_store.change(
        tx,
        order.id,
        answered_at=tx.now,
        effect=effect.value,
        effect_at=effect_at,
        reason=reason,
    )
    public: dict[str, Any] = {
        "kind": order.kind.value,
        "ended": effect.value,
        "received_at": stamp(order.received_at),
        "effect_at": None if effect_at is None else stamp(effect_at),
        "told": told,
    }
    append(
        tx,
        "order.answered",
        subject=order.id,
        actor=actor.ref,
        public=public,
        private={"reason": reason},
    )


def _last_effect(reports: Sequence[ReportView]) -> datetime:
    """Return when the last decision was made that gave some effect."""
    every = [each.decided_at for each in reports if has_effect(each.outcome)]
    return max(at for at in every if at is not None)


def _tell_recipients(tx: Tx, order: OrderView) -> int:
    """Tell each account that information was given about it, through the host and by mail.

    Returns how many are told.
    """
    recipients = list(dict.fromkeys(order.elements["recipients"]))
    for external_id in recipients:
        row = store.account_by_external_id(tx, external_id)
        ids = {
            "template": TEMPLATE,
            "order_id": order.id,
            "account_id": None if row is None else row["id"],
        }
        told = {**ids, "account_external_id": external_id}
        ledger.outbox.put(tx, "message.host", told, subject=order.id)
        sealed = None if row is None else row["identity_id"]
        if sealed is not None and evidence.channel(tx, sealed) == "mail":
            ledger.outbox.put(tx, "message.mail", {**ids, "identity_id": sealed}, subject=order.id)
    return len(recipients)


def _locked(tx: Tx, order_id: str) -> OrderView:
    tx.lock(f"order:{order_id}")
    return order_with_id(tx, order_id)
