"""Compiled code is kept where only its owner writes, and nothing needs it to be kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
LOADS = (
    "import numba; from tests.unit.kit.a_kernel import add, double;"
    "print(add(double(10), 22), numba.config.CACHE_DIR)"
)


def loaded(**variables: str) -> str:
    """Load kernels in a process of their own, see them work; return where it says they are kept."""
    kept = {name: value for name, value in os.environ.items() if name != "NUMBA_CACHE_DIR"}
    made = subprocess.run(
        [sys.executable, "-c", LOADS],
        cwd=ROOT,
        env=kept | variables,
        check=True,
        capture_output=True,
        text=True,
    )
    added, _, folder = made.stdout.partition(" ")
    assert added == "42"
    return folder


@pytest.mark.slow
class TestKernel:
    """`kernel` as processes meet it."""

    def test_keeps_compiled_code_in_the_cache_folder(self, tmp_path: Path) -> None:
        """Private, and beside no source: the installation may be read-only."""
        folder = tmp_path / "evenhand" / "kernels"
        assert str(folder) in loaded(XDG_CACHE_HOME=str(tmp_path))
        kept = sorted(folder.rglob("*.nbi"))
        assert len(kept) == 2
        assert not folder.stat().st_mode & 0o077
        before = [file.stat().st_mtime_ns for file in kept]
        kept[0].write_bytes(b"")  # as a power cut leaves it
        loaded(XDG_CACHE_HOME=str(tmp_path))
        assert [file.stat().st_mtime_ns for file in kept[1:]] == before[1:]

    def test_trusts_no_folder_that_others_may_write_to(self, tmp_path: Path) -> None:
        """What is kept is executed when it is read back, so it compiles anew instead."""
        folder = tmp_path / "evenhand" / "kernels"
        folder.mkdir(parents=True)
        folder.chmod(0o777)
        assert str(folder) not in loaded(XDG_CACHE_HOME=str(tmp_path))
        assert not list(folder.iterdir())

    def test_works_without_a_cache_folder(self, tmp_path: Path) -> None:
        """A service account often has no home."""
        in_the_way = tmp_path / "file"
        in_the_way.write_text("x")
        assert "evenhand" not in loaded(XDG_CACHE_HOME=str(in_the_way))
