"""How much a match counts: never more for a reason to count less, and never nothing in silence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evenhand.banks import Confidence
from evenhand.policy import Harm
from evenhand.rules import Less, Match, Weight
from evenhand.rules.weighing import weight_of

SURE, MAYBE = Confidence.CONFIRMED, Confidence.INDICATIVE


def match(*less: Less, confidence: Confidence = SURE, number: int = 1) -> Match:
    """Make a match."""
    return Match("s", f"e-{number}", "b", "bank", confidence, "fraud", Harm.FRAUD, less)


@pytest.mark.parametrize(
    ("less", "sure", "maybe"),
    [
        ((), Weight.HOLDS, Weight.LOOKED_AT),
        ((Less.OUTSIDE_ROLLOUT,), Weight.LOOKED_AT, Weight.NOTED),
        ((Less.QUARANTINED,), Weight.LOOKED_AT, Weight.NOTED),
        ((Less.OUTSIDE_ROLLOUT, Less.QUARANTINED), Weight.LOOKED_AT, Weight.NOTED),
        ((Less.QUARANTINED, Less.FLOODING), Weight.NOTED, Weight.NOTED),
        ((Less.ALSO_FINE,), Weight.LOOKED_AT, Weight.LOOKED_AT),
        ((Less.KNOWN_FINE,), Weight.NOTED, Weight.NOTED),
    ],
)
def test_each_reason_takes_its_step(less: tuple[Less, ...], sure: Weight, maybe: Weight) -> None:
    """As docs/banks.md says."""
    assert weight_of(SURE, less) is sure
    assert weight_of(MAYBE, less) is maybe


@given(st.sets(st.sampled_from(Less)), st.sampled_from(Less), st.sampled_from(Confidence))
def test_another_reason_never_makes_it_count_more(
    less: set[Less], more: Less, confidence: Confidence
) -> None:
    """And nothing ever makes an indicative match hold."""
    order = list(Weight)
    before, after = weight_of(confidence, less), weight_of(confidence, less | {more})
    assert order.index(after) >= order.index(before)
    assert weight_of(MAYBE, less) is not Weight.HOLDS
