"""Notes that programs leave in a picture file about how it was made; anybody can change them.

Read are IPTC's digital source type in XMP, and the texts in which image generators keep their
settings. What was asked of a generator is not kept: it may be anything, about anybody.
"""

from __future__ import annotations

import io
import re
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from evenhand.kit.image_structure import media_type_of
from evenhand.kit.images import FORMATS, refusing_damage

XMP_BYTES_MAX: Final = 1_000_000
NAME_CHARS_MAX: Final = 80
TYPES_MAX: Final = 8
_TYPE: Final = re.compile(
    r"DigitalSourceType(?:\s*=\s*[\"']|[^<>]{0,200}?resource\s*=\s*[\"']|[^<>]{0,200}>\s*)"
    r"([^\"'<>\s]{1,300})"
)
_SETTINGS: Final = re.compile(r"\bSteps: \d+,")
_MODEL: Final = re.compile(r"\bModel: ([^,\n]{1,80})")


@dataclass(frozen=True, slots=True)
class Notes:
    """What unsigned notes say: source types, a generator's name, whether a model made it."""

    source_types: tuple[str, ...] = ()
    generator: str = ""
    by_model: bool = False


def notes_in(data: bytes) -> Notes:
    """Read the notes of a picture that was checked; no pixel is decoded.

    Raises a subclass of ImageRefused.
    """
    media_type = media_type_of(data)
    assert media_type in FORMATS, "the file was not checked"
    with refusing_damage(), Image.open(io.BytesIO(data), formats=[FORMATS[media_type]]) as image:
        info = dict(image.info)
    generator = _generator(info)
    return Notes(_source_types(info.get("xmp")), generator, by_model=bool(generator))


def last_part(identifier: str) -> str:
    """Give the word of an identifier such as `http://cv.iptc.org/…/trainedAlgorithmicMedia`."""
    return re.split(r"[/:#]", identifier.rstrip("/"))[-1][:NAME_CHARS_MAX]


def _source_types(xmp: Any) -> tuple[str, ...]:
    if isinstance(xmp, bytes):
        xmp = xmp[:XMP_BYTES_MAX].decode("utf-8", "replace")
    if not isinstance(xmp, str):
        return ()
    found = dict.fromkeys(last_part(one) for one in _TYPE.findall(xmp[:XMP_BYTES_MAX]))
    return tuple(list(found)[:TYPES_MAX])


def _generator(info: dict[Any, Any]) -> str:
    """Name the program whose settings are kept in a text of the file, if one's are."""
    settings = info.get("parameters")
    if isinstance(settings, str) and _SETTINGS.search(settings):
        model = _MODEL.search(settings)
        return f"an image generator, model {model[1].strip()}" if model else "an image generator"
    graph = info.get("prompt")
    if isinstance(graph, str) and '"class_type"' in graph:
        return "an image generator, by a graph of steps"
    return ""
