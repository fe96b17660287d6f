"""Looking at practice: one's own sessions and checks, what a calibration shows, and the cases."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evenhand import people
from evenhand.db import ReadTx
from evenhand.kit.intervals import wilson
from evenhand.people import Permission
from evenhand.quality import practice_store as store
from evenhand.quality.agreement import agreement
from evenhand.quality.errors import NoSuchSession, NotEndedYet
from evenhand.quality.model import ANSWERS_MIN, PEOPLE_MIN, SEEN_FIRST
from evenhand.quality.practice import (
    Answered,
    Calibration,
    Case,
    Checked,
    Compared,
    Exercise,
    OwnSession,
    Session,
    SessionKind,
)


def cases(tx: ReadTx, actor: people.Actor) -> list[Case]:
    """Return every settled case, for those who keep them. Raises NotAllowed."""
    people.require(actor, Permission.MANAGE_QUALITY)
    return store.every_case(tx)


def is_check(tx: ReadTx, task_id: str) -> bool:
    """Tell a door whether a task is a hidden check. It is not for showing."""
    found = store.of_task(tx, task_id)
    return found is not None and found.session_id is None


def my_sessions(tx: ReadTx, actor: people.Actor) -> list[OwnSession]:
    """Return the actor's own courses and calibrations, newest first. Raises NotAllowed."""
    people.require(actor, Permission.REVIEW)
    mine = [one for one in store.of_person(tx, actor.id) if one.session_id is not None]
    ids = sorted({str(one.session_id) for one in mine}, reverse=True)
    return [
        OwnSession(
            store.load_session(tx, session_id),
            beside(tx, [one for one in mine if one.session_id == session_id]),
        )
        for session_id in ids
    ]


def my_checks(tx: ReadTx, actor: people.Actor) -> list[Answered]:
    """Return the hidden checks that the actor answered, newest first. Nobody else gets these."""
    people.require(actor, Permission.REVIEW)
    mine = [one for one in store.of_person(tx, actor.id) if one.session_id is None]
    return list(reversed(beside(tx, [one for one in mine if one.answer is not None])))


def checked(tx: ReadTx, actor: people.Actor) -> Checked:
    """Return how often checks were answered as settled, over all people together.

    Only answers that those who gave them could see for a week count. Raises NotAllowed.
    """
    people.require(actor, Permission.SEE_NUMBERS)
    seen = [
        one
        for one in store.checks(tx)
        if one.answered_at is not None and one.answered_at + SEEN_FIRST <= tx.now
    ]
    if len(seen) < ANSWERS_MIN:
        return Checked(len(seen), None, "few_answers")
    if len({one.staff_id for one in seen}) < PEOPLE_MIN:
        return Checked(len(seen), None, "few_people")
    return Checked(len(seen), wilson(sum(one.right for one in beside(tx, seen)), len(seen)))


def calibrations(tx: ReadTx, actor: people.Actor) -> list[Session]:
    """Return every calibration session, newest first. Raises NotAllowed."""
    people.require(actor, Permission.MANAGE_QUALITY)
    return store.every_session(tx, SessionKind.CALIBRATION)


def calibration(tx: ReadTx, actor: people.Actor, session_id: str) -> Calibration:
    """Return what a calibration session came to, once it has ended, to leads and those in it.

    Raises NoSuchSession, NotEndedYet.
    """
    session = store.load_session(tx, session_id)
    done = store.of_session(tx, session_id)
    in_it = any(one.staff_id == actor.id for one in done)
    lead = people.may(actor, Permission.MANAGE_QUALITY)
    if session.kind is not SessionKind.CALIBRATION or not (in_it or lead):
        raise NoSuchSession
    if session.ended_at is None:
        raise NotEndedYet(session_id)
    known = {case.id: case for case in store.every_case(tx)}
    answers: dict[str, list[str]] = {}
    for one in done:
        if one.answer is not None:
            answers.setdefault(one.case_id, []).append(one.answer)
    return Calibration(
        session,
        agreement(list(answers.values())),
        tuple(
            _compared(known[case_id], given)
            for case_id, given in sorted(answers.items())
            if len(given) >= PEOPLE_MIN  # of fewer, somebody's own answer could be told
        ),
    )


def beside(tx: ReadTx, done: Sequence[Exercise]) -> tuple[Answered, ...]:
    """Set answers beside the settled ones, which are shown only after the answer."""
    known = {case.id: case for case in store.every_case(tx)}
    told = []
    for one in done:
        case = known[one.case_id]
        shown = one.answer is not None
        told.append(
            Answered(
                one.task_id,
                one.answer,
                case.answer if shown else None,
                case.why if shown else None,
            )
        )
    return tuple(told)


def _compared(case: Case, given: Sequence[str]) -> Compared:
    counted = tuple(Counter(given).most_common())
    return Compared(case.item_id, case.answer, case.why, counted)
