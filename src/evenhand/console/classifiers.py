"""Classifiers: what each version learned from, how it did, and who lets it look or retires it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Response

from evenhand import decision, detection, people, policy
from evenhand.console.frame import ConsoleRoute, SignedIn, Visit
from evenhand.detection import ClassifierView, Measured
from evenhand.pages import N_
from evenhand.people import Permission
from evenhand.policy import Clause

router = APIRouter(route_class=ConsoleRoute)

#: How sure thresholds may be asked to be, with what that takes.
CONFIDENCES: Final = (
    ("0.99", N_("99 %: at least 99 answers of each sort kept aside")),
    ("0.95", N_("95 %: at least 19")),
    ("0.9", N_("90 %: at least 9")),
)


@dataclass(frozen=True)
class Row:
    """A clause under which something may be learned: its answers so far, and its versions."""

    clause: Clause
    broke: int
    fine: int
    versions: tuple[ClassifierView, ...]

    @property
    def enough(self) -> bool:
        """Tell whether there are answers enough to learn from at all."""
        return min(self.broke, self.fine) >= detection.LESSONS_MIN


@dataclass(frozen=True)
class Figure:
    """One measure of a version, beside that of the version that was in force."""

    says: str
    now: float | None
    then: float | None


@router.get("/classifiers")
def every_classifier(visit: SignedIn) -> Response:
    """List clauses with their answers and versions, and offer to train one."""
    people.require(visit.actor, Permission.SEE_NUMBERS)
    return _every(visit)


@router.post("/classifiers")
def train(visit: SignedIn) -> Response:
    """Ask a worker to learn a new version under a clause."""
    try:
        visit.do(
            detection.ask_training,
            visit.text("clause"),
            why=visit.text("why"),
            confidence=float(visit.text("confidence")),
        )
    except (detection.NeedsAReason, detection.TrainingWaits, detection.NotLearnable) as why:
        return _every(visit, problem=str(why))
    except ValueError:
        return _every(visit, problem="Choose from the lists.")
    return visit.to("/classifiers?asked=1")


@router.get("/classifiers/{model_id}")
def one_classifier(visit: SignedIn, model_id: str) -> Response:
    """Show a version's card and figures, beside those of the version in force when it was made."""
    return _one(visit, model_id)


@router.post("/classifiers/{model_id}/enforce")
def enforce(visit: SignedIn, model_id: str) -> Response:
    """Put a version in force."""
    try:
        visit.do(detection.enforce_classifier, model_id, why=visit.text("why"))
    except detection.NeedsAReason as why:
        return _one(visit, model_id, problem=str(why))
    return visit.to(f"/classifiers/{model_id}")


@router.post("/classifiers/{model_id}/retire")
def retire(visit: SignedIn, model_id: str) -> Response:
    """Retire a version; what rested on it is looked at again."""
    try:
        visit.do(detection.retire_classifier, model_id, why=visit.text("why"))
    except detection.NeedsAReason as why:
        return _one(visit, model_id, problem=str(why))
    return visit.to(f"/classifiers/{model_id}")


def _every(visit: Visit, *, problem: str = "") -> Response:
    found = visit.ask(detection.classifiers)
    answers = visit.ask(decision.answered)
    fine = sum(one.broke is None for one in answers)
    rows = [
        Row(
            clause,
            broke=sum(one.broke == clause.key for one in answers),
            fine=fine,
            versions=tuple(one for one in found if one.clause_key == clause.key),
        )
        for clause in visit.house.ask(policy.clauses)
        if clause.harm not in detection.UNLEARNABLE
    ]
    return visit.page(
        "classifiers.html",
        at="classifiers",
        status=422 if problem else 200,
        rows=rows,
        needed=detection.LESSONS_MIN,
        in_force=any(one.state is detection.State.IN_FORCE for one in found),
        a_day=visit.house.settings.labels_per_day,
        alarms=visit.ask(detection.alarms),
        versions={one.id: one for one in found},
        trainings=visit.ask(detection.trainings),
        clauses=[(row.clause.key, f"{row.clause.number} {row.clause.title}") for row in rows],
        confidences=CONFIDENCES,
        asked="asked" in visit.request.query_params and not problem,
        problems=[problem] if problem else [],
        form=visit.form,
    )


def _one(visit: Visit, model_id: str, *, problem: str = "") -> Response:
    one = visit.ask(detection.classifier, model_id)
    refs = {one.asked_by, one.enforced_by, one.retired_by} - {None}
    return visit.page(
        "classifier.html",
        at="classifiers",
        status=422 if problem else 200,
        one=one,
        card=detection.card_of(one),
        figures=_figures(one.report.measured, one.report.measured_current),
        alarms=visit.ask(detection.alarms, one.id),
        resting=len(visit.house.ask(decision.resting_on, one.id)),
        names={ref: visit.house.ask(people.name_of, ref) for ref in refs if ref},
        problems=[problem] if problem else [],
    )


def _figures(now: Measured, then: Measured | None) -> list[Figure]:
    """Set the measures of two versions side by side; None where it cannot be said."""
    named = (
        ("auc", N_("A breaking item scores above a fine one (AUC)")),
        ("calibration_error", N_("Scores are off from shares by")),
        ("covered_fine", N_("Fine items that were not proposed")),
        ("covered_broke", N_("Breaking items that were not let be")),
        ("auto", N_("Items it would propose")),
        ("people", N_("Items it leaves to people")),
        ("ignore", N_("Items it would let be")),
        ("wrong_among_auto", N_("Of those proposed, fine ones")),
    )
    return [
        Figure(says, getattr(now, name), getattr(then, name) if then else None)
        for name, says in named
    ]
