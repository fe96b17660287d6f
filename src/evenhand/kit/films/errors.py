"""Why a film was not opened, or not looked at to its end; each means "not looked at".

FilmRefused
├── NotAFilm
├── UnsupportedFilm
├── FilmTypeLies
├── DamagedFilm
├── FilmTooLarge
├── FilmTooManyPixels
├── FilmTooManyParts
├── FilmTooSlow
├── NoPictures
├── PlaylistRefused
└── FilmsNotInstalled
"""

from __future__ import annotations

from typing import Final

INSTALL_SAYS: Final = "Films are not opened here: install evenhand[video] to have them looked at."


class FilmRefused(Exception):
    """A film was not opened, or not to its end; the subclass says why."""


class NotAFilm(FilmRefused):
    """The bytes start like no film known here."""


class UnsupportedFilm(FilmRefused):
    """It is a film, but of a kind that is not opened here."""

    def __init__(self, found: str) -> None:
        """Name what was found."""
        super().__init__(f"{found[:60]} is not opened here")
        self.found = found


class FilmTypeLies(FilmRefused):
    """The sender declared one media type and the bytes are another."""

    def __init__(self, declared: str, found: str) -> None:
        """Keep both."""
        super().__init__(f"declared as {declared[:100]}, but the bytes are {found}")
        self.declared, self.found = declared, found


class DamagedFilm(FilmRefused):
    """The file ends, breaks or contradicts itself before its end."""


class FilmTooLarge(FilmRefused):
    """The file takes more bytes than the limit."""

    def __init__(self, bytes_found: int, bytes_max: int) -> None:
        """Keep both."""
        super().__init__(f"at least {bytes_found} bytes, the limit is {bytes_max}")
        self.bytes_found, self.bytes_max = bytes_found, bytes_max


class FilmTooManyPixels(FilmRefused):
    """Its frames have more pixels, or a longer side, than the limits let decode."""

    def __init__(self, width: int, height: int) -> None:
        """Keep the size."""
        super().__init__(f"{width} x {height} pixels is over the limit")
        self.width, self.height = width, height


class FilmTooManyParts(FilmRefused):
    """It claims more frames, tracks or parts than any film has."""


class FilmTooSlow(FilmRefused):
    """Looking at it took longer, or read more, than the limits allow."""


class NoPictures(FilmRefused):
    """It has no track of pictures: sound alone, or nothing."""


class PlaylistRefused(FilmRefused):
    """A playlist that is none, that points outside its folder, or whose parts are sealed."""


class FilmsNotInstalled(FilmRefused):
    """The package that opens films is not installed; nobody looked."""

    def __init__(self) -> None:
        """Say what to install."""
        super().__init__(INSTALL_SAYS)
