"""From what the rooms show to what the host is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from evenhand import decision, detection, intake, people, queue, rules
from evenhand.api import answers
from evenhand.decision import DecisionView
from evenhand.intake import ReceivedItem
from evenhand.people import Actor

if TYPE_CHECKING:
    from evenhand.db import ReadTx

Verdict = Literal["allow", "hold", "review"]


def received(tx: ReadTx, item: ReceivedItem, *, complete: bool) -> dict[str, Any]:
    """Answer what became of an item that was sent."""
    stands = _standing(tx, item.item_id, complete=complete)
    return answers.ItemReceived(item_id=item.item_id, created=item.created, **stands).model_dump(
        mode="json"
    )


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
    assessments = detection.assessments(tx, people.SYSTEM, item_id)
    task = queue.open_task(tx, item_id)
    stands = decision.standing_item(tx, item_id)
    verdict: Verdict = "hold" if stands != "allow" else "review" if task else "allow"
    proposed = rules.proposals_of(tx, people.SYSTEM, item_id) if verdict != "allow" else []
    said = {
        (f"{one.rule}@{one.rule_version}", one.why): None for one in proposed if not one.withdrawn
    }
    return {
        "verdict": verdict,
        "reasons": [answers.Reason(rule=rule, says=says) for rule, says in said],
        "task_id": task.id if task else None,
        "looked_at": complete
        and bool(assessments)
        and not any(one.answer == "failed" for one in assessments),
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
