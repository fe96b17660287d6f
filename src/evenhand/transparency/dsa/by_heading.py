"""The sheets whose rows are headings: orders, notices, and measures of one's own initiative.

Keywords add up to their category, and categories to the total, because they are added up here.
Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Final

from evenhand.transparency.dsa.answers import MEMBER_STATES, Answers, Order, median_of
from evenhand.transparency.dsa.sheets import (
    OTHER_WORDS,
    Cell,
    Provider,
    Row,
    Sheet,
    filled,
    owed,
)
from evenhand.transparency.dsa.tallying import Headings, Place, Tally

ELLIPSES: Final = frozenset({"[...]", "[…]", "AT, […], SE"})
NO_ORDERS_SAID: Final = "Orders are not in the log; the provider has not stated any."
_ORDERS_NOTE: Final = (
    "Contextual information on number of orders to act against illegal content received"
)
_NOTICES: Final = {
    "Number of notices received": "received",
    "Number of notices received from Trusted flaggers": "received_trusted",
    "Number of specific items of information included in the total number of notices": "items",
    "Number of specific items of information included in the total number of notices by Trusted "
    "Flaggers (Trusted Flagger notices)": "items_trusted",
    "Number of actions taken on the basis of the law": "law",
    "Number of actions taken on the basis of the law (Trusted Flagger notices)": "law_trusted",
    "Number of actions taken on the basis of the terms and conditions of the service": "terms",
    "Number of actions taken on the basis of the terms and conditions of the service (Trusted "
    "Flagger notices)": "terms_trusted",
}
_NOTICE_HOURS: Final = {
    "Median time to take action": "hours",
    "Median time to take action (Trusted Flagger notices)": "hours_trusted",
}
_MEASURES: Final = {
    "Number of measures taken at the provider's own initiative": "measures",
    "Number of measures taken after detection with solely automated means": "detected",
    "Visibility restriction Removal": "remove",
    "Visibility restriction Disable": "hide",
    "Visibility restriction Demoted": "demote",
    "Visibility restriction Age restricted": "age_gate",
    "Visibility restriction Interaction restricted": "",
    "Visibility restriction Labelled": "label",
    "Visibility restriction Other": "",
    "Monetary restriction Suspension": "",
    "Monetary restriction Termination": "",
    "Monetary restriction Other": "",
    "Provision of the service Suspension": "limit",
    "Provision of the service Termination": "",
    "Account restriction Suspension": "suspend",
    "Account restriction Termination": "close",
}
_ORDERS: Final = {
    "Number of orders to act against illegal content received": "act",
    "Number of specific items of information included in the total number of orders to act "
    "against illegal content": "act_items",
    "Number of orders to provide information": "information",
}
_ORDER_HOURS: Final = {
    "Median time to inform the authority of the receipt of the order to act against illegal "
    "content": "act_acknowledged",
    "Median time to give effect to the order to act against illegal content": "act_answered",
    "Median time to inform the authority of the receipt of the order to provide "
    "information": "information_acknowledged",
    "Median time to give effect to the order to provide information": "information_answered",
}


@dataclass(frozen=True, slots=True)
class Report:
    """What a report is about: its period, both days included, its service, what was counted."""

    first: date
    last: date
    service: str
    published: date
    tally: Tally
    answers: Answers

    @property
    def provider(self) -> Provider:
        """Return what the provider is in law."""
        return self.answers.provider


def orders(sheet: Sheet, report: Report) -> Sheet:
    """Fill one block for all orders, and one for each Member State that issued any.

    Those that the house received are counted from the log, and those that went another way from
    the operator's answers. The template's second block lacks a keyword of the first (9c), so that
    sums could not hold: the first is repeated. Where the log has none and nobody said anything of
    orders the cells stay blank, with a note.
    """
    listed, scope = report.answers.orders, sheet.column("Scope")
    whole = [row for row in sheet.rows if row[scope] == "TOTAL"]
    each = [row for row in sheet.rows if row[scope] in ELLIPSES]
    by_state = _by_state(listed or (), report.tally)
    if listed is None and not by_state:
        note = {sheet.column(_ORDERS_NOTE): NO_ORDERS_SAID}
        rows = list(_without_words([filled(whole[0], note), *whole[1:], *each]))
        return replace(sheet, rows=tuple(rows))
    all_of_them = Headings()
    for counted in by_state.values():
        all_of_them.merge(counted)
    rows = list(_by_heading(sheet, whole, all_of_them, _ORDERS, _ORDER_HOURS))
    for state, counted in sorted(by_state.items()):
        block = [filled(row, {scope: state}) for row in whole]
        rows += _by_heading(sheet, block, counted, _ORDERS, _ORDER_HOURS)
    if not by_state:
        rows += _by_heading(sheet, each, Headings(), _ORDERS, _ORDER_HOURS)
    return replace(sheet, rows=tuple(rows))


def _by_state(listed: Iterable[Order], tally: Tally) -> dict[str, Headings]:
    """Put together what the log and the operator know of each Member State's orders.

    Only Member States' authorities count here (DSA Art. 15(1)(a)).
    """
    found: dict[str, Headings] = {}
    for state, counted in tally.orders.items():
        if state in MEMBER_STATES:
            found.setdefault(state, Headings()).merge(counted)
    for order in listed:
        _add(found.setdefault(order.member_state, Headings()), order)
    return found


def _add(counted: Headings, order: Order) -> None:
    """Count a listed order under its heading, and the hours from receipt to each step."""
    place = (order.category, order.keyword)
    counted.numbers[place, order.kind] += 1
    counted.numbers[place, f"{order.kind}_items"] += order.items
    for step in ("acknowledged", "answered"):
        at = getattr(order, step)
        if at is not None:
            hours = (at - order.received) / timedelta(hours=1)
            counted.hours[place, f"{order.kind}_{step}"].append(hours)


def notices(sheet: Sheet, report: Report) -> Sheet:
    """Fill what came in as notices, and what was done about them."""
    if not owed(sheet.rows[0][0], report.provider):
        return replace(sheet, rows=tuple(_without_words(sheet.rows)))
    counted = report.tally.notices
    rows = _by_heading(sheet, sheet.rows, counted, _NOTICES, _NOTICE_HOURS)
    return replace(sheet, rows=tuple(rows))


def own_illegal(sheet: Sheet, report: Report) -> Sheet:
    """Fill measures of the provider's own initiative against what a law forbids."""
    rows = _by_heading(sheet, sheet.rows, report.tally.illegal, _MEASURES, {})
    return replace(sheet, rows=tuple(rows))


def own_terms(sheet: Sheet, report: Report) -> Sheet:
    """Fill measures of the provider's own initiative under its terms."""
    rows = _by_heading(sheet, sheet.rows, report.tally.terms, _MEASURES, {})
    return replace(sheet, rows=tuple(rows))


def _by_heading(
    sheet: Sheet,
    rows: Iterable[Row],
    counted: Headings,
    numbers: Mapping[str, str],
    hours: Mapping[str, str],
) -> Iterator[Row]:
    """Fill rows that each stand for the total, a category, or a keyword of the category above."""
    heading, words = 3, 4
    columns = {sheet.column(title): name for title, name in numbers.items()}
    medians = {sheet.column(title): name for title, name in hours.items()}
    category = ""
    for row in rows:
        code = str(row[heading])
        category = code if code.startswith("STATEMENT_CATEGORY_") else category
        wanted = _places(code, category)
        cells: dict[int, Cell] = {at: _sum(counted, name, wanted) for at, name in columns.items()}
        cells |= {at: median_of(_waits(counted, name, wanted)) for at, name in medians.items()}
        if row[words] == OTHER_WORDS:
            cells[words] = "; ".join(sorted(counted.words[category])) or None
        yield filled(row, cells)


def _sum(counted: Headings, name: str, wanted: Callable[[Place], bool]) -> int:
    found = counted.numbers.items()
    return sum(number for (place, what), number in found if what == name and wanted(place))


def _waits(counted: Headings, name: str, wanted: Callable[[Place], bool]) -> list[float]:
    found = counted.hours.items()
    return [
        hour for (place, what), each in found if what == name and wanted(place) for hour in each
    ]


def _places(code: str, category: str) -> Callable[[Place], bool]:
    """Say which places a row adds up: all of them, those of a category, or one."""
    if code == "TOTAL":
        return _every
    if code == category:
        return lambda place: place[0] == category
    return lambda place: place == (category, code)


def _every(_: Place) -> bool:
    return True


def _without_words(rows: Iterable[Row]) -> Iterator[Row]:
    """Take the template's hints out of rows that stay blank."""
    for row in rows:
        yield tuple(None if cell == OTHER_WORDS else cell for cell in row)
