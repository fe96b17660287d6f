"""A policy is complete before it binds anyone, and its ladders are climbed one step at a time."""

import json
import tomllib
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.policy.errors import NoSuchClause, PolicyRefused
from evenhand.policy.model import (
    HARM_LABELS,
    TIMED,
    Basis,
    Clause,
    Harm,
    Measure,
    Originals,
    Policy,
    Rung,
    above_ladder,
    clock_for,
    least_restrictive,
)
from evenhand.policy.parse import parse_policy

ROOT = Path(__file__).parents[3]
STARTER = ROOT / "src/evenhand/policy/starter.toml"
FIXTURES = ROOT / "tests/fixtures/notices"
MEASURES = st.lists(st.sampled_from(Measure), min_size=1, unique=True).map(tuple)


def starter() -> Policy:
    """Return the policy that ships."""
    return parse_policy(tomllib.loads(STARTER.read_text()))


def written() -> dict[str, Any]:
    """Return the smallest policy that is complete, as its author writes it."""
    clause: dict[str, Any] = {
        "key": "spam",
        "number": "7.2",
        "version": 1,
        "title": "No spam",
        "text": "Do not send the same message to many people who did not ask for it.",
        "harm": "malware_spam",
        "severity": 1,
        "ground": "terms",
        "strike_days": 60,
        "effective_from": date(2026, 1, 1),
        "ladder": [
            {"measures": ["demote", "warn"], "strike_weight": 1},
            {"measures": ["hide", "limit"], "days": 3, "strike_weight": 1},
        ],
    }
    return {"title": "Rules", "clause": [clause]}


class TestHarm:
    """Only the Charter's harms can be written down."""

    def test_is_exactly_the_list_of_the_charter(self) -> None:
        """No opinion, press, religion or viewpoint category is ever added (Charter, refusals)."""
        assert " ".join(Harm) == (
            "child_safety intimate_images adult_content fraud impersonation intellectual_property "
            "malware_spam violence_harassment self_harm prohibited_goods other"
        )

    def test_has_words_for_people_for_each_harm(self) -> None:
        """A person choosing a harm reads words, not identifiers."""
        assert set(HARM_LABELS) == set(Harm)
        assert not any("_" in label for label in HARM_LABELS.values())


class TestMeasure:
    """Each measure knows its target, weight, kind and way back."""

    def test_is_listed_from_mildest_to_heaviest(self) -> None:
        """The order of the list is the order of restrictiveness."""
        assert [measure.facts.weight for measure in Measure] == list(range(1, 10))

    def test_can_be_undone_in_words(self) -> None:
        """Promise 4: whatever was done has a sentence for its undoing."""
        for measure in Measure:
            assert measure.facts.inverse
            assert measure.facts.inverse != measure.facts.wording

    def test_restricts_unless_it_is_a_warning(self) -> None:
        """DSA Art. 17(1): visibility, provision and account measures all owe reasons."""
        assert [m for m in Measure if m.facts.restricts is None] == [Measure.WARN]


class TestLeastRestrictive:
    """The mildest step that fits comes first."""

    @given(st.integers(0, 50))
    def test_never_steps_past_the_top(self, strikes: int) -> None:
        """Any number of strikes has an answer, and more strikes never give a milder one."""
        for clause in starter().clauses:
            rung = least_restrictive(clause, strikes)
            assert rung is clause.ladder[min(strikes, len(clause.ladder) - 1)]

    def test_reaches_every_rung_by_its_own_strikes(self) -> None:
        """A step that nothing leads to would be a threat, not a rule."""
        for clause in starter().clauses:
            strikes = 0
            for rung in clause.ladder:
                assert least_restrictive(clause, strikes) == rung
                strikes += rung.strike_weight


class TestAboveLadder:
    """Going above the ladder needs a sentence; staying on it does not."""

    @given(MEASURES)
    def test_never_finds_a_rung_above_itself(self, measures: tuple[Measure, ...]) -> None:
        """Doing what the ladder says needs no further reason."""
        assert not above_ladder(measures, Rung(measures, 7, 1), days=7)

    @given(MEASURES, MEASURES)
    def test_never_counts_a_warning(
        self, measures: tuple[Measure, ...], rung: tuple[Measure, ...]
    ) -> None:
        """A warning restricts nothing, so adding one changes no answer."""
        step = Rung(rung, None, 1)
        assert above_ladder(measures, step) == above_ladder((*measures, Measure.WARN), step)

    @pytest.mark.parametrize(
        ("measures", "days", "above"),
        [
            ((Measure.HIDE,), None, False),
            ((Measure.REMOVE, Measure.LIMIT), 7, False),
            ((Measure.REMOVE, Measure.LIMIT), 8, True),
            ((Measure.HIDE, Measure.SUSPEND), 1, True),
            ((Measure.CLOSE,), None, True),
        ],
    )
    def test_compares_item_account_and_duration(
        self, measures: tuple[Measure, ...], days: int | None, *, above: bool
    ) -> None:
        """Each target is compared with its own, so a heavier account step is not hidden."""
        rung = Rung((Measure.REMOVE, Measure.LIMIT), 7, 1)
        assert above_ladder(measures, rung, days=days) is above


class TestParsePolicy:
    """A fault in a policy is found before it is published, at its place."""

    def test_reads_what_is_complete(self) -> None:
        """What the author wrote is what binds."""
        clause = parse_policy(written()).clause("spam", 1)
        assert clause.ladder[1] == Rung((Measure.HIDE, Measure.LIMIT), 3, 1)
        assert clause.legal_ground is None

    @pytest.mark.parametrize(
        ("field", "value", "path"),
        [
            ("harm", "opinion", "clause[0].harm"),
            ("severity", 5, "clause[0].severity"),
            ("severity", True, "clause[0].severity"),
            ("number", "seven", "clause[0].number"),
            ("key", "No Spam", "clause[0].key"),
            ("text", "No.", "clause[0].text"),
            ("ground", "taste", "clause[0].ground"),
            ("ground", "illegal", "clause[0].legal_ground"),
            ("legal_ground", "A law", "clause[0].legal_ground"),
            ("strike_days", 0, "clause[0].strike_days"),
            ("effective_from", "soon", "clause[0].effective_from"),
            ("strike_day", 9, "clause[0].strike_day"),
            ("originals", "burn", "clause[0].originals"),
            ("ladder", [], "clause[0].ladder"),
            ("ladder", ["warn"], "clause[0].ladder[0]"),
        ],
    )
    def test_points_at_the_faulty_field(self, field: str, value: object, path: str) -> None:
        """The author is told where, and what to write instead."""
        data = written()
        data["clause"][0][field] = value
        with pytest.raises(PolicyRefused) as caught:
            parse_policy(data)
        assert caught.value.path == path
        assert caught.value.why

    @pytest.mark.parametrize(
        ("severity", "said", "originals"),
        [
            (3, None, Originals.SHOWN),
            (4, None, Originals.KEEP_IN_VAULT),
            (4, "shown", Originals.SHOWN),
            (1, "do_not_keep", Originals.DO_NOT_KEEP),
        ],
    )
    def test_seals_what_is_gravest_unless_the_author_says_otherwise(
        self, severity: int, said: str | None, originals: Originals
    ) -> None:
        """That something is not kept, only the author can say."""
        data = written()
        data["clause"][0] |= {"severity": severity} | ({"originals": said} if said else {})
        assert parse_policy(data).clause("spam", 1).originals is originals

    @pytest.mark.parametrize(
        ("ladder", "path"),
        [
            ([{"measures": ["ban"], "strike_weight": 1}], "[0].measures"),
            ([{"measures": ["hide", "hide"], "strike_weight": 1}], "[0].measures"),
            ([{"measures": ["limit"], "strike_weight": 1}], "[0].days"),
            ([{"measures": ["hide"], "days": 3, "strike_weight": 1}], "[0].days"),
            ([{"measures": ["suspend", "close"], "strike_weight": 1}], "[0].measures"),
            ([{"measures": ["close"], "strike_weight": 1}] * 2, "[0].measures"),
            ([{"measures": ["warn"], "strike_weight": 0}] * 2, "[0].strike_weight"),
            (
                [
                    {"measures": ["remove"], "strike_weight": 1},
                    {"measures": ["warn"], "strike_weight": 1},
                ],
                "[1]",
            ),
        ],
    )
    def test_refuses_a_ladder_nobody_can_climb(
        self, ladder: list[dict[str, object]], path: str
    ) -> None:
        """Steps rise, can be reached, end when they pause, and close only at the top."""
        data = written()
        data["clause"][0]["ladder"] = ladder
        with pytest.raises(PolicyRefused) as caught:
            parse_policy(data)
        assert caught.value.path == f"clause[0].ladder{path}"

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"key": "other-spam"}, "clause[1].number"),
            ({}, "clause[1].version"),
            ({"version": 2, "effective_from": date(2025, 1, 1)}, "clause[1].effective_from"),
        ],
    )
    def test_keeps_numbers_and_versions_apart(self, change: dict[str, Any], path: str) -> None:
        """A number means one clause for ever, and versions only go up."""
        data = written()
        data["clause"].append(deepcopy(data["clause"][0]) | change)
        with pytest.raises(PolicyRefused) as caught:
            parse_policy(data)
        assert caught.value.path == path

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        ),
        st.sampled_from(sorted(written()["clause"][0])),
    )
    def test_raises_nothing_but_its_own_refusal(self, junk: object, field: str) -> None:
        """Whatever stands in a field, the author gets a sentence and never a crash."""
        data = written()
        data["clause"][0][field] = junk
        path = "clause[0]"
        try:
            parse_policy(data)
        except PolicyRefused as refused:
            path = refused.path
        assert path.startswith("clause[0]")


class TestPolicy:
    """A decision is read under the words of its own day."""

    def two_versions(self) -> Policy:
        """Return a policy whose one clause was reworded in June."""
        data = written()
        later = deepcopy(data["clause"][0])
        later |= {"version": 2, "title": "No spam at all", "effective_from": date(2026, 6, 1)}
        data["clause"].append(later)
        return parse_policy(data)

    def test_finds_the_version_in_force_on_a_day(self) -> None:
        """Nobody is held to words published later."""
        policy = self.two_versions()
        assert policy.current("spam", date(2026, 5, 31)).version == 1
        assert policy.current("spam", date(2026, 6, 1)).version == 2
        assert policy.in_force(date(2025, 12, 31)) == ()

    def test_finds_old_versions_and_no_others(self) -> None:
        """A cited version is found exactly, or the citation is wrong."""
        policy = self.two_versions()
        assert policy.clause("spam", 1).title == "No spam"
        with pytest.raises(NoSuchClause):
            policy.clause("spam", 3)
        with pytest.raises(NoSuchClause):
            policy.current("spam", date(2025, 1, 1))


class TestStarter:
    """The policy that ships keeps the Charter and the mildest-first rule."""

    def clauses(self) -> tuple[Clause, ...]:
        """Return its clauses in the order people read them."""
        return starter().in_force(date(2026, 1, 1))

    def test_has_a_clause_for_every_harm(self) -> None:
        """Every harm someone can report has a rule that can answer it."""
        assert {clause.harm for clause in self.clauses()} == set(Harm)

    def test_closes_accounts_only_for_the_gravest(self) -> None:
        """Closing is the top step of clauses of severity 4, and of nothing else."""
        for clause in self.clauses():
            for rung in clause.ladder:
                if Measure.CLOSE in rung.measures:
                    assert (clause.severity, rung) == (4, clause.ladder[-1])

    def test_begins_without_touching_the_account_where_harm_is_slight(self) -> None:
        """A first breach of severity 1 or 2 is met on the item, or with a warning."""
        for clause in self.clauses():
            if clause.severity <= 2:
                assert TIMED.isdisjoint(clause.ladder[0].measures)

    def test_lets_every_strike_expire_within_a_year(self) -> None:
        """Nobody carries a strike for ever."""
        assert all(30 <= clause.strike_days <= 365 for clause in self.clauses())


class TestClockFor:
    """The law's clock runs where there is one; otherwise the service says the target is its own."""

    @pytest.mark.parametrize("harm", Harm)
    @pytest.mark.parametrize("basis", Basis)
    def test_names_a_law_from_the_list_or_none(self, harm: Harm, basis: Basis) -> None:
        """Hours and law agree with notices/clocks.json; an own target claims no law."""
        known = {c["id"]: c for c in json.loads((FIXTURES / "clocks.json").read_text())["clocks"]}
        clock = clock_for(harm, basis)
        if clock.law is None:
            assert clock.id == "own_target"
            assert 1 <= clock.hours <= 72
        else:
            assert known[clock.id]["law"] == clock.law
            assert known[clock.id]["duration"] == f"PT{clock.hours}H"

    def test_gives_a_person_48_hours_for_their_own_images(self) -> None:
        """47 USC 223a runs from a request; TCO runs from an order only."""
        assert clock_for(Harm.INTIMATE_IMAGES, Basis.NOTICE).id == "take_it_down"
        assert clock_for(Harm.INTIMATE_IMAGES, Basis.OWN_INITIATIVE).law is None
        assert clock_for(Harm.VIOLENCE_HARASSMENT, Basis.REPORT).hours == 12
        assert clock_for(Harm.VIOLENCE_HARASSMENT, Basis.ORDER).id == "tco_removal"
        assert clock_for(Harm.CHILD_SAFETY, Basis.REPORT).hours == 1
