"""Taking in what arrives: an item with its pictures, a report with its sender sealed apart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from evenhand import evidence, people, policy
from evenhand.db import Tx
from evenhand.intake import store
from evenhand.intake.answering import tell_reporter
from evenhand.intake.errors import KindUnchanged, Problem, ReportRefused
from evenhand.intake.fields import (
    STARTER_KINDS,
    Field,
    ItemKind,
    WhenNotLookedAt,
)
from evenhand.intake.items import address_item, url_key
from evenhand.intake.kinds import check_kind
from evenhand.intake.model import (
    CheckedAccount,
    CheckedFilm,
    CheckedImage,
    CheckedItem,
    CheckedReport,
    ReceivedItem,
    ReceivedReport,
    ReportOutcome,
    SettledReport,
    Via,
)
from evenhand.kit.canonical import digest
from evenhand.ledger.append import append

Kept = evidence.Staged | evidence.Unkept

REPORTER, CONTACT = "reporter", "account contact"  # purposes of keyed digests
TEMPLATE = "report_received"


def declare_kind(
    tx: Tx,
    actor: people.Actor,
    *,
    name: str,
    fields: Sequence[Field],
    when_not_looked_at: WhenNotLookedAt = WhenNotLookedAt.REVIEW,
) -> ItemKind:
    """Declare a kind of item, or its fields anew. Items received before keep their own fields.

    Raises NotAllowed, KindUnchanged, or KindRefused: also when items are to be held that nothing
    could look at, and no clause in force says so.
    """
    people.require(actor, people.Permission.MANAGE_POLICY)
    declared = ItemKind(name, tuple(fields), when_not_looked_at)
    kind = check_kind(declared, may_hold=_in_force(tx, policy.CHECKED_FIRST))
    tx.lock("kinds")
    if store.load_kinds(tx).get(kind.name) == kind:
        raise KindUnchanged
    store.save_kind(tx, kind)
    append(
        tx,
        "kind.declared",
        subject=kind.name,
        actor=actor.ref,
        public={
            "fields": [field.to_dict() for field in kind.fields],
            "when_not_looked_at": kind.when_not_looked_at.value,
        },
    )
    return kind


def seed_kinds(tx: Tx) -> bool:
    """Declare the starter kinds when there are none. False when there already are some."""
    if store.load_kinds(tx):
        return False
    for kind in STARTER_KINDS:
        declare_kind(
            tx,
            people.SYSTEM,
            name=kind.name,
            fields=kind.fields,
            when_not_looked_at=kind.when_not_looked_at,
        )
    return True


def _in_force(tx: Tx, clause_key: str) -> bool:
    return any(clause.key == clause_key for clause in policy.clauses(tx))


def receive_item(
    tx: Tx, actor: people.Actor, checked: CheckedItem, staged: Sequence[Kept]
) -> ReceivedItem:
    """Store an item with its staged media, in the order of `checked.media`.

    Of a picture that policy does not keep, only its facts and why are stored. The same content
    again is the version that is here, not a new one; other content under the same id is the next
    version. Raises NotAllowed.
    """
    people.require(actor, people.Permission.SEND_ITEMS)
    return _receive(tx, actor, checked, staged)


def receive_report(
    tx: Tx,
    actor: people.Actor,
    checked: CheckedReport,
    *,
    drawn: people.DrawnReceipt | None = None,
) -> ReceivedReport:
    """Record a report, seal who sent it, issue the receipt, and acknowledge by mail if we can.

    A second open report of the same harm in the same item by the same sender is marked as a
    repeat. The public may report; others need the permission. Raises NotAllowed, or ReportRefused
    when the item was never sent here and no address says where it is.
    """
    via = Via.PORTAL
    if actor.kind not in {"public", "receipt"}:
        people.require(actor, people.Permission.SEND_REPORTS)
        via = Via.API
    row = record_report(tx, actor, checked, via)
    repeat = row["repeat_of"] is not None
    receipt = people.issue_receipt(
        tx, holder="reporter", subject_kind="report", subject_id=row["id"], drawn=drawn
    )
    if not repeat:
        tell_reporter(
            tx,
            TEMPLATE,
            report_id=row["id"],
            identity_id=row["identity_id"],
            subject=row["id"],
            receipt=receipt,
        )
    return ReceivedReport(row["id"], receipt, row["item_id"], repeat=repeat)


def record_report(tx: Tx, actor: people.Actor, checked: CheckedReport, via: Via) -> dict[str, Any]:
    """Write a report with its clock and its line, its sender sealed; return its row.

    Part of the command that takes the report. Raises ReportRefused.
    """
    item_id = _reported_item(tx, actor, checked)
    reporter_ref, identity_id = _seal_reporter(tx, checked)
    repeat_of = _open_report(tx, checked, reporter_ref, item_id)
    row = {
        **_report_row(tx, checked),
        "id": tx.new_id(),
        "item_id": item_id,
        "via": via.value,
        "identity_id": identity_id,
        "reporter_ref": reporter_ref,
        "trusted": checked.trusted and actor.kind == "key",
        "repeat_of": repeat_of,
    }
    store.save_report(tx, row)
    public = {name: row[name] for name in ("harm", "basis", "via", "clock", "trusted")}
    append(
        tx,
        "report.received",
        subject=row["id"],
        actor=actor.ref,
        public=public,
        private={
            "content": digest([checked.explanation, row["notice"]]),
            "item": item_id,
            "repeat": repeat_of is not None,
        },
    )
    return row


def settle_reports(
    tx: Tx, item_id: str, outcome: ReportOutcome, *, decision_id: str | None = None
) -> list[SettledReport]:
    """Give an item's undecided reports their outcome, as part of the decision's command.

    Returns what is needed to answer each sender. The decision's own ledger line records it.
    """
    ids = store.settle(tx, item_id, ReportOutcome(outcome), decision_id)
    return store.settled(tx, ids)


def unsettle_reports(
    tx: Tx, item_id: str, *, decision_id: str | None = None
) -> list[SettledReport]:
    """Take back the outcomes a decision gave (all of the item's without one): they are open again.

    Part of the reversal's command, which records it. What it says about reporters is undone too,
    since their accuracy is counted from these rows.
    """
    return store.settled(tx, store.unsettle(tx, item_id, decision_id))


def _receive(
    tx: Tx, actor: people.Actor, checked: CheckedItem, staged: Sequence[Kept]
) -> ReceivedItem:
    assert len(staged) == len(checked.media), "all media of an item are staged, in order"
    kind, external_id = checked.kind.name, checked.external_id
    tx.lock(f"item:{kind}:{external_id}")
    latest = store.latest_item(tx, kind, external_id)
    if latest is not None and latest["content_hash"] == checked.content_hash:
        return ReceivedItem(latest["id"], created=False, version=latest["version"])
    version = 1 if latest is None else latest["version"] + 1
    item_id = tx.new_id()
    store.save_item(
        tx,
        {
            "id": item_id,
            "external_id": external_id,
            "kind": kind,
            "version": version,
            "account_id": None if checked.account is None else _account(tx, checked.account),
            "url": checked.url,
            "url_key": None if checked.url is None else url_key(checked.url),
            "reach": checked.reach,
            "fields": [dict(one) for one in checked.fields],
            "content_hash": checked.content_hash,
            "created_at": checked.created_at,
            "received_at": tx.now,
        },
    )
    for one, kept in zip(checked.media, staged, strict=True):
        _receive_media(tx, item_id, one, kept)
    unkept = [dict(one.found["ids"]) for one in staged if isinstance(one, evidence.Unkept)]
    append(
        tx,
        "item.received",
        subject=item_id,
        actor=actor.ref,
        public={
            "kind": kind,
            "version": version,
            "media": len(staged),
            **({"not_kept": unkept} if unkept else {}),
        },
        private={"content": checked.content_hash},
    )
    return ReceivedItem(item_id, created=True, version=version)


def _receive_media(tx: Tx, item_id: str, one: CheckedImage | CheckedFilm, kept: Kept) -> None:
    store.save_media(
        tx,
        {
            "id": tx.new_id(),
            "item_id": item_id,
            "field": one.field,
            "position": one.position,
            "object_id": evidence.keep(tx, kept),
            "sha256": one.sha256,
            "media_type": one.media_type,
            "width": one.width,
            "height": one.height,
            "bytes": len(one.content),
            "seconds": one.seconds if isinstance(one, CheckedFilm) else None,
            "unkept": dict(kept.found) if isinstance(kept, evidence.Unkept) else None,
        },
    )


def _account(tx: Tx, account: CheckedAccount) -> str:
    """Write the account as it is now; its address is sealed once for as long as it stays."""
    tx.lock(f"account:{account.external_id}")
    row = store.account_by_external_id(tx, account.external_id)
    values = {
        "external_id": account.external_id,
        "name": account.name,
        "language": account.language or (row["language"] if row else None),
        "seen_at": tx.now,
    }
    if account.email is not None:
        ref = tx.resources.keys.mac(account.email, purpose=CONTACT)
        if row is None or row["contact_ref"] != ref:
            data = {"email": account.email, "name": account.name}
            values["identity_id"] = evidence.seal_identity(tx, data)
            values["contact_ref"] = ref
    account_id = str(row["id"]) if row else tx.new_id()
    store.save_account(tx, account_id, values, known=row is not None)
    return account_id


def _reported_item(tx: Tx, actor: people.Actor, checked: CheckedReport) -> str:
    """Find what is reported; an address nobody sent an item for becomes an item of its own."""
    if checked.kind is not None and checked.external_id is not None:
        found = store.latest_item(tx, checked.kind, checked.external_id)
        if found is not None:
            return str(found["id"])
    if checked.url is None:
        says = "We have not been sent this item. Send it first, or give its address as url."
        raise ReportRefused([Problem("item", says, "unknown_item")])
    here = store.item_id_at(tx, url_key(checked.url))
    return here or _receive(tx, actor, address_item(checked.url), []).item_id


def _report_row(tx: Tx, checked: CheckedReport) -> dict[str, Any]:
    """Write what the report itself says, and the clock that runs from now."""
    clock = policy.clock_for(checked.harm, policy.Basis(checked.basis.value))
    return {
        "basis": checked.basis.value,
        "harm": checked.harm.value,
        "explanation": checked.explanation,
        "notice": None if checked.notice is None else dict(checked.notice),
        "language": checked.language,
        "clock": clock.id,
        "law": clock.law,
        "due_at": tx.now + timedelta(hours=clock.hours),
        "received_at": tx.now,
    }


def _seal_reporter(tx: Tx, checked: CheckedReport) -> tuple[str | None, str | None]:
    """Seal who reports. Returns a keyed digest that tells senders apart, and the pointer."""
    if checked.reporter is None:
        return None, None
    key = checked.reporter.key
    ref = None if key is None else tx.resources.keys.mac(key, purpose=REPORTER)
    return ref, evidence.seal_identity(tx, checked.reporter.to_dict())


def _open_report(
    tx: Tx, checked: CheckedReport, reporter_ref: str | None, item_id: str
) -> str | None:
    """Return the sender's first open report of the same matter, or None."""
    if reporter_ref is None:
        return None
    tx.lock(f"reporter:{reporter_ref}")
    same = (checked.harm.value, checked.basis.value)
    for row in store.open_reports_by(tx, reporter_ref, item_id):
        if (row["harm"], row["basis"]) == same:
            return str(row["repeat_of"] or row["id"])
    return None
