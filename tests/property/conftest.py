"""How long to look for a history that breaks a promise: a while always, for an hour with `fuzz`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.quickly import quick_receipts

FUZZ_TIMES = 50

#: A house on a real database takes its time; how long an example took says nothing of a promise.
settings.register_profile(
    "everyday",
    settings.get_profile("evenhand"),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "fuzz",
    settings.get_profile("everyday"),
    derandomize=False,
    max_examples=100 * FUZZ_TIMES,
    print_blob=True,
)
settings.load_profile("everyday")


@pytest.fixture(scope="module", autouse=True)
def receipts_in_no_time() -> Iterator[None]:
    """Thousands of houses are opened here, each by this process alone."""
    with quick_receipts():
        yield


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Multiply the examples of tests that name a number of their own, when fuzzing."""
    if config.getoption("--hypothesis-profile") != "fuzz":
        return
    for item in items:
        held: list[tuple[Any, str]] = [
            (getattr(item, "function", None), "_hypothesis_internal_use_settings"),
            (getattr(item, "cls", None), "settings"),
        ]
        for owner, name in held:
            found = getattr(owner, name, None)
            if isinstance(found, settings) and found.max_examples < 100 * FUZZ_TIMES:
                more = settings(found, max_examples=found.max_examples * FUZZ_TIMES)
                setattr(owner, name, more)
