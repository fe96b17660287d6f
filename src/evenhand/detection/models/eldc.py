"""eldc tells the language of a text from its groups of letters, in sixty languages.

The package's own code is run, because its weights are compiled into it (`large_db.h`); nothing is
fetched.
"""

from __future__ import annotations

from typing import Final

from evenhand.detection.model import Needs
from evenhand.detection.models.card import ModelCard

NEEDS: Final = Needs("models", ("eldc",))

CARD: Final = ModelCard(
    name="eldc",
    version="0.4.0",
    task="Tells which of sixty languages a text is in.",
    licence="Apache-2.0 (eldc, by Nito T.M.), the table of letter groups among it.",
    provenance=(
        "Counts of letter groups in 60 GB of text in sixty languages, collected by its author, who "
        "calls them not as clean as they might be. Which texts these are is not published."
    ),
    tested_on=(
        (
            "1,740 translated strings in 29 languages from desktop programs, half of them under 41 "
            "characters: 95.3 % right; 93.7 % of those under 40 characters."
        ),
        (
            "Its author reports 98.7 % on short sentences of Tatoeba in 50 languages, which were "
            "no part of what it learned from."
        ),
    ),
    cannot_see=(
        "Languages it does not know: Indonesian was taken for Malay 60 times in 60.",
        "Two languages in one text: it names one.",
        "Languages written in another script than their own, such as Arabic in Latin letters.",
        "Anything after the first thousand bytes.",
        "Who somebody is or where they come from: a language is neither.",
    ),
    size_bytes=50_798_963,
    sha256="4f9f3d9741e5f594b0a50da9bf1d26cfba2b8f049a1b75627114a6cc9c0dfe64",
)
