"""What is recorded about a delivery holds ids and codes, and never whom it was about."""

from __future__ import annotations

from evenhand import ledger
from evenhand.delivery.model import EFFECT, MAIL, MESSAGE_TO_ACCOUNT, Letter, line_for


class TestLineFor:
    """The line of a delivery."""

    def test_says_which_measure_and_not_on_whom(self) -> None:
        """The host's own ids are not ours to publish."""
        target = {"type": "account", "id": "ada@example.org"}
        payload = {"effect": "apply", "measure": "suspend", "target": target, "decision_id": "d"}
        event, data = line_for(EFFECT, payload)
        assert event == "effect.acknowledged"
        assert data == {"effect": "apply", "measure": "suspend"}

    def test_says_by_which_way_a_message_went_and_not_to_whom(self) -> None:
        """By mail or through the host."""
        payload = {"template": "decision_made", "account_external_id": "ada", "identity_id": "i"}
        assert line_for(MAIL, payload)[1] == {"via": "mail", "template": "decision_made"}
        assert line_for(MESSAGE_TO_ACCOUNT, payload)[1]["via"] == "host"

    def test_uses_events_that_are_in_the_registry(self) -> None:
        """Both of them."""
        assert {line_for(EFFECT, {})[0], line_for(MAIL, {})[0]} <= set(ledger.EVENTS)


class TestLetter:
    """A letter."""

    def test_does_not_show_whom_it_is_to_when_printed(self) -> None:
        """So that no log line can."""
        letter = Letter(id="1", to="ada@example.org", subject="s", text="t")
        assert "ada@" not in repr(letter)
