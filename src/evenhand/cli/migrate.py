"""The tables are brought to this version before anything else happens in the house."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evenhand.cli.exits import Exit
from evenhand.cli.output import Json, show

if TYPE_CHECKING:
    from evenhand.bootstrap import House


def migrate(*, json: Json = False) -> Exit:
    """Bring the database's tables to this version; make them, with what ships, on the first run.

    `evenhand serve` does it by itself. Run it by hand before several processes are started.
    """
    from evenhand.bootstrap import open_house

    house = open_house()
    try:
        changed = prepare(house)
    finally:
        house.close()
    says = "The tables are those of this version now." if changed else "Nothing was to be done."
    show({"changed": changed}, as_json=json, text=[says])
    return Exit.OK


def prepare(house: House) -> bool:
    """Bring tables to this version and put in what ships with Evenhand. False: nothing to do."""
    from evenhand import intake, policy, rules
    from evenhand.db.migrate import is_current
    from evenhand.db.migrate import migrate as upgrade

    behind = not is_current(house.db.engine)
    if behind:
        upgrade(house.db.engine)
    seeded = [house.do(policy.seed), house.do(intake.seed_kinds), house.do(rules.seed)]
    return behind or any(seeded)
