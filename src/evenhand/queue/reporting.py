"""What the reports on an item add up to for its place in the queue; who sent them is not in it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from evenhand import intake, people
from evenhand.db import ReadTx
from evenhand.policy import Harm
from evenhand.queue.model import worse

#: A reporter counts as usually right after five settled reports of which four were upheld.
SETTLED_MIN = 5
UPHELD_SHARE_MIN = 0.8
#: What a matter is called that came in several ways: what binds the service most comes first.
_WEIGHTIEST = (intake.ReportBasis.ORDER, intake.ReportBasis.NOTICE, intake.ReportBasis.REPORT)


@dataclass(frozen=True)
class Reporting:
    """All open reports on an item, added up. `basis` None: nobody reported it."""

    reports: int
    reporters: int
    trusted: bool
    accurate: bool
    harm: Harm | None
    basis: str | None
    clock: str | None
    law: str | None
    due_at: datetime | None


def reporting(tx: ReadTx, item_id: str) -> Reporting:
    """Add up the undecided reports on an item.

    Reports that cannot be told apart by sender count as one person: whoever hides behind many
    empty names gains nothing by it.
    """
    every = intake.reports_of(tx, people.SYSTEM, item_id)
    open_ones = [report for report in every if report.outcome is None]
    if not open_ones:
        return Reporting(0, 0, False, False, None, None, None, None, None)
    count = intake.reporters(tx, item_id)
    first_due = min(open_ones, key=lambda report: report.due_at)
    bases = {report.basis for report in open_ones}
    return Reporting(
        reports=len(open_ones),
        reporters=count.distinct + min(count.anonymous, 1),
        trusted=any(report.trusted for report in open_ones),
        accurate=any(_is_accurate(tx, report.id) for report in open_ones),
        harm=reduce(worse, (report.harm for report in open_ones)),
        basis=next(basis.value for basis in _WEIGHTIEST if basis in bases),
        clock=first_due.clock,
        law=first_due.law,
        due_at=first_due.due_at,
    )


def _is_accurate(tx: ReadTx, report_id: str) -> bool:
    reporter = intake.reporter_ref_of(tx, report_id)
    if reporter is None:
        return False
    agreed, disagreed = intake.reporter_accuracy(tx, reporter)
    settled = agreed + disagreed
    return settled >= SETTLED_MIN and agreed >= settled * UPHELD_SHARE_MIN
