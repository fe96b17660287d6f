"""A rule holds what it proposed to hold, and lets go what only waited for a look that succeeded.

Every hold is reversible, cites its clause, comes with reasons and a message, and is put before a
person (charter, promises 1 and 13).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evenhand import intake, people, queue, rules
from evenhand.db import Row, Tx
from evenhand.decision import store
from evenhand.decision.commands import following
from evenhand.decision.commands.deciding import entries_cited
from evenhand.decision.commands.making import Maker, Matter, make
from evenhand.decision.commands.undoing import reverse
from evenhand.decision.model import Outcome, ReversedBy, Verdict
from evenhand.policy import Basis, Measure


@dataclass(frozen=True)
class Words:
    """What the person is told of a hold: the facts, and why it may wait for a person."""

    facts: str
    reasons: str


_KNOWN: Final = Words(
    facts="Part of your {kind} matches an entry in a list of known material that this "
    "service keeps. It waits, unseen by others, until a person has looked at it.",
    reasons="The list holds material that was confirmed to break this rule, and the match is "
    "close enough to wait for a person rather than be shown meanwhile.",
)
_ADULT: Final = Words(
    facts="Two programs that judge pictures both took one in your {kind} for sexual material. It "
    "waits, unseen by others, until a person has looked at it.",
    reasons="Programs like these err, so they decide nothing: when two of them agree, the picture "
    "waits for a person rather than be shown meanwhile to people who did not ask for it.",
)
_WAITS: Final = Words(
    facts="The automatic check of your {kind} did not finish: a checking program failed or ran "
    "out of time. It waits, unseen by others, until that check or a person has finished.",
    reasons="On this service a {kind} is checked before others see it. Nothing wrong was found "
    "in yours, and it appears by itself as soon as the check succeeds.",
)
_BY_RULE: Final = Words(
    facts="A rule that this service keeps found something in your {kind}: {why} It waits, unseen by"
    " others, until a person has looked at it.",
    reasons="Rules err, so they decide nothing. This one was tried on the past before it was used,"
    " and finds what waits for a person rather than be shown meanwhile.",
)
_WORDS: Final = {
    rules.ADULT_IMAGES.id: _ADULT,
    rules.NOT_LOOKED_AT.id: _WAITS,
}
"""What is told of a hold, by the rule that proposed it."""


def _words_for(first: rules.ProposalView) -> Words:
    if first.evidence.get("confirmed"):
        return _KNOWN
    return _WORDS.get(first.rule, _BY_RULE)


def hold_proposed(tx: Tx, item_id: str) -> str | None:
    """Let a rule hold an item until a person has looked, reversibly and with notice.

    Returns the hold's id, or None when no hold is proposed, the item is held already, or a
    person has found this very item to be fine. A hold that only waited for a look is replaced by
    one that rests on what was found.
    """
    tx.lock(f"item:{item_id}")
    proposed = [p for p in rules.untaken(tx, item_id) if p.action == "hold"]
    if not proposed:
        return None
    rules.mark_taken(tx, [p.id for p in proposed])
    first = proposed[0]
    standing = _settling(tx, item_id)
    waits = first.rule == rules.NOT_LOOKED_AT.id
    if standing and (waits or not all(map(_is_wait, standing))):
        return None
    assert first.clause_key is not None, "a hold names its clause"
    actor = people.rule_actor(first.rule, first.rule_version)
    item = intake.item(tx, people.SYSTEM, item_id)
    words = _words_for(first)
    verdict = Verdict(
        outcome=Outcome.VIOLATION,
        clause_key=first.clause_key,
        measures=(Measure.HIDE,),
        facts=words.facts.format(kind=item.kind, why=first.why),
        reasons=words.reasons.format(kind=item.kind),
    )
    maker = Maker(actor, actor.name, by_rule=True, detected_automatically=not waits)
    cited = entries_cited(proposed)
    matter = Matter(item, None, Basis.OWN_INITIATIVE, evidence=cited, provisional=True)
    hold_id = make(tx, maker, matter, verdict)
    following.replace_holds(tx, item, hold_id)
    return hold_id


def end_wait(tx: Tx, item_id: str) -> bool:
    """Let go what was held or queued only because nothing could look, once something could.

    What was found meanwhile is not let go for a moment: its own hold takes this one's place.
    Returns whether anything ended.
    """
    tx.lock(f"item:{item_id}")
    if not rules.end_wait(tx, item_id):
        return False
    if not any(p.action == "hold" for p in rules.untaken(tx, item_id)):
        for row in filter(_is_wait, _settling(tx, item_id)):
            actor = people.rule_actor(rules.NOT_LOOKED_AT.id, rules.NOT_LOOKED_AT.version)
            reverse(tx, actor, row["id"], by=ReversedBy.LOOKED_AT)
    queue.withdraw(tx, item_id)
    return True


def _settling(tx: Tx, item_id: str) -> list[Row]:
    """Return the holds and the persons' words that stand on this very version of an item."""
    settling = {Outcome.VIOLATION.value, Outcome.NO_VIOLATION.value}
    return [
        row
        for row in store.on_item(tx, item_id)
        if row["outcome"] in settling
        and row["reversed_at"] is None
        and row["superseded_by"] is None
    ]


def _is_wait(row: Row) -> bool:
    """Tell whether a decision is a hold that waits for nothing but a look."""
    rule = f"rule:{rules.NOT_LOOKED_AT.id}@"
    return bool(row["provisional"]) and str(row["by_ref"]).startswith(rule)
