"""Kernels as small as can be, for tests of how compiled code is kept."""

from __future__ import annotations

from evenhand.kit.compiled import kernel


@kernel("int64(int64, int64)")
def add(one: int, other: int) -> int:
    """Add two whole numbers."""
    return one + other


@kernel("int64(int64)")
def double(one: int) -> int:
    """Double a whole number."""
    return 2 * one
