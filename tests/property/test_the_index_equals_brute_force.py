"""The index finds exactly what comparing with every entry finds, whatever happened to it before."""

from __future__ import annotations

import random
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evenhand.banks.index import LiveIndex, layout, segment
from tests.listed import Listed, changed, drawn, matched

DELTA_MAX = 40
EDGES = (0, 1, 30, 31, 32, 62, 63)

ACTS = st.sampled_from(["add few", "add many", "withdraw", "merge", "reopen", "rebuild"])


def act(
    what: str, dice: random.Random, listed: Listed, index: LiveIndex, folder: Path
) -> LiveIndex:
    """Let something happen to the index."""
    if what.startswith("add"):
        for _ in range(dice.randint(1, 5 if what == "add few" else 120)):
            near = list(listed.standing.values())[-1:]
            listed.add(changed(dice, near[0], dice.choice(EDGES)) if near else drawn(dice))
            listed.add(drawn(dice))
    elif what == "withdraw":
        for entry in dice.sample(sorted(listed.standing), len(listed.standing) // 4):
            listed.withdraw(entry)
    elif what == "merge":
        index.merge()
    elif what == "rebuild":
        index.rebuild(listed)
    else:
        index.close()
        return LiveIndex(folder, delta_max=DELTA_MAX)
    return index


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 2**32), acts=st.lists(ACTS, min_size=1, max_size=12))
def test_with_deltas_withdrawals_merges_and_reopening(seed: int, acts: list[str]) -> None:
    """Nothing is missed and nothing is made up, just inside the distance and just outside."""
    dice = random.Random(seed)
    listed = Listed()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        index = LiveIndex(folder, delta_max=DELTA_MAX)
        for what in acts:
            index = act(what, dice, listed, index, folder)
            index.catch_up(listed)
            near = dice.sample(sorted(listed.standing.values()), min(3, len(listed.standing)))
            asked = [changed(dice, one, bits) for one in near for bits in EDGES] + [drawn(dice)]
            for distance in (31, 63):
                wanted = [listed.near(one, distance) for one in asked]
                assert matched(index, asked, distance) == wanted
        assert index.differences(listed) == (0, 0)
        index.close()


@pytest.mark.parametrize("chunks", [11, 12, 13, 16])
def test_with_every_way_to_cut_the_bits(
    chunks: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tables a list of ten million would get miss nothing in one of a thousand."""
    monkeypatch.setattr(layout, "chunks_for", lambda _count: chunks)
    dice = random.Random(chunks)
    listed = Listed()
    for _ in range(300):
        listed.add(drawn(dice))
    index = LiveIndex(tmp_path, delta_max=1)
    index.catch_up(listed)
    assert index.stats().segments == (300,)
    near = list(listed.standing.values())[:60]
    for distance in (0, 1, 11, 12, 13, 15, 16, 30, 31):
        asked = [changed(dice, one, bits) for one in near for bits in (distance, distance + 1)]
        found = matched(index, asked, distance)
        assert found == [listed.near(one, distance) for one in asked]
        assert sum(map(len, found)) >= len(near)
    assert segment.body_bytes(300, chunks) > 0


def test_even_for_neighbours_that_all_fall_together(tmp_path: Path) -> None:
    """Near-duplicates fill a few buckets, and each query finds more than fits at first."""
    dice = random.Random(7)
    listed = Listed()
    centre = drawn(dice)
    for _ in range(5_000):
        listed.add(changed(dice, centre, dice.randint(0, 40)))
    index = LiveIndex(tmp_path, delta_max=10)
    index.catch_up(listed)
    for distance in (31, 45):
        [found] = matched(index, [centre], distance)
        assert found == listed.near(centre, distance)
        assert len(found) > 3_000
