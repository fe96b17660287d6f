"""Promise 9: a withdrawn signal reopens what rested on it: an entry, or a version of a model."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta

from hypothesis.stateful import initialize, invariant, precondition, rule

from evenhand import detection, people, queue, review
from evenhand.ledger import EVENTS
from tests import school
from tests.lessons import text
from tests.property.history import History, as_test
from tests.stage import fine, violation

A_MINUTE = timedelta(minutes=1)  # so that what was decided before can be told from after
WITHDRAWN_BY = ("entry.withdrawn", "model.retired")


class AWithdrawnSignalReopens(History):
    """No decision rests quietly on what was found to be wrong."""

    @initialize()
    def a_classifier_is_in_force(self) -> None:
        """One version, which knows scams that ask for gift cards."""
        self.model = school.in_force(self.house)
        self.numbers = 0

    @rule()
    def known_material_arrives_and_the_path_goes_on(self) -> None:
        """An item that the bank knows is held."""
        self.an_item_arrives("ann", 0)
        self.stage.settle()

    @rule()
    def a_scam_arrives_and_the_path_goes_on(self) -> None:
        """An item that the classifier takes for one is put before a person."""
        self.numbers += 1
        self.items.append(self.stage.item(text=text(self.numbers, broke=True)))
        self.stage.settle()

    @rule()
    def the_entry_is_withdrawn_and_the_path_goes_on(self) -> None:
        """The bank was wrong, and the house acts on it."""
        self.clock.forward(A_MINUTE)
        self.the_bank_entry_is_withdrawn()
        self.stage.settle()

    @precondition(lambda self: self.in_force())
    @rule()
    def a_decision_rests_on_the_version_and_it_is_retired(self) -> None:
        """A person decided what it proposed; then it turns out wrong, and the house acts on it."""
        self.a_scam_arrives_and_the_path_goes_on()
        self.stage.decide(self.items[-1], violation(clause=school.CLAUSE))
        self.clock.forward(A_MINUTE)
        self.house.do(detection.retire_classifier, self.stage.lin, self.model, why="a mistake")
        self.stage.settle()

    @rule()
    def somebody_looks_again_and_finds_nothing(self) -> None:
        """Then nothing of what rested on it restricts anybody any more."""
        for item_id in self.items:
            task = self.ask(queue.open_task, item_id)
            if task is None or task.kind is not queue.TaskKind.REOPENED:
                continue
            self.clock.forward(A_MINUTE)
            if not self.found_fine(item_id):
                continue
            self.stage.settle()
            stands = "reversed_at is null and superseded_by is null and outcome = 'violation'"
            mine = f"{stands} and automated = 0 and item_id = '{item_id}'"
            assert self.rows("decisions", mine) == []

    def found_fine(self, item_id: str) -> bool:
        """Decide as the first who may; False when everybody has passed it on."""
        for actor in self.staff:
            with suppress(review.KeptFromYou):
                self.stage.decide(item_id, fine(), by=actor)
                return True
        return False

    def in_force(self) -> bool:
        """Tell whether the version is in force still."""
        return bool(self.ask(detection.versions_in_force))

    @invariant()
    def what_was_withdrawn_moves_the_path_on(self) -> None:
        """Both kinds by the same step of the worker's table."""
        assert all(EVENTS[event].moves_on for event in WITHDRAWN_BY)

    @invariant()
    def whatever_rested_on_what_was_withdrawn_waits_for_a_person(self) -> None:
        """Each such decision that stood has a task, unless a person has decided since.

        Whoever found nothing wrong, in spite of what was found, rested on nothing.
        """
        kinds = "', '".join(WITHDRAWN_BY)
        unfinished = self.rows("jobs", f"kind in ('{kinds}') and state <> 'done'")
        if unfinished:
            return
        withdrawn = {row["id"]: row["withdrawn_at"] for row in self.rows("bank_entries")}
        withdrawn |= {row["id"]: row["retired_at"] for row in self.rows("learned_models")}
        stands = "outcome = 'violation' and reversed_at is null and superseded_by is null"
        for row in self.rows("decisions", stands):
            for ground in row["evidence"]:
                at = withdrawn.get(ground)
                if at is not None and row["made_at"] < at:
                    where = f"item_id = '{row['item_id']}' and kind <> 'appeal'"
                    tasks = self.rows("tasks", where)
                    assert any(t["closed_at"] is None or t["closed_at"] >= at for t in tasks)

    @invariant()
    def nothing_that_was_withdrawn_waits_to_be_acted_on(self) -> None:
        """What was only proposed is closed with what it rested on."""
        if self.in_force() or self.rows("jobs", "kind = 'model.retired' and state <> 'done'"):
            return
        waiting = self.rows("proposals", "taken_at is null and rule = 'learned-from-decisions'")
        assert waiting == []

    @invariant()
    def what_a_classifier_proposed_is_cited_by_whoever_decides(self) -> None:
        """So that retiring it can find the decision at all."""
        proposed = {
            row["item_id"]: row["made_at"]
            for row in self.rows("proposals", "rule = 'learned-from-decisions'")
        }
        for row in self.rows("decisions", "automated = 0"):
            made = proposed.get(row["item_id"])
            if made is not None and row["made_at"] >= made and row["by_ref"] != people.SYSTEM.ref:
                assert self.model in row["evidence"]


TestAWithdrawnSignalReopens = as_test(AWithdrawnSignalReopens)
