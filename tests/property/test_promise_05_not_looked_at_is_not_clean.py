"""Promise 5: each detector says found, not found, failed or skipped, with version and time."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from evenhand import detection
from tests.property.history import PICTURES, History, as_test


class NotLookedAtIsNotClean(History):
    """What could not be looked at is never called clean."""

    def __init__(self) -> None:
        """Remember which items lost their picture before anybody looked."""
        super().__init__()
        self.damaged: list[str] = []

    @rule(photo=st.integers(0, 2))
    def an_item_arrives_and_its_picture_is_damaged(self, photo: int) -> None:
        """The vault loses a picture between the upload and the look."""
        item_id = self.stage.item(photo=PICTURES[photo])
        self.items.append(item_id)
        waits = self.rows("jobs", f"subject = '{item_id}' and state = 'ready'")
        if waits:
            for row in self.rows("evidence_objects"):
                if row["id"] in {m["object_id"] for m in self.media(item_id)}:
                    self.house.resources.blobs.put(row["blob"], b"rot")
                    self.damaged.append(item_id)

    def media(self, item_id: str) -> list[dict[str, str]]:
        """Return an item's media rows."""
        return [dict(row) for row in self.rows("media", f"item_id = '{item_id}'")]

    @invariant()
    def every_detector_has_answered_for_every_item_that_was_looked_at(self) -> None:
        """Each with its version, its time, and one of four answers."""
        for item_id in self.items:
            said = self.ask(detection.assessments, self.stage.lin, item_id)
            if not said:
                continue
            assert {one.detector for one in said} == {d.name for d in detection.DETECTORS}
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


TestNotLookedAtIsNotClean = as_test(NotLookedAtIsNotClean)
