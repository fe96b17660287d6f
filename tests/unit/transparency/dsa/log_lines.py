"""Lines of the log as the rooms write them, for tests of what is counted from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import strategies as st

from evenhand import policy
from evenhand.kit.clock import stamp
from evenhand.policy import Harm, Measure

START = datetime(2026, 1, 1, tzinfo=UTC)
PHISHING = {
    "category": "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
    "keyword": "KEYWORD_PHISHING",
    "other": None,
}
_numbers = count(1)


def line(event: str, data: dict[str, Any], *, day: float = 10, subject: str = "") -> dict[str, Any]:
    """Write a line some days into the year."""
    name = subject or f"s{next(_numbers)}"
    return {"type": event, "subject": name, "at": stamp(START + timedelta(days=day)), "data": data}


def reported(*, harm: str = "fraud", basis: str = "notice", trusted: bool = False, day: float = 5
             ) -> dict[str, Any]:  # fmt: skip
    """Write that something was reported."""
    return line("report.received", {"harm": harm, "basis": basis, "trusted": trusted}, day=day)


def made(
    *measures: str,
    subject: str = "",
    day: float = 10,
    item: str = "item",
    notices: list[dict[str, Any]] | None = None,
    **changes: Any,
) -> dict[str, Any]:
    """Write that something was decided by a person, under a clause on terms."""
    data = {
        "outcome": "violation",
        "harm": "fraud",
        "ground": "terms",
        "dsa": PHISHING,
        "measures": [{"measure": each, "days": None} for each in measures],
        "source": "report",
        "decided_by": "person",
        "automated_detection": False,
        "automated_decision": "none",
        "provisional": False,
        "item": item,
        "notices": notices or [],
        "language": "de",
        "caused_by": None,
    }
    return line("decision.made", data | changes, day=day, subject=subject)


def held(*, subject: str, item: str = "item", day: float = 9) -> dict[str, Any]:
    """Write that a rule held something."""
    return made(
        "hide",
        subject=subject,
        item=item,
        day=day,
        source="own_initiative",
        decided_by="rule",
        automated_detection=True,
        automated_decision="fully",
        provisional=True,
    )


def answered(harm: str = "fraud", *, trusted: bool = False, hours: int = 4) -> dict[str, Any]:
    """Write what a decision says of a notice that it answers."""
    return {"harm": harm, "trusted": trusted, "hours": hours}


def filed(appeal: str, about: str, *, by: str = "affected", day: float = 20, **said: Any
          ) -> dict[str, Any]:  # fmt: skip
    """Write that a decision was appealed."""
    data = {"decision_id": about, "by": by, **said}
    return line("appeal.filed", data, day=day, subject=appeal)


def concluded(
    appeal: str, outcome: str, *, by: str = "affected", new: str | None = None, day: float = 21
) -> dict[str, Any]:
    """Write what an appeal came to."""
    data = {"decision_id": "d", "outcome": outcome, "by": by, "new_decision_id": new}
    return line("appeal.decided", data, day=day, subject=appeal)


@st.composite
def decisions(draw: st.DrawFn) -> dict[str, Any]:
    """Draw a decision under any heading, of any source, with any measures and notices."""
    ground = draw(st.sampled_from(["terms", "illegal"]))
    harm = draw(st.sampled_from(list(Harm)))
    tree = policy.category_tree()
    category = draw(st.sampled_from([name for name in tree if "NOT_SPECIFIED" not in name]))
    keyword = draw(st.sampled_from([*tree[category], "KEYWORD_STALKING"]))
    said = draw(
        st.sampled_from([None, {"category": category, "keyword": keyword, "other": "words"}])
    )
    listed = st.builds(
        answered, st.sampled_from(list(Harm)), trusted=st.booleans(), hours=st.integers(0, 99)
    )
    return made(
        *draw(st.lists(st.sampled_from([m.value for m in Measure]), max_size=3, unique=True)),
        day=draw(st.floats(-30, 400)),
        notices=draw(st.lists(listed, max_size=3)),
        ground=ground,
        harm=harm.value,
        dsa=said,
        source=draw(st.sampled_from(["notice", "report", "own_initiative"])),
        automated_detection=draw(st.booleans()),
        automated_decision=draw(st.sampled_from(["none", "partially", "fully"])),
    )


def an_order(
    name: str,
    heading: dict[str, Any],
    *,
    state: str,
    items: int,
    confirmed: float,
    effect: float | None,
    day: float,
) -> list[dict[str, Any]]:
    """Write an order to act that was received, confirmed and answered; hours from its receipt."""
    received = START + timedelta(days=day)

    def after(hours: float) -> float:
        return day + hours / 24

    data = {"kind": "act", "member_state": state, "items": items, "received_at": stamp(received)}
    given = None if effect is None else stamp(received + timedelta(hours=effect))
    ended = {"kind": "act", "ended": "given" if given else "refused", "effect_at": given}
    return [
        line("order.received", data | heading, subject=name, day=day),
        line("order.confirmed", {"kind": "act"}, subject=name, day=after(confirmed)),
        line("order.answered", ended, subject=name, day=after((effect or 0) + 20)),
    ]
