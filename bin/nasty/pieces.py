"""The formats written by hand, piece by piece: no encoder would write what these can."""

from __future__ import annotations

import struct
import zlib

PNG_HEAD = b"\x89PNG\r\n\x1a\n"
END = b"\xff\xd9"


def chunk(kind: bytes, body: bytes, *, says: int | None = None, crc: int | None = None) -> bytes:
    """Write one PNG chunk; `says` is a length and `crc` a checksum that need not be true."""
    summed = zlib.crc32(kind + body) if crc is None else crc
    length = len(body) if says is None else says
    return struct.pack(">I", length) + kind + body + struct.pack(">I", summed)


def header(width: int, height: int, *, depth: int = 8, colour: int = 0, lace: int = 0) -> bytes:
    """Write an IHDR chunk."""
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, lace))


def png(*chunks: bytes) -> bytes:
    """Write a PNG of these chunks and an IEND."""
    return PNG_HEAD + b"".join(chunks) + chunk(b"IEND", b"")


def rows(width: int, height: int, *, channels: int = 1, shade: int = 90) -> bytes:
    """Write an IDAT chunk of plain rows, packed as hard as it goes."""
    line = b"\0" + bytes([shade]) * (width * channels)
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(line) for _ in range(height)) + packer.flush()
    return chunk(b"IDAT", packed)


def packed_zeros(count: int) -> bytes:
    """Pack so many zeros: a thousandth of their size."""
    return zlib.compress(bytes(count), 9)


def gif(
    *blocks: bytes, width: int = 1, height: int = 1, table: bool = True, end: bool = True
) -> bytes:
    """Write a GIF of these blocks."""
    flags = 0x80 if table else 0
    colours = b"\0\0\0\xff\xff\xff" if table else b""
    screen = struct.pack("<HHBBB", width, height, flags, 0, 0)
    return b"GIF89a" + screen + colours + b"".join(blocks) + (b"\x3b" if end else b"")


def frame(
    width: int = 1, height: int = 1, *, left: int = 0, top: int = 0, data: bytes | None = None
) -> bytes:
    """Write one image block of a GIF; without data, one pixel of it is drawn."""
    drawn = b"\x02\x02\x4c\x01\x00" if data is None else data
    return b"\x2c" + struct.pack("<HHHHB", left, top, width, height, 0) + drawn


def riff(*chunks: tuple[bytes, bytes], says: int | None = None) -> bytes:
    """Write a WEBP of these chunks."""
    body = b"WEBP"
    for kind, content in chunks:
        body += kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
    return b"RIFF" + struct.pack("<I", len(body) if says is None else says) + body


def canvas(width: int, height: int, *, flags: int = 0) -> tuple[bytes, bytes]:
    """Write the VP8X chunk of a WEBP."""
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"VP8X", bytes([flags, 0, 0, 0]) + sides


def segment(marker: int, body: bytes, *, says: int | None = None) -> bytes:
    """Write one JPEG segment; `says` is a length that need not be true."""
    length = len(body) + 2 if says is None else says
    return bytes([0xFF, marker]) + struct.pack(">H", length) + body


def sof(width: int, height: int, *, marker: int = 0xC0, depth: int = 8, parts: int = 3) -> bytes:
    """Write a JPEG's frame header."""
    body = struct.pack(">BHHB", depth, height, width, parts)
    return segment(marker, body + b"".join(bytes([n + 1, 0x11, 0]) for n in range(parts)))


def after_soi(data: bytes, *segments: bytes) -> bytes:
    """Put segments into a JPEG, right after its first marker."""
    return data[:2] + b"".join(segments) + data[2:]


def exif(*entries: tuple[int, int, int, int], following: int = 0) -> bytes:
    """Write EXIF of one directory; an entry is tag, type, count and value or offset."""
    directory = struct.pack("<H", len(entries))
    directory += b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return b"Exif\0\0II*\0" + struct.pack("<I", 8) + directory + struct.pack("<I", following)


def after_ihdr(data: bytes, *chunks: bytes) -> bytes:
    """Put chunks into a PNG, right after its header."""
    at = len(PNG_HEAD) + 25
    return data[:at] + b"".join(chunks) + data[at:]
