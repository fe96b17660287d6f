"""A day of a small community, played through all nine rooms, to look around in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from evenhand.cli.exits import Exit
from evenhand.cli.output import Json


def demo(
    *,
    data: Annotated[
        Path | None,
        Parameter(help="Empty folder for the day; else EVENHAND_DATA, else a fresh one."),
    ] = None,
    port: Annotated[
        int | None,
        Parameter(
            validator=Number(gte=0, lte=65534),
            help="Port; else EVENHAND_PORT. Plaza takes the one after it. 0: any two.",
        ),
    ] = None,
    no_serve: Annotated[
        bool, Parameter(negative="", help="Play the day, say what it came to, and stop.")
    ] = False,
    json: Json = False,
) -> Exit:
    """Play a day of a small community through all nine rooms, then serve it to look around in.

    Everybody in it is made up, and so is the mail: it is kept in a folder, never sent. Sign-in
    details and what to try are printed. A folder in which a day was played is served as it stands.
    """
    from evenhand.demo import play

    play.run(data=data, port=port, serve=not no_serve, as_json=json)
    return Exit.OK
