"""Standing at a shell, before a house that a test has furnished."""

from __future__ import annotations

import pytest
from alembic import command

from evenhand.bootstrap import House
from evenhand.db.migrate import configuration


def at_shell(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Mark the house's tables as current, and stand before it at a shell."""
    with house.db.engine.begin() as conn:
        config = configuration()
        config.attributes["connection"] = conn
        command.stamp(config, "head")
    monkeypatch.setenv("EVENHAND_DATA", str(house.settings.data))
    monkeypatch.setenv("EVENHAND_DATABASE_URL", str(house.settings.database_url))
