"""Which statements of reasons are owed to the Commission's database, and what each would say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from evenhand import decision, intake, people, policy
from evenhand.db import ReadTx
from evenhand.transparency.dsa.checking import check
from evenhand.transparency.dsa.mapping import Decided, NotOwed, body_of, not_owed
from evenhand.transparency.dsa.model import Checked, Severity

PAGE: Final = 500
NOT_TO_BE_SENT: Final = frozenset({Severity.REFUSED, Severity.PERSONAL})


@dataclass(frozen=True, slots=True)
class Prepared:
    """A decision's statement: its body and what a check of it says, or why none is owed."""

    decision_id: str
    body: dict[str, Any] | None
    checked: Checked | None
    not_owed: NotOwed | None

    @property
    def may_be_sent(self) -> bool:
        """Tell whether it is owed, would be taken, and holds no personal data we can see."""
        return self.checked is not None and not any(
            fault.severity in NOT_TO_BE_SENT for fault in self.checked.faults
        )


def prepare(tx: ReadTx, actor: people.Actor, decision_id: str) -> Prepared:
    """Write the body of one decision's statement and check it. Raises NotAllowed, NoSuchDecision.

    Nothing of who reported it is read but whether a trusted flagger's notice led to it.
    """
    decided = _decided(tx, actor, decision_id)
    if decided is None:
        return Prepared(decision_id, None, None, NotOwed("no_restriction", "No rule was broken."))
    if (why := not_owed(decided)) is not None:
        return Prepared(decision_id, None, None, why)
    body = body_of(decided)
    return Prepared(decision_id, body, check(body), None)


def statements(
    tx: ReadTx, actor: people.Actor, *, since: datetime, until: datetime
) -> Iterator[Prepared]:
    """Give every statement of a period, oldest first; `until` is exclusive. Raises NotAllowed."""
    after: str | None = None
    while True:
        page = decision.with_statements(
            tx, actor, since=since, until=until, after=after, limit=PAGE
        )
        for decision_id in page:
            yield prepare(tx, actor, decision_id)
        if len(page) < PAGE:
            return
        after = page[-1]


def _decided(tx: ReadTx, actor: people.Actor, decision_id: str) -> Decided | None:
    view = decision.decision(tx, actor, decision_id)
    if view.clause is None:
        return None
    reports = intake.answered_by(tx, view.item_id, view.id)
    notices = [each for each in reports if each.basis is intake.ReportBasis.NOTICE]
    address = tx.resources.service.public_url
    return Decided(
        decision=view,
        item=intake.item(tx, actor, view.item_id),
        clause=policy.clause(tx, view.clause.key, view.clause.version),
        trusted=any(each.trusted for each in notices),
        rules_url=f"{address}/policy" if address.startswith("https://") else None,
    )
