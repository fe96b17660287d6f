"""What a film file says about itself, read from its bytes before any decoder touches it.

It exists so that a file which claims a hundred million frames, packs its index, or stops half-way
is known for what it is first. Four families are read: MP4 and QuickTime, Matroska and WebM, MPEG
transport streams, and AVI. Nothing else is handed to a decoder.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from evenhand.kit.films.budget import Readable
from evenhand.kit.films.errors import DamagedFilm, FilmTooManyParts, NotAFilm, UnsupportedFilm

HEAD_BYTES: Final = 4_096
SAMPLES_MAX: Final = 2_000_000  # nine hours at 60 frames a second; 24 bytes of index for each
TRACKS_MAX: Final = 16
_INDEX_BYTES_MAX: Final = 64_000_000
_BOXES_MAX: Final = 200_000
_DEPTH_MAX: Final = 8

MP4, QUICKTIME, WEBM = "video/mp4", "video/quicktime", "video/webm"
MATROSKA, TRANSPORT, AVI = "video/x-matroska", "video/mp2t", "video/x-msvideo"
DEMUXERS: Final = {
    MP4: "mov",
    QUICKTIME: "mov",
    WEBM: "matroska",
    MATROSKA: "matroska",
    TRANSPORT: "mpegts",
    AVI: "avi",
}
"""The media types that are opened, and what takes each apart."""

_PICTURE_BRANDS: Final = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1", b"avif", b"avis")
)
_MP4_STARTS: Final = frozenset((b"ftyp", b"moov", b"moof", b"mdat", b"wide", b"styp", b"free"))
_INSIDE: Final = frozenset(
    (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"moof", b"traf", b"mvex", b"edts")
)
_EBML: Final = b"\x1a\x45\xdf\xa3"
_SEGMENT: Final = b"\x18\x53\x80\x67"
_DOCTYPE: Final = b"\x42\x82"
_TS_BYTES: Final = 188
_TS_SYNC: Final = 0x47
_TS_LOOKED_AT: Final = 20_000  # packets: 3.8 MB, less than a demuxer reads to find its way


@dataclass(frozen=True, slots=True)
class FilmStructure:
    """The media type, whether the file reaches its own end, and how many tracks it may have."""

    media_type: str
    whole: bool
    tracks: int = TRACKS_MAX


def film_type(head: bytes) -> str | None:
    """Name the film the bytes start like, opened here or not; None for no film known."""
    if head.startswith(_EBML):
        at = head.find(_DOCTYPE)
        return WEBM if at >= 0 and head[at + 3 : at + 7] == b"webm" else MATROSKA
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return AVI
    if head[4:8] in _MP4_STARTS:
        return _boxed_type(head)
    if len(head) > _TS_BYTES and head[0] == head[_TS_BYTES] == _TS_SYNC:
        return TRANSPORT
    return next((found for signature, found in _OTHERS if head.startswith(signature)), None)


def _boxed_type(head: bytes) -> str | None:
    """Tell films from still pictures that come in the same boxes."""
    brand = head[8:12] if head[4:8] == b"ftyp" else b""
    if brand in _PICTURE_BRANDS:
        return None
    return QUICKTIME if brand == b"qt  " or head[4:8] in {b"wide", b"moov"} else MP4


_OTHERS: Final = (
    (b"FLV\x01", "video/x-flv"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (b"OggS", "video/ogg"),
    (b".RMF", "application/vnd.rn-realmedia"),
)
"""Films that are known for what they are, and not opened."""


def read_structure(file: Readable, size: int) -> FilmStructure:
    """Read the structure of a film of so many bytes.

    Raises NotAFilm, UnsupportedFilm, DamagedFilm, FilmTooManyParts. A file that merely stops
    early is not refused: `whole` is False.
    """
    file.seek(0)
    head = file.read(HEAD_BYTES)
    found = film_type(head)
    if found is None:
        raise NotAFilm("the bytes start like no film known here" if head else "there are no bytes")
    if found not in DEMUXERS:
        raise UnsupportedFilm(found)
    try:
        if DEMUXERS[found] == "mov":
            return _Boxes(file, size).read(found)
        if DEMUXERS[found] == "matroska":
            return _read_matroska(head, size, found)
        if found == TRANSPORT:
            return _read_transport(file, size)
        return _read_avi(head, size)
    except (struct.error, IndexError) as why:
        raise DamagedFilm("the file breaks off inside its own index") from why


class _Boxes:
    """Walks the boxes of MP4 and QuickTime (ISO/IEC 14496-12) and adds up what they claim."""

    def __init__(self, file: Readable, size: int) -> None:
        self.file, self.size = file, size
        self.boxes = self.samples = self.tracks = 0

    def read(self, media_type: str) -> FilmStructure:
        """Read every index in the file; what holds pictures and sound is passed over."""
        whole, indexed, at = True, False, 0
        while at + 8 <= self.size:
            self._count()
            self.file.seek(at)
            kind, begin, end = self._header(self.file.read(16), at, self.size)
            if end > self.size:
                whole, end = False, self.size
            if kind in {b"moov", b"moof"}:
                indexed = True
                if end - begin > _INDEX_BYTES_MAX:
                    raise FilmTooManyParts(f"an index of {end - begin} bytes")
                self.file.seek(begin)
                self._within(self.file.read(end - begin), 1)
            at = end
        if not indexed:
            raise DamagedFilm("it has no index, so nobody can tell where its frames are")
        return FilmStructure(media_type, whole and at == self.size)

    @staticmethod
    def _header(head: bytes, at: int, end: int) -> tuple[bytes, int, int]:
        """Return a box's kind, and where what it holds begins and ends."""
        length, kind = struct.unpack_from(">I4s", head)
        begin = at + 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", head, 8)
            begin = at + 16
        elif length == 0:
            length = end - at
        if at + length < begin:
            raise DamagedFilm("a box is shorter than its own head")
        return kind, begin, at + length

    def _count(self) -> None:
        self.boxes += 1
        if self.boxes > _BOXES_MAX:
            raise FilmTooManyParts("it has more boxes than any film")

    def _within(self, data: bytes, depth: int) -> None:
        at = 0
        while at + 8 <= len(data):
            self._count()
            kind, begin, end = self._header(data[at : at + 16], at, len(data))
            end = min(end, len(data))
            if kind == b"cmov":
                raise UnsupportedFilm("a film with a packed index")
            if kind in _INSIDE:
                self.tracks += kind == b"trak"
                if depth >= _DEPTH_MAX or self.tracks > TRACKS_MAX:
                    raise FilmTooManyParts("it has more tracks than any film")
                self._within(data[begin:end], depth + 1)
            else:
                self._table(kind, data[begin:end])
            at = end

    def _table(self, kind: bytes, data: bytes) -> None:
        """Add up what a table claims; a claim may stand for frames that take no byte of file."""
        if kind in {b"stsz", b"stz2"} and len(data) >= 12:
            self._claim(struct.unpack_from(">I", data, 8)[0])
        elif kind == b"trun" and len(data) >= 8:
            self._claim(struct.unpack_from(">I", data, 4)[0])
        elif kind in _COUNTED and len(data) >= 8:
            (count,) = struct.unpack_from(">I", data, 4)
            if count > SAMPLES_MAX:
                raise FilmTooManyParts(f"a table claims {count} rows")

    def _claim(self, count: int) -> None:
        self.samples += count
        if self.samples > SAMPLES_MAX:
            raise FilmTooManyParts(f"it claims more than {SAMPLES_MAX} frames")


_COUNTED: Final = frozenset((b"stts", b"ctts", b"stss", b"stsc", b"stco", b"co64", b"elst"))


def _read_matroska(head: bytes, size: int, media_type: str) -> FilmStructure:
    """Find the segment behind the EBML header, and see whether it reaches its end (RFC 9559)."""
    begin, length = _length(head, len(_EBML))
    segment = begin + (length or 0)
    if head[segment : segment + len(_SEGMENT)] != _SEGMENT:
        raise DamagedFilm("there is no segment behind its head")
    begin, length = _length(head, segment + len(_SEGMENT))
    return FilmStructure(media_type, length is None or begin + length <= size)


def _length(data: bytes, at: int) -> tuple[int, int | None]:
    """Read a length of one to eight bytes; return where it ends and what it says, if anything."""
    taken = 9 - data[at].bit_length()
    if taken > 8 or len(data) < at + taken:
        raise DamagedFilm("a length cannot be read")
    ones = (1 << (7 * taken)) - 1
    value = int.from_bytes(data[at : at + taken], "big") & ones
    return at + taken, None if value == ones else value


def _read_transport(file: Readable, size: int) -> FilmStructure:
    """Follow the programme tables of a transport stream (ISO/IEC 13818-1, 2.4.4)."""
    maps: set[int] = set()
    tracks = 0
    for head, payload in _packets(file):
        if head == 0:
            maps |= set(_programmes(payload))
        elif head in maps:
            tracks = _streams(payload)
            break
    if not tracks:
        raise DamagedFilm("its programme tables are missing, so no track can be told")
    if tracks > TRACKS_MAX:
        raise FilmTooManyParts(f"{tracks} tracks")
    return FilmStructure(TRANSPORT, size % _TS_BYTES == 0, tracks)


def _packets(file: Readable) -> Iterator[tuple[int, bytes]]:
    """Yield the number of the stream and the section of each packet that begins one."""
    file.seek(0)
    data = file.read(_TS_BYTES * _TS_LOOKED_AT)
    for at in range(0, len(data) - _TS_BYTES + 1, _TS_BYTES):
        packet = data[at : at + _TS_BYTES]
        if packet[0] != _TS_SYNC:
            raise DamagedFilm("its packets are not where they should be")
        pid = (packet[1] & 0x1F) << 8 | packet[2]
        if not packet[1] & 0x40 or not packet[3] & 0x10:
            continue
        begin = 4 + (packet[4] + 1 if packet[3] & 0x20 else 0)
        if begin < _TS_BYTES:
            yield pid, packet[begin + 1 + packet[begin] :]


def _programmes(section: bytes) -> Iterator[int]:
    if len(section) < 12 or section[0] != 0:
        return
    end = min(len(section), 3 + ((section[1] & 0x0F) << 8 | section[2]) - 4)
    for at in range(8, end - 3, 4):
        if section[at : at + 2] != b"\0\0":
            yield (section[at + 2] & 0x1F) << 8 | section[at + 3]


def _streams(section: bytes) -> int:
    """Count the tracks a programme map lists; one that goes on in the next packet has many."""
    if len(section) < 12 or section[0] != 2:
        return 0
    end = 3 + ((section[1] & 0x0F) << 8 | section[2]) - 4
    at, count = 12 + ((section[10] & 0x0F) << 8 | section[11]), 0
    while at + 5 <= min(end, len(section)):
        count += 1
        at += 5 + ((section[at + 3] & 0x0F) << 8 | section[at + 4])
    return count


def _read_avi(head: bytes, size: int) -> FilmStructure:
    """Read the main header of an AVI file."""
    (length,) = struct.unpack_from("<I", head, 4)
    at = head.find(b"avih")
    if at < 0:
        raise DamagedFilm("its main header is missing")
    (tracks,) = struct.unpack_from("<I", head, at + 8 + 24)
    if not 1 <= tracks <= TRACKS_MAX:
        raise FilmTooManyParts(f"{tracks} tracks")
    return FilmStructure(AVI, length + 8 <= size, tracks)
