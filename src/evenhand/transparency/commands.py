"""What is published is put on the log first: checkpoints, and cases as they are told and approved.

A case is public only once somebody other than its teller has read it and answers for it, and only
if what is known of it is still what was told.
"""

from __future__ import annotations

from evenhand import ledger, people
from evenhand.db import Tx
from evenhand.kit.ids import short
from evenhand.ledger.append import append
from evenhand.people import Permission
from evenhand.transparency import told_store
from evenhand.transparency.errors import (
    CaseAnswered,
    CaseChanged,
    CaseNotToBeTold,
    CaseNotYours,
    NothingNewToPublish,
)
from evenhand.transparency.own_words import problems
from evenhand.transparency.told import CaseState, ToldCase
from evenhand.transparency.told_queries import material

TELLING = "told-cases"
WHY_WORDS_MIN = 3


def publish_checkpoint(tx: Tx, actor: people.Actor) -> str:
    """Record the log's checkpoint as it stands, keep it apart, and return it as a signed note.

    Raises NothingNewToPublish when the log is empty or its last line is a published checkpoint.
    """
    people.require(actor, people.Permission.READ_LEDGER)
    note, size = ledger.head(tx), ledger.size(tx)
    last = max((line["n"] for line in ledger.events(tx, ["checkpoint.published"])), default=-1)
    if note is None or last == size - 1:
        raise NothingNewToPublish("Nothing was recorded since the last published checkpoint.")
    append(
        tx,
        "checkpoint.published",
        subject=f"checkpoint-{size}",
        actor=actor.ref,
        public={"size": size, "note": note},
    )
    published, shelf = note, tx.resources.shelf
    tx.after_commit.append(lambda: shelf.publish(published, size=size))
    return note


def tell_case(tx: Tx, actor: people.Actor, decision_id: str, *, title: str, words: str) -> str:
    """Keep a decision as a case that waits for a lead; return the case's id.

    A decision is told once at a time: an earlier telling has to be sent back or withdrawn first.
    Raises CaseNotToBeTold, CaseAnswered, NoSuchDecision, HiddenUntilJudged, NotAllowed.
    """
    people.require(actor, Permission.REVIEW)
    tx.lock(TELLING)
    found = material(tx, actor, decision_id)
    title, words = " ".join(title.split()), words.strip()
    missing = problems(title, words, found.known)
    if missing:
        raise CaseNotToBeTold(missing)
    waiting = {CaseState.DRAFT, CaseState.APPROVED}
    if any(each.state in waiting for each in told_store.of_decision(tx, decision_id)):
        raise CaseAnswered("This decision is told already: withdraw that telling first.")
    case_id = tx.new_id()
    case = ToldCase(
        id=case_id,
        short=short(case_id),
        decision_id=decision_id,
        title=title,
        words=words,
        facts=found.facts,
        state=CaseState.DRAFT,
        told_by=actor.id,
        told_at=tx.now,
        answered_by=None,
        answered_at=None,
        why=None,
    )
    told_store.insert(tx, case)
    append(
        tx,
        "case.told",
        subject=case_id,
        actor=actor.ref,
        public={"clause": found.facts.clause_key, "harm": found.facts.harm},
        private={"decision_id": decision_id, "title": title, "words": words},
    )
    return case_id


def approve_case(tx: Tx, actor: people.Actor, case_id: str) -> None:
    """Publish a case that somebody else told.

    Everything is looked at once more: what was told has to be still so, and still common enough.
    Raises CaseNotYours, CaseAnswered, CaseChanged, CaseNotToBeTold, NoSuchCase, NotAllowed.
    """
    people.require(actor, Permission.PUBLISH_CASES)
    case = _waiting(tx, case_id)
    if case.told_by == actor.id:
        raise CaseNotYours
    found = material(tx, actor, case.decision_id)
    if found.facts != case.facts:
        raise CaseChanged
    missing = problems(case.title, case.words, found.known)
    if missing:
        raise CaseNotToBeTold(missing)
    told_store.answer(tx, case_id, CaseState.APPROVED, by=actor.id, why=None)
    append(
        tx,
        "case.approved",
        subject=case_id,
        actor=actor.ref,
        public={"clause": case.facts.clause_key, "harm": case.facts.harm},
        private={"title": case.title, "words": case.words, "facts": case.facts.as_record()},
    )


def return_case(tx: Tx, actor: people.Actor, case_id: str, *, why: str) -> None:
    """Send a case that somebody else told back to them, with why.

    Raises CaseNotYours, CaseAnswered, CaseNotToBeTold, NoSuchCase, NotAllowed.
    """
    people.require(actor, Permission.PUBLISH_CASES)
    case = _waiting(tx, case_id)
    if case.told_by == actor.id:
        raise CaseNotYours
    said = _why(why)
    told_store.answer(tx, case_id, CaseState.RETURNED, by=actor.id, why=said)
    append(tx, "case.returned", subject=case_id, actor=actor.ref, public={}, private={"why": said})


def withdraw_case(tx: Tx, actor: people.Actor, case_id: str, *, why: str) -> None:
    """Take a case back, published or not; it is gone from the public pages at once.

    Whoever told it may, before it is published, and whoever manages quality at any time. Raises
    CaseAnswered, CaseNotToBeTold, NoSuchCase, NotAllowed.
    """
    tx.lock(TELLING)
    case = told_store.load(tx, case_id)
    if case.told_by != actor.id or case.state is CaseState.APPROVED:
        people.require(actor, Permission.MANAGE_QUALITY)
    if case.state is CaseState.WITHDRAWN:
        raise CaseAnswered
    said = _why(why)
    told_store.answer(tx, case_id, CaseState.WITHDRAWN, by=actor.id, why=said)
    append(
        tx,
        "case.withdrawn",
        subject=case_id,
        actor=actor.ref,
        public={"was": case.state.value},
        private={"why": said},
    )


def _waiting(tx: Tx, case_id: str) -> ToldCase:
    tx.lock(TELLING)
    case = told_store.load(tx, case_id)
    if case.state is not CaseState.DRAFT:
        raise CaseAnswered
    return case


def _why(text: str) -> str:
    said = text.strip()
    if len(said.split()) < WHY_WORDS_MIN:
        raise CaseNotToBeTold(["Say why, in a few words, so that the teller knows what to change."])
    return said
