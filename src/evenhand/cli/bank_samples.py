"""Generated pictures of nothing, with a bank that knows them: to try things with, harmlessly."""

from __future__ import annotations

import io
import random
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evenhand import banks, people, policy
from evenhand.cli.shell import NotPossibleHere, Unreadable

if TYPE_CHECKING:
    from PIL import Image

    from evenhand.bootstrap import House

NAME: Final = "Sample pictures (harmless)"
PICTURES: Final = 6
_SIDE: Final = 512
_SHAPES: Final = 40
_CLAUSE: Final = "spam"


@dataclass(frozen=True)
class Samples:
    """The bank they went into, and what came of it."""

    bank: str
    found: banks.Taken


def take_samples(house: House, bank: str | None, folder: Path | None) -> Samples:
    """Make the bank unless it is there, add the pictures, and write them to a folder if asked.

    The bank is indicative, so that nothing is ever held because of it.
    """
    name = bank or NAME
    with suppress(banks.BankTaken):
        house.do(
            banks.create_bank,
            people.SYSTEM,
            name=name,
            signal=banks.Signal.IMAGE,
            confidence=banks.Confidence.INDICATIVE,
            clause_key=_clause(house),
        )
    if house.ask(banks.bank, name).confidence is banks.Confidence.CONFIRMED:
        raise NotPossibleHere("Samples go into an indicative bank: name another, or none.")
    drawn = list(enumerate(_drawn(), 1))
    lines = [line for number, picture in drawn for line in _lines(number, _jpeg(picture))]
    found = banks.take_list(
        house.do,
        people.SYSTEM,
        lines,
        bank=name,
        source="sample set of Evenhand",
        reason="generated shapes to try things with; harmless",
    )
    if folder is not None:
        _write(folder, drawn)
    return Samples(name, found)


def _clause(house: House) -> str:
    clauses = house.ask(policy.clauses)
    if not clauses:
        raise NotPossibleHere("There is no policy yet: run `evenhand policy publish` first.")
    keys = [clause.key for clause in clauses]
    return _CLAUSE if _CLAUSE in keys else keys[-1]


def _drawn() -> Iterator[Image.Image]:
    """Draw shapes with enough edges to be told apart; the same ones every time."""
    from PIL import Image, ImageDraw

    for number in range(PICTURES):
        dice = random.Random(f"evenhand sample {number}")  # noqa: S311 - shapes, not secrets
        picture = Image.new("RGB", (_SIDE, _SIDE), _colour(dice))
        pen = ImageDraw.Draw(picture)
        for _ in range(_SHAPES):
            left, top = dice.randrange(-60, _SIDE), dice.randrange(-60, _SIDE)
            box = (left, top, left + dice.randrange(20, 220), top + dice.randrange(20, 220))
            draw = dice.choice((pen.ellipse, pen.rectangle))
            draw(box, fill=_colour(dice), outline=_colour(dice), width=3)
        yield picture


def _colour(dice: random.Random) -> tuple[int, int, int]:
    return dice.randrange(256), dice.randrange(256), dice.randrange(256)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90)
    return out.getvalue()


def _lines(number: int, content: bytes) -> Iterator[banks.Given]:
    from evenhand.detection import hash_content

    made = hash_content(content)
    values = {"pdq": made.pdq, "sha256": made.sha256, "md5": made.md5}
    for kind, value in values.items():
        if value is not None:
            yield banks.Given(kind, banks.Incoming(number, value, labels=("sample",)))


def _write(folder: Path, drawn: list[tuple[int, Image.Image]]) -> None:
    """Write each picture, and a small copy of it turned, which a likeness finds again."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for number, picture in drawn:
            (folder / f"sample-{number}.jpg").write_bytes(_jpeg(picture))
            turned = picture.rotate(90, expand=True).resize((200, 200))
            (folder / f"sample-{number}-turned.jpg").write_bytes(_jpeg(turned))
    except OSError as why:
        raise Unreadable(f"{folder} cannot be written to: {why.strerror}.") from why
