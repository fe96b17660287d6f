"""A label that is added is named, and whoever it concerns reads its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from evenhand import policy
from evenhand.appeal.model import verdict_from_dict, verdict_to_dict
from evenhand.decision.letter import STANDARD_REDRESS, as_lines
from evenhand.decision.model import Outcome, Verdict, verdict_problems
from evenhand.decision.statement import (
    AutomatedDecision,
    Statement,
    draft_statement,
    from_dict,
    restrictions_for,
    to_dict,
)
from evenhand.policy import Basis, Measure, least_restrictive

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
CLAUSE = policy.starter().clause("made-with-ai", 1)
VERDICT = Verdict(
    outcome=Outcome.VIOLATION,
    clause_key="made-with-ai",
    measures=(Measure.LABEL,),
    label="ai_generated",
    facts="The picture of the harbour was made by a generator and shows boats that never were.",
    reasons="People who look for that harbour could take the picture for a photograph of it.",
)
DECLARED = ("ai_generated", "sensitive")


def problems(verdict: Verdict, *labels: str) -> tuple[str, ...]:
    """Judge a verdict where these labels are declared."""
    rung = least_restrictive(CLAUSE, 0)
    return verdict_problems(verdict, CLAUSE, rung, now=NOW, labels=labels)


def statement(label: str | None) -> Statement:
    """Draft the statement of a label."""
    return draft_statement(
        issued_on=date(2026, 11, 21),
        clause=CLAUSE,
        restrictions=restrictions_for((Measure.LABEL,), date(2026, 11, 21), label=label),
        facts=VERDICT.facts,
        explanation=VERDICT.reasons,
        source=Basis.OWN_INITIATIVE,
        automated_detection=True,
        automated_decision=AutomatedDecision.NONE,
        redress=STANDARD_REDRESS,
        language="en",
    )


class TestTheVerdict:
    """What a reviewer chooses."""

    def test_names_a_declared_label(self) -> None:
        """Then nothing is missing."""
        assert problems(VERDICT, *DECLARED) == ()

    @pytest.mark.parametrize(
        ("label", "declared", "says"),
        [
            (None, DECLARED, "Say which label to add: ai_generated, sensitive."),
            ("ai", DECLARED, "not declared"),
            ("ai_generated", (), "not declared"),
        ],
    )
    def test_lacks_it_otherwise(
        self, label: str | None, declared: tuple[str, ...], says: str
    ) -> None:
        """And says what there is to choose."""
        [problem] = problems(replace(VERDICT, label=label), *declared)
        assert says in problem

    def test_needs_none_where_the_policy_declares_none(self) -> None:
        """As before labels had names."""
        assert problems(replace(VERDICT, label=None)) == ()

    def test_names_one_for_nothing_else(self) -> None:
        """A label beside another measure changes nothing."""
        hidden = replace(
            VERDICT,
            measures=(Measure.HIDE,),
            label="nonsense",
            above_ladder_reason="Hundreds of people were misled by it within one hour.",
        )
        assert problems(hidden, *DECLARED) == ()

    def test_keeps_it_when_an_appeal_is_judged(self) -> None:
        """The second look is written down whole; one written before labels had names reads too."""
        assert verdict_from_dict(verdict_to_dict(VERDICT)) == VERDICT
        old = verdict_to_dict(VERDICT)
        del old["label"]
        assert verdict_from_dict(old).label is None


class TestTheStatement:
    """What the person reads."""

    def test_quotes_the_words_of_the_label(self) -> None:
        """On the page and in the letter, and it reads back as it was."""
        told = statement("Made or changed with AI")
        [(_, what)] = [line for line in as_lines(told) if line[0] == "What we did"]
        assert "A note was added to it: “Made or changed with AI”." in what
        assert from_dict(to_dict(told)) == told

    def test_of_before_labels_had_names_reads_as_it_did(self) -> None:
        """Its data has no such field, and is not changed."""
        told = statement(None)
        assert "label" not in str(to_dict(told)["restrictions"]).replace("'measure': 'label'", "")
        assert from_dict(to_dict(told)) == told
