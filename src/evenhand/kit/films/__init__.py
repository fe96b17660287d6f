"""Untrusted films are opened here and nowhere else, so one set of limits guards every door.

A film's own structure is read first, and what lies about itself is refused with a typed reason
(`structure`). FFmpeg then sees the bytes and nothing beyond them: no network, no second file, one
demuxer, a short list of decoders (`opening`), everything counted and timed (`budget`). A refusal
means "not looked at", and never "clean".
"""

from evenhand.kit.films.budget import FilmLimits, Readable
from evenhand.kit.films.errors import (
    INSTALL_SAYS,
    DamagedFilm,
    FilmRefused,
    FilmsNotInstalled,
    FilmTooLarge,
    FilmTooManyParts,
    FilmTooManyPixels,
    FilmTooSlow,
    FilmTypeLies,
    NoPictures,
    NotAFilm,
    PlaylistRefused,
    UnsupportedFilm,
)
from evenhand.kit.films.film import DEFAULT_LIMITS, Film, FilmFacts, Stretch, check_film, open_film
from evenhand.kit.films.frames import FilmFrame
from evenhand.kit.films.joined import JoinedFilm, open_playlist
from evenhand.kit.films.opening import installed
from evenhand.kit.films.playlists import is_playlist
from evenhand.kit.films.sheets import Span, film_time, veiled_sheet
from evenhand.kit.films.structure import HEAD_BYTES, FilmStructure, film_type

__all__ = [
    "DEFAULT_LIMITS",
    "HEAD_BYTES",
    "INSTALL_SAYS",
    "DamagedFilm",
    "Film",
    "FilmFacts",
    "FilmFrame",
    "FilmLimits",
    "FilmRefused",
    "FilmStructure",
    "FilmTooLarge",
    "FilmTooManyParts",
    "FilmTooManyPixels",
    "FilmTooSlow",
    "FilmTypeLies",
    "FilmsNotInstalled",
    "JoinedFilm",
    "NoPictures",
    "NotAFilm",
    "PlaylistRefused",
    "Readable",
    "Span",
    "Stretch",
    "UnsupportedFilm",
    "check_film",
    "film_time",
    "film_type",
    "installed",
    "is_playlist",
    "open_film",
    "open_playlist",
    "veiled_sheet",
]
