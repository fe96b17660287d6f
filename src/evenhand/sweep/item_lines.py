"""A line of a host's export becomes what a detector sees, just as if the host had sent it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Final

from evenhand import detection, intake

BYTES_MAX: Final = 40_000_000  # ten large photographs, a third larger as base64


def content_of_line(
    line: bytes, kinds: Mapping[str, intake.ItemKind]
) -> tuple[detection.ItemContent, tuple[str, str]]:
    """Read a line as an item; return what detectors see, and its kind and id on the host.

    Raises intake's ItemRefused.
    """
    checked = intake.check_item(object_of_line(line), kinds)
    return detection.content_of_unstored(checked), (checked.kind.name, checked.external_id)


def object_of_line(line: bytes) -> object:
    """Read a line as JSON data. Raises intake's ItemRefused."""
    try:
        return json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError) as why:
        says = "This line is no JSON object in UTF-8."
        raise intake.ItemRefused([intake.Problem("", says, "not_json")]) from why
