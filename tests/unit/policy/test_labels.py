"""A label is declared in the policy, once, before a step of a ladder may name it."""

from __future__ import annotations

from typing import Any

import pytest

from evenhand import policy
from evenhand.policy import Label, Measure, PolicyRefused, parse_policy


def written(**changes: Any) -> dict[str, Any]:
    """Write a policy of one clause whose mildest step is a label."""
    step = {"measures": ["label"], "label": "ai_generated", "strike_weight": 0}
    clause = {
        "key": "made-with-ai",
        "number": "1.1",
        "version": 1,
        "title": "Say when a machine made it",
        "text": "Say so where people can see it when a machine made what could be taken for real.",
        "harm": "other",
        "severity": 1,
        "ground": "terms",
        "strike_days": 90,
        "effective_from": "2026-01-01",
        "ladder": [step | changes.pop("step", {})],
    }
    labels = [{"key": "ai_generated", "says": "Made with AI"}]
    return {"title": "Rules", "clause": [clause], "label": labels} | changes


class TestLabels:
    """`[[label]]` in a policy file."""

    def test_are_read_with_their_words(self) -> None:
        """And the step names its own."""
        read = parse_policy(written())
        assert read.labels == (Label("ai_generated", "Made with AI"),)
        assert read.clauses[0].ladder[0].label == "ai_generated"

    def test_may_be_left_out(self) -> None:
        """A policy without labels puts none on anything by name."""
        plain = written(step={"label": "graphic"})
        del plain["label"]
        assert parse_policy(plain).labels == ()

    @pytest.mark.parametrize(
        ("labels", "path"),
        [
            ([], "policy.label"),
            ([{"key": "AI", "says": "x"}], "label[0].key"),
            ([{"key": "ai-generated", "says": "x"}], "label[0].key"),
            ([{"key": "a" * 41, "says": "x"}], "label[0].key"),
            ([{"key": "ai", "says": " "}], "label[0].says"),
            ([{"key": "ai", "says": "x" * 81}], "label[0].says"),
            ([{"key": "ai", "says": "x", "colour": "red"}], "label[0].colour"),
            ([{"key": "ai", "says": "x"}, {"key": "ai", "says": "y"}], "label[1].key"),
            ([{"key": f"l{n}", "says": "x"} for n in range(41)], "policy.label"),
        ],
    )
    def test_are_refused_by_the_field(self, labels: list[dict[str, str]], path: str) -> None:
        """Whoever writes the file is told where."""
        with pytest.raises(PolicyRefused) as caught:
            parse_policy(written(label=labels))
        assert caught.value.path == path

    @pytest.mark.parametrize("step", [{"measures": ["warn"]}, {"label": "Not a key"}])
    def test_are_named_only_by_a_step_that_labels(self, step: dict[str, Any]) -> None:
        """And by a key."""
        with pytest.raises(PolicyRefused) as caught:
            parse_policy(written(step=step))
        assert caught.value.path == "clause[0].ladder[0].label"

    def test_of_the_starter_policy_are_those_its_ladders_name(self) -> None:
        """With `ai_generated` among them, which a detector may suggest."""
        shipped = policy.starter()
        declared = {label.key for label in shipped.labels}
        named = {rung.label for clause in shipped.clauses for rung in clause.ladder} - {None}
        assert {"ai_generated", "graphic", "sensitive"} <= declared
        assert named <= declared
        labelled = [r for c in shipped.clauses for r in c.ladder if Measure.LABEL in r.measures]
        assert all(rung.label for rung in labelled)
