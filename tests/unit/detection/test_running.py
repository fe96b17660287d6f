"""Every detector leaves an assessment; "failed" is never taken for "not found"."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.detection import (
    DETECTORS,
    READERS,
    Answer,
    Cost,
    DetectorFailed,
    Finding,
    ItemContent,
    LinkContent,
    Reading,
    TextContent,
    run,
)
from evenhand.detection.in_time import SECONDS_MAX, seconds_of
from evenhand.kit.crew import Crew


@dataclass(frozen=True)
class Fake:
    """A detector that says, or raises, what it was told to."""

    says: Sequence[Finding] | BaseException
    name: str = "fake"
    version: str = "7"
    cost: Cost = Cost.CHEAP
    seconds_max: float = 1.0

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
        assert (str(fault) or type(fault).__name__) in one.finding.why
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


@dataclass
class Slow:
    """A detector that looks until it is let go, and says for how long it may."""

    gate: threading.Event
    name: str = "slow"
    version: str = "1"
    seconds_max: float = 60.0
    begun: threading.Event = field(default_factory=threading.Event)

    def examine(self, content: ItemContent, bank: Snapshot) -> Sequence[Finding]:
        """Wait."""
        self.begun.set()
        self.gate.wait(60)
        return [Finding(Answer.NOT_FOUND, "Nothing.")]


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """What slow detectors wait for; let go in the end."""
    event = threading.Event()
    yield event
    event.set()


QUICK = Fake([Finding(Answer.FOUND, "It is there.")])


class TestTime:
    """No detector holds whoever waits beyond its time."""

    def test_of_a_detector_that_is_over_is_failed_and_the_others_stand(
        self, gate: threading.Event
    ) -> None:
        """It says after how long."""
        slow = Slow(gate, seconds_max=0.02)
        began = time.monotonic()
        late, quick = run([slow, QUICK], ItemContent("i"), Snapshot(), crew=Crew())
        assert time.monotonic() - began < 30
        assert late.finding == Finding(Answer.FAILED, "It took longer than 0.02 seconds.")
        assert (late.detector, late.detector_version) == ("slow", "1")
        assert quick.finding.answer is Answer.FOUND

    def test_of_all_together_ends_every_look(self, gate: threading.Event) -> None:
        """However much time each may take by itself."""
        slow = [Slow(gate, name=f"slow {n}") for n in range(5)]
        said = run([*slow, QUICK], ItemContent("i"), Snapshot(), seconds_max=0.05, crew=Crew())
        says = {one.finding.why for one in said[:5]}
        assert says == {"It took longer than 0.05 seconds."}
        assert said[5].finding.answer is Answer.FOUND

    def test_that_nobody_was_free_in_is_failed_too(self, gate: threading.Event) -> None:
        """Not looked at is not clean."""
        looking = [Slow(gate), Slow(gate, name="waits")]
        said = run(looking, ItemContent("i"), Snapshot(), seconds_max=0.05, crew=Crew(hands_max=1))
        assert [one.finding.answer for one in said] == [Answer.FAILED, Answer.FAILED]

    def test_that_is_over_again_and_again_starts_nothing_more(self, gate: threading.Event) -> None:
        """What never ends cannot pile up; it is started again once it did."""
        crew, slow = Crew(hanging_max=2), Slow(gate, seconds_max=0.01)
        for _ in range(2):
            run([slow], ItemContent("i"), Snapshot(), crew=crew)
        [one] = run([slow], ItemContent("i"), Snapshot(), crew=crew)
        assert one.finding.answer is Answer.FAILED
        assert "2 earlier runs of it have not ended" in one.finding.why
        assert threading.active_count() < 50
        gate.set()
        last = time.monotonic() + 30
        while crew.hanging("slow") and time.monotonic() < last:
            time.sleep(0.001)
        patient = Slow(gate)
        [one] = run([patient], ItemContent("i"), Snapshot(), crew=crew)
        assert one.finding.answer is Answer.NOT_FOUND

    @pytest.mark.parametrize("detector", DETECTORS, ids=lambda one: one.name)
    def test_is_limited_for_every_detector(self, detector: object) -> None:
        """By its own word, or by the house's."""
        assert 0 < seconds_of(detector) <= 600
        assert seconds_of(object()) == SECONDS_MAX


@dataclass(frozen=True)
class FakeReader:
    """A reader that reads, or raises, what it was told to."""

    reads: Reading | BaseException
    name: str = "fake_reader"
    version: str = "3"

    def read(self, content: ItemContent, bank: Snapshot) -> Reading:
        """Read it."""
        assert content.item_id
        assert bank is not None
        if isinstance(self.reads, BaseException):
            raise self.reads
        return self.reads


SEEN = Finding(Answer.FOUND, "Words were read.", "photo", "m1")


def entry(kind: EntryKind, value: str) -> LiveEntry:
    """Make an entry that stands."""
    return LiveEntry(f"e-{value}", "b", "known", Confidence.CONFIRMED, "fraud", kind, value)


class TestReaders:
    """What is read out of media is looked at by every detector, and said to be read out."""

    def test_read_before_the_detectors_look(self) -> None:
        """The same phrase, typed and read: each finding says which."""
        read = Reading((TextContent("photo", "pay by gift card", "m1"),), (), (SEEN,))
        content = ItemContent("i", texts=(TextContent("text", "a gift card"),))
        bank = Snapshot((entry(EntryKind.PHRASE, "gift card"),))
        said = run(DETECTORS, content, bank, readers=[FakeReader(read)])
        assert (said[0].detector, said[0].detector_version, said[0].finding) == (
            "fake_reader",
            "3",
            SEEN,
        )
        typed, seen = [one.finding for one in said if one.detector == "known_phrases"]
        assert (typed.field, typed.media_id, "read_from" in typed.evidence) == ("text", None, False)
        assert (seen.field, seen.media_id) == ("photo", "m1")
        assert "read out of a picture" in seen.why
        told = {"read_from": "m1", "read_by": "fake_reader", "read_text": "pay by gift card"}
        assert told.items() <= seen.evidence.items()

    def test_keep_links_of_two_pictures_apart(self) -> None:
        """Each is found in its own."""
        links = tuple(
            LinkContent("photos", f"https://{at}.scam.example", f"m{at}") for at in (1, 2)
        )
        bank = Snapshot((entry(EntryKind.DOMAIN, "scam.example"),))
        said = run(
            DETECTORS, ItemContent("i"), bank, readers=[FakeReader(Reading((), links, (SEEN,)))]
        )
        found = [one.finding for one in said if one.finding.entry_id]
        assert [one.media_id for one in found] == ["m1", "m2"]
        assert {one.field for one in found} == {"photos"}

    @pytest.mark.parametrize("fault", [DetectorFailed("no"), RuntimeError("x"), MemoryError()])
    def test_leave_failed_when_they_raise(self, fault: Exception) -> None:
        """And what was typed is looked at all the same."""
        said = run([Fake([SEEN])], ItemContent("i"), Snapshot(), readers=[FakeReader(fault)])
        assert [one.finding.answer for one in said] == [Answer.FAILED, Answer.FOUND]
        assert (str(fault) or type(fault).__name__) in said[0].finding.why

    def test_leave_failed_when_they_say_nothing(self) -> None:
        """Silence is not an answer, even beside a text."""
        read = Reading((TextContent("photo", "x", "m1"),))
        said = run([Fake([SEEN])], ItemContent("i"), Snapshot(), readers=[FakeReader(read)])
        assert said[0].finding.answer is Answer.FAILED

    def test_leave_an_answer_each_even_for_an_empty_item(self) -> None:
        """All of them skipped."""
        said = run((), ItemContent("i"), Snapshot(), readers=READERS)
        assert [one.detector for one in said] == [reader.name for reader in READERS]
        assert {one.finding.answer for one in said} == {Answer.SKIPPED}
