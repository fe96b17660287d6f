"""The register says how each decision stands, and nothing about anybody."""

from __future__ import annotations

from typing import Any

from evenhand.transparency import State
from evenhand.transparency.register import Aftermath, fold, newest


def made(number: int, *measures: str, **more: Any) -> Any:
    """Make a decision line."""
    data = {
        "outcome": "violation",
        "clause": "scam",
        "clause_version": 1,
        "clause_number": "4.1",
        "clause_title": "No scams",
        "harm": "fraud",
        "measures": [{"measure": m, "days": None} for m in measures],
        "source": "report",
        "automated_detection": False,
        "automated_decision": "none",
        "provisional": False,
        **more,
    }
    subject = f"decision-{number:06}"
    at = "2026-06-01T00:00:00.000000Z"
    return {"n": number, "type": "decision.made", "subject": subject, "at": at, "data": data}


def later(kind: str, number: int, **data: Any) -> Any:
    """Make a line about what happened to a decision later."""
    return {"n": 99, "type": kind, "subject": f"decision-{number:06}", "data": data}


def state_after(*lines: Any) -> State:
    """Return the state of decision 1 (remove and warn) after these lines."""
    return Aftermath().read(lines).state_of(made(1, "remove", "warn"))


class TestState:
    """A decision's state follows from later lines."""

    def test_stands_while_nothing_happened(self) -> None:
        """No later line, no change."""
        assert state_after() is State.STANDS

    def test_has_ended_when_every_lasting_measure_has(self) -> None:
        """A warning does not last, so it does not keep a decision standing."""
        ended = {"decision_id": "decision-000001", "measure": "remove", "why": "expired"}
        assert state_after(later("measure.ended", 7, **ended)) is State.ENDED

    def test_stands_while_one_measure_lasts(self) -> None:
        """Another measure's end is not enough."""
        ended = {"decision_id": "decision-000001", "measure": "hide", "why": "expired"}
        assert state_after(later("measure.ended", 7, **ended)) is State.STANDS

    def test_says_why_it_was_reversed_even_when_its_measures_ended(self) -> None:
        """Being wrong outweighs being over."""
        ended = {"decision_id": "decision-000001", "measure": "remove", "why": "lifted"}
        lines = [later("measure.ended", 7, **ended), later("decision.reversed", 1, by="appeal")]
        assert state_after(*lines) is State.REVERSED_ON_APPEAL

    def test_says_when_a_person_took_a_rules_place(self) -> None:
        """A replaced hold was not wrong: it was looked at."""
        assert state_after(later("decision.reversed", 1, by="replaced")) is State.REPLACED


class TestNewest:
    """Pages go from the newest back."""

    def test_pages_through_every_row_once(self) -> None:
        """Following the cursor meets each row once, newest first."""
        lines = [made(n, "hide") for n in range(11)]
        seen: list[int] = []
        before: int | None = None
        while True:
            page, before = newest(lines, before=before, harm=None, measure=None, rows=4)
            seen += [line["n"] for line in page]
            if before is None:
                break
        assert seen == list(range(10, -1, -1))

    def test_leaves_out_decisions_under_no_clause(self) -> None:
        """Nothing was restricted, so there is nothing to publish."""
        page, _ = newest(
            [made(1, clause=None), made(2, "hide")], before=None, harm=None, measure=None, rows=9
        )
        assert [line["n"] for line in page] == [2]

    def test_filters_by_harm_and_measure(self) -> None:
        """Both must fit."""
        lines = [made(1, "hide"), made(2, "close"), made(3, "close", harm="self_harm")]
        page, _ = newest(lines, before=None, harm="fraud", measure="close", rows=9)
        assert [line["n"] for line in page] == [2]


class TestFold:
    """Rows carry what is public."""

    def test_shows_a_decision_by_its_short_id(self) -> None:
        """The whole id would join it to other logs."""
        page = fold([made(1, "hide")], Aftermath(), older=None)
        row = page.rows[0]
        assert (row.short, row.clause_number, row.clause_title) == ("000001", "4.1", "No scams")
        assert row.state is State.STANDS
