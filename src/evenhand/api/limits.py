"""No body is read past its limit, for longer than its time, or in a form that was not asked for.

The length that is claimed is checked before the first byte, and the bytes that come are counted,
because a claim may be missing or wrong.
"""

from __future__ import annotations

import asyncio
from typing import Final

from starlette.requests import Request

ITEM_BYTES_MAX: Final = 25_000_000  # one picture of 12 MB in base64 (16 MB), and room for fields
ENTRIES_BYTES_MAX: Final = 10_000_000  # a thousand entries; a film's frames may take 100 kB
BODY_BYTES_MAX: Final = 256_000  # a notice with 10,000 characters and 100 addresses is 220 kB
BODY_SECONDS_MAX: Final = 120  # 25 MB at 1.7 Mbit/s


class BodyTooLarge(Exception):
    """The body is larger than the limit; the rest of it was not read."""

    def __init__(self, bytes_max: int) -> None:
        """Say the limit, so that whoever sends can keep it."""
        self.bytes_max = bytes_max
        super().__init__(f"The body is larger than {bytes_max} bytes, the limit here.")


class BodyTooSlow(Exception):
    """The body did not arrive in time."""

    def __init__(self) -> None:
        """Say the limit, so that whoever sends can keep it."""
        super().__init__(f"The body did not arrive within {BODY_SECONDS_MAX} seconds.")


class MediaTypeUnknown(Exception):
    """The body is said to be something other than plain JSON."""

    def __init__(self, said: str) -> None:
        """Say what was sent, and what is taken."""
        super().__init__(f"Send application/json without content coding; this says {said}.")


async def read_limited(request: Request, bytes_max: int) -> bytes:
    """Read the whole body of a JSON request.

    Raises MediaTypeUnknown, BodyTooLarge, BodyTooSlow.
    """
    _check_media_type(request)
    claimed = request.headers.get("content-length", "")
    if claimed.isdecimal() and claimed.isascii() and int(claimed[:20]) > bytes_max:
        raise BodyTooLarge(bytes_max)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            async for part in request.stream():
                size += len(part)
                if size > bytes_max:
                    raise BodyTooLarge(bytes_max)
                parts.append(part)
    except TimeoutError as why:
        raise BodyTooSlow from why
    return b"".join(parts)


def _check_media_type(request: Request) -> None:
    said = request.headers.get("content-type", "")
    media_type, _, rest = said.partition(";")
    if media_type.strip().lower() != "application/json":
        raise MediaTypeUnknown(repr(said[:60]) if said else "nothing")
    name, _, charset = rest.partition("=")
    if name.strip().lower() == "charset" and charset.strip(' "').lower() not in {"utf-8", "utf8"}:
        raise MediaTypeUnknown(repr(said[:60]))
    coding = request.headers.get("content-encoding", "identity")
    if coding.lower() != "identity":
        raise MediaTypeUnknown(f"Content-Encoding {coding[:20]!r}")
