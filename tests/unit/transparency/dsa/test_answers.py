"""What an operator says for a report is read whole, or refused with its place."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime
from typing import Any

import pytest

from evenhand.transparency.dsa import TEMPLATE, AnswersRefused, Provider, read_answers
from evenhand.transparency.dsa.answers import not_counted_twice

ORDER = {"kind": "act", "member_state": "DE", "received": datetime(2026, 3, 1, tzinfo=UTC)}

ZONELESS = datetime(2026, 3, 1, tzinfo=UTC).replace(tzinfo=None)


class TestReadAnswers:
    """The operator's file."""

    def test_takes_the_template_as_it_is_printed(self) -> None:
        """With and without what is commented out."""
        assert read_answers(tomllib.loads(TEMPLATE)).provider is Provider.PLATFORM
        whole = "\n".join(
            line.removeprefix("# ") if line.startswith("# ") and " = " in line else line
            for line in TEMPLATE.replace("# [[order]]", "[[order]]").splitlines()
            if "no_orders" not in line and "[staff]" not in line and "[recipients]" not in line
        )
        answers = read_answers(tomllib.loads(whole))
        assert answers.orders is not None
        assert answers.orders[0].keyword == "KEYWORD_PHISHING"
        assert answers.disputes["implemented"] == 1

    def test_tells_no_orders_from_nothing_said(self) -> None:
        """The one is 0, the other is blank."""
        assert read_answers({}).orders is None
        assert read_answers({"no_orders": True}).orders == ()

    @pytest.mark.parametrize(
        ("data", "field"),
        [
            ({"provider": "state"}, "provider"),
            ({"colour": "red"}, "colour"),
            ({"name": 3}, "name"),
            ({"published": "soon"}, "published"),
            ({"texts": "long"}, "texts"),
            ({"texts": {"summary": "w" * 5001}}, "texts.summary"),
            ({"texts": {"poem": "w"}}, "texts.poem"),
            ({"disputes": {"implemented": 1.5}}, "disputes.implemented"),
            ({"staff": {"internal": -1}}, "staff.internal"),
            ({"staff": {"internal": True}}, "staff.internal"),
            ({"recipients": {"GR": 1}}, "recipients.GR"),
            ({"order": {}}, "order"),
            ({"order": [ORDER | {"kind": "wish"}]}, "order[0].kind"),
            ({"order": [ORDER | {"member_state": "GR"}]}, "order[0].member_state"),
            ({"order": [ORDER | {"items": 0}]}, "order[0].items"),
            ({"order": [ORDER | {"received": ZONELESS}]}, "order[0].received"),
            ({"order": [{"kind": "act", "member_state": "DE"}]}, "order[0].received"),
            (
                {"order": [ORDER | {"answered": datetime(2026, 2, 1, tzinfo=UTC)}]},
                "order[0].answered",
            ),
            (
                {"order": [ORDER | {"category": "STATEMENT_CATEGORY_OTHER_VIOLATION_TC"}]},
                "order[0].category",
            ),
            (
                {
                    "order": [
                        ORDER
                        | {"category": "STATEMENT_CATEGORY_VIOLENCE", "keyword": "KEYWORD_NUDITY"}
                    ]
                },
                "order[0].keyword",
            ),
        ],
    )
    def test_refuses_by_name(self, data: Any, field: str) -> None:
        """Each fault says where it is."""
        with pytest.raises(AnswersRefused) as refused:
            read_answers(data)
        assert refused.value.field == field


class TestOrdersInTheLog:
    """An order is counted once, from the log or from the answers."""

    IN_THE_LOG = frozenset({("act", "DE", datetime(2026, 3, 1, 10, tzinfo=UTC))})

    def test_are_not_listed_again(self) -> None:
        """One of the same kind, state and moment is refused, with what to list; others stand."""
        same = ORDER | {"kind": "act", "received": datetime(2026, 3, 1, 10, 0, 7, tzinfo=UTC)}
        same |= {"acknowledged": None, "answered": None, "member_state": "DE"}
        with pytest.raises(AnswersRefused, match="did not go through the house") as refused:
            not_counted_twice(read_answers({"order": [same]}), self.IN_THE_LOG)
        assert refused.value.field == "order[0]"
        other = same | {"member_state": "FR"}
        not_counted_twice(read_answers({"order": [other]}), self.IN_THE_LOG)
        not_counted_twice(read_answers({}), self.IN_THE_LOG)

    def test_are_not_denied(self) -> None:
        """`no_orders` stands only where the log has none."""
        none = read_answers({"no_orders": True})
        not_counted_twice(none, frozenset())
        with pytest.raises(AnswersRefused, match="the log has them"):
            not_counted_twice(none, self.IN_THE_LOG)
