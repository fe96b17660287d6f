"""One reader in each file here. What they read out of media, every detector then looks at."""

from __future__ import annotations

from typing import Final

from evenhand.detection.model import Reader
from evenhand.detection.readers.credentials import ContentCredentials
from evenhand.detection.readers.qr_codes import QrCodes
from evenhand.detection.readers.words import WordsInPictures


def equipped(*, read_words: bool = False, trusted_signers: str = "") -> tuple[Reader, ...]:
    """Return every reader, as the operator set them: words always, and whose signatures count."""
    return (
        QrCodes(),
        WordsInPictures(always=read_words),
        ContentCredentials(trusted_signers=trusted_signers),
    )


READERS: Final[tuple[Reader, ...]] = equipped()

__all__ = ["READERS", "ContentCredentials", "QrCodes", "WordsInPictures", "equipped"]
