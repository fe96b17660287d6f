"""What a message may say, gathered from the rooms that know it.

A reporter learns what became of the item and never anything about an account; the person
affected learns the whole of the decision (promises 1 and 10).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from evenhand import decision, intake, people
from evenhand.db import ReadTx
from evenhand.decision import DecisionView, Restitution
from evenhand.delivery import letters
from evenhand.delivery.letters import N_
from evenhand.delivery.ports import AppealLookup
from evenhand.kit.ids import short
from evenhand.ledger import Work
from evenhand.policy import Measure

Gettext = Callable[[str], str]

_REPORT_UPHELD: Final = N_("It breaks our rules, and we acted.")
_REPORT_OPEN: Final = N_("It is still being looked at.")
_APPEAL_OUTCOMES: Final[Mapping[str, str]] = {
    "granted": N_("You were right."),
    "partly_granted": N_("You were right in part, and we changed the decision."),
    "rejected": N_("They came to the same decision, so it stands."),
}
_APPEAL_OPEN: Final = N_("It is still being looked at.")
_TO_REPORTERS: Final[Mapping[str, str]] = {"decision_reversed": "report_reversed"}


def status_url(tx: ReadTx) -> str:
    """Return the address at which a receipt opens the status page."""
    return f"{tx.resources.service.public_url}/status"


def text_of(
    tx: ReadTx, work: Work, *, receipt: str | None, appeal_of: AppealLookup
) -> letters.Text:
    """Write the message of an outbox row, in its reader's language."""
    payload = work.payload
    about = decision.for_delivery(tx, payload["decision_id"]) if "decision_id" in payload else None
    language = _language(tx, payload, about)
    facts: dict[str, Any] = {
        "service": tx.resources.service,
        "status_url": status_url(tx),
        "receipt": receipt,
        "ref": short(str(payload.get("report_id") or work.subject)),
    }
    if about is not None:
        facts |= _decision_facts(about, letters.translations(language).gettext)
        facts |= _restitution_facts(about.restitution)
        facts["inverses"] = _inverses(payload.get("measure"))
    if "appeal_id" in payload and payload["appeal_id"] is not None:
        answered = appeal_of(tx, payload["appeal_id"])
        facts["appeal_outcome"] = _APPEAL_OUTCOMES.get(str(answered.outcome), _APPEAL_OPEN)
        facts["explanation"] = answered.explanation
        facts |= _restitution_facts(answered.restitution)
    if "report_id" in payload:
        facts |= _restitution_facts(None)
    if "order_id" in payload:
        order = intake.order(tx, people.SYSTEM, payload["order_id"])
        facts["order"] = {"authority": order.authority, **order.elements}
    return letters.write(_template(payload), facts, language=language)


def _template(payload: Mapping[str, Any]) -> str:
    template = str(payload["template"])
    return _TO_REPORTERS.get(template, template) if "report_id" in payload else template


def _decision_facts(about: DecisionView, gettext: Gettext) -> dict[str, Any]:
    on_item = [m.measure for m in about.measures if m.target == "item"]
    told = about.statement or about.no_action
    return {
        "letter": decision.as_plain_text(told, gettext) if told else _plain(about),
        "clause": about.clause,
        "about": about.about,
        "provisional": about.provisional,
        "looked_at": about.reversed_by is decision.ReversedBy.LOOKED_AT,
        "upheld": about.outcome is decision.Outcome.VIOLATION,
        "outcome": _REPORT_UPHELD if about.clause else _REPORT_OPEN,
        "item_measures": [measure.facts.wording for measure in on_item],
    }


def _plain(about: DecisionView) -> str:
    """Write the lines of a decision that needs no statement, indented as a letter is."""
    return "\n\n".join(
        label + "\n" + "\n".join(f"    {line}" for line in value.splitlines())
        for label, value in about.lines
    )


def _restitution_facts(restitution: Restitution | None) -> dict[str, Any]:
    return {
        "undone": restitution.undone if restitution else (),
        "not_undone": restitution.not_undone if restitution else (),
    }


def _inverses(measure: str | None) -> list[str]:
    return [Measure(measure).facts.inverse] if measure else []


def _language(tx: ReadTx, payload: Mapping[str, Any], about: DecisionView | None) -> str:
    """Return the reader's language: the report's, or the account's; English when not known."""
    found: str | None = None
    if "report_id" in payload:
        found = intake.report(tx, people.SYSTEM, payload["report_id"]).language
    elif about is not None and about.account_id is not None:
        account = intake.account(tx, about.account_id)
        found = account.language if account else None
    elif payload.get("account_id") is not None:
        account = intake.account(tx, payload["account_id"])
        found = account.language if account else None
    return found or letters.LANGUAGE_DEFAULT
