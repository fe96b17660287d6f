"""Films for tests, made from the photographs of the demo: each is panned over, then cut off."""

from __future__ import annotations

import functools
import io
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from PIL import Image

PHOTOS = Path(__file__).parents[1] / "src" / "evenhand" / "demo" / "community" / "photos"
KNOWN = ("harbour-boats", "alpine-valley", "tabby-cat")
OTHER = ("wooden-house", "march-sheep", "espresso-cup")
RATE = 10
FAST = {
    "libx264": {"preset": "veryfast", "sc_threshold": "0"},
    "libvpx-vp9": {"deadline": "realtime", "cpu-used": "8"},
}


@functools.lru_cache(maxsize=64)
def film(
    names: tuple[str, ...] = KNOWN,
    *,
    seconds: float = 3.0,
    size: tuple[int, int] = (320, 240),
    gop: int = 2 * RATE,
    codec: str = "libx264",
    container: str = "mp4",
    pixels: str = "yuv420p",
    options: tuple[tuple[str, str], ...] = (),
    mirrored: bool = False,
    fragments: bool = False,
) -> bytes:
    """Make a film that shows each photograph for so many seconds; `gop` is in frames.

    In fragments, an MP4 has its index in pieces, as streams do.
    """
    out = io.BytesIO()
    pieces = {"movflags": "frag_keyframe+empty_moov"} if fragments else {}
    with av.open(out, "w", format=container, options=pieces) as made:
        stream: Any = made.add_stream(codec, rate=RATE)
        stream.width, stream.height = size
        stream.pix_fmt = pixels
        stream.codec_context.gop_size = gop
        stream.options = FAST.get(codec, {}) | dict(options)
        for at, shown in enumerate(_frames(names, seconds, size, mirrored=mirrored)):
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
            frame.pts, frame.time_base = at, Fraction(1, RATE)
            made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return out.getvalue()


def _frames(
    names: tuple[str, ...], seconds: float, size: tuple[int, int], *, mirrored: bool
) -> list[np.ndarray[Any, np.dtype[np.uint8]]]:
    width, height = size
    shown = []
    for name in names:
        wide = Image.open(PHOTOS / f"{name}.jpg").convert("RGB")
        wide = wide.resize((width * 5 // 4, height * 5 // 4))
        count = round(seconds * RATE)
        for at in range(count):
            left, top = width // 4 * at // count, height // 4 * at // count
            cut = wide.crop((left, top, left + width, top + height))
            across = slice(None, None, -1 if mirrored else 1)
            shown.append(np.ascontiguousarray(np.asarray(cut)[:, across]))
    return shown


@functools.lru_cache(maxsize=1)
def sound_alone() -> bytes:
    """Make a file of a second of silence, which has no picture in it."""
    out = io.BytesIO()
    with av.open(out, "w", format="mp4") as made:
        stream: Any = made.add_stream("aac", rate=8_000)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 8_000), np.float32), "fltp", "mono")
        frame.sample_rate, frame.pts = 8_000, 0
        made.mux(stream.encode(frame))
        made.mux(stream.encode(None))
    return out.getvalue()


def playlist(folder: Path, *, names: tuple[str, ...] = KNOWN) -> Path:
    """Write a film as a playlist with its parts beside it, three seconds each."""
    file = folder / "film.m3u8"
    with av.open(io.BytesIO(film(names, gop=3 * RATE, container="mpegts")), "r") as source:
        stream = source.streams.video[0]
        options = {"hls_time": "3", "hls_playlist_type": "vod"}
        with av.open(str(file), "w", format="hls", options=options) as made:
            into = made.add_stream_from_template(stream)
            for packet in source.demux(stream):
                if packet.dts is not None:
                    packet.stream = into
                    made.mux(packet)
    return file
