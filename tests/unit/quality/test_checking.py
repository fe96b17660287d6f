"""What a counted audit says is held against the log, and whatever cannot be is named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from evenhand.quality.checking import redraw
from evenhand.quality.sampling import draw, population, seeded_by, told
from tests.unit.quality.test_sampling import SINCE, UNTIL, made, published

Lines = list[dict[str, Any]]
SAMPLE = 40


def line(n: int, at: str, event: str, subject: str, **data: Any) -> dict[str, Any]:
    """Write a line."""
    return {"n": n, "at": at, "type": event, "subject": subject, "data": data}


def a_log() -> Lines:
    """Make a log of sixty decisions, of which forty were looked at again, and four were wrong."""
    lines = [made(n) for n in range(50)]
    lines += [made(n, outcome="no_violation", clause=None) for n in range(50, 60)]
    lines.append(published(60, "2026-11-09T12:00:00.000000Z"))
    seeded = seeded_by(lines, until=UNTIL)
    found = population(lines, since=SINCE, until=UNTIL, size=60)
    strata = draw(found, seeded.seed("audit-1"), sample=SAMPLE, least=2)
    data = told(strata, seeded, since=SINCE, until=UNTIL, sample=SAMPLE, least=2)
    lines.append(line(61, "2026-11-09T13:00:00.000000Z", "audit.drawn", "audit-1", **data))
    at = "2026-11-10T10:00:00.000000Z"
    for n in range(62, 62 + SAMPLE):
        lines.append(line(n, at, "audit.labelled", f"u-{n}", audit_id="audit-1"))
    lines.append(line(102, at, "audit.closed", "audit-1", drawn=SAMPLE, looked_at=SAMPLE))
    groups = [
        {"strata": [one.key], "decisions": one.size, "looked_at": len(one.drawn), "wrong": 2}
        for one in strata
    ]
    counts = {"looked_at": SAMPLE, "strata": groups, "wrong": 2 * len(groups)}
    at = "2026-11-17T10:00:00.000000Z"
    lines.append(line(103, at, "audit.counted", "audit-1", **counts))
    return lines


def one_answer_more(lines: Lines) -> None:
    lines[-1]["data"]["looked_at"] += 1


def fewer_wrong(lines: Lines) -> None:
    lines[-1]["data"]["wrong"] = 0


def a_larger_group(lines: Lines) -> None:
    lines[-1]["data"]["strata"][0]["decisions"] += 400


def a_group_left_out(lines: Lines) -> None:
    del lines[-1]["data"]["strata"][0]


def a_group_twice(lines: Lines) -> None:
    groups = lines[-1]["data"]["strata"]
    groups.append(copy.deepcopy(groups[0]))


def more_wrong_than_looked_at(lines: Lines) -> None:
    lines[-1]["data"]["strata"][0]["wrong"] = 99


def too_early(lines: Lines) -> None:
    lines[-1]["at"] = "2026-11-17T09:59:00.000000Z"


def settled_later(lines: Lines) -> None:
    at = "2026-11-16T10:00:00.000000Z"
    lines.insert(-1, line(102, at, "audit.settled", "u-62", audit_id="audit-1"))


class TestACountedAudit:
    """What anybody finds out from the log alone."""

    def test_bears_out_what_the_house_says(self) -> None:
        """The rate follows from the counts; two of each group were wrong."""
        found = redraw(a_log(), "audit-1")
        assert found.problems == ()
        assert found.wrong is not None
        assert (found.wrong.hits, found.wrong.of) == (4, SAMPLE)

    @pytest.mark.parametrize(
        ("tamper", "says"),
        [
            (one_answer_more, "the log has 40"),
            (fewer_wrong, "make 4 in wrong"),
            (a_larger_group, "cannot be"),
            (a_group_left_out, "not those that were drawn"),
            (a_group_twice, "not those that were drawn"),
            (more_wrong_than_looked_at, "cannot be"),
            (too_early, "before those concerned"),
            (settled_later, "before those concerned"),
        ],
    )
    def test_is_held_against_the_log(self, tamper: Callable[[Lines], None], says: str) -> None:
        """Each thing that cannot be is named."""
        lines = a_log()
        tamper(lines)
        assert any(says in each for each in redraw(lines, "audit-1").problems)

    def test_tells_no_rate_where_too_little_was_looked_at(self) -> None:
        """And one that does is named."""
        lines = a_log()
        del lines[62:82]
        lines[-1]["data"] = {"looked_at": 20, "strata": [], "withheld": "few_answers"}
        assert redraw(lines, "audit-1").wrong is None
        assert redraw(lines, "audit-1").problems == ()
        groups = [
            {"strata": [key], "decisions": size, "looked_at": 10, "wrong": 1}
            for key, size in (("clause:fraud/person/violation", 50),)
        ]
        lines[-1]["data"] = {"looked_at": 20, "strata": groups, "wrong": 1}
        assert redraw(lines, "audit-1").problems
