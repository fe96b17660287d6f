"""Looking at told cases: all of them for staff, the approved ones for everybody."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from evenhand import decision, intake, ledger, people, policy
from evenhand.db import ReadTx
from evenhand.people import Permission
from evenhand.transparency import told_store as store
from evenhand.transparency.errors import CaseNotToBeTold, NotInTheLog
from evenhand.transparency.own_words import Known
from evenhand.transparency.register import Aftermath
from evenhand.transparency.told import (
    CaseFacts,
    CaseState,
    PublicCase,
    ToldCase,
    alike_of,
    facts_of,
    reasons_against,
)

LISTED_MAX = 200


@dataclass(frozen=True, slots=True)
class Material:
    """What a decision gives to a telling, and what may not be in one."""

    facts: CaseFacts
    known: Known


def material(tx: ReadTx, actor: people.Actor, decision_id: str) -> Material:
    """Return what may be told of a decision, off the ledger's lines and the rule alone.

    Raises CaseNotToBeTold, NoSuchDecision, HiddenUntilJudged, NotInTheLog, NotAllowed.
    """
    view = decision.decision(tx, actor, decision_id)
    lines = list(ledger.events(tx, ["decision.made"], subject=decision_id))
    if not lines:
        raise NotInTheLog(decision_id)
    line = lines[0]
    appeals = [
        each
        for each in ledger.events(tx, ["appeal.filed", "appeal.decided"])
        if each["data"].get("decision_id") == decision_id
    ]
    ended = (
        each
        for each in ledger.events(tx, ["measure.ended"])
        if each["data"].get("decision_id") == decision_id
    )
    reversed_ = ledger.events(tx, ["decision.reversed"], subject=decision_id)
    state = Aftermath().read([*reversed_, *ended]).state_of(line)
    made = ledger.events(tx, ["decision.made"])
    alike = alike_of(made, str(line["data"]["clause"]), now=tx.now)
    against = reasons_against(line, state=state, appeals=appeals, alike=alike, now=tx.now)
    if against:
        raise CaseNotToBeTold(against)
    data = line["data"]
    clause = policy.clause(tx, data["clause"], data["clause_version"])
    facts = facts_of(line, clause=clause, state=state, appeals=appeals)
    return Material(facts, _known(tx, actor, view))


def _known(tx: ReadTx, actor: people.Actor, view: decision.DecisionView) -> Known:
    item = intake.item(tx, actor, view.item_id)
    account = item.account
    names = [item.external_id, item.id, item.short, view.id, view.short, item.url or ""]
    if account is not None:
        names += [account.id, account.external_id, account.name]
    media = {one.field for one in item.media}
    texts = [text for each in item.fields if each.name not in media for text in _texts(each.value)]
    texts += [each.explanation for each in intake.reports_of(tx, actor, item.id)]
    return Known(tuple(names), tuple(texts))


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, list | tuple):
        return [text for each in value for text in _texts(each)]
    return []


def case(tx: ReadTx, actor: people.Actor, case_id: str) -> ToldCase:
    """Return one case to staff. Raises NoSuchCase, NotAllowed."""
    people.require(actor, Permission.SEE_QUEUE)
    return store.load(tx, case_id)


def cases(
    tx: ReadTx, actor: people.Actor, *, state: CaseState | None = None, limit: int = LISTED_MAX
) -> list[ToldCase]:
    """Return cases to staff, newest first. Raises NotAllowed."""
    people.require(actor, Permission.SEE_QUEUE)
    return store.every(tx, state=state, limit=limit)


def public_cases(tx: ReadTx) -> list[PublicCase]:
    """Return every approved case, newest first, as everybody sees it."""
    found = store.every(tx, state=CaseState.APPROVED, limit=LISTED_MAX)
    return [_public(tx, each) for each in found]


def public_case(tx: ReadTx, short_id: str) -> PublicCase:
    """Return one approved case as everybody sees it. Raises NoSuchCase."""
    return _public(tx, store.load_public(tx, short_id))


def _public(tx: ReadTx, told: ToldCase) -> PublicCase:
    """Say how it stands today: a decision may be reversed after it was told."""
    lines = list(ledger.events(tx, ["decision.reversed"], subject=told.decision_id))
    facts = told.facts
    if lines:
        made = {"subject": told.decision_id, "data": {"measures": []}}
        facts = replace(facts, state=Aftermath().read(lines).state_of(made))
    return PublicCase(told.short, told.title, told.words, facts)
