"""Promise 2: decision and effects are committed together; none is lost, none is doubled.

That killing processes loses nothing either is shown in tests/integration/test_kill.py.
"""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

from hypothesis.stateful import invariant

from evenhand import delivery
from tests.property.history import History, as_test


class NoLostEffect(History):
    """Every measure is sent to the host once, and so is its end."""

    @invariant()
    def every_measure_has_its_effect_and_every_end_has_its_lift(self) -> None:
        """One apply for each; one lift for each that ended, unless another asks for the same."""
        for made in self.decisions():
            sent = [row for row in self.stage.sent(made.id) if row["kind"] == "effect.host"]
            count = Counter((row["payload"]["effect"], row["payload"]["measure"]) for row in sent)
            applied = {m.measure.value for m in made.measures}
            assert {measure for effect, measure in count if effect == "apply"} == applied
            assert set(count.values()) <= {1}
            ended = {m.measure.value for m in made.measures if m.lifted_at is not None}
            assert {measure for effect, measure in count if effect == "lift"} <= ended

    def teardown(self) -> None:
        """In the end a host that is back has everything, each thing once and in its order."""
        for _ in range(400):
            self.clock.forward(timedelta(days=2))
            works = self.house.do(delivery.claim, "test", limit=50)
            for work in works:
                self.deliver(work, fails=False)
            if not works:
                break
        waiting = [row for row in self.rows("outbox") if row["state"] not in {"done", "dead"}]
        assert waiting == []
        super().teardown()


TestNoLostEffect = as_test(NoLostEffect)
