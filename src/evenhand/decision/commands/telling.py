"""What a decision sends out: effects for the host, messages for people. All through the outbox.

Everything here only writes rows in the transaction of the decision; `delivery` sends them later
and again until they are acknowledged (promise 2).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from evenhand import evidence, intake, people
from evenhand.db import Tx
from evenhand.decision.model import MeasureView
from evenhand.ledger import outbox
from evenhand.policy import Clause

Json = dict[str, Any]


def effects(
    tx: Tx,
    action: str,
    measures: Sequence[MeasureView],
    *,
    decision_id: str,
    item: intake.ItemView,
    clause: Clause | None,
    provisional: bool,
    receipt: str | None = None,
) -> list[str]:
    """Put one effect for each measure; return their ids, which are the idempotency keys."""
    put = []
    for measure in measures:
        payload: Json = {
            "effect": action,
            "measure": measure.measure.value,
            "target": _target(measure, item),
            "decision_id": decision_id,
            "until": measure.ends.isoformat() if measure.ends else None,
            "clause": _clause(clause),
            "provisional": provisional,
        }
        if measure.label is not None:
            payload |= {"label": measure.label, "label_says": measure.label_says}
        effect = outbox.put(
            tx,
            "effect.host",
            payload,
            subject=decision_id,
            secret={"receipt": receipt} if receipt else None,
            dedupe=f"effect:{action}:{measure.id}",
            after=f"effect:apply:{measure.id}" if action == "lift" else None,
        )
        if effect is not None:
            put.append(effect)
    return put


def _target(measure: MeasureView, item: intake.ItemView) -> Json:
    if measure.target == "account":
        assert item.account is not None, "only a known account can be measured"
        return {"type": "account", "id": item.account.external_id}
    return {"type": "item", "kind": item.kind, "id": item.external_id}


def _clause(clause: Clause | None) -> Json | None:
    if clause is None:
        return None
    return {"number": clause.number, "version": clause.version, "title": clause.title}


def to_account(
    tx: Tx,
    template: str,
    *,
    subject: str,
    ids: Json,
    account: intake.AccountView | None,
    receipt: str | None = None,
    not_before: datetime | None = None,
) -> str:
    """Tell the person affected, through the host and by mail where an address is known.

    Returns `sent`, `delayed`, or `no_contact` when there is nobody to tell.
    """
    if account is None:
        return "no_contact"
    secret = {"receipt": receipt} if receipt else None
    outbox.put(
        tx,
        "message.host",
        {"template": template, "account_external_id": account.external_id, **ids},
        subject=subject,
        secret=secret,
        run_at=not_before,
    )
    if account.identity_id is not None and evidence.channel(tx, account.identity_id) == "mail":
        payload = {"template": template, "identity_id": account.identity_id, **ids}
        outbox.put(tx, "message.mail", payload, subject=subject, secret=secret, run_at=not_before)
    return "sent" if not_before is None else "delayed"


def to_reporters(
    tx: Tx, template: str, settled: Sequence[intake.SettledReport], *, subject: str, ids: Json
) -> int:
    """Answer every reporter who can be reached; return how many were."""
    return sum(
        intake.tell_reporter(
            tx,
            template,
            report_id=report.report_id,
            identity_id=report.identity_id,
            subject=subject,
            ids=ids,
        )
        for report in settled
    )


def affected_receipt(tx: Tx, decision_id: str, account: intake.AccountView | None) -> str | None:
    """Issue the receipt with which the person affected opens the status page, if there is one."""
    if account is None:
        return None
    return people.issue_receipt(
        tx, holder="affected", subject_kind="decision", subject_id=decision_id
    )
