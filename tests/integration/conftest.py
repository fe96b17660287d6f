"""The file that takes longest is begun first, so that it is not what everybody waits for."""

from __future__ import annotations

import pytest

from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from tests import desk_day

FIRST = "test_kill.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the first file first and leave the others in their order."""
    items.sort(key=lambda item: item.path.name != FIRST)


@pytest.fixture
def office(house: House, clock: SetClock) -> desk_day.Office:
    """Open a house for work, with a browser at a reviewer's desk."""
    return desk_day.office(house, clock)
