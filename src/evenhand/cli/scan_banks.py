"""The banks a scan compares with: copied once, and opened in every worker like a house of its own.

The copy has keys of its own and holds nothing but banks, so a worker that opens hostile files holds
no key of the house and no line about a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from evenhand import banks, people, sweep
from evenhand.bootstrap import DATABASE_FILE, House, load_settings, open_house

if TYPE_CHECKING:
    from evenhand.db import ReadTx

#: What a process has opened stays open as long as it lives.
_OPEN: Final = ExitStack()


@dataclass(frozen=True)
class Compared:
    """What a scan compares with: the folder it lies in, its name, each bank's clause, how many."""

    folder: Path
    mark: str
    clauses: Mapping[str, str]
    entries: Mapping[str, int]


def frozen(house: House, names: Sequence[str]) -> Compared:
    """Freeze what stands in all banks, or in those named. Raises UnknownBank."""
    shelf = house.settings.data.resolve() / "sweeps" / "banks"

    def freeze(tx: ReadTx) -> Compared:
        def make(fresh: Path) -> None:
            banks.freeze(tx, fresh / DATABASE_FILE, names=names)
            copy = _opened(fresh)
            copy.ask(banks.index_health, people.SYSTEM, whole=False)  # makes the index
            copy.close()

        mark = banks.mark(tx, names=names)
        chosen = [one for one in banks.banks(tx, people.SYSTEM) if not names or one.name in names]
        return Compared(
            sweep.frozen(shelf, mark, make),
            mark,
            {one.name: one.clause_key or "" for one in chosen},
            {one.name: one.live for one in chosen},
        )

    try:
        return house.ask(freeze)
    except banks.NoSuchBank as why:
        raise sweep.UnknownBank from why


def open_banks(folder: str) -> banks.Snapshot:
    """Open frozen banks for as long as this process lives."""
    house = _opened(Path(folder))
    _OPEN.callback(house.close)
    view = _OPEN.enter_context(house.db.read())
    return banks.snapshot(_OPEN.enter_context(view.shared()))


def _opened(folder: Path) -> House:
    """Open a copy as a house; nothing of the real one's settings reaches it but how it looks."""
    return open_house(
        load_settings(data=folder, database_url=None, master_key=None, checkpoints=None)
    )
