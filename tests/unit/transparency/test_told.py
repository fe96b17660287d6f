"""A told case is coarse and points at nobody, whatever the decision's line holds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.kit.clock import stamp
from evenhand.kit.ids import new_id
from evenhand.policy import Clause, Harm, Measure, Rung
from evenhand.transparency import CaseFacts, State, as_markdown, facts_said
from evenhand.transparency.told import alike_of, facts_of, reasons_against

NOW = datetime(2026, 11, 21, 9, 17, 43, tzinfo=UTC)
CLAUSE = Clause(
    key="gift-cards",
    number="3.1",
    version=2,
    title="No payment by gift card",
    text="Do not ask to be paid by gift card.",
    harm=Harm.FRAUD,
    severity=2,
    ground="terms",
    legal_ground=None,
    ladder=(Rung((Measure.REMOVE,), None, 1),),
    strike_days=90,
    effective_from=date(2026, 1, 1),
)


def line(at: datetime = NOW, *, waited: timedelta = timedelta(hours=3), **data: Any) -> Any:
    """Make a decision's line as the ledger holds it."""
    told = {
        "outcome": "violation",
        "clause": CLAUSE.key,
        "clause_version": CLAUSE.version,
        "harm": "fraud",
        "measures": [{"measure": "remove", "days": None}, {"measure": "limit", "days": 7}],
        "source": "report",
        "decided_by": "person",
        "automated_detection": False,
        "automated_decision": "none",
        "provisional": False,
        "item": new_id(at),
        "task_id": new_id(at),
        "task_opened_at": (at - waited).isoformat(),
        "language": "ln",
        "notice_until": None,
    }
    return {"n": 7301, "subject": new_id(at), "at": stamp(at), "data": told | data}


def facts(of: Any, **changes: Any) -> CaseFacts:
    """Read a line as a case."""
    given_: dict[str, Any] = {"clause": CLAUSE, "state": State.STANDS, "appeals": ()}
    return facts_of(of, **(given_ | changes))


class TestFacts:
    """What the service itself says."""

    @given(
        at=st.timedeltas(timedelta(0), timedelta(days=5000)).map(lambda later: NOW + later),
        waited=st.timedeltas(timedelta(0), timedelta(days=400)),
        rule=st.none() | st.just("ring-of-shops"),
    )
    def test_holds_no_id_and_no_exact_time(
        self, at: datetime, waited: timedelta, rule: str | None
    ) -> None:
        """Whenever it was: of all instants only the month of the decision is left."""
        made = line(at, waited=waited, rule=rule)
        page = as_markdown("A title", "What happened.", facts(made))
        data = made["data"]
        for hidden in (made["subject"], data["item"], data["task_id"], "ring-of-shops"):
            assert hidden not in page
            assert hidden[-6:] not in page
        assert not re.search(r"\b7301\b", page)
        for instant in (at, at - waited):
            assert f"{instant:%Y-%m-%d}" not in page
            assert f"{instant:%H:%M}" not in page
        assert f"{at:%B %Y}" in page
        record = facts(made).as_record()
        assert record["month"] == f"{at:%Y-%m}-01"
        assert CaseFacts.from_record(record) == facts(made)

    @pytest.mark.parametrize(
        ("waited", "says"),
        [
            (timedelta(0), "within a day"),
            (timedelta(hours=24), "within a day"),
            (timedelta(hours=25), "2 days"),
            (timedelta(days=6, hours=1), "1 week"),
            (timedelta(days=8), "2 weeks"),
            (timedelta(days=36), "6 weeks"),
        ],
    )
    def test_rounds_a_wait_up(self, waited: timedelta, says: str) -> None:
        """To days, and over a week to weeks."""
        assert dict(facts_said(facts(line(waited=waited))))["How long it waited for us"] == says

    def test_says_what_followed_and_what_came_of_an_appeal(self) -> None:
        """In words that a reader outside understands."""
        appeals = [
            {"type": "appeal.filed", "subject": "a", "data": {}},
            {"type": "appeal.decided", "subject": "a", "data": {"outcome": "granted"}},
        ]
        found = facts(line(), state=State.REVERSED_ON_APPEAL, appeals=appeals)
        told = dict(facts_said(found))
        assert told["What followed"] == "Removed, Account limited (7 days)"
        assert told["Asked again"] == "An appeal was granted."
        assert told["How it stands"] == "reversed on appeal"
        alone = line(task_opened_at=None)
        assert dict(facts_said(facts(alone)))["How long it waited for us"].startswith("It did not")

    def test_marks_of_the_teller_stay_text(self) -> None:
        """Nothing that is written becomes a link or a heading."""
        page = as_markdown("# Title", "See [this](x) <b>", facts(line()))
        assert "\\[this\\](x) \\<b\\>" in page
        assert page.startswith("# \\# Title\n")


class TestReasonsAgainst:
    """What is not told."""

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"data": {"outcome": "no_violation", "clause": None}}, "No rule was broken"),
            ({"data": {"harm": "child_safety"}}, "never told"),
            ({"data": {"harm": "intimate_images"}}, "never told"),
            ({"data": {"provisional": True}}, "not the last word"),
            ({"state": State.REPLACED}, "not the last word"),
            ({"alike": 2}, "Fewer than 3"),
            ({"appeals": [{"type": "appeal.filed", "subject": "a"}]}, "not decided yet"),
            (
                {"data": {"notice_until": (NOW + timedelta(days=9)).isoformat()}},
                "not told yet",
            ),
        ],
    )
    def test_each_is_said(self, changes: dict[str, Any], says: str) -> None:
        """With one sentence; the same decision without it may be told."""
        usual: dict[str, Any] = {"state": State.STANDS, "appeals": [], "alike": 3, "now": NOW}
        assert reasons_against(line(), **usual) == ()
        rest = {name: value for name, value in changes.items() if name != "data"}
        (found,) = reasons_against(line(**changes.get("data", {})), **(usual | rest))
        assert says in found


class TestAlike:
    """How many decisions under the rule there are."""

    def test_counts_items_of_a_year_once(self) -> None:
        """Holds, other rules and older years do not make a case common."""
        lines = [
            line(),
            line(item="one"),
            line(item="one"),
            line(provisional=True),
            line(clause="other"),
            line(NOW - timedelta(days=366)),
        ]
        assert alike_of(lines, CLAUSE.key, now=NOW) == 2
