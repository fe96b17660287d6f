"""The sheets of the harmonised report, filled from a period's tally and the operator's answers.

A row that cannot apply to the provider stays blank; one that could and did not is 0. What the log
cannot know and nobody said stays blank too. Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from evenhand.transparency.dsa.answers import LANGUAGES, MEMBER_STATES, TEXTS, median_of
from evenhand.transparency.dsa.by_heading import (
    ELLIPSES,
    Report,
    notices,
    orders,
    own_illegal,
    own_terms,
)
from evenhand.transparency.dsa.sheets import (
    FREE_TEXT,
    NAMES,
    PERIOD,
    Cell,
    Provider,
    Row,
    Sheet,
    filled,
    owed,
    template,
)
from evenhand.transparency.model import AUDITED_MIN

NO_AUDIT: Final = "Too few automated decisions were audited by lot in the period."
NO_RECALL: Final = "What automated means overlook is not measured."
_COMPLAINTS: Final = {
    "to remove or disable access": "visibility",
    "to suspend or terminate the provision": "service",
    "to suspend or terminate an account": "account",
    "to restrict the ability to monetise": "monetary",
    "submitted in accordance with": "no_action",
    "submitted by a Trusted Flagger": "no_action_trusted",
}
_OUTCOMES: Final = {
    "Total number": "filed",
    "Decisions upheld": "upheld",
    "Decisions partially reversed": "partial",
    "Decisions reversed": "reversed",
    "Decision omitted": "omitted",
}
_DISPUTES: Final = {
    "Total number": "submitted",
    "Decisions upheld": "upheld",
    "Decisions partially reversed": "partially_reversed",
    "Decisions reversed": "reversed",
    "Decision omitted": "omitted",
    "Median time": "median_hours",
    "Percentage of outcomes implemented": "implemented",
}


def fill(report: Report) -> tuple[Sheet, ...]:
    """Fill the eleven sheets, in their order."""
    return tuple(_named(_FILLERS[name](template(name), report), report) for name in NAMES)


def _named(sheet: Sheet, report: Report) -> Sheet:
    """Write the service and the period into every row that has a place for them."""
    if "Service" not in sheet.header:
        return sheet
    service = sheet.column("Service")
    period = f"{report.first}/{report.last}"
    rows = tuple(
        tuple(
            report.service if at == service else (period if cell == PERIOD else cell)
            for at, cell in enumerate(row)
        )
        for row in sheet.rows
    )
    return replace(sheet, rows=rows)


def _summary(sheet: Sheet, report: Report) -> Sheet:
    said = report.answers
    values: list[Cell] = [
        said.name or report.service,
        (said.published or report.published).isoformat(),
        said.previous.isoformat() if said.previous else None,
        report.first.isoformat(),
        report.last.isoformat(),
    ]
    value = sheet.column("Value")
    rows = zip(sheet.rows, values, strict=True)
    return replace(sheet, rows=tuple(filled(row, {value: cell}) for row, cell in rows))


def _as_it_is(sheet: Sheet, _: Report) -> Sheet:
    return sheet


def _complaints(sheet: Sheet, report: Report) -> Sheet:
    return _by_row(sheet, report, lambda row: _complaint(report, row))


def _complaint(report: Report, row: Row) -> Cell:
    section, indicator, scope = (str(row[n]).strip() for n in (3, 4, 5))
    tally, said = report.tally, report.answers
    if section.startswith("Out-of-court"):
        return said.disputes.get(_DISPUTES[scope])
    if section.startswith("Suspensions"):
        for words, what in (("notices", "notices"), ("complaints", "complaints")):
            if indicator.endswith(words):
                return tally.suspensions[what]
        return tally.suspensions["illegal"]
    if "newly imposed" in indicator:
        return tally.newly_imposed
    kinds = [kind for words, kind in _COMPLAINTS.items() if words in indicator]
    if scope == "Median time":
        waited = tally.complaint_hours.items()
        return median_of([h for kind, hours in waited if kind in kinds or not kinds for h in hours])
    outcome = _OUTCOMES[scope]
    found = tally.complaints.items()
    return sum(n for (kind, what), n in found if what == outcome and (kind in kinds or not kinds))


def _automated(sheet: Sheet, report: Report) -> Sheet:
    rows = list(_languages(sheet, report))
    value, note = sheet.column("Value"), sheet.column("Contextual Information")
    return replace(sheet, rows=tuple(_automated_row(row, report, value, note) for row in rows))


def _languages(sheet: Sheet, report: Report) -> Iterator[Row]:
    """Repeat the language rows for every language, where they are owed.

    The template pairs each indicator of accuracy with another language: all are written for all.
    """
    scope, seen = sheet.column("Scope"), set()
    for row in sheet.rows:
        if row[0] != "Only for VLOPs" or report.provider is not Provider.VLOP:
            yield row
        elif (indicator := row[4]) not in seen:
            seen.add(indicator)
            yield from (filled(row, {scope: language}) for language in LANGUAGES)


def _automated_row(row: Row, report: Report, value: int, note: int) -> Row:
    if not owed(row[0], report.provider):
        return row
    indicator, scope = str(row[4]).strip(), str(row[5]).strip()
    counted = report.tally.automated
    way = "solely" if "solely" in indicator else "not"
    if indicator.startswith("Number of measures"):
        named = {"Total number": "all", "Own-initiative": "own"}
        return filled(row, {value: counted[named.get(scope, f"language:{scope}"), way]})
    if indicator.startswith("Number of notices"):
        whose = "notices_trusted" if "Trusted" in scope else "notices"
        return filled(row, {value: counted[whose, way]})
    return filled(row, _accuracy(indicator, scope, report, value, note))


def _accuracy(indicator: str, scope: str, report: Report, value: int, note: int) -> dict[int, Cell]:
    """Say how often automated decisions were right where audits by lot tell, else why not.

    An automated decision always restricts, so the share that was right is their precision too.
    """
    audited = report.tally.audited
    if indicator.endswith("Recall"):
        return {note: NO_RECALL}
    if scope != "Total number" or audited["looked_at"] < AUDITED_MIN:
        return {note: NO_AUDIT}
    share = audited["right_ppm"] / 1_000_000 / audited["decisions"]
    says = f"From {audited['looked_at']} automated decisions drawn by lot and looked at unseen."
    return {value: round(share, 4), note: says}


def _staff(sheet: Sheet, report: Report) -> Sheet:
    said, scope = report.answers.staff, sheet.column("Scope")
    totals = iter(("internal", "external", "with_languages"))
    rows: list[Row] = []
    value = sheet.column("Value")
    for row in sheet.rows:
        if report.provider is not Provider.VLOP:
            rows.append(row)
        elif row[scope] == "Total number":
            rows.append(filled(row, {value: said.get(next(totals))}))
        elif row[scope] not in ELLIPSES and row[scope] == LANGUAGES[0]:
            rows += [filled(row, {scope: one, value: said.get(one)}) for one in LANGUAGES]
    return replace(sheet, rows=tuple(rows))


def _recipients(sheet: Sheet, report: Report) -> Sheet:
    said, scope, value = report.answers.recipients, sheet.column("Scope"), sheet.column("Value")
    if not owed(sheet.rows[0][0], report.provider):
        return sheet
    total, example = sheet.rows[0], sheet.rows[1]
    rows = [filled(total, {value: said.get("total")})]
    rows += [filled(example, {scope: one, value: said.get(one)}) for one in MEMBER_STATES]
    return replace(sheet, rows=tuple(rows))


def _qualitative(sheet: Sheet, report: Report) -> Sheet:
    value = sheet.column("Value")
    texts = [report.answers.texts.get(name) for name in TEXTS]
    assert all(row[value] == FREE_TEXT for row in sheet.rows), "each row asks for a text"
    rows = (
        filled(row, {value: text if owed(row[0], report.provider) else None})
        for row, text in zip(sheet.rows, texts, strict=True)
    )
    return replace(sheet, rows=tuple(rows))


def _by_row(sheet: Sheet, report: Report, value_of: Callable[[Row], Cell]) -> Sheet:
    value = sheet.column("Value")
    rows = (
        filled(row, {value: value_of(row)}) if owed(row[0], report.provider) else row
        for row in sheet.rows
    )
    return replace(sheet, rows=tuple(rows))


_FILLERS: Final[Mapping[str, Callable[[Sheet, Report], Sheet]]] = {
    "1_summary": _summary,
    "2_categories_names": _as_it_is,
    "3_member_states_orders": orders,
    "4_notices": notices,
    "5_own_initiative_illegal": own_illegal,
    "6_own_initiative_TC": own_terms,
    "7_appeals_and_recidivism": _complaints,
    "8_automated_means": _automated,
    "9_human_resources": _staff,
    "10_AMAR": _recipients,
    "11_qualitative": _qualitative,
}
