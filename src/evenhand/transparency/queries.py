"""Everything published is read off the ledger's lines alone, never off the rooms' own rows.

The numbers, the register and the log are for everybody, so these queries take no actor, but for
a person's own line, which only their receipt opens, and the comparison of periods, whose small
numbers are for staff.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial

from evenhand import decision, ledger, people
from evenhand.db import ReadTx
from evenhand.ledger import checkpoint, merkle
from evenhand.transparency import register as rows
from evenhand.transparency import tables
from evenhand.transparency.catalogue import COUNTED_EVENTS
from evenhand.transparency.comparing import Comparison, Period, compare
from evenhand.transparency.days import by_day, of_days, portions
from evenhand.transparency.errors import NothingNewToPublish, NotInTheLog
from evenhand.transparency.model import (
    REGISTER_PAGE_ROWS,
    Figure,
    Numbers,
    OwnLine,
    RegisterPage,
)
from evenhand.transparency.public_log import withheld
from evenhand.transparency.reporting import ErrorRate, Report, sections_of
from evenhand.transparency.tables import Tally, together


def numbers(tx: ReadTx, *, since: datetime, until: datetime) -> Numbers:
    """Count everything that is published, from `since` until just before `until`.

    Of whole days, only lines are read that this process has not counted before.
    """
    counted = of_days(tx, since=since, until=until)
    if counted is None:
        counted = _one_by_one(tx, ledger.size(tx), since=since, until=until)
    return counted.numbers(since=since, until=until)


def _one_by_one(tx: ReadTx, size: int, *, since: datetime, until: datetime) -> Tally:
    each = portions(0, size)
    return together(count(tx, since=since, until=until, lines=lines) for lines in each)


def count(tx: ReadTx, *, since: datetime, until: datetime, lines: range) -> Tally:
    """Count a portion of the log.

    What a line says never changes, so portions may be counted apart, in any transaction, and put
    together in their order.
    """
    found = ledger.events(tx, COUNTED_EVENTS, since=since, until=until, lines=lines)
    return tables.count(found, since=since, until=until)


def comparison(tx: ReadTx, actor: people.Actor, period: Period) -> Comparison:
    """Count a period, its days, and the period before it, for staff: small numbers are told."""
    people.require(actor, people.Permission.SEE_NUMBERS)
    return compare(by_day(tx), period)


def figure(tx: ReadTx, figure_id: str, *, since: datetime, until: datetime) -> Figure:
    """Return one published figure by its id. Raises NoSuchFigure."""
    return numbers(tx, since=since, until=until).find(figure_id)[1]


def report(
    tx: ReadTx,
    *,
    since: datetime,
    until: datetime,
    error_rates: Sequence[ErrorRate] = (),
    counted: Callable[[int], Tally] | None = None,
) -> Report:
    """Count a period for the service's own report. Raises NothingNewToPublish for an empty log.

    `counted` counts the first so many lines in another way than one after another.
    """
    size, note = ledger.size(tx), ledger.head(tx)
    if note is None:
        raise NothingNewToPublish("The log is empty: there is nothing to report yet.")
    counting = counted or partial(_one_by_one, tx, since=since, until=until)
    found = counting(size).numbers(since=since, until=until)
    return Report(
        service=tx.resources.service.name,
        since=since,
        until=until,
        made_at=tx.now,
        size=size,
        withheld=withheld(tx, size),
        checkpoint=note,
        verifier_key=verifier_key(tx),
        sections=sections_of(found),
        error_rates=tuple(error_rates),
    )


def register(
    tx: ReadTx,
    *,
    cursor: int | None = None,
    harm: str | None = None,
    measure: str | None = None,
    limit: int = REGISTER_PAGE_ROWS,
) -> RegisterPage:
    """Return decisions under a clause, newest first; `cursor` is the page before's `older`."""
    found, older = rows.newest(
        ledger.events(tx, ["decision.made"]),
        before=cursor,
        harm=harm,
        measure=measure,
        rows=min(limit, REGISTER_PAGE_ROWS),
    )
    aftermath = rows.Aftermath().read(ledger.events(tx, ["decision.reversed", "measure.ended"]))
    return rows.fold(found, aftermath, older=older)


def own_line(tx: ReadTx, actor: people.Actor) -> OwnLine:
    """Return the line about a receipt's own matter with its proof. Raises NotInTheLog.

    Somebody decided about finds the decision as it is now, somebody who reported their report.
    """
    if actor.kind != "receipt" or actor.subject_id is None:
        raise NotInTheLog("Only a receipt opens somebody's own line.")
    if actor.subject_kind == "report":
        return line_about(tx, "report.received", actor.subject_id)
    view = decision.for_receipt(tx, actor)
    if view is None:
        raise NotInTheLog("The log has no line about this receipt.")
    return line_about(tx, "decision.made", view.id)


def line_about(tx: ReadTx, event: str, subject: str) -> OwnLine:
    """Return the first line of a type about a subject, with its proof. Raises NotInTheLog."""
    index = ledger.line_of(tx, event, subject)
    if index is None:
        raise NotInTheLog("The log has no such line.")
    proof = ledger.prove(tx, index)
    return OwnLine(
        index=proof.index,
        text=proof.text,
        leaf=merkle.leaf_hash(proof.text.encode()).hex(),
        size=proof.size,
        path=tuple(step.hex() for step in proof.path),
        checkpoint=proof.checkpoint,
        verifier_key=verifier_key(tx),
    )


def verifier_key(tx: ReadTx) -> str:
    """Return the public key that checks the log's checkpoints, in the signed-note format."""
    return checkpoint.verifier_line(ledger.signers(tx).current)


def earlier_keys(tx: ReadTx) -> list[tuple[int, str]]:
    """Return the keys that signed the log before, each with the line that put the next in force."""
    known = ledger.signers(tx)
    written = map(checkpoint.verifier_line, known.keys)
    return list(zip(known.lines, written, strict=False))
