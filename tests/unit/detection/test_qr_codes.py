"""A link in a QR code is read out of a picture, and what could not be read is never "not found"."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
import segno
from PIL import Image, ImageFilter, ImageOps

from evenhand.banks import Snapshot
from evenhand.detection import Answer, DetectorFailed, ItemContent, Reading
from evenhand.detection.model import ImageContent
from evenhand.detection.readers.qr_codes import CODES_MAX, QrCodes
from tests.stage import picture

LINK = "https://pay.evil.example/order?id=7"


def code(says: str | bytes, *, scale: int = 5) -> Image.Image:
    """Draw a code with its quiet zone."""
    out = io.BytesIO()
    segno.make(says, error="m", micro=False).save(out, kind="png", scale=scale, border=4)
    return Image.open(out).convert("RGB")


def on_photo(*codes: Image.Image) -> Image.Image:
    """Put codes side by side on a picture."""
    wide = sum(one.width for one in codes)
    whole = Image.open(io.BytesIO(picture(3))).resize((wide + 80, codes[0].height + 80))
    left = 40
    for one in codes:
        whole.paste(one, (left, 40))
        left += one.width
    return whole


def saved(image: Image.Image, kind: str = "PNG", **how: object) -> bytes:
    """Save a picture."""
    out = io.BytesIO()
    image.save(out, kind, **how)
    return out.getvalue()


def read(*pictures: bytes | Callable[[], bytes]) -> Reading:
    """Let the reader read pictures."""
    images = tuple(
        ImageContent(f"photo[{at}]", f"m{at}", "00", "image/png", _loader(one))
        for at, one in enumerate(pictures)
    )
    return QrCodes().read(ItemContent("i", images=images), Snapshot())


def _loader(one: bytes | Callable[[], bytes]) -> Callable[[], bytes]:
    return one if callable(one) else lambda: one


def answers(reading: Reading) -> list[Answer]:
    """Return what is said of each picture."""
    return [finding.answer for finding in reading.findings]


class TestReading:
    """What a code says."""

    def test_gives_a_link_with_the_picture_it_was_read_out_of(self) -> None:
        """So that whoever looks at it knows that nobody typed it."""
        reading = read(saved(on_photo(code(LINK))))
        [link] = reading.links
        assert (link.url, link.field, link.read_from) == (LINK, "photo[0]", "m0")
        [finding] = reading.findings
        assert (finding.answer, finding.media_id) == (Answer.FOUND, "m0")
        assert "pay.evil.example" in finding.why
        assert finding.evidence == {"codes": [LINK]}

    @pytest.mark.parametrize("says", ["WIFI:S:cafe;;", "call 555 now", "https://"])
    def test_gives_what_is_no_link_as_a_text(self, says: str) -> None:
        """Detectors look for phrases and links in it as in any text."""
        reading = read(saved(code(says)))
        assert [text.text for text in reading.texts] == [says]
        assert reading.links == ()

    def test_gives_every_code_once(self) -> None:
        """The same code twice says nothing more."""
        other = code("https://other.example/")
        reading = read(saved(on_photo(code(LINK), other, code(LINK))))
        assert sorted(link.url for link in reading.links) == ["https://other.example/", LINK]

    def test_reads_no_more_codes_than_the_limit(self) -> None:
        """A sheet full of codes has an end."""
        row = on_photo(*(code(f"HTTPS://A{n}.EXAMPLE", scale=3) for n in range(CODES_MAX + 3)))
        assert 1 < len(read(saved(row)).links) <= CODES_MAX

    @pytest.mark.parametrize(
        "change",
        [
            lambda image: image.rotate(33, Image.Resampling.BICUBIC, expand=True),
            lambda image: image.transpose(Image.Transpose.ROTATE_270),
            ImageOps.mirror,
            ImageOps.invert,
            lambda image: image.filter(ImageFilter.GaussianBlur(1.5)),
            lambda image: image.resize((image.width // 3, image.height // 3)),
        ],
        ids=["turned", "on its side", "mirrored", "light on dark", "blurred", "small"],
    )
    def test_reads_a_code_however_it_is_shown(
        self, change: Callable[[Image.Image], Image.Image]
    ) -> None:
        """As a phone would."""
        [link] = read(saved(change(on_photo(code(LINK))), "JPEG", quality=85)).links
        assert link.url == LINK

    @pytest.mark.parametrize("ink", [0, 255])
    def test_reads_a_code_on_transparent_ground(self, ink: int) -> None:
        """On the page it is shown on, it is seen."""
        drawn = code(LINK).convert("L")
        ground = Image.new("L", drawn.size, ink)
        whole = Image.merge("LA", (ground, ImageOps.invert(drawn)))
        assert [link.url for link in read(saved(whole)).links] == [LINK]

    def test_reads_the_later_frames_of_an_animation_and_says_which_it_did_not(self) -> None:
        """Nothing is passed over in silence."""
        plain = Image.new("RGB", code(LINK).size, "white")
        frames = [plain, code(LINK), *[plain.copy() for _ in range(12)]]
        for number, frame in enumerate(frames):
            frame.putpixel((0, 0), (number, 0, 0))
        moving = saved(frames[0], "PNG", save_all=True, append_images=frames[1:])
        reading = read(moving)
        assert [link.url for link in reading.links] == [LINK]
        assert answers(reading) == [Answer.FOUND, Answer.SKIPPED]
        assert "Frames 9 to 14" in reading.findings[1].why


class TestFailing:
    """What could not be read."""

    def test_says_not_found_of_a_picture_without_a_code(self) -> None:
        """It was looked at."""
        assert answers(read(picture())) == [Answer.NOT_FOUND]

    def test_says_skipped_of_an_item_without_a_picture(self) -> None:
        """There was nothing to look at."""
        assert answers(read()) == [Answer.SKIPPED]

    @pytest.mark.parametrize("data", [b"", b"not a picture", picture()[:900]])
    def test_says_failed_of_a_picture_that_does_not_open(self, data: bytes) -> None:
        """And reads the others."""
        reading = read(data, saved(code(LINK)))
        assert answers(reading) == [Answer.FAILED, Answer.FOUND]
        assert len(reading.links) == 1

    def test_says_failed_of_a_picture_that_is_gone(self) -> None:
        """The vault has its own reason."""

        def gone() -> bytes:
            raise DetectorFailed("It was erased.")

        [finding] = read(gone).findings
        assert finding.answer is Answer.FAILED
        assert "erased" in finding.why

    def test_says_failed_of_a_code_that_is_seen_and_cannot_be_read(self) -> None:
        """Where it leads is not known, and that is not "nothing was there"."""
        torn = code(LINK, scale=8)
        torn.paste("white", (90, 90, torn.width - 40, torn.height - 40))
        assert answers(read(saved(torn))) == [Answer.FAILED]

    def test_says_skipped_of_a_code_that_holds_no_text(self) -> None:
        """Bytes are nothing a detector could compare."""
        reading = read(saved(code(bytes(range(40)))))
        assert answers(reading) == [Answer.SKIPPED]
        assert (reading.links, reading.texts) == ((), ())
