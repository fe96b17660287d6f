"""Priority can be added up, and a crowd cannot push anything through."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from evenhand.policy import Harm
from evenhand.queue.model import (
    QUEUE_TITLES,
    REPORTER_POINTS_MAX,
    SEVERITY,
    SEVERITY_POINTS,
    Facts,
    TaskKind,
    priority,
    queue_of,
    total,
    worse,
)

FACTS = st.builds(
    Facts,
    kind=st.sampled_from(TaskKind),
    harm=st.sampled_from(Harm),
    known_material=st.booleans(),
    reporters=st.integers(0, 10_000),
    trusted=st.booleans(),
    accurate_reporter=st.booleans(),
    reach=st.integers(0, 10**9),
)


def plain(harm: Harm = Harm.FRAUD, *, reporters: int = 1, reach: int = 0) -> Facts:
    """Make the facts of an ordinary report."""
    return Facts(
        kind=TaskKind.REVIEW,
        harm=harm,
        known_material=False,
        reporters=reporters,
        trusted=False,
        accurate_reporter=False,
        reach=reach,
    )


class TestPriority:
    """How a task's place is worked out."""

    @given(FACTS)
    def test_gives_a_reason_for_every_point(self, facts: Facts) -> None:
        """Each part has points and words, and the sum is the priority."""
        parts = priority(facts)
        assert all(part.points > 0 and part.says for part in parts)
        assert total(parts) == sum(part.points for part in parts)

    @given(st.integers(2, 10**6))
    def test_adds_less_for_a_crowd_than_for_one_step_of_severity(self, crowd: int) -> None:
        """A brigade cannot carry a lesser harm past a graver one."""
        brigade = total(priority(plain(Harm.OTHER, reporters=crowd)))
        alone = total(priority(plain(Harm.IMPERSONATION)))
        assert REPORTER_POINTS_MAX < SEVERITY_POINTS
        assert brigade < alone

    def test_counts_people_on_a_scale_that_flattens(self) -> None:
        """1, 2, 4 and 16 people give 1, 2, 3 and 5 points; 1,000 give no more."""
        points = [
            total(priority(plain(reporters=n))) - total(priority(plain(reporters=0)))
            for n in (1, 2, 4, 16, 1000)
        ]
        assert points == [1, 2, 3, 5, 5]

    def test_counts_reach_by_its_digits(self) -> None:
        """10 and 1,204 people who saw it give 1 and 3 points."""
        base = total(priority(plain()))
        assert total(priority(plain(reach=10))) - base == 1
        assert total(priority(plain(reach=1204))) - base == 3


class TestQueueOf:
    """Where a task waits."""

    @given(st.sampled_from(TaskKind), st.sampled_from(Harm))
    def test_always_names_a_queue_that_has_a_title(self, kind: TaskKind, harm: Harm) -> None:
        """No task can wait where nobody looks."""
        assert queue_of(kind, harm) in QUEUE_TITLES


class TestWorse:
    """Which of two harms a task is filed under."""

    @given(st.sampled_from(Harm), st.sampled_from(Harm))
    def test_never_returns_the_lesser(self, one: Harm, other: Harm) -> None:
        """A task that was joined is never filed under something milder."""
        assert SEVERITY[worse(one, other)] == max(SEVERITY[one], SEVERITY[other])
