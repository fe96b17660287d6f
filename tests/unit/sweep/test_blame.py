"""A file answers for a worker's death only when it was alone with it, twice."""

from __future__ import annotations

from evenhand.detection import Answer
from evenhand.sweep.engines.blame import Blame
from evenhand.sweep.model import Inline, Listed, Outcome, Partition
from tests.catalogue import by_name, job

JOB = job()


def partition(*names: bytes) -> Partition:
    return Partition(7, tuple(Listed(name, 1, "", Inline(b"")) for name in names))


class TestBlame:
    def test_gives_a_partition_back_as_it_came(self) -> None:
        blame, whole = Blame(), partition(b"a", b"b")
        blame.took(whole, by_name(JOB, whole))
        assert blame.finished(7) == (whole, by_name(JOB, whole))
        assert blame.finished(7) is None

    def test_has_everything_done_again_file_by_file(self) -> None:
        blame, whole = Blame(), partition(b"a", b"b", b"kills")
        alone = blame.died(whole, "it died")
        assert [one.files for one in alone] == [(file,) for file in whole.files]
        for one in alone[:2]:
            blame.took(one, by_name(JOB, one))
        assert blame.finished(7) is None
        assert blame.died(alone[2], "it died") == [alone[2]]
        assert blame.finished(7) is None
        assert blame.died(alone[2], "it died") == []
        finished = blame.finished(7)
        assert finished is not None
        assert finished[0] == whole
        last = finished[1][2]
        assert isinstance(last, Outcome)
        assert (last.name, last.answer, last.again) == (b"kills", Answer.FAILED, True)
        assert "it died" in (last.why or "")

    def test_lets_a_file_off_that_lived_the_second_time(self) -> None:
        """A worker may have been killed by somebody else."""
        blame, whole = Blame(), partition(b"a")
        (again,) = blame.died(whole, "it died")
        blame.took(again, by_name(JOB, again))
        finished = blame.finished(7)
        assert finished is not None
        assert finished[1] == by_name(JOB, whole)
