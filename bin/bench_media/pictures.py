"""Ordinary photographs at the sizes people send, with the grain that a sensor has."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image

PHOTOS: Final = Path(__file__).parents[2] / "src" / "evenhand" / "demo" / "community" / "photos"
#: Even textures and drawings are left out: the figures are of ordinary photographs.
NAMES: Final = ("harbour-boats", "alpine-valley", "tabby-cat", "wooden-house", "march-sheep")
SIZES: Final = {"512 px": 512, "1080 px": 1080, "2048 px": 2048, "camera (4000 px)": 4000}


def photographs(folder: Path) -> Iterator[tuple[str, Path]]:
    """Write each photograph at each size."""
    chance = np.random.default_rng(1)
    for size, side in SIZES.items():
        for name in NAMES:
            picture = Image.open(PHOTOS / f"{name}.jpg").convert("RGB")
            scale = side / max(picture.size)
            large = picture.resize((round(picture.width * scale), round(picture.height * scale)))
            grain = chance.normal(0, 4, (*large.size[::-1], 1))
            grainy = np.clip(np.asarray(large) + grain, 0, 255).astype(np.uint8)
            file = folder / f"{side}-{name}.jpg"
            Image.fromarray(grainy).save(file, "JPEG", quality=88)
            yield size, file
