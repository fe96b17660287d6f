"""Which statements are owed to the Commission's database, what each says, and how it stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from evenhand import decision, intake, ledger, people, policy
from evenhand.db import ReadTx
from evenhand.kit.clock import midnight, stamp
from evenhand.transparency import store
from evenhand.transparency.dsa.answers import Answers, not_counted_twice
from evenhand.transparency.dsa.by_heading import Report
from evenhand.transparency.dsa.checking import check
from evenhand.transparency.dsa.mapping import Decided, NotOwed, body_of, not_owed
from evenhand.transparency.dsa.model import Checked, Severity
from evenhand.transparency.dsa.personal import FREE_TEXTS, cut_out
from evenhand.transparency.dsa.tallying import COUNTED, Counting

PAGE: Final = 500
NOT_TO_BE_SENT: Final = frozenset({Severity.REFUSED, Severity.PERSONAL})


class State(StrEnum):
    """Where a decision's statement stands. Of what nothing is known, nobody has looked yet."""

    SENDING = "sending"
    """It left, or is about to, and the answer is not known yet."""
    STORED = "stored"
    HELD = "held"
    """Our own check keeps it back: a person has to look."""
    REFUSED = "refused"
    """The database refused it: a person has to look."""
    AGAIN = "again"
    """A person has looked: it is sent next time."""
    NOT_OWED = "not_owed"


@dataclass(frozen=True, slots=True)
class Standing:
    """One statement that waits for a person, and the field and sentence of each fault."""

    decision_id: str
    state: State
    faults: tuple[tuple[str, str], ...]
    since: datetime


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

    Nothing of who reported it is read but whether a trusted flagger's notice led to it. Where a
    person said so, what looks like personal data is cut out.
    """
    decided = _decided(tx, actor, decision_id)
    if decided is None:
        return Prepared(decision_id, None, None, NotOwed("no_restriction", "No rule was broken."))
    if (why := not_owed(decided)) is not None:
        return Prepared(decision_id, None, None, why)
    body = body_of(decided)
    before = store.load(tx, decision_id)
    if before is not None and before["detail"].get("cut"):
        body |= {name: cut_out(body[name]) for name in FREE_TEXTS if name in body}
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


def in_flight(tx: ReadTx, actor: people.Actor) -> list[str]:
    """Return the puids of what left, and of which no answer is known. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_NUMBERS)
    return [row["decision_id"] for row in store.in_state(tx, [State.SENDING])]


def waiting(tx: ReadTx, actor: people.Actor) -> list[Standing]:
    """Return the statements that wait for a person, oldest decision first. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_NUMBERS)
    return [
        Standing(
            decision_id=row["decision_id"],
            state=State(row["state"]),
            faults=tuple((each["field"], each["says"]) for each in row["detail"]["faults"]),
            since=row["changed_at"],
        )
        for row in store.in_state(tx, [State.HELD, State.REFUSED])
    ]


def standing(tx: ReadTx, actor: people.Actor) -> dict[State, int]:
    """Count statements by where they stand. Raises NotAllowed."""
    people.require(actor, people.Permission.SEE_NUMBERS)
    counts = store.counts(tx)
    return {state: counts.get(state, 0) for state in State}


def harmonised_report(tx: ReadTx, *, first: date, last: date, answers: Answers) -> Report:
    """Count a period, both days included, from the public lines of the log alone.

    Rules: Implementing Regulation (EU) 2024/2835, Annex II. The report is public, so anybody may.
    Raises AnswersRefused when the answers list an order that the log has.
    """
    since, until = stamp(midnight(first)), stamp(midnight(last + timedelta(days=1)))
    counting = Counting(since, until)
    counting.expect(ledger.events(tx, ["appeal.filed", "appeal.decided"]))
    tally = counting.read(ledger.events(tx, COUNTED))
    not_counted_twice(answers, tally.ordered)
    return Report(
        first=first,
        last=last,
        service=answers.service or tx.resources.service.name,
        published=tx.now.date(),
        tally=tally,
        answers=answers,
    )


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
