"""Promise 5: each detector and reader says found, not found, failed or skipped, by version."""

from __future__ import annotations

from hypothesis.stateful import invariant

from evenhand import detection
from tests.property.history import History, as_test


class NotLookedAtIsNotClean(History):
    """What could not be looked at is never called clean."""

    @invariant()
    def every_detector_has_answered_for_every_item_that_was_looked_at(self) -> None:
        """Each with its version, its time, and one of four answers."""
        for item_id in self.items:
            said = self.ask(detection.assessments, self.stage.lin, item_id)
            if not said:
                continue
            looked = {each.name for each in detection.DETECTORS}
            read = {each.name for each in detection.READERS}
            assert {one.detector for one in said} == looked | read
            assert all(one.detector_version and one.at for one in said)
            assert all(isinstance(one.answer, detection.Answer) for one in said)

    @invariant()
    def what_could_not_be_opened_is_failed(self) -> None:
        """A damaged picture is never "not found"."""
        for item_id in self.damaged:
            said = self.ask(detection.assessments, self.stage.lin, item_id)
            of_media = [one.answer for one in said if one.media_id is not None]
            assert detection.Answer.NOT_FOUND not in of_media
            assert not said or detection.Answer.FAILED in of_media

    @invariant()
    def what_waits_for_a_look_waits_only_while_it_failed(self) -> None:
        """A hold for that reason stands on an item whose last look failed, and on no other."""
        for one in self.decisions():
            if one.by_ref.startswith("rule:not-looked-at@") and one.stands:
                said = self.ask(detection.assessments, self.stage.lin, one.item_id)
                waits = self.rows("jobs", "kind = 'item.assessed' and state = 'ready'")
                assert waits or detection.Answer.FAILED in {each.answer for each in said}


TestNotLookedAtIsNotClean = as_test(NotLookedAtIsNotClean)
