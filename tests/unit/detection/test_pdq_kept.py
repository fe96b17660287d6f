"""What is kept of a look gives all its hashes back."""

from __future__ import annotations

import random

import numpy as np
import pytest

from evenhand.detection.signals.pdq_fast import Orientations, orientations_of
from evenhand.detection.signals.pdq_kept import (
    KEPT_BYTES,
    every_orientation,
    kept,
    kept_hashes,
    transposed,
)
from evenhand.kit.luma import luma_frames
from tests.listed import apart, changed
from tests.town import PHOTOS


def test_every_orientation_comes_back_bit_for_bit() -> None:
    """For photographs and for regular patterns, one after the other."""
    looks, wanted = b"", []
    for photo in sorted(PHOTOS.glob("*.jpg"))[:6]:
        plane = next(luma_frames(photo.read_bytes(), declared=None, frames_max=1)).plane
        made = orientations_of(plane)
        assert isinstance(made, Orientations)
        looks += kept(made.bits)
        wanted.append(made.bits)
    assert len(looks) == len(wanted) * KEPT_BYTES
    assert np.array_equal(every_orientation(looks), np.concatenate(wanted))


def test_a_listed_hash_is_as_far_from_a_look_as_from_all_its_orientations() -> None:
    """With its transposed one, so that nothing kept has to be turned."""
    dice = random.Random(1)
    plane = next(luma_frames((PHOTOS / "acanthus.jpg").read_bytes(), declared=None)).plane
    made = orientations_of(plane)
    assert isinstance(made, Orientations)
    few = [each.tobytes().hex() for each in kept_hashes(kept(made.bits))]
    every = [each.tobytes().hex() for each in made.bits]
    for near in every:
        listed = changed(dice, near, 17)
        wanted = sorted(apart(one, listed) for one in every)
        both = (listed, transposed(listed))
        assert sorted(apart(one, other) for one in few for other in both) == wanted


def test_nothing_kept_is_nothing() -> None:
    """And what was cut is no look."""
    assert every_orientation(b"").shape == (0, 32)
    with pytest.raises(ValueError, match="128 bytes"):
        every_orientation(b"x")
