"""The tree of commands: what there is, in the order of the path, with a sentence for each.

Rooms are named by import path, so that `evenhand --help` reads one file and opens no database.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from cyclopts import App, Group

from evenhand import PATH, __version__

RUNNING: Final = Group.create_ordered("Running the house")
ROOMS: Final = Group.create_ordered("The path of a report")
BESIDE: Final = Group.create_ordered("Beside the path")
SUPPORT: Final = Group.create_ordered("What every room leans on")

ALSO: Final = Group.create_ordered("Also")

_ABOUT: Final = (
    "Evenhand: find harmful content on your own service, decide about it fairly, and account for"
    " every decision.\n\nCommands act as the system and are on the record as such: whoever holds"
    " this shell holds the keys. Settings come from EVENHAND_… variables."
)


@dataclass(frozen=True)
class Running:
    """A command that is a file of its own: its name, one sentence for the list, and the rest."""

    name: str
    says: str
    more: str


_RUNNING: Final = (
    Running(
        "demo",
        "Play a day of a small community, then serve it to look around in.",
        "Everybody in it is made up, and so is the mail: it is kept in a folder, never"
        " sent. Sign-in details and what to try are printed.",
    ),
    Running(
        "serve",
        "Serve the console, the portal and the API, with a worker inside.",
        "On the first run it makes the data folder, the keys and the tables, and prints the link"
        " with which the first administrator sets themselves up. It does not listen beyond this"
        " machine while a default secret stands. Told to stop (Ctrl-C or SIGTERM), it finishes"
        " what is in hand.",
    ),
    Running(
        "worker",
        "Run a worker of its own, beside `evenhand serve --no-worker`.",
        "It takes the path's next steps, does what is due and delivers what must leave, until told"
        " to stop (Ctrl-C or SIGTERM). Any number may run at once on PostgreSQL; what a killed one"
        " held, another takes over.",
    ),
    Running(
        "migrate",
        "Bring the database's tables to this version.",
        "On the first run it makes them, and puts in the policy and the kinds of item that ship"
        " with Evenhand. `evenhand serve` does it by itself; run it by hand before several"
        " processes are started.",
    ),
    Running(
        "check",
        "Look whether settings, keys, database and mail are in order.",
        "Nothing is changed and no mail is sent. Exits 4 when something has to be put right.",
    ),
    Running(
        "hash",
        "Hash files, exactly and by the likeness of their picture.",
        "SHA-256, MD5 and PDQ with its quality, one line a file, in the order they are named. It"
        " needs no server and no data folder. A picture without edges has no usable likeness: that"
        " is an answer, with quality 0. Of a film, a frame for each second is hashed. Exits 1 when"
        " any file could not be looked at.",
    ),
    Running(
        "film",
        "Look at a film or a playlist, and say what in it is listed, and when.",
        "Key frames are looked at first, and every second where that is not enough: where they are"
        " far apart, or when one came near something listed. A playlist (HLS) is read from disk,"
        " with its parts in its own folder; nothing is fetched. Exits 1 when something is found, or"
        " when not all of it could be looked at.",
    ),
    Running(
        "scan",
        "Look at every file of a catalogue, and say where something known to be harmful is.",
        "A folder, a file, an archive (ZIP, tar), Parquet, a host's export (JSON Lines of items) or"
        " a bucket (`s3://…`). Every file is compared with the banks. Stopped or killed, the same"
        " command goes on where it was; run again, it looks at what changed. Nothing is decided:"
        " with `--submit`, what was found is handed in as items. Exits 0 when nothing was found"
        " and every file was looked at, 1 when something was found, and 2 when nothing was found"
        " but not everything could be looked at.",
    ),
)
_BESIDE: Final = (
    ("order", "Orders of authorities: received, confirmed, decided by people, answered."),
    ("quality", "How often decisions are wrong: audits by lot, checks, certificates."),
)
_SUPPORT: Final = (
    ("policy", "The written rules: list them, and publish new versions."),
    ("bank", "Known material: banks and their entries."),
    ("model", "What is learned from your own decisions: train, compare, put in force, retire."),
    ("evidence", "Sealed identities: open or erase one, with a reason, on the record."),
    ("people", "Staff, their roles, and API keys."),
    ("ledger", "The record: verify it, read it, prove a line of it."),
)


def build() -> App:
    """Make the whole tree. Nothing of a room is imported until one of its commands is called."""
    app = App(
        name="evenhand",
        help=_ABOUT,
        help_format="markdown",
        version=f"evenhand {__version__}",
        default_parameter=None,
        result_action="return_value",
    )
    app["--help"].group = app["--version"].group = ALSO
    for key, one in enumerate(_RUNNING):
        where, says = f"evenhand.cli.{one.name}:{one.name}", f"{one.says}\n\n{one.more}"
        app.command(where, name=one.name, help=says, group=RUNNING, sort_key=key)
    for key, (name, says) in enumerate(PATH.items()):
        _room(app, name, f"{says[0].upper()}{says[1:]}.", ROOMS, key)
    for key, (name, says) in enumerate(_BESIDE):
        _room(app, name, says, BESIDE, key)
    for key, (name, says) in enumerate(_SUPPORT):
        _room(app, name, says, SUPPORT, key)
    return app


def _room(app: App, name: str, says: str, group: Group, key: int) -> None:
    app.command(f"evenhand.cli.{name}:app", name=name, help=says, group=group, sort_key=key)
