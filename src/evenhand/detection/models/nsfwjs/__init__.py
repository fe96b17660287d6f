"""The network of `nsfwjs`, turned into ONNX and shipped here: five classes of pictures.

`bin/convert_nsfwjs.py` made the file beside this one, and SOURCE.md says from what. It is a second
opinion beside `opennsfw`: the two learned from different pictures and err on different ones.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

from evenhand.detection.model import Needs
from evenhand.detection.models.card import NO_AGE, ModelCard
from evenhand.detection.models.weights import network

NEEDS: Final = Needs("models", ("onnxruntime",))

CARD: Final = ModelCard(
    name="nsfwjs",
    version="4.3.0-mid",
    task="Says of a photograph or drawing how likely it is to be pornographic.",
    licence="MIT (Infinite Red, 2019), the network and the package it came in.",
    provenance=(
        "A MobileNetV2 trained by the makers of nsfwjs on pictures scraped from Reddit by the"
        " names of its groups, with nobody looking through them: labels are groups' names, those"
        " shown were not asked, and what else is among them is not known. Converted from the npm"
        " package nsfwjs 4.3.0 (mobilenet_v2_mid); the weights are unchanged."
    ),
    tested_on=(
        (
            "244 pictures, mostly ordinary photographs, for false alarms: 7 scored 0.2 or more, 2"
            " scored 0.5 or more, none 0.8 (evals/results/image_models.md); of 344 in an earlier"
            " run 14, 6 and 2 did."
        ),
        (
            "What share of sexual material it finds was not measured here: no such pictures were"
            " used."
        ),
        "Its makers claim about 93 % of pictures in the right one of their five classes.",
    ),
    cannot_see=(
        NO_AGE,
        (
            "Pictures under 100 pixels: it takes small blurred faces for pornography, and so it is"
            " not asked about them."
        ),
        "Violence, gore, weapons, symbols, and any words in the picture.",
        "What a picture is for: medicine, breastfeeding, art and education may score high.",
        "A small part of a large picture: all of it is made 224 pixels wide and high.",
    ),
    size_bytes=4_333_332,
    sha256="33dce5b6d96a0339bc992e7e15a701660ff87759558dff257b54074ef206e2d9",
    thresholds={"unsure": 0.2, "found": 0.8},
)

PICTURE_SIDE: Final = 224
SIDE_MIN: Final = 100  # pixels of the shorter side, under which it is not asked
CLASSES: Final = ("drawing", "hentai", "neutral", "porn", "sexy")
_FILE: Final = Path(__file__).parent / "mobilenet_v2_mid.onnx"


def scores(picture: Image.Image) -> Mapping[str, float]:
    """Score an RGB picture by class. Raises ModelMissing, DetectorFailed."""
    run = network(CARD, NEEDS, lambda: _FILE)
    fitted = picture.resize((PICTURE_SIDE, PICTURE_SIDE), Image.Resampling.BILINEAR)
    made = run(np.asarray(fitted, dtype=np.float32) / np.float32(255))
    return dict(zip(CLASSES, (float(each) for each in made), strict=True))


def weighed(told: Mapping[str, float]) -> float:
    """Give the one number that is compared with the thresholds: both pornographic classes."""
    return told["porn"] + told["hentai"]
