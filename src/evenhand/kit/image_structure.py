"""What a picture file says about itself, read from its bytes without decoding a single pixel.

It exists so that a bomb, an endless animation or a file that stops half-way is known for what it
is before any decoder touches it. Nothing here judges: limits belong to `evenhand.kit.images`.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_JPEG_SEGMENTS_MAX = 4_096  # of up to 64 KiB: 268 MB of header, far past any file let in
_PNG_CHUNKS_MAX = 65_536  # encoders write 8 KiB or more per chunk: 512 MB of picture

_JPEG_BARE = {0x00, 0x01, *range(0xD0, 0xD9)}  # stuffing, TEM, RST0-7, SOI: no length follows
_JPEG_FRAMES = set(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # SOF0-15 without DHT, JPG, DAC
_JPEG_SCAN = 0xDA
_JPEG_END = 0xD9
_JPEG_SEQUENTIAL = {0xC0, 0xC1}
_JPEG_NOTES = {0xE1, 0xE2, 0xEE}  # APP1: EXIF; APP2: several pictures, or a profile; APP14: Adobe
_JPEG_NEXT_MARKER = re.compile(rb"\xff[\xc0-\xcf\xd9-\xfe]")  # what ends a scan's own bytes
_GIF_EXTENSION, _GIF_IMAGE, _GIF_TRAILER = 0x21, 0x2C, 0x3B
_GIF_TABLE_FOLLOWS = 0x80


class DamagedStructure(ValueError):
    """The file ends, or contradicts its own format, before its end mark."""


@dataclass(frozen=True, slots=True)
class Structure:
    """The largest canvas in pixels, the frames, the bytes its packed texts unpack to, its scans.

    Scans are how often a JPEG goes over its pixels: about ten when progressive, else one to three.
    `plain` says that a JPEG has nothing beside its pixels that tells how they are shown: no EXIF,
    no second picture, no colours of Adobe's.
    """

    width: int
    height: int
    frames: int
    text_bytes: int = 0
    scans: int = 1
    plain: bool = False


def media_type_of(data: bytes) -> str | None:
    """Name the format the bytes start like, opened here or not; None for no picture known."""
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    for at, signature, found in _SIGNATURES:
        if data.startswith(signature, at):
            return found
    return None


def claimed_size(data: bytes, media_type: str) -> tuple[int, int]:
    """Read width and height in pixels from the file's header.

    The media type is one of JPEG, PNG, GIF and WEBP. Raises DamagedStructure.
    """
    try:
        return _SIZES[media_type](data)
    except (ValueError, IndexError, struct.error) as damage:
        raise DamagedStructure(str(damage)) from damage


def read_structure(data: bytes, media_type: str, *, text_bytes_max: int) -> Structure:
    """Walk the file to its own end mark, counting frames and what packed texts unpack to.

    Unpacking stops just past text_bytes_max. The media type is one of JPEG, PNG, GIF and WEBP.
    Raises DamagedStructure.
    """
    try:
        width, height = _SIZES[media_type](data)
        if media_type == "image/png":
            return _png(data, width, height, text_bytes_max)
        if media_type == "image/gif":
            return _gif(data, width, height)
        if media_type == "image/jpeg":
            scans, plain = _jpeg_scans(data)
            return Structure(width, height, frames=1, scans=scans, plain=plain)
        elif len(data) < int.from_bytes(data[4:8], "little") + 8:
            message = "the RIFF container is incomplete"
            raise DamagedStructure(message)
    except (ValueError, IndexError, struct.error, zlib.error, StopIteration) as damage:
        raise DamagedStructure(str(damage)) from damage
    return Structure(width, height, frames=1)


def _jpeg_segments(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield each marker and where its length stands (ITU-T T.81, B.1.1), up to the first scan."""
    at = 2
    for _ in range(_JPEG_SEGMENTS_MAX):
        at = data.index(b"\xff", at)
        while data[at] == 0xFF:  # any number of fill bytes may come before a marker
            at += 1
        marker, at = data[at], at + 1
        if marker in _JPEG_BARE:
            continue
        yield marker, at
        at += int(struct.unpack_from(">H", data, at)[0])
    message = "no scan among the first segments"
    raise DamagedStructure(message)


def _jpeg_size(data: bytes) -> tuple[int, int]:
    for marker, at in _jpeg_segments(data):
        if marker in _JPEG_FRAMES:
            height, width = struct.unpack_from(">HH", data, at + 3)
            return width, height
        if marker == _JPEG_SCAN:
            break
    message = "no frame header before the first scan"
    raise DamagedStructure(message)


def _jpeg_scans(data: bytes) -> tuple[int, bool]:
    """Count the scans up to the end mark, without which no JPEG is whole; say if it is plain.

    Whatever stands between scans is skipped by its length, so that nothing in it begins a scan or
    ends the count. A sequential JPEG whose first scan has all its components is read no further.
    """
    first, in_one_scan = 0, -1  # components that would make the first scan the whole picture
    plain = True
    for marker, at in _jpeg_segments(data):
        plain = plain and marker not in _JPEG_NOTES
        if marker in _JPEG_FRAMES:
            in_one_scan = data[at + 7] if marker in _JPEG_SEQUENTIAL else -1
        if marker == _JPEG_SCAN:
            first = at
            break
    data.rindex(b"\xff\xd9", first)
    if data[first + 2] == in_one_scan:
        return 1, plain
    scans, at = 1, first
    while at + 2 <= len(data):
        at += int(struct.unpack_from(">H", data, at)[0])
        found = _JPEG_NEXT_MARKER.search(data, at)
        if found is None or data[found.end() - 1] == _JPEG_END:
            break
        at = found.end()
        scans += data[at - 1] == _JPEG_SCAN
    return scans, plain


def _png_size(data: bytes) -> tuple[int, int]:
    kind, width, height = struct.unpack_from(">4sII", data, 12)
    if kind != b"IHDR":
        message = "the first chunk is not IHDR"
        raise DamagedStructure(message)
    return width, height


def _png(data: bytes, width: int, height: int, text_bytes_max: int) -> Structure:
    """Walk chunks to IEND (W3C PNG 3, 5.3); acTL claims the frames."""
    at, frames, text_bytes = 8, 1, 0
    for _ in range(_PNG_CHUNKS_MAX):
        length, kind = struct.unpack_from(">I4s", data, at)
        body = at + 8
        at = body + length + 4
        if kind == b"acTL":
            frames = struct.unpack_from(">I", data, body)[0]
        elif kind in {b"zTXt", b"iTXt", b"iCCP"} and text_bytes <= text_bytes_max:
            text_bytes += _unpacked_bytes(kind, data[body : body + length], text_bytes_max)
        elif kind == b"IEND":
            struct.unpack_from(">I", data, at - 4)
            return Structure(width, height, frames=max(1, frames), text_bytes=text_bytes)
    message = "no IEND among the first chunks"
    raise DamagedStructure(message)


def _unpacked_bytes(kind: bytes, body: bytes, bytes_max: int) -> int:
    """Unpack one text or profile chunk, stopping just past the limit; what is not packed is 0."""
    _, _, rest = body.partition(b"\0")
    if kind == b"iTXt":
        if not rest.startswith(b"\1"):
            return 0
        rest = rest[1:].partition(b"\0")[2].partition(b"\0")[2]
    return len(zlib.decompressobj().decompress(rest[1:], bytes_max + 1))


def _gif_size(data: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from("<HH", data, 6)
    return width, height


def _gif(data: bytes, width: int, height: int) -> Structure:
    """Walk blocks to the trailer (GIF89a, appendix B); a frame may stretch the canvas."""
    at, frames = 13 + _colour_table_bytes(data[10]), 0
    while data[at] != _GIF_TRAILER:
        if data[at] == _GIF_IMAGE:
            left, top, frame_width, frame_height = struct.unpack_from("<HHHH", data, at + 1)
            width, height = max(width, left + frame_width), max(height, top + frame_height)
            frames += 1
            at += 11 + _colour_table_bytes(data[at + 9])
        elif data[at] == _GIF_EXTENSION:
            at += 2
        elif data[at]:
            message = "a block of no known kind"
            raise DamagedStructure(message)
        while data[at]:
            at += 1 + data[at]
        at += 1
    return Structure(width, height, frames=frames)


def _colour_table_bytes(flags: int) -> int:
    return 3 << ((flags & 7) + 1) if flags & _GIF_TABLE_FOLLOWS else 0


def _webp_size(data: bytes) -> tuple[int, int]:
    """Read the canvas from the first chunk (RFC 9649, 2.5 to 2.7)."""
    kind = data[12:16]
    if kind == b"VP8X":
        across, down = struct.unpack_from("<3x3s3s", data, 21)
        return int.from_bytes(across, "little") + 1, int.from_bytes(down, "little") + 1
    if kind == b"VP8L":
        (packed,) = struct.unpack_from("<I", data, 21)
        return (packed & 0x3FFF) + 1, (packed >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    message = "no picture chunk first"
    raise DamagedStructure(message)


_SIZES = {
    "image/jpeg": _jpeg_size,
    "image/png": _png_size,
    "image/gif": _gif_size,
    "image/webp": _webp_size,
}

_SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"BM", "image/bmp"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (0, b"8BPS", "image/vnd.adobe.photoshop"),
    (0, b"\0\0\1\0", "image/x-icon"),
    (0, b"\xff\x0a", "image/jxl"),
    (4, b"JXL ", "image/jxl"),
    (4, b"jP  ", "image/jp2"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypmif1", "image/heif"),
)
