"""The published set of eight orientations: whichever of them is listed, all eight are found."""

from __future__ import annotations

import csv
import hashlib
from functools import cache, partial
from pathlib import Path

import pytest

from evenhand.banks import Confidence, EntryKind, LiveEntry, Snapshot
from evenhand.banks.index import LiveIndex
from evenhand.detection import Answer, ItemContent
from evenhand.detection.detectors import KnownImages
from evenhand.detection.model import ImageContent
from evenhand.detection.signals.pdq import PdqHash, distance
from evenhand.detection.signals.pdq_fast import (
    Orientation,
    Orientations,
    orientations_of,
    pdq_of,
)
from evenhand.kit.luma import LumaPlane, luma_frames
from tests.listed import Listed, matched

FIXTURES = Path(__file__).parents[2] / "fixtures" / "pdq"
TEST_INPUT = FIXTURES / "images" / "reg-test-input"
SET = TEST_INPUT / "dih"
ORIGINAL = "bridge-1-original.jpg"

#: What the set's own names mean here. Its quarter turns go anticlockwise.
MEANT = {
    ORIGINAL: Orientation.AS_IT_IS,
    "bridge-2-rotate-90.jpg": Orientation.TURNED_270,
    "bridge-3-rotate-180.jpg": Orientation.TURNED_180,
    "bridge-4-rotate-270.jpg": Orientation.TURNED_90,
    "bridge-5-flipx.jpg": Orientation.FLIPPED,
    "bridge-6-flipy.jpg": Orientation.MIRRORED,
    "bridge-7-flip-plus-1.jpg": Orientation.TRANSPOSED,
    "bridge-8-flip-minus-1.jpg": Orientation.TRANSVERSED,
}
COLUMNS = {
    "dih_rotate90": Orientation.TURNED_270,
    "dih_rotate180": Orientation.TURNED_180,
    "dih_rotate270": Orientation.TURNED_90,
    "dih_flipx": Orientation.FLIPPED,
    "dih_flipy": Orientation.MIRRORED,
    "dih_flipplus1": Orientation.TRANSPOSED,
    "dih_flipminus1": Orientation.TRANSVERSED,
}
PUBLISHED_BITS_MAX = 8  # what the C++ code gives for a turned hash, from ours of the same picture


@cache
def plane(name: str) -> LumaPlane:
    """Decode one of the set."""
    return next(luma_frames((SET / name).read_bytes(), declared=None)).plane


@cache
def hashed(name: str) -> str:
    """Hash one of the set."""
    made = pdq_of(plane(name))
    assert isinstance(made, PdqHash)
    return made.bits


@cache
def turned() -> dict[Orientation, str]:
    """Hash the original in all eight orientations, without turning it."""
    made = orientations_of(plane(ORIGINAL))
    assert isinstance(made, Orientations)
    return {one: bits.tobytes().hex() for one, bits in zip(Orientation, made.bits, strict=True)}


def test_has_all_eight() -> None:
    """A missing file fails; it never makes the suite pass by checking nothing."""
    assert {file.name for file in SET.iterdir()} == set(MEANT)
    assert set(MEANT.values()) == set(Orientation)


@pytest.mark.parametrize("name", MEANT)
def test_a_turned_file_has_the_turned_hash_of_the_original(name: str) -> None:
    """Within 2 of 256 bits, though each file was written as a JPEG of its own."""
    apart = {one: distance(hashed(name), bits) for one, bits in turned().items()}
    assert min(apart, key=lambda one: apart[one]) is MEANT[name]
    assert apart[MEANT[name]] <= 2
    assert sorted(apart.values())[1] > 90


@pytest.mark.parametrize("column", COLUMNS)
def test_agrees_with_what_the_reference_publishes(column: str) -> None:
    """The hashes that the reference derives from the original, column by column."""
    with (FIXTURES / "pdq_vectors.csv").open(encoding="utf-8") as lines:
        rows = {row["image"]: row for row in csv.DictReader(lines)}
    published = rows[f"reg-test-input/dih/{ORIGINAL}"][column]
    assert distance(turned()[COLUMNS[column]], published) <= PUBLISHED_BITS_MAX


@pytest.mark.parametrize("listed", [ORIGINAL, "bridge-4-rotate-270.jpg", "bridge-6-flipy.jpg"])
def test_finds_every_one_of_them_whichever_is_listed(listed: str) -> None:
    """And says how it was turned."""
    entry = LiveEntry("e", "b", "b", Confidence.CONFIRMED, "c", EntryKind.PDQ, hashed(listed))
    said = set()
    for name in MEANT:
        data = (SET / name).read_bytes()
        sha256 = hashlib.sha256(data).hexdigest()
        image = ImageContent("photo", "m", sha256, "image/jpeg", partial(bytes, data))
        [found] = KnownImages().examine(ItemContent("i", images=(image,)), Snapshot((entry,)))
        assert found.answer is Answer.FOUND, name
        assert found.evidence["distance"] <= 4
        said.add(found.evidence["orientation"])
    assert said == {one.value for one in Orientation}


def test_the_index_finds_the_published_pairs(tmp_path: Path) -> None:
    """100 needles in 1,350 hashes: exactly 250 pairs within 31 bits, and none between 32 and 35."""
    needles = (TEST_INPUT / "needles.txt").read_text(encoding="ascii").split()
    haystack = (TEST_INPUT / "haystack.txt").read_text(encoding="ascii").split()
    assert (len(needles), len(haystack)) == (100, 1_350)
    listed = Listed()
    for one in haystack:
        listed.add(one)
    index = LiveIndex(tmp_path, delta_max=100)
    index.catch_up(listed)
    assert index.stats().segments == (1_350,)
    for bits in (31, 35):
        found = matched(index, needles, bits)
        assert sum(map(len, found)) == 250
        assert found == [listed.near(one, bits) for one in needles]
    assert sum(map(len, matched(index, needles, 36))) > 250
