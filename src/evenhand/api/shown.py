"""From what the rooms show to what the host is answered: the same words at every door.

`hold` keeps an item from view for now, `review` shows it and a person looks, `allow` is neither,
and `restricted` is what a person decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from evenhand import decision, detection, intake, people, queue, rules
from evenhand.api import answers
from evenhand.decision import DecisionView
from evenhand.intake import ReceivedItem
from evenhand.people import Actor

if TYPE_CHECKING:
    from evenhand.db import ReadTx

Verdict = Literal["allow", "hold", "review"]
Stands = Literal["allow", "hold", "review", "restricted"]


def received(tx: ReadTx, item: ReceivedItem, *, complete: bool) -> dict[str, Any]:
    """Answer what became of an item that was sent."""
    stands = _standing(tx, item.item_id, complete=complete)
    return answers.ItemReceived(item_id=item.item_id, created=item.created, **stands).model_dump(
        mode="json"
    )


def assessed(tx: ReadTx, actor: Actor, checked: intake.CheckedItem) -> dict[str, Any]:
    """Look at an item without storing it, and answer what would become of it. Slow.

    Raises NotAllowed.
    """
    said = detection.look(tx, actor, checked, needed=rules.detectors_read(tx))
    proposed = rules.would_propose(tx, actor, checked, said)
    answers_given = [
        answers.Assessed(
            detector=one.detector,
            version=one.detector_version,
            answer=one.finding.answer.value,
            field=one.finding.field,
            says=one.finding.why,
        )
        for one in said
    ]
    reasons = [(f"{one.rule.id}@{one.rule.version}", one.why) for one in proposed]
    return answers.Assessment(
        verdict=_verdict([one.action for one in proposed]),
        **_looked(reasons, answers_given, complete=True),
    ).model_dump(mode="json")


def _verdict(actions: Iterable[rules.Action]) -> Verdict:
    """Say what follows from what the rules propose."""
    asked = set(actions)
    if rules.Action.HOLD in asked:
        return "hold"
    return "review" if rules.Action.ENQUEUE in asked else "allow"


def _looked(
    reasons: Iterable[tuple[str, str]], said: Sequence[answers.Assessed], *, complete: bool
) -> dict[str, Any]:
    """Tell the reasons, each once, and every detector that could not look beside them."""
    failed = [one for one in said if one.answer == "failed"]
    unlooked = dict.fromkeys((f"{one.detector}@{one.version}", one.says) for one in failed)
    return {
        "reasons": [
            *(answers.Reason(rule=rule, says=says) for rule, says in dict.fromkeys(reasons)),
            *(answers.Unlooked(detector=detector, says=says) for detector, says in unlooked),
        ],
        "assessments": list(said),
        "looked_at": complete and bool(said) and not failed,
    }


def item(tx: ReadTx, actor: Actor, item_id: str) -> dict[str, Any]:
    """Answer one version of an item, with where it stands. Raises NoSuchItem, NotAllowed."""
    view = intake.item(tx, actor, item_id)
    account = None
    if view.account is not None:
        external_id, name = view.account.external_id, view.account.name
        account = answers.Account(id=external_id, name=name, language=view.account.language)
    return answers.Item(
        item_id=view.id,
        kind=view.kind,
        id=view.external_id,
        version=view.version,
        account=account,
        url=view.url,
        reach=view.reach,
        fields=[
            answers.FieldShown(name=one.name, type=one.type, value=one.value) for one in view.fields
        ],
        media=[
            answers.Media(
                id=one.id,
                field=one.field,
                media_type=one.media_type,
                width=one.width,
                height=one.height,
                seconds=one.seconds,
            )
            for one in view.media
        ],
        created_at=view.created_at,
        received_at=view.received_at,
        **_standing(tx, item_id, complete=True),
    ).model_dump(mode="json")


def _standing(tx: ReadTx, item_id: str, *, complete: bool) -> dict[str, Any]:
    """Say what the host should do with an item now, and why.

    Until everything has looked at it, or when a detector failed, nobody may read "nothing was
    found" as "nothing is there" (charter, promise 5): `looked_at` says so.
    """
    task = queue.open_task(tx, item_id)
    stands = decision.standing_item(tx, item_id)
    verdict: Stands = "review" if stands == "allow" and task else stands
    proposed = rules.proposals_of(tx, people.SYSTEM, item_id) if verdict != "allow" else []
    said = [
        answers.Assessed(
            detector=one.detector,
            version=one.detector_version,
            answer=one.answer.value,
            field=one.field,
            says=one.why,
        )
        for one in detection.assessments(tx, people.SYSTEM, item_id)
    ]
    reasons = [(f"{one.rule}@{one.rule_version}", one.why) for one in proposed if not one.withdrawn]
    return {
        "verdict": verdict,
        "task_id": task.id if task else None,
        **_looked(reasons, said, complete=complete),
    }


def decided(view: DecisionView) -> dict[str, Any]:
    """Answer one decision with its statement of reasons, without who decided."""
    clause = None
    if view.clause is not None:
        clause = answers.ClauseShown(
            key=view.clause.key,
            number=view.clause.number,
            version=view.clause.version,
            title=view.clause.title,
        )
    return answers.Decision(
        decision_id=view.id,
        item_id=view.item_id,
        outcome=view.outcome.value,
        clause=clause,
        measures=[
            answers.MeasureShown(
                measure=one.measure.value,
                target=one.target,
                label=one.label,
                starts=one.starts,
                ends=one.ends,
                lifted_at=one.lifted_at,
            )
            for one in view.measures
        ],
        statement=decision.to_dict(view.statement) if view.statement else None,
        automated=view.automated,
        provisional=view.provisional,
        made_at=view.made_at,
        reversed_at=view.reversed_at,
        superseded_by=view.superseded_by,
    ).model_dump(mode="json")
