"""Wires the house once: settings, keys, database, and the two ways in, `do` and `ask`."""

from __future__ import annotations

import base64
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Concatenate, Final, ParamSpec, TypeVar

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from evenhand.adapters.blobs import ObjectBlobs
from evenhand.adapters.shelf import FolderShelf
from evenhand.banks import FRAMES_FOLDER, LiveIndex
from evenhand.db import Database, ReadTx, Tx
from evenhand.kit.clock import Clock, SystemClock
from evenhand.kit.resources import Limits, Looking, Resources, Service, Tallies
from evenhand.kit.seal import MASTER_KEY_BYTES, Keyring
from evenhand.rules import Screen
from evenhand.settings import Settings

DATABASE_FILE: Final = "evenhand.sqlite3"
"""The one SQLite file in the data folder, unless the settings name another database."""

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True)
class House:
    """Everything a door needs. Doors call rooms only through `do` and `ask`."""

    settings: Settings
    clock: Clock
    resources: Resources
    db: Database

    def do(
        self, command: Callable[Concatenate[Tx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a room's command in one transaction; its result is durable when this returns."""
        return self.db.write(lambda tx: command(tx, *args, **kwargs))

    def ask(
        self, query: Callable[Concatenate[ReadTx, P], T], /, *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a room's query over one consistent view."""
        with self.db.read() as tx:
            return query(tx, *args, **kwargs)

    def close(self) -> None:
        """Finish what was begun and let go of the database."""
        self.resources.index.close()
        self.resources.frames.close()
        if self.resources.tallies is not None:
            self.resources.tallies.close()
        self.db.close()


def database_url(settings: Settings) -> str:
    """Return the database's URL: the setting, or the SQLite file in the data folder."""
    return settings.database_url or f"sqlite:///{settings.data.resolve() / DATABASE_FILE}"


def public_url(settings: Settings) -> str:
    """Return the address people use, without a slash at the end."""
    return (settings.public_url or f"http://{settings.listen}:{settings.port}").rstrip("/")


def load_settings(**overrides: object) -> Settings:
    """Read the settings from the environment, with overrides by field name."""
    return Settings(**overrides)  # type: ignore[arg-type]  # pydantic checks each value


def open_house(settings: Settings | None = None, *, clock: Clock | None = None) -> House:
    """Open the house: make the data folder and keys on the first run, connect the database.

    It does not create or upgrade tables; `evenhand.db.migrate` does.
    """
    settings = settings or load_settings()
    clock = clock or SystemClock()
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys = Keyring(_master_key(settings))
    screen = Screen()
    resources = Resources(
        keys=keys,
        blobs=ObjectBlobs.in_folder(settings.data / "vault"),
        signer=Ed25519PrivateKey.from_private_bytes(keys.key("ledger signing")),
        shelf=FolderShelf(settings.checkpoints or settings.data / "checkpoints"),
        service=Service(
            name=settings.service_name,
            public_url=public_url(settings),
            contact=settings.contact,
            out_of_court=settings.out_of_court,
            judicial=settings.judicial,
        ),
        index=LiveIndex(settings.data / "index" / "all"),
        frames=LiveIndex(settings.data / "index" / FRAMES_FOLDER),
        adult_clause=settings.adult_clause,
        screen=screen,
        gate_seconds=settings.gate_seconds,
        looking=Looking(settings.read_words, _certificates(settings.trusted_signers)),
        limits=Limits(settings.flood_accounts, settings.search_days),
        timestamp_roots=_certificates(settings.timestamp_roots),
        tallies=_tallies(settings),
    )
    db = Database(database_url(settings), clock=clock, resources=resources)
    screen.use(db.read)
    return House(settings=settings, clock=clock, resources=resources, db=db)


def _master_key(settings: Settings) -> bytes:
    if settings.master_key is not None:
        return base64.b64decode(settings.master_key.get_secret_value(), validate=True)
    file = settings.data / "keys" / "master.key"
    if not file.exists():
        _write_new_key(file)
    return base64.b64decode(file.read_text(encoding="ascii"), validate=True)


def _certificates(file: Path | None) -> str:
    """Return the certificates of a file as they are written, or nothing."""
    return "" if file is None else file.read_text(encoding="ascii", errors="replace")


def _tallies(settings: Settings) -> Tallies | None:
    """Return where counters are kept beside the database, or None. Raises TalliesRefused."""
    if settings.counters is None:
        return None
    from evenhand.adapters.tallies import RemoteTallies

    return RemoteTallies(settings.counters.get_secret_value())


def _write_new_key(file: Path) -> None:
    """Make the key file, readable by its owner alone; the first of two processes wins."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    fresh = file.with_suffix(f".{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(base64.b64encode(os.urandom(MASTER_KEY_BYTES)).decode())
    try:
        os.link(fresh, file)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
