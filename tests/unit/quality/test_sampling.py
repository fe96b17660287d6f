"""Lots that anybody can draw again from the log, and that nobody could have chosen."""

from __future__ import annotations

import base64
import hashlib
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evenhand.quality.checking import redraw
from evenhand.quality.errors import (
    NoCheckpointYet,
    NoSuchAudit,
    NothingToDraw,
    SampleTooSmall,
)
from evenhand.quality.sampling import (
    Answer,
    allocate,
    decided,
    draw,
    population,
    seeded_by,
    told,
)

SINCE, UNTIL = "2026-11-01T00:00:00.000000Z", "2026-11-08T00:00:00.000000Z"
ROOT = hashlib.sha256(b"a tree").digest()


def made(n: int, at: str = "2026-11-03T10:00:00.000000Z", **data: Any) -> dict[str, Any]:
    """Write the line of a decision."""
    told_of = {
        "outcome": "violation",
        "clause": "fraud",
        "harm": "fraud",
        "decided_by": "person",
        "rule": None,
        "reports": 1,
        "caused_by": None,
    }
    line = {"n": n, "at": at, "type": "decision.made", "subject": f"d-{n}"}
    return line | {"actor": "staff:1", "data": told_of | data}


def published(n: int, at: str, *, root: bytes = ROOT) -> dict[str, Any]:
    """Write the line of a published checkpoint."""
    note = f"evenhand/ledger\n{n}\n{base64.b64encode(root).decode()}\n\n— evenhand/ledger xyz\n"
    data = {"size": n, "note": note}
    return {"n": n, "at": at, "type": "checkpoint.published", "subject": "c", "data": data}


def a_log() -> list[dict[str, Any]]:
    """Make a log with sixty decisions of three sorts, and checkpoints before and after."""
    lines = [published(0, SINCE)]
    lines += [made(n) for n in range(1, 41)]
    lines += [made(n, outcome="no_violation", clause=None) for n in range(41, 56)]
    lines += [made(n, decided_by="rule", rule="known") for n in range(56, 61)]
    lines += [made(61, "2026-11-09T10:00:00.000000Z")]
    lines += [{"n": 62, "leaf": "00"}, published(63, "2026-11-09T12:00:00.000000Z")]
    return lines


def drawn(lines: list[dict[str, Any]], audit_id: str = "audit-1") -> dict[str, Any]:
    """Draw an audit from a log and write its line."""
    seeded = seeded_by(lines, until=UNTIL)
    found = population(lines, since=SINCE, until=UNTIL, size=seeded.size)
    strata = draw(found, seeded.seed(audit_id), sample=20, least=2)
    data = told(strata, seeded, since=SINCE, until=UNTIL, sample=20, least=2)
    return {"n": 64, "at": UNTIL, "type": "audit.drawn", "subject": audit_id, "data": data}


class TestThePopulation:
    """What an audit draws from."""

    def test_holds_what_was_let_be_and_what_was_rejected(self) -> None:
        """A service that only looks at its removals never learns what it missed."""
        lines = [
            made(1),
            made(2, outcome="no_violation", clause=None),
            made(3, outcome="no_violation", clause=None, reports=0),
        ]
        found = population(lines, since=SINCE, until=UNTIL, size=9)
        assert [one.answer for one in found] == list(Answer)
        assert [one.stratum for one in found] == [
            "clause:fraud/person/violation",
            "harm:fraud/person/report_rejected",
            "harm:fraud/person/no_action",
        ]

    def test_leaves_out_what_is_no_answer_of_its_own(self) -> None:
        """An escalation is answered later, and a limit after strikes follows from others."""
        assert decided(made(1, outcome="escalated")) is None
        assert decided(made(1, caused_by="d-0")) is None

    def test_ends_where_the_checkpoint_does(self) -> None:
        """What was not signed when the seed became known cannot be slipped in afterwards."""
        lines = [made(1), made(2), made(3, UNTIL)]
        found = population(lines, since=SINCE, until=UNTIL, size=2)
        assert [one.id for one in found] == ["d-1"]


class TestTheSeed:
    """The seed."""

    def test_is_the_first_checkpoint_after_the_period(self) -> None:
        """One from before was known while people decided; a later one could be picked."""
        later = [*a_log(), published(70, "2026-11-10T12:00:00.000000Z", root=b"z" * 32)]
        assert seeded_by(later, until=UNTIL).line == 63

    def test_is_missing_until_one_is_published(self) -> None:
        """Then nothing is drawn."""
        with pytest.raises(NoCheckpointYet):
            seeded_by(a_log()[:-1], until=UNTIL)

    def test_differs_from_audit_to_audit(self) -> None:
        """By its name."""
        seeded = seeded_by(a_log(), until=UNTIL)
        assert seeded.seed("audit-1") != seeded.seed("audit-2")


class TestAllocate:
    """Sharing a sample out."""

    @settings(max_examples=50)
    @given(
        st.dictionaries(st.text("abcdef", min_size=1), st.integers(1, 500), min_size=1, max_size=9),
        st.integers(0, 5),
        st.integers(0, 800),
    )
    def test_gives_each_its_least_and_the_whole_sample(
        self, sizes: dict[str, int], least: int, more: int
    ) -> None:
        """No stratum gives more than it has, and a larger one never less than a smaller one."""
        sample = sum(min(size, least) for size in sizes.values()) + more
        given_out = allocate(sizes, sample=sample, least=least)
        assert sum(given_out.values()) == min(sample, sum(sizes.values()))
        assert all(min(least, sizes[key]) <= n <= sizes[key] for key, n in given_out.items())
        by_size = sorted(sizes, key=lambda key: sizes[key])
        assert all(given_out[one] <= given_out[other] + 1 for one, other in pairwise(by_size))

    def test_says_how_large_a_sample_must_be(self) -> None:
        """So that whoever asks can ask again."""
        with pytest.raises(SampleTooSmall, match="at least 5"):
            allocate({"a": 100, "b": 2}, sample=4, least=3)
        with pytest.raises(NothingToDraw):
            allocate({}, sample=4, least=3)


class TestRedraw:
    """Drawing again from the log."""

    def test_comes_to_the_same(self) -> None:
        """From the lines alone, in anybody's hands."""
        lines = a_log()
        again = redraw([*lines, drawn(lines)], "audit-1")
        assert again.same
        sizes = {one.key: (one.size, len(one.drawn)) for one in again.strata}
        assert sizes == {
            "clause:fraud/person/violation": (40, 12),
            "clause:fraud/rule/violation": (5, 3),
            "harm:fraud/person/report_rejected": (15, 5),
        }

    def test_notices_a_decision_that_was_exchanged(self) -> None:
        """The digest covers every id that was drawn."""
        lines = a_log()
        line = drawn(lines)
        line["data"]["digest"] = "0" * 64
        assert redraw([*lines, line], "audit-1").problems

    def test_notices_a_seed_that_was_picked(self) -> None:
        """An earlier checkpoint was known while people decided."""
        lines = a_log()
        line = drawn(lines)
        line["data"]["checkpoint_line"] = 0
        assert any("checkpoint_line" in each for each in redraw([*lines, line], "audit-1").problems)

    def test_notices_days_that_were_drawn_from_twice(self) -> None:
        """Drawing until the lot suits is choosing."""
        lines = a_log()
        both = [*lines, drawn(lines), drawn(lines, "audit-2")]
        assert redraw(both, "audit-2").problems == (
            "audit-1 was drawn from some of the same days.",
        )

    def test_knows_only_what_the_log_knows(self) -> None:
        """An audit that is not in it was none."""
        with pytest.raises(NoSuchAudit):
            redraw(a_log(), "audit-1")

    def test_gives_every_decision_of_a_stratum_the_same_chance(self) -> None:
        """Over many seeds each is drawn about as often as any other."""
        found = population(a_log(), since=SINCE, until=UNTIL, size=63)
        times: Counter[str] = Counter()
        for number in range(400):
            strata = draw(found, number.to_bytes(4, "big"), sample=24, least=2)
            times.update(an_id for one in strata for an_id in one.drawn)
        people = [times[f"d-{n}"] for n in range(1, 41)]
        share = len(next(one for one in strata if "clause:fraud/person" in one.key).drawn) / 40
        assert all(
            abs(each - 400 * share) < 4.5 * (400 * share * (1 - share)) ** 0.5 for each in people
        )
