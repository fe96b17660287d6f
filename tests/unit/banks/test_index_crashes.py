"""Wherever a writer stops, whoever opens the index next finds all that the database knows."""

from __future__ import annotations

import os
import random
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from evenhand.banks.index import LiveIndex, layout, manifest, segment
from tests.listed import Listed, drawn, matched

STEPS_MAX = 60
TEN_MILLION = 10_000_000
GROWTH_KB_MAX = 20_000


class PowerCut(BaseException):
    """The machine stopped here."""


@contextmanager
def power_cut_before(step: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """Stop before the step with this number of those that change what lies on the disk."""
    done = [0]

    def counted(act: Callable[..., Any]) -> Callable[..., Any]:
        def stopping(*args: Any, **options: Any) -> Any:
            if done[0] == step:
                raise PowerCut
            done[0] += 1
            return act(*args, **options)

        return stopping

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", counted(os.fsync))
        for name in ("replace", "unlink", "open"):
            patched.setattr(Path, name, counted(getattr(Path, name)))
        yield done


def listed(count: int, seed: int = 1) -> Listed:
    """List hashes."""
    dice, made = random.Random(seed), Listed()
    for _ in range(count):
        made.add(drawn(dice))
    return made


def test_a_publication_cut_short_anywhere_is_whole_or_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At every flush, rename and removal there is; and the next writer goes on from there."""
    for step in range(STEPS_MAX):
        folder, hashes = tmp_path / str(step), listed(30, seed=step)
        writer = LiveIndex(folder, delta_max=10)
        writer.catch_up(hashes)
        dice = random.Random(step)
        gone = dice.choice(sorted(hashes.standing))
        hashes.withdraw(gone)
        for _ in range(25):
            hashes.add(drawn(dice))
        try:
            with power_cut_before(step, monkeypatch) as done:
                writer.rebuild(hashes)
        except PowerCut:
            stopped = True
        else:
            stopped = False
        for reader in (LiveIndex(folder, delta_max=10), LiveIndex(folder, delta_max=10**9)):
            reader.catch_up(hashes)
            assert reader.verify() == []
            assert reader.differences(hashes) == (0, 0)
            asked = list(hashes.standing.values())
            assert matched(reader, asked, 31) == [hashes.near(one, 31) for one in asked]
            reader.close()
        if not stopped:
            assert done[0] == step > 5, "every step was tried"
            return
    pytest.fail("a publication takes more steps than were tried")


def test_a_segment_of_ten_million_is_opened_without_reading_it(tmp_path: Path) -> None:
    """The header says how long it is; the body is mapped, and read where a search leads."""
    chunks = layout.chunks_for(TEN_MILLION)
    length = segment.body_bytes(TEN_MILLION, chunks)
    header = segment._Header(TEN_MILLION, chunks, length, bytes(32), "")
    file = tmp_path / f"{'0' * 12}-{'0' * 8}{manifest.SEGMENT_SUFFIX}"
    with file.open("wb") as out:
        out.write(header.write())
        out.truncate(segment.HEADER_BYTES + length)  # a hole: nothing of it is on the disk
    assert length > 1_000_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    opened = segment.open_segment(file)
    assert opened.count == TEN_MILLION
    assert opened.hashes.shape == (TEN_MILLION, 4)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < GROWTH_KB_MAX
