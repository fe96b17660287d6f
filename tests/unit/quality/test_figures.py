"""Figures from second looks: weighed by stratum, and never about one or two people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from evenhand.decision import Outcome
from evenhand.quality.estimating import Cell
from evenhand.quality.figures import agreements, overturned, rates, told_apart
from evenhand.quality.model import Label, Rate, Right, Unit, UnitState, is_done, label_problems
from evenhand.quality.published import counted, share_of

AT = datetime(2026, 11, 21, tzinfo=UTC)
SIZES = {"large": 900, "small": 100}
RULED: dict[str, Any] = {"by": "rule:known@1", "decided_by": "rule", "rules": ("known",)}


def unit(number: int, **changes: Any) -> Unit:
    """Make a removal by one of four people, which a second look agrees with."""
    made = Unit(
        id=f"u-{number}",
        audit_id="audit-1",
        stratum="large",
        decision_id=f"d-{number}",
        item_id=f"i-{number}",
        task_id=f"t-{number}",
        dispute_id=None,
        by=f"staff:{number % 4}",
        decided_by="person",
        outcome="violation",
        clause_key="fraud",
        harm="fraud",
        answer="violation",
        language="en",
        detectors=(),
        rules=(),
        state=UnitState.AGREED,
        label=Label(Outcome.VIOLATION, "fraud"),
        labelled_by="somebody",
        labelled_at=AT,
        right=None,
        why=None,
        settled_at=None,
    )
    return replace(made, **changes)


def wrong(number: int, **changes: Any) -> Unit:
    """Make one that was settled for the second look, which found nothing."""
    settled: dict[str, Any] = {"state": UnitState.SETTLED, "right": Right.SECOND}
    return unit(number, label=Label(Outcome.NO_VIOLATION), **settled, **changes)


def of(found: tuple[Rate, ...], part: str, name: str) -> Rate:
    """Find one rate."""
    return next(rate for rate in found if (rate.of, rate.name) == (part, name))


class TestRates:
    """How often decisions were wrong."""

    def test_weigh_strata_by_how_many_decisions_they_hold(self) -> None:
        """Half of the small stratum was wrong, and nothing of the large one."""
        units = [unit(n) for n in range(40)]
        units += [wrong(n, stratum="small") for n in range(40, 60)]
        units += [unit(n, stratum="small") for n in range(60, 80)]
        whole = of(rates(units, SIZES), "all", "all")
        assert (whole.looked_at, whole.wrong) == (80, 20)
        assert whole.share is not None
        assert whole.share.value == pytest.approx(0.1 * 0.5)

    def test_count_a_dispute_as_wrong_until_it_is_settled(self) -> None:
        """And one that was settled for the decision as right."""
        waits = [unit(n, state=UnitState.DISPUTED) for n in range(3)]
        first = [unit(n, state=UnitState.SETTLED, right=Right.FIRST) for n in range(3, 6)]
        found = rates([*waits, *first, *(unit(n) for n in range(6, 40))], SIZES)
        assert of(found, "all", "all").wrong == 3

    def test_leave_out_what_nobody_looked_at(self) -> None:
        """It is neither right nor wrong."""
        left = [unit(n, state=UnitState.LEFT, label=None) for n in range(40, 50)]
        found = rates([*(unit(n) for n in range(40)), *left], SIZES)
        assert of(found, "all", "all").looked_at == 40

    def test_are_not_told_from_too_few_answers(self) -> None:
        """Nor is anything that was counted."""
        found = of(rates([wrong(n) for n in range(29)], SIZES), "all", "all")
        assert (found.withheld, found.wrong, found.share) == ("few_answers", None, None)

    def test_are_never_about_one_or_two_people(self) -> None:
        """However many decisions they made."""
        two = [unit(n, by=f"staff:{n % 2}") for n in range(60)]
        assert of(rates(two, SIZES), "all", "all").withheld == "few_people"

    def test_are_not_told_where_the_rest_is_one_or_two_people(self) -> None:
        """Taking them from the whole would tell what is withheld."""
        many = [unit(n, language="en") for n in range(60)]
        one = [unit(n, language="fr", by="staff:9") for n in range(60, 100)]
        found = rates([*many, *one], SIZES)
        assert of(found, "language", "fr").withheld == "few_people"
        assert of(found, "language", "en").withheld == "few_people"
        assert of(found, "all", "all").withheld is None

    def test_of_rules_alone_are_about_nobody(self) -> None:
        """A rule is no person, and its figures are told."""
        units = [unit(n) for n in range(40)]
        units += [wrong(n, stratum="small", **RULED) for n in range(40, 80)]
        found = of(rates(units, SIZES), "rule", "known")
        assert found.share is not None
        assert found.share.value == 1


class TestToldApart:
    """Which groups stand by themselves on the log."""

    def test_joins_those_about_one_or_two_people(self) -> None:
        """The two small ones are four people's together."""
        units = [unit(n) for n in range(40)]
        units += [wrong(n, stratum="small", by=f"staff:{n % 2}") for n in range(40, 44)]
        units += [unit(n, stratum="tiny", by=f"staff:{2 + n % 2}") for n in range(44, 48)]
        told = told_apart(units, SIZES | {"tiny": 7, "unseen": 3})
        assert told == (
            (("large",), Cell(900, 40, 0)),
            (("unseen",), Cell(3, 0, 0)),
            (("small", "tiny"), Cell(107, 8, 4)),
        )

    def test_joins_the_smallest_of_the_rest_to_what_is_still_too_few(self) -> None:
        """Or one person's group could be told by taking the others from the whole."""
        units = [unit(n) for n in range(40)]
        units += [wrong(n, stratum="small", by="staff:9") for n in range(40, 44)]
        assert told_apart(units, SIZES) == ((("large", "small"), Cell(1000, 44, 4)),)

    def test_leaves_alone_what_rules_decided(self) -> None:
        """It is about nobody."""
        units = [unit(n) for n in range(40)]
        units += [wrong(n, stratum="small", **RULED) for n in range(40, 42)]
        assert (("small",), Cell(100, 2, 2)) in told_apart(units, SIZES)


class TestCounted:
    """What the log says of an audit."""

    def test_tells_counts_from_which_the_rate_follows(self) -> None:
        """By group, with the whole."""
        units = [wrong(n) if n < 4 else unit(n) for n in range(40)]
        told = counted(units, SIZES)
        assert (told["looked_at"], told["wrong"]) == (40, 4)
        assert "withheld" not in told
        share = share_of(told)
        assert share is not None
        assert (share.hits, share.of) == (4, 40)
        assert share.value == pytest.approx(0.1)

    def test_tells_nothing_from_too_little(self) -> None:
        """Not even by group."""
        told = counted([wrong(n) for n in range(29)], SIZES)
        assert told == {"looked_at": 29, "strata": [], "withheld": "few_answers"}
        assert share_of(told) is None

    def test_tells_of_rules_alone_where_the_rest_is_one_or_two_people(self) -> None:
        """That part is about nobody; a rate of the whole is not told."""
        units = [unit(n, by="staff:1") for n in range(40)]
        few = [wrong(n, stratum="small", **RULED) for n in range(40, 69)]
        assert counted([*units, *few], SIZES)["strata"] == []
        units += [*few, unit(69, stratum="small", **RULED)]
        told = counted(units, SIZES)
        assert told["strata"] == [
            {"strata": ["small"], "decisions": 100, "looked_at": 30, "wrong": 29}
        ]
        assert told["withheld"] == "few_people"
        assert "wrong" not in told
        assert share_of(told) is None


class TestAgreements:
    """Agreement by clause."""

    def test_compares_people_with_people(self) -> None:
        """What rules decided is left out."""
        quiet = Label(Outcome.NO_VIOLATION)
        units = [unit(n) for n in range(20)]
        units += [
            unit(n, clause_key=None, outcome="no_violation", label=quiet) for n in range(20, 40)
        ]
        ruled = [wrong(n, clause_key="spam", **RULED) for n in range(40, 80)]
        (fraud,) = agreements([*units, *ruled])
        assert (fraud.clause_key, fraud.units) == ("fraud", 40)
        assert fraud.agreement is not None
        assert fraud.agreement.alpha == 1

    def test_is_not_told_from_too_little(self) -> None:
        """Neither from few answers nor of few people."""
        (few,) = agreements([unit(n) for n in range(29)])
        (two,) = agreements([unit(n, by=f"staff:{n % 2}") for n in range(60)])
        assert few.agreement is two.agreement is None


class TestOverturned:
    """Appeals beside the lot."""

    def test_says_how_many_times_as_often_appeals_find_an_error(self) -> None:
        """Half of those appealed were wrong, and a tenth of all."""
        units = [wrong(n, by=f"staff:{n % 7}") if n % 10 == 0 else unit(n) for n in range(100)]
        (fraud,) = overturned({"fraud": (25, 50)}, rates(units, SIZES))
        assert fraud.ratio is not None
        assert fraud.ratio.value == pytest.approx(5)
        assert fraud.ratio.low > 1

    def test_is_not_told_from_a_handful(self) -> None:
        """Three appeals say nothing."""
        (fraud,) = overturned({"fraud": (1, 3)}, ())
        assert (fraud.withheld, fraud.share) == ("few_answers", None)


class TestLabels:
    """Answers."""

    def test_have_to_be_whole(self) -> None:
        """A violation names a clause in force; nothing else names one."""
        assert label_problems(Label(Outcome.VIOLATION, "fraud"), {"fraud"}) == ()
        assert label_problems(Label(Outcome.NO_VIOLATION), {"fraud"}) == ()
        for label in (
            Label(Outcome.VIOLATION),
            Label(Outcome.VIOLATION, "spam"),
            Label(Outcome.NO_VIOLATION, "fraud"),
            Label(Outcome.ESCALATED),
        ):
            assert label_problems(label, {"fraud"})

    def test_end_an_audit_when_all_are_in_and_settled(self) -> None:
        """A dispute keeps it open, and what was left out does not."""
        assert is_done([unit(1), wrong(2), unit(3, state=UnitState.LEFT)])
        assert not is_done([unit(1), unit(2, state=UnitState.DISPUTED)])
        assert not is_done([unit(1), unit(2, state=UnitState.WAITING, label=None)])
