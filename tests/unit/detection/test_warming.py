"""What a first look needs is loaded before anybody waits for it."""

from __future__ import annotations

import sys

from evenhand.detection import warm_up

SECONDS_MAX = 120.0


def test_warming_up_loads_every_compiled_loop_and_ends() -> None:
    """In a thread that no end of the process waits for."""
    thread = warm_up()
    assert thread.daemon
    thread.join(SECONDS_MAX)
    assert not thread.is_alive()
    for module in ("evenhand.banks.index.kernels", "evenhand.detection.signals.pdq_kernels"):
        assert module in sys.modules
