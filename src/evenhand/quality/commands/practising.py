"""Keeping settled cases, and putting them before people: courses, calibration, hidden checks.

Nothing follows from any answer but what the person learns, and a certificate at the end of a course
that was passed.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import timedelta

from evenhand import appeal, decision, ledger, people, policy, queue, review
from evenhand.db import Tx
from evenhand.decision import Outcome, Verdict
from evenhand.ledger.append import append
from evenhand.people import Permission
from evenhand.policy import Harm
from evenhand.quality import practice_store as store
from evenhand.quality.errors import (
    LabelIncomplete,
    NeedsAReason,
    NotACase,
    NotAnExercise,
    SessionEnded,
    TooFewCases,
    TooFewPeople,
)
from evenhand.quality.model import (
    NOTE_CHARS_MAX,
    PEOPLE_MIN,
    REASON_WORDS_MIN,
    Label,
    broke,
    label_problems,
)
from evenhand.quality.practice import (
    CALIBRATION_CASES_MAX,
    CHECK_DUE,
    CHECKS_MAX,
    COURSE_CASES,
    PLANTED_WITHIN,
    SPARED,
    Case,
    Exercise,
    Session,
    SessionKind,
    by_lot,
    passed,
)
from evenhand.quality.practising import beside


def keep_case(tx: Tx, actor: people.Actor, decision_id: str, *, why: str) -> str:
    """Keep an item as a case, with the answer of a decision that stands; return its id.

    The decision is a person's, and another's than the actor's: two agree on every case. Raises
    NotACase, NeedsAReason, NotAllowed, NoSuchDecision.
    """
    people.require(actor, Permission.MANAGE_QUALITY)
    people.require(actor, Permission.REVIEW)
    made = decision.current(tx, decision_id)
    harm = _harm(tx, made)
    settled = made.outcome in {Outcome.VIOLATION, Outcome.NO_VIOLATION}
    if made.automated or made.provisional or not made.stands or not settled:
        raise NotACase("Only a person's decision that stands and says yes or no makes a case.")
    if harm in SPARED:
        raise NotACase("Nobody is shown such material to practise: a lead certifies for it.")
    if actor.id in appeal.looked_before(tx, made.item_id):
        raise NotACase("You decided about it yourself: somebody else has to call it a good case.")
    if store.case_on(tx, made.item_id) is not None:
        raise NotACase("This item is a case already.")
    said = why.strip()[:NOTE_CHARS_MAX]
    if len(said.split()) < REASON_WORDS_MIN:
        raise NeedsAReason
    case_id = tx.new_id()
    answer = broke(made.outcome.value, made.clause.key if made.clause else None)
    store.insert_case(
        tx,
        {
            "id": case_id,
            "decision_id": made.id,
            "item_id": made.item_id,
            "harm": harm.value,
            "answer": answer,
            "why": said,
            "added_by": actor.id,
            "added_at": tx.now,
        },
    )
    kept = {"decision_id": made.id, "answer": answer, "why": said}
    public = {"harm": harm.value}
    append(tx, "case.kept", subject=case_id, actor=actor.ref, public=public, private=kept)
    return case_id


def begin_course(tx: Tx, actor: people.Actor, harm: Harm) -> str:
    """Begin the training for a kind of harm: ten cases, for the actor alone; return its id.

    Raises TooFewCases, NotAllowed.
    """
    people.require(actor, Permission.REVIEW)
    session_id = tx.new_id()
    seen = store.times_seen(tx, actor.id)
    chosen = by_lot(_open_to(tx, actor.id, harm), session_id, seen=seen)[:COURSE_CASES]
    if len(chosen) < COURSE_CASES:
        raise TooFewCases(
            f"A training takes {COURSE_CASES} cases that you have not decided, and there are"
            f" {len(chosen)}: ask a lead to keep more, or to certify you."
        )
    _begin(tx, session_id, SessionKind.COURSE, harm, {actor.id: chosen})
    return session_id


def begin_calibration(
    tx: Tx, actor: people.Actor, harm: Harm, *, staff_ids: Sequence[str], cases: int
) -> str:
    """Put the same cases before several people, each for themselves; return the session's id.

    Raises TooFewPeople, TooFewCases, StaffUnknown, NotAllowed.
    """
    people.require(actor, Permission.MANAGE_QUALITY)
    if len(set(staff_ids)) < PEOPLE_MIN:
        raise TooFewPeople
    session_id = tx.new_id()
    wanted = by_lot(store.every_case(tx, harm=harm.value), session_id, seen={})
    chosen = wanted[: min(cases, CALIBRATION_CASES_MAX)]
    if not chosen:
        raise TooFewCases("No case is kept for this kind of harm yet.")
    open_to = {}
    for staff_id in dict.fromkeys(staff_ids):
        people.require(people.staff_actor(tx, staff_id), Permission.REVIEW)
        mine = {case.id for case in _open_to(tx, staff_id, harm)}
        open_to[staff_id] = [case for case in chosen if case.id in mine]
    _begin(tx, session_id, SessionKind.CALIBRATION, harm, open_to)
    return session_id


def practise(tx: Tx, actor: people.Actor, task_id: str, answer: Label) -> str:
    """Answer one exercise of a session; return the session's id, which ends with the last answer.

    Raises NotAnExercise, LabelIncomplete, NotYours, LeaseEnded, NotAllowed.
    """
    review.held_task(tx, actor, task_id)
    exercise = store.of_task(tx, task_id)
    if exercise is None or exercise.session_id is None:
        raise NotAnExercise(task_id)
    missing = label_problems(answer, {clause.key for clause in policy.clauses(tx)})
    if missing:
        raise LabelIncomplete(missing)
    _answered(tx, actor, exercise, answer.broke)
    session = store.load_session(tx, exercise.session_id)
    if all(one.answer is not None for one in store.of_session(tx, session.id)):
        _end(tx, session)
    return session.id


def end_session(tx: Tx, actor: people.Actor, session_id: str) -> None:
    """End a session early: a lead a calibration, anybody a course of their own.

    Raises NoSuchSession, SessionEnded, NotAllowed.
    """
    session = store.load_session(tx, session_id)
    if session.staff_id != actor.id:
        people.require(actor, Permission.MANAGE_QUALITY)
    if session.ended_at is not None:
        raise SessionEnded(session_id)
    for one in store.of_session(tx, session_id):
        if one.answer is None:
            queue.take_back(tx, one.task_id)
            store.drop_exercise(tx, one.id)
    _end(tx, session)


def plant_checks(
    tx: Tx, actor: people.Actor, count: int, *, within: timedelta = PLANTED_WITHIN
) -> int:
    """Have settled cases put into the queue again, as ordinary tasks; return how many.

    Each comes at a moment of its own, which nobody knows, so that none can be told by the others
    that came with it. Raises TooFewCases, NotAllowed.
    """
    people.require(actor, Permission.MANAGE_QUALITY)
    free = [case for case in store.every_case(tx) if not _is_under_way(tx, case.id)]
    chosen = by_lot(free, tx.new_id(), seen={})[: min(count, CHECKS_MAX)]
    if not chosen:
        raise TooFewCases("No case is left that could be put into the queue: keep more of them.")
    for case in chosen:
        seconds = secrets.randbelow(int(within.total_seconds()) + 1)
        run_at = tx.now + timedelta(seconds=seconds)
        ledger.jobs.enqueue(tx, CHECK_DUE, {"subject": case.id}, run_at=run_at)
    public = {"checks": len(chosen)}
    append(tx, "checks.planted", subject="checks", actor=actor.ref, public=public)
    return len(chosen)


def plant_check(tx: Tx, case_id: str) -> None:
    """Put one settled case into the queue, for anybody who has not looked at it before."""
    case = store.load_case(tx, case_id)
    not_for = sorted(appeal.looked_before(tx, case.item_id) | _practised(tx, case))
    task_id = queue.open_check(tx, case.item_id, harm=case.harm, not_for=not_for)
    store.insert_exercises(tx, [_row(tx, None, case, None, task_id)])


def _is_under_way(tx: Tx, case_id: str) -> bool:
    """Tell whether a case is, or is about to be, a hidden check that nobody answered yet."""
    waits = any(one.session_id is None and one.answer is None for one in store.of_case(tx, case_id))
    return waits or ledger.jobs.waiting_for(tx, case_id, CHECK_DUE) is not None


def answer_check(tx: Tx, actor: people.Actor, task_id: str, verdict: Verdict) -> None:
    """Take the verdict on a hidden check down; it is no decision, and nothing follows from it.

    It has to be as complete as a real one, and one that is escalated goes on to somebody else.
    Raises NotAnExercise, VerdictIncomplete, NotYours, LeaseEnded, NotAllowed.
    """
    task = review.held_task(tx, actor, task_id)
    exercise = store.of_task(tx, task_id)
    if exercise is None or exercise.session_id is not None:
        raise NotAnExercise(task_id)
    decision.check_complete(tx, verdict, task.account_id)
    if verdict.outcome is Outcome.ESCALATED:
        queue.release(tx, actor, task_id, skipped=verdict.note or "escalated")
        return
    store.change_exercise(tx, exercise.id, staff_id=actor.id)
    _answered(tx, actor, exercise, broke(verdict.outcome.value, verdict.clause_key))


def _answered(tx: Tx, actor: people.Actor, exercise: Exercise, answer: str) -> None:
    store.change_exercise(tx, exercise.id, answer=answer, answered_at=tx.now)
    queue.unblind(tx, exercise.task_id)
    review.finish(tx, actor, exercise.task_id, outcome="practised")


def _begin(
    tx: Tx,
    session_id: str,
    kind: SessionKind,
    harm: Harm,
    cases_of: dict[str, list[Case]],
) -> None:
    course = kind is SessionKind.COURSE
    store.insert_session(
        tx,
        {
            "id": session_id,
            "kind": kind.value,
            "harm": harm.value,
            "staff_id": next(iter(cases_of)) if course else None,
            "opened_at": tx.now,
        },
    )
    rows = []
    for staff_id, chosen in cases_of.items():
        for case in chosen:
            task_id = queue.open_exercise(tx, case.item_id, harm=harm, only_for=staff_id)
            rows.append(_row(tx, session_id, case, staff_id, task_id))
    store.insert_exercises(tx, rows)
    append(
        tx,
        "course.begun" if course else "calibration.begun",
        subject=session_id,
        actor=people.SYSTEM.ref,
        public={"harm": harm.value, "exercises": len(rows)},
        private={"staff": sorted(cases_of)},
    )


def _end(tx: Tx, session: Session) -> None:
    done = store.of_session(tx, session.id)
    course = session.kind is SessionKind.COURSE
    result = passed(beside(tx, done)) if course and len(done) >= COURSE_CASES else None
    store.change_session(tx, session.id, ended_at=tx.now, passed=result)
    append(
        tx,
        "course.ended" if course else "calibration.ended",
        subject=session.id,
        actor=people.SYSTEM.ref,
        public={"harm": session.harm.value, "answers": len(done)},
        private={"passed": result},
    )
    if result and session.staff_id is not None:
        why = "passed the training"
        harm = session.harm.value
        people.give_certificate(tx, people.SYSTEM, session.staff_id, harm, why=why)


def _row(
    tx: Tx, session_id: str | None, case: Case, staff_id: str | None, task_id: str
) -> dict[str, str | None]:
    return {
        "id": tx.new_id(),
        "session_id": session_id,
        "case_id": case.id,
        "staff_id": staff_id,
        "task_id": task_id,
    }


def _open_to(tx: Tx, staff_id: str, harm: Harm) -> list[Case]:
    """Return the cases of a harm about which somebody has not decided, nor kept them."""
    return [
        case
        for case in store.every_case(tx, harm=harm.value)
        if case.added_by != staff_id and staff_id not in appeal.looked_before(tx, case.item_id)
    ]


def _practised(tx: Tx, case: Case) -> frozenset[str]:
    """Return the ids of staff who kept a case or practised on it."""
    known = {one.staff_id for one in store.of_case(tx, case.id) if one.staff_id}
    return frozenset(known | {case.added_by})


def _harm(tx: Tx, made: decision.DecisionView) -> Harm:
    if made.clause is not None:
        return policy.clause(tx, made.clause.key, made.clause.version).harm
    if made.task_id is None:
        return Harm.OTHER
    return queue.task(tx, people.SYSTEM, made.task_id).harm
