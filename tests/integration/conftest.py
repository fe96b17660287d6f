"""A house open for work, for tests that sit at a desk."""

from __future__ import annotations

import pytest

from evenhand.bootstrap import House
from evenhand.kit.clock import SetClock
from tests import desk_day


@pytest.fixture
def office(house: House, clock: SetClock) -> desk_day.Office:
    """Open a house for work, with a browser at a reviewer's desk."""
    return desk_day.office(house, clock)
