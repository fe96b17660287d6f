"""No number of reports restricts anybody, by whatever way round (charter, promise 6)."""

from __future__ import annotations

import pytest

from evenhand.rules.hearsay import resting_on_reports
from tests.ruled import living

HANGS = """
rule reported on report
  when harm == "scam"
  label item "often-{harm}" for 2d
  enqueue review
"""
PASSES_ON = """
rule marked on post
  when label(item, "often-scam")
  label account "watch it"
"""


AT_ONCE = 'rule a on report when harm == "scam" propose hide policy spam'
COUNTED = """
counter said_1h = count in report, post by account within 1h
rule a on post when said_1h >= 3 propose hide policy spam
"""
BY_LABEL = 'rule a on post when label(item, "often-scam") propose hide policy spam'
BY_TWO = 'rule a on post when not label(account, "watch it") propose hide policy spam'
FINE = """
counter posts_1h = count in post by account within 1h
rule a on post when label(item, "seen often") propose hide policy spam
rule b on post when label(item, "often-scam") enqueue review
rule c on post when posts_1h >= 9 propose limit policy spam
"""


def says(*texts: str) -> str | None:
    """Read rules that run together, and say which rests on reports."""
    ready = living([(f"{place}.rules", text) for place, text in enumerate(texts)]).ready
    assert not ready.broken
    return resting_on_reports(ready.rules, ready.counters)


class TestRestingOnReports:
    """What would let reports restrict somebody is told, and nothing else is."""

    @pytest.mark.parametrize(
        ("texts", "how"),
        [
            ((AT_ONCE,), "and is on reports"),
            ((COUNTED,), "and reads said_1h, which counts reports"),
            ((HANGS, BY_LABEL), "and reads the label 'often-scam', which reported hangs"),
            ((BY_TWO, PASSES_ON, HANGS), "and reads the label 'watch it', which marked hangs"),
        ],
        ids=["at once", "counted", "by a label", "by a label of a label"],
    )
    def test_says_how(self, texts: tuple[str, ...], how: str) -> None:
        """In whatever order they stand."""
        assert f"a proposes a measure {how}" in (says(*texts) or "")

    def test_lets_everything_else_be(self) -> None:
        """A label of one's own, a person's look, a counter of posts."""
        assert says(HANGS, PASSES_ON, FINE) is None
