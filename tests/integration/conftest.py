"""The file that takes longest is begun first, so that it is not what everybody waits for."""

from __future__ import annotations

import pytest

FIRST = "test_kill.py"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the first file first and leave the others in their order."""
    items.sort(key=lambda item: item.path.name != FIRST)
