"""Every detector leaves an assessment; "failed" is never taken for "not found"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from evenhand.banks import Snapshot
from evenhand.detection import DETECTORS, Answer, DetectorFailed, Finding, ItemContent, run


@dataclass(frozen=True)
class Fake:
    """A detector that says, or raises, what it was told to."""

    says: Sequence[Finding] | BaseException
    name: str = "fake"
    version: str = "7"

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Say it."""
        assert content.item_id
        assert bank is not None
        if isinstance(self.says, BaseException):
            raise self.says
        return self.says


def answers(*fakes: Fake) -> list[Answer]:
    """Run the detectors over an empty item."""
    return [one.finding.answer for one in run(fakes, ItemContent("i"), Snapshot())]


class TestRun:
    """All detectors, one after the other."""

    @pytest.mark.parametrize(
        "fault",
        [
            DetectorFailed("no"),
            TimeoutError("slow"),
            ValueError("x"),
            MemoryError(),
            RecursionError(),
            KeyError("x"),
        ],
        ids=lambda fault: type(fault).__name__,
    )
    def test_records_a_detector_that_raises_as_failed(self, fault: Exception) -> None:
        """With what went wrong, and the version that failed."""
        [one] = run([Fake(fault)], ItemContent("i"), Snapshot())
        assert one.finding.answer is Answer.FAILED
        assert type(fault).__name__ in one.finding.why
        assert (one.detector, one.detector_version) == ("fake", "7")

    def test_records_a_detector_that_says_nothing_as_failed(self) -> None:
        """Silence is not an answer."""
        assert answers(Fake([])) == [Answer.FAILED]

    def test_lets_what_nobody_named_out(self) -> None:
        """Then the job fails and is tried again; it is not taken for clean."""
        with pytest.raises(KeyboardInterrupt):
            answers(Fake(KeyboardInterrupt()))

    def test_lets_no_failure_hide_another_detector(self) -> None:
        """Each answers for itself."""
        found = Finding(Answer.FOUND, "It is there.")
        assert answers(Fake(DetectorFailed("no")), Fake([found])) == [Answer.FAILED, Answer.FOUND]

    def test_leaves_an_answer_of_every_detector_even_for_an_empty_item(self) -> None:
        """All of them skipped: nothing was looked at, and that is on record."""
        said = run(DETECTORS, ItemContent("i"), Snapshot())
        assert [one.detector for one in said] == [detector.name for detector in DETECTORS]
        assert {one.finding.answer for one in said} == {Answer.SKIPPED}
