"""PDQ gives the published bits, says so when a picture has none, and counts differing bits."""

import csv
import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from evenhand.detection.signals.exact import sha256_hex
from evenhand.detection.signals.pdq import (
    MalformedPdqHash,
    NoHashReason,
    NoPdqHash,
    PdqHash,
    distance,
    pdq_hash,
)
from evenhand.kit.images import open_image

FIXTURES = Path(__file__).parents[2] / "fixtures" / "pdq"
IMAGES = FIXTURES / "images"


def rows(name: str) -> list[dict[str, str]]:
    """Read the rows of a vector file whose picture is kept here."""
    with (FIXTURES / name).open(encoding="utf-8") as lines:
        return [row for row in csv.DictReader(lines) if (IMAGES / row["image"]).exists()]


VECTORS = rows("pdq_vectors.csv")
MODES = rows("pdq_modes_expected.csv")
hashes = st.integers(0, 2**256 - 1).map(lambda number: f"{number:064x}")


def hashed(result: PdqHash | NoPdqHash) -> PdqHash:
    """Insist that there is a hash."""
    assert isinstance(result, PdqHash)
    return result


class TestPdqHash:
    """`pdq_hash` against the published vectors and the pictures that have no hash."""

    def test_has_vectors_to_be_checked_with(self) -> None:
        """A missing fixture fails; it never makes the suite pass by checking nothing."""
        assert len(VECTORS) == 22
        assert len(MODES) == 3

    @pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["image"])
    def test_gives_the_reference_bits_on_the_reference_luma(self, row: dict[str, str]) -> None:
        """The same unrounded luma gives 0 differing bits and the same quality."""
        rgb = np.asarray(Image.open(IMAGES / row["image"]).convert("RGB")).astype(np.float64)
        found = hashed(pdq_hash(rgb @ np.array([0.299, 0.587, 0.114])))
        assert distance(found.bits, row["pdqhash_0_2_8_rgb_pillow"]) == 0
        assert found.quality == int(row["quality"])

    @pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["image"])
    def test_gives_the_reference_bits_from_the_file(self, row: dict[str, str]) -> None:
        """Rounding luma to 8 bits may move 4 bits at most; on these pictures it moves none."""
        data = (IMAGES / row["image"]).read_bytes()
        assert sha256_hex(data) == row["file_sha256"]
        found = hashed(pdq_hash(open_image(data, declared=None).luma()))
        assert distance(found.bits, row["pdqhash_0_2_8_rgb_pillow"]) == 0
        assert found.quality == int(row["quality"])

    @pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["image"])
    def test_stays_near_other_implementations(self, row: dict[str, str]) -> None:
        """As near as the reference in Python, and within the 16 bits that it allows itself."""
        found = hashed(
            pdq_hash(open_image((IMAGES / row["image"]).read_bytes(), declared=None).luma())
        )
        columns = {
            "te_python_expected_tol16": "ham_vs_te_python",
            "te_wasm_expected": "ham_vs_wasm",
        }
        for published, theirs in columns.items():
            if row[published]:
                assert distance(found.bits, row[published]) <= int(row[theirs]) <= 16

    @pytest.mark.parametrize(
        "row",
        [row for row in MODES if row["image"] != "modes/I16.png"],
        ids=lambda row: row["image"],
    )
    def test_gives_the_reference_bits_for_unusual_modes(self, row: dict[str, str]) -> None:
        """Grey with alpha is hashed without its alpha, as ThreatExchange does."""
        found = hashed(
            pdq_hash(open_image((IMAGES / row["image"]).read_bytes(), declared=None).luma())
        )
        assert (found.bits, found.quality) == (row["expected_pdq"], int(row["expected_quality"]))

    def test_sees_a_16_bit_picture_that_the_reference_cuts_off(self) -> None:
        """Scaled, not clipped, 16-bit grey has quality 100 where the reference sees 36."""
        data = (IMAGES / "modes" / "I16.png").read_bytes()
        assert hashed(pdq_hash(open_image(data, declared=None).luma())).quality == 100

    @pytest.mark.parametrize("level", [0, 7, 255])
    def test_finds_no_hash_in_a_blank_picture(self, level: int) -> None:
        """One grey all over has no bits: that is a result, and not an empty string."""
        blank = np.full((100, 130), level, dtype=np.uint8)
        assert pdq_hash(blank) == NoPdqHash(NoHashReason.BLANK)

    @pytest.mark.parametrize("shape", [(4, 400), (400, 4), (0, 0), (1, 1)])
    def test_finds_no_hash_in_a_picture_under_five_pixels(self, shape: tuple[int, int]) -> None:
        """The published code hashes nothing smaller than 5 pixels a side."""
        assert pdq_hash(np.zeros(shape, dtype=np.uint8)) == NoPdqHash(NoHashReason.TOO_SMALL)

    def test_says_when_a_hash_is_too_poor_to_use(self) -> None:
        """Quality under 50 is kept and shown, and is not usable."""
        data = (IMAGES / "misc-images" / "small.jpg").read_bytes()
        found = hashed(pdq_hash(open_image(data, declared=None).luma()))
        assert found.quality == 0
        assert not found.usable

    def test_does_not_depend_on_how_rows_are_taken_in_steps(self) -> None:
        """A tall picture gives the bits of one multiplication over all its rows."""
        tall = np.random.default_rng(1).integers(0, 256, (1500, 90), dtype=np.uint8)
        assert hashed(pdq_hash(tall)) == hashed(pdq_hash(np.asfortranarray(tall)))

    def test_refuses_a_colour_array(self) -> None:
        """Three channels are a programmer's error, said plainly."""
        with pytest.raises(ValueError, match="two dimensions"):
            pdq_hash(np.zeros((8, 8, 3), dtype=np.uint8))


class TestDistance:
    """`distance` is the Hamming distance of 256 bits."""

    @given(hashes, hashes)
    def test_counts_differing_bits(self, a: str, b: str) -> None:
        """Symmetric, 0 for itself, and the number of ones in the exclusive or."""
        assert distance(a, b) == distance(b, a) == bin(int(a, 16) ^ int(b, 16)).count("1")
        assert distance(a, a) == 0

    def test_reads_either_letter_case(self) -> None:
        """Partners send both; neither is a different hash."""
        assert distance("AB" * 32, "ab" * 32) == 0

    @pytest.mark.parametrize("text", ["", "0x" + "0" * 62, "0" * 63, "0_" * 32, " " * 64, "g" * 64])
    def test_refuses_what_is_not_a_hash(self, text: str) -> None:
        """An empty string is not a hash that happens to match nothing."""
        with pytest.raises(MalformedPdqHash):
            distance(text, "0" * 64)


class TestSha256Hex:
    """`sha256_hex` is the exact signal."""

    def test_is_the_standard_digest(self) -> None:
        """FIPS 180-4, in lower-case hex."""
        assert sha256_hex(b"abc") == hashlib.sha256(b"abc").hexdigest()
        assert sha256_hex(b"abc").startswith("ba7816bf")
