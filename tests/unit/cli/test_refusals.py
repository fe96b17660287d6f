"""Whatever a command meets becomes a sentence and an exit status; a fault stays a fault."""

from __future__ import annotations

import pytest
from sqlalchemy.exc import OperationalError

from evenhand import intake, people, queue
from evenhand.adapters.mail import MailMisconfigured
from evenhand.bootstrap import load_settings
from evenhand.cli.exits import Exit
from evenhand.cli.refusals import explain
from evenhand.cli.shell import NoHouse, NotFoundHere
from evenhand.db import DatabaseBusy


class TestExplain:
    @pytest.mark.parametrize(
        ("error", "code", "status"),
        [
            (queue.NoSuchTask("0190"), "no_such_task", Exit.NOT_POSSIBLE),
            (people.EmailTaken(), "email_taken", Exit.NOT_POSSIBLE),
            (NotFoundHere("There is none."), "not_found_here", Exit.NOT_POSSIBLE),
            (NoHouse("There is no house."), "no_house", Exit.NOT_READY),
            (MailMisconfigured("It is not set."), "mail_misconfigured", Exit.NOT_READY),
            (DatabaseBusy("locked"), "busy", Exit.NOT_READY),
            (OperationalError("s", {}, Exception("secret")), "database", Exit.NOT_READY),
            (PermissionError(13, "denied", "x"), "permission", Exit.NOT_READY),
        ],
    )
    def test_gives_each_its_status(self, error: Exception, code: str, status: Exit) -> None:
        found = explain(error)
        assert found is not None
        assert (found.code, found.exit) == (code, status)
        assert " " in found.says
        assert "secret" not in found.says

    def test_lists_every_spot_of_a_refused_document(self) -> None:
        found = explain(intake.ItemRefused([intake.Problem("id", "This is missing.", "missing")]))
        assert found is not None
        assert "\n  id: This is missing." in found.says

    def test_names_wrong_settings_and_never_their_value(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("EVENHAND_PORT", "hunter2")
        with pytest.raises(ValueError, match="port") as caught:
            load_settings()
        found = explain(caught.value)
        assert found is not None
        assert "EVENHAND_PORT" in found.says
        assert "hunter2" not in found.says

    def test_leaves_a_fault_to_be_told_with_its_place(self) -> None:
        assert explain(RuntimeError("boom")) is None
