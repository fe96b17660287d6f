"""Random decisions, with all that a decision can hold, for tests of what is published of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from evenhand import policy
from evenhand.decision import (
    AutomatedDecision,
    ClauseRef,
    DecisionView,
    Outcome,
    Redress,
    Restriction,
    Statement,
)
from evenhand.decision.statement import Ground, earliest_appeal_end
from evenhand.intake import AccountView, FieldRole, FieldType, FieldView, ItemView
from evenhand.policy import TIMED, Basis, Clause, GroundType, InLaw, Measure
from evenhand.transparency.dsa import Decided

REDRESS = Redress("Ask us again.", "Go to a body.", "Go to court.")
NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
CLAUSES = policy.starter().clauses
ANN = AccountView("acc", "ann", "Ann", "en")

_LENGTHS = st.sampled_from([1, 40, 499, 500, 501, 1999, 2000, 2001, 4999, 5000])


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a text of any length that reasons may have, with or without places to cut it."""
    length, word = draw(_LENGTHS), draw(st.sampled_from(["w", "word ", "字", "é ", "a\n"]))
    return ("x" + word * length)[:length]


@st.composite
def clauses(draw: st.DrawFn) -> Clause:
    """Draw a clause on any harm, on terms or on a law, with or without a heading of its own."""
    clause = draw(st.sampled_from(CLAUSES))
    grounds: tuple[GroundType, ...] = ("terms", "illegal")
    ground = draw(st.sampled_from(grounds))
    legal = None if ground == "terms" else draw(texts())[:500]
    said = draw(st.sampled_from([InLaw(), clause.dsa, InLaw(high_volume=True)]))
    harm = draw(st.sampled_from(list(policy.Harm)))
    return replace(clause, ground=ground, legal_ground=legal, dsa=said, harm=harm)


@st.composite
def restrictions(draw: st.DrawFn, start: date) -> tuple[Restriction, ...]:
    """Draw one restriction or several, in any places."""
    every = [measure for measure in Measure if measure.facts.restricts]
    chosen = draw(st.lists(st.sampled_from(every), min_size=1, max_size=4, unique=True))
    places = draw(st.sampled_from([(), (), ("DE", "FR"), ("EL",), ("US",)]))
    end = start + timedelta(days=draw(st.integers(1, 365)))
    return tuple(Restriction(m, start, end if m in TIMED else None, places) for m in chosen)


@st.composite
def items(draw: st.DrawFn) -> ItemView:
    """Draw an item of any fields, of an account or of nobody's, from any time."""
    types = draw(st.lists(st.sampled_from(list(FieldType)), max_size=4))
    fields = [
        FieldView(f"f{n}", kind, FieldRole.OTHER, draw(st.sampled_from(["v", "", None, ["id"]])))
        for n, kind in enumerate(types)
    ]
    created = draw(st.sampled_from([None, NOW, NOW - timedelta(days=12_000), NOW + timedelta(9)]))
    account = draw(st.sampled_from([ANN, ANN, ANN, None]))
    return item(account=account, fields=tuple(fields), created_at=created)


def item(**changes: Any) -> ItemView:
    """Make an item that somebody wrote."""
    whole = ItemView(
        id="item",
        short="item",
        kind="post",
        external_id="p1",
        version=1,
        url="https://plaza.example/p1",
        reach=None,
        account=ANN,
        fields=(FieldView("text", FieldType.TEXT, FieldRole.BODY, "Tickets, half price."),),
        media=(),
        received_at=NOW - timedelta(days=2),
        created_at=NOW - timedelta(days=3),
    )
    return replace(whole, **changes)


def statement(clause: Clause, **changes: Any) -> Statement:
    """Make a whole statement of reasons under a clause."""
    ground = Ground(
        clause.ground,
        clause.key,
        clause.number,
        clause.version,
        clause.title,
        clause.legal_ground,
        "Paying by gift card leaves a buyer without any way to get money back.",
    )
    whole = Statement(
        issued_on=NOW.date(),
        restrictions=(Restriction(Measure.REMOVE, NOW.date()),),
        facts="Your listing asks buyers to pay by gift card before tickets are sent.",
        source=Basis.REPORT,
        automated_detection=False,
        automated_decision=AutomatedDecision.NONE,
        ground=ground,
        redress=REDRESS,
        appeal_until=earliest_appeal_end(NOW.date()),
        language="en",
    )
    return replace(whole, **changes)


def decided(clause: Clause, said: Statement | None, **changes: Any) -> Decided:
    """Put a statement into a decision about an item."""
    view = DecisionView(
        id="0193a2b4-0000-7000-8000-000000000001",
        short="000001",
        task_id=None,
        item_id="item",
        account_id="acc",
        outcome=Outcome.VIOLATION,
        clause=ClauseRef(clause.key, clause.number, clause.version, clause.title),
        measures=(),
        facts="",
        reasons="",
        above_ladder_reason=None,
        statement=said,
        no_action=None,
        lines=(),
        source="report",
        made_at=NOW,
        automated=False,
        automated_detection=False,
        by_ref="staff:1",
        by_name="Rosa",
        provisional=False,
        caused_by=None,
        superseded_by=None,
        appeal_until=NOW,
        notice_until=None,
        reversed_at=None,
        reversed_by=None,
        restitution=None,
    )
    whole = Decided(view, item(), clause)
    return replace(whole, **changes)


@st.composite
def decisions(draw: st.DrawFn) -> Decided:
    """Draw a decision with a statement of reasons."""
    clause, today = draw(clauses()), draw(st.dates(date(2024, 1, 1), date(2036, 1, 1)))
    automated = draw(st.sampled_from(list(AutomatedDecision)))
    limits = draw(restrictions(today))
    if automated is AutomatedDecision.FULLY:
        limits = tuple(each for each in limits if each.measure is not Measure.CLOSE) or (
            Restriction(Measure.HIDE, today),
        )
    plain = statement(clause)
    said = replace(
        plain,
        issued_on=today,
        restrictions=limits,
        facts=draw(texts()),
        source=draw(st.sampled_from(list(Basis))),
        automated_detection=draw(st.booleans()),
        automated_decision=automated,
        ground=replace(plain.ground, explanation=draw(texts())),
        appeal_until=earliest_appeal_end(today),
    )
    url = draw(st.sampled_from([None, "https://plaza.example/policy", "https://x/" + "p" * 500]))
    return decided(clause, said, item=draw(items()), trusted=draw(st.booleans()), rules_url=url)
